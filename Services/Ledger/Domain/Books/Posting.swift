package import Contracts

/// Which entries a fact of the ledger causes. Pure: the fact alone says it, so books can be made again from the facts.
package enum Posting {
  /// The entries of `fact`, in their order; none where it moves no money. `order` is the captured order of a fact that changes one.
  package static func entries(for fact: DomainEvent, order: OrderCaptured? = nil) throws(LedgerRefusal) -> [EntryDraft] {
    do throws(BooksRefusal) {
      switch fact {
      case .orderCaptured(let order): return try sale(order)
      default: return []
      }
    } catch { throw .books(error) }
  }
}
