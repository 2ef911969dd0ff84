import Contracts
import Host
import LedgerDomain
import Mesh
import Store

extension Inlets {
  /// What the ledger hears from the others, and what it does about it at once.
  static func offers(_ desk: DepartmentDesk) -> MeshSubscription {
    MeshSubscription(
      name: "offers", filters: ["marketing.budget.*", "marketing.offer.*", "service.budget.opened.v1"],
      inlet: { received, transaction in
        let occasion = desk.occasion(of: received)
        guard let concerned = try hear(received, occasion, in: &transaction) else { return .done }
        try Books.keep(in: &transaction) { books, transaction in
          try act(on: concerned, occasion, desk, books: &books, in: &transaction)
        }
        return .done
      })
  }

  /// What agents give and do not give.
  static func requests(_ desk: DepartmentDesk) -> MeshSubscription {
    MeshSubscription(
      name: "requests", filters: ["service.remedy.*"],
      inlet: { received, transaction in
        let occasion = desk.occasion(of: received)
        guard let concerned = try hear(received, occasion, in: &transaction) else { return .done }
        try Books.keep(in: &transaction) { books, transaction in
          try act(on: concerned, occasion, desk, books: &books, in: &transaction)
        }
        return .done
      })
  }

  /// What bears on the register of disconnects.
  static func watch(_ desk: DepartmentDesk) -> MeshSubscription {
    MeshSubscription(
      name: "watch", filters: Seen.types,
      inlet: { received, transaction in
        try Seen.keep(received, in: transaction)
        return .done
      })
  }

  /// Whom a fact of the others concerns.
  enum Concerned {
    case offer(Identifier<Offer>)
    case budgets
    /// Somebody asked for a remedy.
    case requests
  }

  /// Only writes down what was heard. Nil where it is none of the ledger's business.
  static func hear(_ received: Received, _ occasion: Occasion, in transaction: inout Transaction) throws -> Concerned? {
    switch received.event {
    case .offerVersioned(let fact):
      try OfferRows.hear(fact, in: transaction)
      return .offer(fact.offerID)
    case .offerScheduled(let fact):
      try OfferRows.hear(fact, in: transaction)
      return .offer(fact.offerID)
    case .offerTurned(let fact):
      try OfferRows.hear(fact, in: transaction)
      return .offer(fact.offerID)
    case .budgetChanged(let fact) where fact.publisher != .ledger:
      try Budgets.hear(fact, received.envelope.id, occasion, in: transaction)
      return .budgets
    // One that waits for somebody above, or can be taken back, asks for nothing yet: the next fact of the same request does, or refuses.
    case .remedyAsked(let fact) where !fact.isFinal: return nil
    case let event where event.map { Seen.types.contains($0.type) } == true:
      try Seen.keep(received, in: transaction)
      return nil
    case .remedyAsked(let fact):
      let isNew = try Asked.hear(fact, received, occasion, in: transaction)
      return isNew && fact.turn == .requested ? .requests : nil
    default: return nil
    }
  }

  private static func act(
    on concerned: Concerned, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    switch concerned {
    case .offer(let offer):
      try Offering.proceed(offer, occasion, desk, books: &books, in: &transaction)
      // Agents may have asked for it before its launch was heard.
      try Honouring.answer(occasion, desk, books: &books, in: &transaction)
    case .budgets: try Budgets.answer(occasion, desk, books: &books, in: &transaction)
    case .requests: try Honouring.answer(occasion, desk, books: &books, in: &transaction)
    }
  }

  /// The same when a store is rebuilt: nothing is decided, and what is still open afterwards is asked for when the program runs.
  static func hearAgain(_ received: Received, _ desk: DepartmentDesk, in transaction: inout Transaction) throws -> Disposition {
    let occasion = desk.occasion(of: received)
    switch try hear(received, occasion, in: &transaction) {
    case .offer(let offer):
      try Due.set(at: occasion.now, kind: Offering.kind, subject: offer.text, origin: occasion.origin, in: transaction)
    case .budgets: try Due.set(at: occasion.now, kind: budgetsKind, subject: "all", origin: occasion.origin, in: transaction)
    // What is not answered when all was heard is answered when the program runs.
    case .requests, nil: break
    }
    return .done
  }

  static let budgetsKind = "budgets.answer"

  /// What the ledger does with what falls due.
  static func dueRules(_ desk: DepartmentDesk) -> [String: DueRule] {
    [
      Offering.kind: { try Offering.elapsed($0, $1, desk, in: &$2) },
      Expiry.kind: { try Expiry.elapsed($0, $1, desk, in: &$2) },
      LateMembers.kind: { try LateMembers.elapsed($0, $1, desk, in: &$2) },
      NightlyAudit.kind: { try NightlyAudit.elapsed($0, $1, desk, in: &$2) },
      Honouring.kind: { try Honouring.elapsed($0, $1, desk, in: &$2) },
      Closing.kind: { try Closing.elapsed($0, $1, desk, in: &$2) },
      Policies.due: { try Policies.publish(desk, desk.occasion(of: $0, $1), in: &$2) },
      budgetsKind: { row, now, transaction in
        try Books.keep(in: &transaction) { books, transaction in
          try Budgets.answer(desk.occasion(of: row, now), desk, books: &books, in: &transaction)
        }
      },
    ]
  }
}
