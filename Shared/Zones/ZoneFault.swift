/// Why bytes are no time zone.
package enum ZoneFault: Error, Sendable, Equatable, CustomStringConvertible {
  case tooLarge(Int)
  case truncated(at: Int)
  case notTZif
  case version(UInt8)
  case counts
  /// The change with this index does not come after the one before.
  case order(Int)
  case instant(Int)
  case type(Int)
  case offset(Int)
  case indicator(UInt8)
  case abbreviation(Int)
  /// A file that counts leap seconds names other instants than everybody else.
  case leapSeconds
  case footer(String)

  package var description: String {
    "the time zone file cannot be used: \(reason); install the system's time zone data (tzdata) again"
  }

  private var reason: String {
    switch self {
    case .tooLarge(let count): "it has \(count) bytes, more than \(ZoneLimits.fileBytesMax)"
    case .truncated(let offset): "it ends early, at byte \(offset)"
    case .notTZif: "it is no TZif file"
    case .version(let byte): "its version byte \(byte) is unknown"
    case .counts: "its counts contradict each other"
    case .order(let index): "change \(index) is out of order"
    case .instant(let second): "a change at second \(second) is further away than the stars"
    case .type(let index): "it names a type \(index) that it does not have"
    case .offset(let seconds): "an offset of \(seconds) s is beyond a day"
    case .indicator(let byte): "a yes-or-no byte is \(byte)"
    case .abbreviation(let index): "the abbreviation at \(index) is broken"
    case .leapSeconds: "it counts leap seconds"
    case .footer(let text): "its rule \"\(text)\" cannot be read"
    }
  }
}
