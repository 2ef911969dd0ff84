import Contracts
import Host
import LedgerDomain
import Mesh
import Store

/// The ledger's state is a fold of its own facts: a fact that is told is folded at once, a fact that is heard again is folded the same way.
///
/// ```
/// live     decide ─▸ fact ─▸ tell = outbox + fold        one transaction
/// rebuild            fact ─▸        fold                 nothing is decided and nothing is told again
/// ```
enum Facts {
  /// Writes `fact` into the outbox and into the ledger's tables and books. `instant` is when it was true.
  @discardableResult
  static func tell(
    _ fact: DomainEvent, true instant: Timestamp, _ occasion: DepartmentDesk.Occasion, _ desk: DepartmentDesk, books: inout Books,
    in transaction: inout Transaction
  ) throws -> DepartmentDesk.Told {
    let told = try desk.publish(fact, true: instant, occasion, in: transaction)
    let meta = FactMeta(
      messageID: told.id, time: instant, recordedTime: occasion.now, correlation: occasion.correlation,
      causation: "command/\(occasion.key)", actorKind: "service_account", actor: occasion.principal)
    try fold(fact, data: fact.encode(), meta, books: &books, in: &transaction)
    return told
  }

  /// Writes what `fact` says into the ledger's tables, and its entries into the books. `data` is the fact as it was told, byte for byte.
  static func fold(
    _ fact: DomainEvent, data: [UInt8], _ meta: FactMeta, books: inout Books, in transaction: inout Transaction
  ) throws {
    switch fact {
    case .orderCaptured(let order):
      try Orders.insert(order, content: data, message: meta.messageID, actor: meta.actor, in: transaction)
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
    case .orderShipped, .subscriptionChanged, .refundResolved, .lookBackCompleted, .customerKnown, .consentChanged, .customerRestricted,
      .productsListed, .policyPublished:
      break
    // Told by others: what follows from them is a fact of the ledger's own.
    case .offerVersioned, .offerScheduled, .offerTurned, .audiencePrepared, .messageTurned: break
    }
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
