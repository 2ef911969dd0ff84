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
    }
  }

  /// The entries of a fact.
  static func post(
    _ fact: DomainEvent, order: OrderCaptured? = nil, _ meta: FactMeta, _ books: inout Books, _ transaction: borrowing Transaction
  ) throws {
    for draft in try Posting.entries(for: fact, order: order) { try books.post(draft, meta, in: transaction) }
  }
}
