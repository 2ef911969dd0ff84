import Contracts
import Host
import MarketingDomain
import Mesh
import Store

/// What marketing does with the facts of others: decode, decide, write.
enum Inlets {
  /// Facts about orders: captured, changed, remedied. One subscription, so that those of one order come in its order.
  static func order(_ received: Received, _ desk: DepartmentDesk, in transaction: inout Transaction) throws -> Disposition {
    switch received.event {
    case .orderCaptured(let order): try captured(order, received, in: transaction)
    case .orderCancelled(let fact):
      try Purchases.change(fact.orderID, name: "cancelled/\(fact.cancelledAt)", received, in: transaction)
    case .orderReturned(let fact): try Purchases.change(fact.orderID, name: "returned/\(fact.returnID)", received, in: transaction)
    case .orderAmended(let fact): try Purchases.change(fact.orderID, name: "amended/\(fact.amendedAt)", received, in: transaction)
    case .remedyChanged(let fact): try remedy(fact, received, desk, in: transaction)
    default: break
    }
    return .done
  }

  private static func captured(_ order: OrderCaptured, _ received: Received, in transaction: borrowing Transaction) throws {
    let counted = try Buyers.isCounted(order.orderID, in: transaction)
    let buyer = try order.personID.flatMap { person in try Buyers.find(person, in: transaction) }
    switch MarketingDomain.decide(order, counted: counted, buyer: buyer) {
    case .count(let id, let buyer):
      try Buyers.count(
        id, buyer: buyer, message: received.envelope.id, position: received.position, at: received.envelope.recordedTime, in: transaction)
      try ShopChannels.note(order.channel, in: transaction)
      try Purchases.keep(order, in: transaction)
    case .nothing: break
    }
  }

  private static func remedy(
    _ fact: RemedyChanged, _ received: Received, _ desk: DepartmentDesk, in transaction: borrowing Transaction
  ) throws {
    if let order = fact.orderID, fact.change != .declined {
      try Purchases.change(
        order, name: fact.change.rawValue + "/" + fact.remedyID.description + "/" + String(fact.entry ?? 0), received,
        packed: PackedChange.pack(fact), in: transaction)
    }
    guard let offer = fact.offer, try Remedies.fold(fact, offer, in: transaction) else { return }
    // While the ledger still looks back nothing can follow from a remedy: one look instead of several for each of a hundred thousand.
    guard try Preparations.isAnyNear(offer.offer, in: transaction) else { return }
    let now = desk.clock.now()
    try Preparations.beginIfReady(offer, at: now, in: transaction)
    try Preparations.heardRemedy(offer, of: fact.personID, at: now, in: transaction)
  }

  /// Everything else: money, people, the catalogue, policies, look-backs, the chain.
  static func fact(_ received: Received, _ desk: DepartmentDesk, in transaction: inout Transaction) throws -> Disposition {
    let at = received.envelope.time
    let telling = Telling(desk: desk, occasion: desk.occasion(of: received))
    switch received.event {
    case .budgetChanged(let fact): try budget(fact, received, desk, in: transaction)
    case .lookBackCompleted(let fact):
      try LookBacks.fold(fact, received, in: transaction)
      if let offer = OfferVersion(offer: fact.offerID, version: fact.version) {
        try Preparations.beginIfReady(offer, at: desk.clock.now(), in: transaction)
      }
    case .chainAnchored(let fact): try ChainHeads.fold(fact, message: received.envelope.id, in: transaction)
    case .customerKnown(let fact):
      try People.fold(fact, in: transaction)
      // An address makes reachable who was not.
      if fact.contacts.contains(where: { $0.state == .verified }) {
        try Verdicts.reopen(fact.personID, leftOutFor: ["unreachable"], at: desk.clock.now(), in: transaction)
      }
    case .consentChanged(let fact):
      try People.fold(fact, at: at, in: transaction)
      if fact.given, fact.purpose == .marketing {
        try Verdicts.reopen(fact.personID, leftOutFor: ["no_consent", "unreachable"], at: desk.clock.now(), in: transaction)
      }
    case .customerRestricted(let fact): try People.fold(fact, in: transaction)
    // What there is to sell is held against an offer at its start: a catalogue comes in a thousand facts.
    case .productsListed(let fact): try Catalogue.fold(fact, in: transaction)
    case .membershipChanged(let fact): try Memberships.fold(fact, in: transaction)
    case .subscriptionChanged(let fact): try Subscribers.fold(fact, in: transaction)
    case .policyPublished(let fact):
      try Policies.fold(fact, in: transaction)
      try Gatekeeping.heardOfAll(telling, in: transaction)
    case .colleagueChanged(let fact):
      try Colleagues.fold(fact, received.envelope.id, in: transaction)
      try Gatekeeping.heardOfPeople(telling, in: transaction)
    default: break
    }
    return .done
  }

  /// What customer service said: about what offers ask of it, about people who are to be left alone, about what nobody knew.
  static func care(_ received: Received, _ desk: DepartmentDesk, in transaction: inout Transaction) throws -> Disposition {
    let telling = Telling(desk: desk, occasion: desk.occasion(of: received))
    switch received.event {
    case .promiseAnswered(let fact):
      try ServiceWords.fold(fact, in: transaction)
      try Gatekeeping.heard(about: fact.offerID, telling, in: transaction)
    case .briefingAcknowledged(let fact):
      try ServiceWords.fold(fact, in: transaction)
      try Gatekeeping.heard(about: fact.offerID, telling, in: transaction)
    case .sheetTurned(let fact):
      try ServiceWords.fold(fact, in: transaction)
      try Gatekeeping.heard(about: fact.offerID, telling, in: transaction)
    case .parityApproved(let fact):
      try ServiceWords.fold(fact, in: transaction)
      try Gatekeeping.heard(about: fact.offerID, telling, in: transaction)
    case .capacityChanged(let fact):
      try ServiceWords.fold(fact, in: transaction)
      try Gatekeeping.heardOfAll(telling, in: transaction)
    case .rosterPublished(let fact):
      try ServiceWords.fold(fact, in: transaction)
      try Gatekeeping.heardOfAll(telling, in: transaction)
    case .counterpartNamed(let fact):
      try ServiceWords.fold(fact, in: transaction)
      try Gatekeeping.heardOfAll(telling, in: transaction)
    case .holdTurned(let fact):
      try Holds.fold(fact, in: transaction)
      try Holds.wake(fact.personID, at: desk.clock.now(), in: transaction)
      if fact.turn == .lifted {
        try Verdicts.reopen(fact.personID, leftOutFor: ["hold"], at: desk.clock.now(), in: transaction)
      }
    case .caseTurned(let fact): try Contacts.fold(fact, in: transaction)
    case .offerAskedAbout(let fact): try Questions.fold(fact, received.envelope.id, in: transaction)
    default: break
    }
    return .done
  }

  /// The ledger's word on money: it may be what an ordered launch waited for.
  private static func budget(
    _ fact: BudgetChanged, _ received: Received, _ desk: DepartmentDesk, in transaction: borrowing Transaction
  ) throws {
    guard fact.publisher == .ledger,
      try BudgetWords.keep(
        fact, message: received.envelope.id, position: received.position, at: received.envelope.recordedTime, in: transaction),
      let id = fact.offerID
    else { return }
    try Gatekeeping.heard(about: id, ofMoney: true, Telling(desk: desk, occasion: desk.occasion(of: received)), in: transaction)
  }

  /// What marketing itself told, when its store is rebuilt: taken in as it was told, and nothing is told again.
  static func own(_ received: Received, _ desk: DepartmentDesk, in transaction: inout Transaction) throws -> Disposition {
    guard let event = received.event else { return .done }
    let envelope = received.envelope
    let meta = Offers.Meta(message: envelope.id, at: envelope.recordedTime, by: envelope.authID ?? "unknown")
    let isKnown = try Retracing.isKnown(event, meta, in: transaction)
    if case .messageTurned(let fact) = event, !isKnown { try Retracing.pass(fact, at: meta.at, in: transaction) }
    try OwnFacts.fold(event, meta, in: transaction)
    try Retracing.follow(event, meta, isKnown: isKnown, desk, in: transaction)
    return .done
  }
}
