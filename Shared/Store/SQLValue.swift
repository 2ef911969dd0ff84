package import Contracts

/// A value on its way into a statement.
package enum SQLValue: Sendable, Equatable {
  case integer(Int64)
  case text(String)
  case blob([UInt8])
  case null

  /// A count or sequence. Traps above 2^63 - 1, which SQLite cannot hold.
  package static func unsigned(_ value: UInt64) -> SQLValue {
    guard let signed = Int64(exactly: value) else { preconditionFailure("SQLite holds integers up to 2^63 - 1, this is \(value)") }
    return .integer(signed)
  }

  /// Milliseconds since 1970.
  package static func timestamp(_ value: Timestamp) -> SQLValue { .integer(value.milliseconds) }

  /// Text where there is one, else null.
  package static func optional(_ value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }

  /// An integer where there is one, else null.
  package static func optional(_ value: Int64?) -> SQLValue { value.map(SQLValue.integer) ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(nilLiteral: ()) { self = .null }
}
