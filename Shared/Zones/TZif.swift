import Contracts

/// The contents of a TZif file (RFC 9636), checked.
///
/// ```
///   "TZif" version .. counts | 32-bit data | "TZif" version .. counts | 64-bit data | \n rule \n
///   version 1 ends here ------------------>  from version 2 on this half alone is read
///   data: changes, type of each, types (offset, isDST, abbreviation), abbreviations, leap seconds, indicators
/// ```
struct TZif: Sendable {
  /// Seconds since 1970-01-01T00:00:00Z at which another type begins, rising.
  private(set) var changes: [Int] = []
  private var typeAtChange: [Int] = []
  private var types: [Zone.Offset] = []
  /// What holds after the last change; nil where that change's type just goes on.
  private(set) var rule: ZoneRule?

  init(_ bytes: [UInt8]) throws(ZoneFault) {
    guard bytes.count <= ZoneLimits.fileBytesMax else { throw .tooLarge(bytes.count) }
    var cursor = Cursor(bytes: bytes)
    var header = try Header(&cursor)
    if header.version == 0 {
      try readData(&cursor, header, timeBytes: 4)
      return
    }
    try cursor.skip(header.dataBytes(timeBytes: 4))
    header = try Header(&cursor)
    try readData(&cursor, header, timeBytes: 8)
    let footer = try cursor.line()
    rule = footer.isEmpty ? nil : try ZoneRule(footer)
  }

  /// The type in force at `second` as the table has it: the first type before the first change (RFC 9636 3.2).
  func offset(at second: Int) -> Zone.Offset {
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle] <= second { low = middle + 1 } else { high = middle }
    }
    return types[low == 0 ? 0 : typeAtChange[low - 1]]
  }

  private mutating func readData(_ cursor: inout Cursor, _ header: Header, timeBytes: Int) throws(ZoneFault) {
    // Read nothing by halves: what the counts promise must be there before anything is reserved for it.
    guard header.dataBytes(timeBytes: timeBytes) <= cursor.left else { throw .truncated(at: cursor.at + cursor.left) }
    guard header.leapCount == 0 else { throw .leapSeconds }
    for index in 0..<header.changeCount {
      let second = Int(try cursor.integer(bytes: timeBytes))
      guard second.magnitude <= 1 << 60 else { throw .instant(second) }
      if let last = changes.last, last >= second { throw .order(index) }
      changes.append(second)
    }
    for _ in 0..<header.changeCount {
      let type = Int(try cursor.byte())
      guard type < header.typeCount else { throw .type(type) }
      typeAtChange.append(type)
    }
    var bare: [(seconds: Int, isDST: Bool, abbreviation: Int)] = []
    for _ in 0..<header.typeCount {
      let seconds = Int(try cursor.integer(bytes: 4))
      guard ZoneLimits.offsetSeconds.contains(seconds) else { throw .offset(seconds) }
      let isDST = try cursor.byte()
      guard isDST <= 1 else { throw .indicator(isDST) }
      bare.append((seconds, isDST == 1, Int(try cursor.byte())))
    }
    let names = try cursor.take(header.nameBytes)
    for type in bare {
      types.append(
        Zone.Offset(seconds: type.seconds, abbreviation: try Self.name(in: names, at: type.abbreviation), isDST: type.isDST))
    }
    try cursor.skip(header.standardCount + header.universalCount)
  }

  private static func name(in names: ArraySlice<UInt8>, at index: Int) throws(ZoneFault) -> String {
    let name = names.dropFirst(index).prefix { $0 != 0 }
    guard index < names.count, name.endIndex < names.endIndex, name.count <= ZoneLimits.abbreviationBytesMax,
      name.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { throw .abbreviation(index) }
    return String(decoding: name, as: UTF8.self)
  }
}

extension TZif {
  /// The 44 bytes in front of each half.
  private struct Header {
    let version: UInt8
    let universalCount, standardCount, leapCount, changeCount, typeCount, nameBytes: Int

    init(_ cursor: inout Cursor) throws(ZoneFault) {
      guard try cursor.take(4).elementsEqual("TZif".utf8) else { throw .notTZif }
      version = try cursor.byte()
      guard version == 0 || (UInt8(ascii: "2")...UInt8(ascii: "4")).contains(version) else { throw .version(version) }
      try cursor.skip(15)
      universalCount = try cursor.count()
      standardCount = try cursor.count()
      leapCount = try cursor.count()
      changeCount = try cursor.count()
      typeCount = try cursor.count()
      nameBytes = try cursor.count()
      guard (1...256).contains(typeCount), nameBytes > 0, universalCount == 0 || universalCount == typeCount,
        standardCount == 0 || standardCount == typeCount
      else { throw .counts }
    }

    func dataBytes(timeBytes: Int) -> Int {
      changeCount * (timeBytes + 1) + typeCount * 6 + nameBytes + leapCount * (timeBytes + 4) + standardCount + universalCount
    }
  }

  /// A place in the file; nothing is read past its end.
  private struct Cursor {
    let bytes: [UInt8]
    var at = 0

    var left: Int { bytes.count - at }

    mutating func take(_ count: Int) throws(ZoneFault) -> ArraySlice<UInt8> {
      guard count <= left else { throw .truncated(at: bytes.count) }
      at += count
      return bytes[at - count..<at]
    }

    mutating func skip(_ count: Int) throws(ZoneFault) { _ = try take(count) }
    mutating func byte() throws(ZoneFault) -> UInt8 { try integer(bytes: 1, as: UInt8.self) }
    mutating func count() throws(ZoneFault) -> Int { Int(try integer(bytes: 4, as: UInt32.self)) }

    /// A big-endian number with its sign.
    mutating func integer(bytes count: Int) throws(ZoneFault) -> Int64 {
      count == 4 ? Int64(try integer(bytes: 4, as: Int32.self)) : try integer(bytes: 8, as: Int64.self)
    }

    private mutating func integer<Number: FixedWidthInteger>(bytes count: Int, as: Number.Type) throws(ZoneFault) -> Number {
      var bits: UInt64 = 0
      for byte in try take(count) { bits = bits << 8 | UInt64(byte) }
      return Number(truncatingIfNeeded: bits)
    }

    /// The footer: a line between two line feeds.
    mutating func line() throws(ZoneFault) -> String {
      guard try byte() == 0x0A else { throw .footer("it does not begin with a line feed") }
      let line = bytes[at...].prefix { $0 != 0x0A }
      guard line.endIndex < bytes.endIndex else { throw .truncated(at: bytes.count) }
      at = line.endIndex + 1
      return String(decoding: line, as: UTF8.self)
    }
  }
}
