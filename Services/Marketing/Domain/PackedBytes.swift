/// Bytes of numbers and texts as PackedOrder lays them out.
struct PackedBytes {
  private(set) var bytes: [UInt8] = []

  init(reserving count: Int) { bytes.reserveCapacity(count) }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  /// LEB128: seven bits a byte, the lowest first.
  mutating func unsigned(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func signed(_ value: Int64) { unsigned(UInt64(bitPattern: value << 1 ^ value >> 63)) }

  mutating func text(_ text: String) {
    unsigned(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func optional(_ text: String?) {
    guard let text else { return byte(0) }
    unsigned(UInt64(text.utf8.count) + 1)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func optional(_ number: Int64?) {
    guard let number else { return byte(0) }
    byte(1)
    signed(number)
  }
}

/// Reads what PackedBytes wrote.
struct PackedReader {
  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func byte() throws(PackedFault) -> UInt8 {
    guard at < bytes.count else { throw .endsEarly }
    defer { at += 1 }
    return bytes[at]
  }

  mutating func unsigned() throws(PackedFault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, to: 64, by: 7) {
      let byte = try byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .format
  }

  mutating func signed() throws(PackedFault) -> Int64 {
    let value = try unsigned()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// How many follow: never more than there are bytes.
  mutating func count() throws(PackedFault) -> Int {
    let value = try unsigned()
    guard value <= UInt64(bytes.count - at) else { throw .endsEarly }
    return Int(value)
  }

  mutating func text() throws(PackedFault) -> String { try text(of: try count()) }

  mutating func optionalText() throws(PackedFault) -> String? {
    let length = try unsigned()
    guard length > 0 else { return nil }
    guard length - 1 <= UInt64(bytes.count - at) else { throw .endsEarly }
    return try text(of: Int(length - 1))
  }

  mutating func optionalNumber() throws(PackedFault) -> Int64? { try byte() == 0 ? nil : try signed() }

  private mutating func text(of length: Int) throws(PackedFault) -> String {
    guard length <= bytes.count - at else { throw .endsEarly }
    defer { at += length }
    return String(decoding: bytes[at..<at + length], as: UTF8.self)
  }
}
