/// Which column of an orders' feed means what, each by its place among the mapped columns; nil where it is not mapped.
package struct OrderColumns: Sendable {
  package static let roles: [FeedColumns.Role] = [
    .init("order"), .init("customer"), .init("sku"), .init("quantity"), .init("amount", required: true), .init("placed", required: true),
    .init("shipping"), .init("tax"), .init("list"), .init("discount"), .init("offer"), .init("tender"), .init("status"), .init("line"),
    .init("seller"), .init("channel"), .init("country"), .init("subscription"), .init("period"),
  ]

  /// A column's meaning as a small number, so that a row is read without comparing names.
  enum Meaning: UInt8 {
    case order, customer, sku, quantity, amount, placed, shipping, tax, list, discount, offer, tender, status, line, seller, channel,
      country
    case subscription, period
  }

  /// By place among the mapped columns.
  let meanings: [Meaning]

  package init(_ columns: FeedColumns) {
    meanings = columns.columns.map { column in
      guard let at = Self.roles.firstIndex(where: { $0.name == column.role }), let meaning = Meaning(rawValue: UInt8(at)) else {
        preconditionFailure("\(column.role) is no meaning of an order's column")
      }
      return meaning
    }
  }

  func has(_ meaning: Meaning) -> Bool { meanings.contains(meaning) }
}
