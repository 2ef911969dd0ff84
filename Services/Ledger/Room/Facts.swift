package import Contracts
package import Host
import LedgerDomain
import Mesh
package import Store
import Telemetry

/// The ledger's state is a fold of its own facts: a fact that is told is folded at once, a fact that is heard again is folded the same way.
///
/// ```
/// live     decide ─▸ fact ─▸ tell = outbox + fold        one transaction
/// rebuild            fact ─▸        fold                 nothing is decided and nothing is told again
/// ```
package enum Facts {
  /// Writes `fact` into the outbox and into the ledger's tables and books. `instant` is when it was true.
  @discardableResult
  package static func tell(
    _ fact: DomainEvent, true instant: Timestamp, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books,
    in transaction: inout Transaction
  ) throws -> DepartmentDesk.Told {
    let told = try desk.publish(fact, true: instant, occasion, in: transaction)
    guard told.isTold else { return told }
    let meta = FactMeta(
      messageID: told.id, time: instant, recordedTime: occasion.now, correlation: told.correlation, causation: occasion.causation,
      actorKind: occasion.principalKind, actor: occasion.principal, ruleVersion: occasion.ruleVersion)
    let alarms = books.alarms.count
    try fold(fact, data: told.data, meta, books: &books, in: &transaction)
    for alarm in books.alarms.dropFirst(alarms) { desk.log.warning("books.alarm", alarm, ["message": .text(told.id.text)]) }
    return told
  }

  /// Whether this store knows what `fact` says, told by `message`. Throws where it knows something else of it.
  static func isFolded(_ fact: DomainEvent, _ message: Identifier<Message>, in transaction: borrowing Transaction) throws -> Bool {
    // What this store told itself, it folded in the same transaction.
    let own = try transaction.integer("SELECT 1 FROM store_identity WHERE ?1 LIKE substr(lineage, 1, 12) || '-%'", .text(message.text))
    if own != nil { return true }
    switch fact {
    case .orderCaptured(let order):
      switch try LedgerDomain.recall(order, given: try Orders.find(order.orderID, in: transaction)) {
      case .exists: return true
      case .capture: return false
      }
    case .budgetChanged(let budget): return try isPosted(budget.entry, by: message, in: transaction)
    case .remedyChanged, .orderShipped, .orderCancelled, .orderAmended, .orderReturned, .subscriptionChanged, .refundResolved:
      return try OrderFile.holds(message, in: transaction)
    case .lookBackCompleted, .chainAnchored, .periodClosed, .customerKnown, .consentChanged, .customerRestricted, .productsListed,
      .membershipChanged,
      .policyPublished, .policyProposed,
      .offerVersioned, .offerScheduled, .offerTurned, .audienceListed, .audiencePrepared, .messageTurned, .colleagueChanged,
      .promiseDeclared, .promiseAnswered, .capacityChanged, .rosterPublished, .briefingAcknowledged, .sheetTurned, .answerTurned,
      .offerAskedAbout, .questionAnswered, .caseTurned, .holdTurned, .remedyAsked, .gateTurned, .gateWaived, .staffNamed, .counterpartNamed,
      .parityApproved, .disconnectRecorded:
      return false
    }
  }

  private static func isPosted(_ entry: Int64?, by message: Identifier<Message>, in transaction: borrowing Transaction) throws -> Bool {
    guard let entry else { return false }
    return try transaction.integer("SELECT 1 FROM entry WHERE number = ?1 AND message = ?2", .integer(entry), .text(message.text)) != nil
  }

  /// Writes what `fact` says into the ledger's tables, and its entries into the books. `data` is the fact as it was told, byte for byte.
  static func fold(
    _ fact: DomainEvent, data: @autoclosure () -> [UInt8], _ meta: FactMeta, books: inout Books, in transaction: inout Transaction
  ) throws {
    switch fact {
    case .orderCaptured(let order):
      try Orders.insert(order, content: data(), message: meta.messageID, actor: meta.actor, in: transaction)
      try post(fact, meta, &books, transaction)
    case .orderAmended(let amended): try post(fact, of: amended.orderID, meta, &books, transaction)
    case .orderReturned(let returned): try post(fact, of: returned.orderID, meta, &books, transaction)
    case .orderCancelled(let cancelled): try post(fact, of: cancelled.orderID, meta, &books, transaction)
    case .budgetChanged(let budget):
      try post(fact, naming: budget.entry, meta, &books, transaction)
      try Funds.fold(budget, meta, in: transaction)
    case .remedyChanged(let remedy): try post(fact, naming: remedy.entry, meta, &books, transaction)
    case .chainAnchored(let anchor): try Anchors.fold(anchor, meta, in: transaction)
    case .periodClosed(let period): try Periods.fold(period, meta, books: &books, in: transaction)
    case .productsListed(let listed): try Products.fold(listed, message: meta.messageID, in: transaction)
    case .membershipChanged(let fact): try Memberships.fold(fact, at: meta.recordedTime, in: transaction)
    case .customerKnown(let known): try Customers.fold(known, message: meta.messageID, in: transaction)
    case .customerRestricted(let change): try Customers.fold(change, message: meta.messageID, in: transaction)
    case .consentChanged(let consent): try Customers.fold(consent, at: meta.time, message: meta.messageID, in: transaction)
    case .colleagueChanged(let fact): try Colleagues.fold(fact, meta.messageID, in: transaction)
    case .disconnectRecorded(let fact): try Register.fold(fact, meta, in: transaction)
    case .orderShipped, .subscriptionChanged, .refundResolved, .lookBackCompleted, .policyPublished, .policyProposed: break
    // Told by others: what follows from them is a fact of the ledger's own.
    case .offerVersioned, .offerScheduled, .offerTurned, .audienceListed, .audiencePrepared, .messageTurned,
      .promiseDeclared, .promiseAnswered, .capacityChanged, .rosterPublished, .briefingAcknowledged, .sheetTurned, .answerTurned,
      .offerAskedAbout, .questionAnswered, .caseTurned, .holdTurned, .remedyAsked, .gateTurned, .gateWaived, .staffNamed, .counterpartNamed,
      .parityApproved:
      break
    }
    try foldOffers(fact, data: data(), meta, in: transaction)
  }

  /// Writes the entries of a fact. Where the fact names its entry, the books must be those that it was told from.
  private static func post(
    _ fact: DomainEvent, order: OrderCaptured? = nil, naming entry: Int64? = nil, _ meta: FactMeta, _ books: inout Books,
    _ transaction: borrowing Transaction
  ) throws {
    let drafts = try Posting.entries(for: fact, order: order)
    if let entry, !drafts.isEmpty, entry != books.nextEntry {
      throw LedgerRefusal.books(.numberedOtherwise(told: entry, next: books.nextEntry))
    }
    for draft in drafts { try books.post(draft, meta, in: transaction) }
  }

  /// The same for a fact that changes an order: its revenue goes by the order's channel.
  private static func post(
    _ fact: DomainEvent, of order: Identifier<Order>, _ meta: FactMeta, _ books: inout Books, _ transaction: borrowing Transaction
  ) throws {
    try post(fact, order: try Orders.find(order, in: transaction)?.order, meta, &books, transaction)
  }
}
