/// The names in the journal's folder.
enum JournalFiles {
  /// A whole segment of zeros or stale records, ready to become the next one.
  static let reserve = "reserve.segment"
  /// A reserve that is still being filled.
  static let fillingReserve = "reserve.filling"
  /// A segment that has no durable head yet.
  static let fillingSegment = "segment.filling"

  static func segment(_ number: UInt64) -> String { digits(number) + ".segment" }
  /// A forgotten segment whose file waits to be recycled.
  static func spare(_ number: UInt64) -> String { digits(number) + ".spare" }
  /// Where bytes of doubt are kept; `again` counts from 2 when the place was in doubt before.
  static func undecided(_ position: Position, again: Int) -> String {
    "undecided-\(position)" + (again > 1 ? "-\(again)" : "") + ".bin"
  }

  /// The place of a file of doubt; nil for other names.
  static func position(undecided name: String) -> Position? {
    guard name.hasPrefix("undecided-"), name.hasSuffix(".bin") else { return nil }
    return UInt64(name.dropFirst("undecided-".count).prefix { $0.isNumber }).map { Position($0) }
  }

  /// Where bytes are kept that stood where a filler stands now.
  static func damaged(_ position: Position) -> String { "damaged-\(position).bin" }

  /// The number of a segment's name; nil for other names.
  static func number(segment name: String) -> UInt64? { number(name, ".segment") }
  static func number(spare name: String) -> UInt64? { number(name, ".spare") }

  private static func number(_ name: String, _ suffix: String) -> UInt64? {
    guard name.hasSuffix(suffix), let number = UInt64(name.dropLast(suffix.count)), (1..<JournalLimits.segmentsMax).contains(number),
      digits(number) + suffix == name
    else { return nil }
    return number
  }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 12 - text.count)) + text
  }
}
