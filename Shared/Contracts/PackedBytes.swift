/// Numbers and texts as bytes for rows that only programs read: LEB128 numbers, texts with their length.
///
/// ```
/// unsigned  seven bits a byte, the lowest first; the top bit says that more follow
/// signed    zigzag: 0 -1 1 -2 … as 0 1 2 3 …
/// text      length | UTF-8            optional text    0 | length + 1, UTF-8
///                                     optional number  0 | 1, signed
/// ```
package struct PackedBytes {
  package private(set) var bytes: [UInt8] = []

  package init(reserving count: Int) { bytes.reserveCapacity(count) }

  /// One byte as it is.
  package mutating func byte(_ value: UInt8) { bytes.append(value) }

  /// LEB128.
  package mutating func unsigned(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Zigzag, so that small numbers below zero are short too.
  package mutating func signed(_ value: Int64) { unsigned(UInt64(bitPattern: value << 1 ^ value >> 63)) }

  /// Its length in bytes, then UTF-8.
  package mutating func text(_ text: String) {
    unsigned(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// One more than its length, 0 where there is none.
  package mutating func optional(_ text: String?) {
    guard let text else { return byte(0) }
    unsigned(UInt64(text.utf8.count) + 1)
    bytes.append(contentsOf: text.utf8)
  }

  /// 1 and the number, 0 where there is none.
  package mutating func optional(_ number: Int64?) {
    guard let number else { return byte(0) }
    byte(1)
    signed(number)
  }
}

/// Reads what PackedBytes wrote. HOT. The buffer must outlive the reader.
package struct PackedReader {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether nothing follows.
  package var isAtEnd: Bool { at == bytes.count }

  /// Throws `.endsEarly` where none is left, as all of these do.
  package mutating func byte() throws(PackedFault) -> UInt8 {
    guard at < bytes.count else { throw .endsEarly }
    defer { at &+= 1 }
    return bytes[at]
  }

  /// Throws `.format` where it does not fit into 64 bits.
  package mutating func unsigned() throws(PackedFault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, to: 64, by: 7) {
      let byte = try byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .format
  }

  /// Zigzag undone.
  package mutating func signed() throws(PackedFault) -> Int64 {
    let value = try unsigned()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// How many follow: never more than there are bytes.
  package mutating func count() throws(PackedFault) -> Int {
    let value = try unsigned()
    guard value <= UInt64(bytes.count - at) else { throw .endsEarly }
    return Int(value)
  }

  /// What is no UTF-8 comes back as replacement characters.
  package mutating func text() throws(PackedFault) -> String { try text(of: try count()) }

  /// Nil where none was written.
  package mutating func optionalText() throws(PackedFault) -> String? {
    let length = try unsigned()
    guard length > 0 else { return nil }
    guard length - 1 <= UInt64(bytes.count - at) else { throw .endsEarly }
    return try text(of: Int(length - 1))
  }

  /// Nil where none was written.
  package mutating func optionalNumber() throws(PackedFault) -> Int64? { try byte() == 0 ? nil : try signed() }

  private mutating func text(of length: Int) throws(PackedFault) -> String {
    guard length <= bytes.count - at else { throw .endsEarly }
    defer { at &+= length }
    return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[at..<at + length]), as: UTF8.self)
  }
}

/// Why packed bytes are not what they should be.
package enum PackedFault: Error, Equatable, CustomStringConvertible {
  case format, endsEarly
  package var description: String {
    switch self {
    case .format: "what is kept is packed in another format; a newer version may have written it; run that version"
    case .endsEarly: "what is kept ends early; check the store with `accord verify`"
    }
  }
}
