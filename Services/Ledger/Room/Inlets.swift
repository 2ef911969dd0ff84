import Contracts
import LedgerDomain
import Mesh
import Store

/// What the ledger does with facts when its store is rebuilt from the journal: decode, decide, write. So far it hears nobody but itself.
enum Inlets {
  /// Takes back an order that the ledger itself told of; nothing is told again.
  static func order(_ received: Received, in transaction: inout Transaction) throws -> Disposition {
    guard case .orderCaptured(let order)? = received.event else { return .done }
    let known = try Orders.find(order.orderID, in: transaction)
    let decision: LedgerDecision
    do throws(LedgerRefusal) { decision = try LedgerDomain.recall(order, given: known) } catch {
      return .never(reason: error.description)
    }
    switch decision {
    case .capture(let order):
      let envelope = received.envelope
      try Books.keep(in: &transaction) { books, transaction in
        try Facts.fold(.orderCaptured(order), data: envelope.data, FactMeta(envelope), books: &books, in: &transaction)
      }
    case .exists: break
    }
    return .done
  }
}
