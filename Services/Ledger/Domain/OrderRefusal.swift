package import Contracts

/// Why a change of an order, or of what it was given, is refused.
package enum OrderRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  case noOrder(String)
  case noLine(order: Identifier<Order>, line: String, known: [String])
  case nothing
  case notPositive(line: String, quantity: Int64)
  case moreThanLeft(line: String, left: Int64, wanted: Int64)
  case twice(line: String)
  case shippingBeyond(left: Money, wanted: Money)
  case shipped(Identifier<Order>)
  case gone(Identifier<Order>)
  case otherCurrency(Currency, Currency)
  case lineExists(String)
  case unbalanced(charged: Money, tendered: Money)
  case tooLarge
  case noRemedy(String)
  case notWaiting(RemedyID, state: String)
  case unreadable(String)

  /// For programs.
  package var code: String {
    switch self {
    case .noOrder: "no_order"
    case .noLine: "no_line"
    case .nothing: "nothing_named"
    case .notPositive: "quantity_not_positive"
    case .moreThanLeft: "more_than_left"
    case .twice: "line_named_twice"
    case .shippingBeyond: "shipping_beyond"
    case .shipped: "already_shipped"
    case .gone: "nothing_left"
    case .otherCurrency: "other_currency"
    case .lineExists: "line_exists"
    case .unbalanced: "tenders_do_not_cover"
    case .tooLarge: "amount_too_large"
    case .noRemedy: "no_remedy"
    case .notWaiting: "not_waiting"
    case .unreadable: "unreadable"
    }
  }

  /// The status of an answer over HTTP.
  package var status: Int {
    switch self {
    case .noOrder, .noRemedy: 404
    case .unreadable: 400
    case .noLine, .nothing, .notPositive, .moreThanLeft, .twice, .shippingBeyond, .shipped, .gone, .otherCurrency, .lineExists, .unbalanced,
      .tooLarge, .notWaiting:
      409
    }
  }

  package var description: String {
    switch self {
    case .noOrder(let id): "no order \(id) was captured; check its id"
    case .noLine(let order, let line, let known):
      "order \(order) has no line \(line); its lines are \(known.prefix(10).joined(separator: ", "))\(known.count > 10 ? ", ..." : "")"
    case .nothing: "nothing is named; name lines with quantities, or the shipping"
    case .notPositive(let line, let quantity): "\(quantity) of line \(line) is no quantity; name one or more"
    case .moreThanLeft(let line, let left, let wanted): "\(wanted) of line \(line) are named and \(left) are left; name no more than that"
    case .twice(let line): "line \(line) is named twice; name it once with the whole quantity"
    case .shippingBeyond(let left, let wanted):
      "\(wanted) of the shipping are to go back and \(left) are left of it; name no more than that"
    case .shipped(let order): "order \(order) has left the house, so it cannot be cancelled; take it back as a return"
    case .gone(let order): "nothing is left of order \(order); it was returned or cancelled before"
    case .otherCurrency(let order, let other): "the order is in \(order), this is in \(other); write it in \(order)"
    case .lineExists(let line): "the order has a line \(line) already; give the added line another name"
    case .unbalanced(let charged, let tendered):
      "the tenders come to \(tendered), the added lines to \(charged); correct one of them, or leave the tenders out"
    case .tooLarge: "the amounts add up to more than 64 bits hold; check the numbers"
    case .noRemedy(let id): "there is no remedy \(id); its id looks like OFFER/ORDER#1"
    case .notWaiting(let id, let state): "remedy \(id) waits for nothing: it is \(state); each is resolved once"
    case .unreadable(let why): "the request cannot be read: \(why)"
    }
  }
}
