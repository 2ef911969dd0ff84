/// Says whether text may stand where a URI or a reference to one is asked for (RFC 3986); it takes nothing apart.
package enum URIReference {
  /// `absolute`: a scheme must stand in front.
  package static func isValid(_ text: some Collection<UInt8>, absolute: Bool = false) -> Bool {
    guard !text.isEmpty, hasAllowedCharacters(text) else { return false }
    // A colon before the first of / ? # ends a scheme; elsewhere it is an ordinary character (RFC 3986 4.2).
    guard let mark = text.firstIndex(where: { $0 == .colon || ends($0) }), text[mark] == .colon else { return !absolute }
    return isScheme(text[..<mark])
  }

  private static func hasAllowedCharacters(_ text: some Collection<UInt8>) -> Bool {
    var digitsDue = 0
    var fragments = 0
    for byte in text {
      if digitsDue > 0 {
        guard Hex.value(of: byte) != nil else { return false }
        digitsDue -= 1
      } else if byte == UInt8(ascii: "%") {
        digitsDue = 2
      } else {
        guard isLetterOrDigit(byte) || "-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte) else { return false }
        if byte == UInt8(ascii: "#") { fragments += 1 }
      }
    }
    return digitsDue == 0 && fragments <= 1
  }

  private static func isScheme(_ text: some Collection<UInt8>) -> Bool {
    guard let first = text.first, isLetter(first) else { return false }
    return text.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "+") || $0 == .minus || $0 == UInt8(ascii: ".") }
  }

  private static func ends(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") }
  private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
  private static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || (.zero ... .nine).contains(byte) }
}
