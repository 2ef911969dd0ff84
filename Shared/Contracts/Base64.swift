/// Bytes as Base64 (RFC 4648 4, with padding) and as its URL-safe kind (5, without).
package enum Base64 {
  package static func encode(_ bytes: [UInt8]) -> String { encode(bytes, letters: plain, padded: true) }
  package static func encodeURL(_ bytes: [UInt8]) -> String { encode(bytes, letters: forURLs, padded: false) }

  /// The bytes; nil where `text` is not exactly what `encode` writes.
  package static func decode(_ text: String) -> [UInt8]? {
    guard text.utf8.count % 4 == 0 else { return nil }
    var digits = Array(text.utf8)
    for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
    return decode(digits, values: plainValues)
  }

  /// The bytes; nil where `text` is not exactly what `encodeURL` writes.
  package static func decodeURL(_ text: String) -> [UInt8]? { decode(Array(text.utf8), values: urlValues) }

  private static func encode(_ bytes: [UInt8], letters: [UInt8], padded: Bool) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var at = 0
    while at < bytes.count {
      let count = min(3, bytes.count - at)
      var group = UInt32(bytes[at]) << 16
      if count > 1 { group |= UInt32(bytes[at + 1]) << 8 }
      if count > 2 { group |= UInt32(bytes[at + 2]) }
      for index in 0...count { text.append(letters[Int(group >> UInt32(18 - 6 * index) & 63)]) }
      if padded { for _ in count..<3 { text.append(UInt8(ascii: "=")) } }
      at += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func decode(_ digits: [UInt8], values: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3 + 2)
    var group: UInt32 = 0
    var bits = 0
    for digit in digits {
      let value = values[Int(digit)]
      guard value < 64 else { return nil }
      group = group << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
      }
    }
    // Six bits left mean a lone digit; bits that are left must be zero, or two texts would name the same bytes (RFC 4648 3.5).
    guard bits < 6, group & (1 << UInt32(bits) - 1) == 0 else { return nil }
    return bytes
  }

  private static let plain = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let forURLs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let plainValues = values(plain)
  private static let urlValues = values(forURLs)

  private static func values(_ letters: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }
}
