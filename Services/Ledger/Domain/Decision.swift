package import Contracts

/// What follows from a command to the ledger.
package enum LedgerDecision: Sendable, Equatable {
  /// Keep it, and tell everybody.
  case capture(OrderCaptured)
  /// Known with the same content: nothing changes.
  case exists(KnownOrder)
}

/// Why the ledger says no.
package enum LedgerRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  case differs(order: Identifier<Order>, field: String)
  case placedAhead(placed: Timestamp, now: Timestamp)
  case unbalanced(charged: Money, tendered: Money)
  case tooLarge
  /// The books take its entry not.
  case books(BooksRefusal)

  /// For programs.
  package var code: String {
    switch self {
    case .differs(_, let field): "exists_with_different_" + field.prefix { $0 != "[" }
    case .placedAhead: "placed_ahead"
    case .unbalanced: "tenders_do_not_cover"
    case .tooLarge: "amount_too_large"
    case .books(let refusal): refusal.code
    }
  }

  package var description: String {
    switch self {
    case .differs(let order, let field):
      "order \(order) exists with another \(field); an order's id means one content for ever: capture the change as an amendment, or use another id"
    case .placedAhead(let placed, let now):
      "the order was placed at \(placed), more than 5 minutes after the ledger's now, \(now); check the till's clock and zone"
    case .unbalanced(let charged, let tendered):
      "the tenders come to \(tendered), the lines and charges to \(charged); correct one of them, or leave the tenders out where they are not known"
    case .tooLarge: "the amounts add up to more than 64 bits hold; check the numbers"
    case .books(let refusal): refusal.description
    }
  }
}
