/// Reads field lines and what they say about the body's end (RFC 9110 5, RFC 9112 5 and 6).
enum FieldParser {
  /// `Name: value`; the name is lower-cased, as it means the same.
  static func field(_ line: [UInt8]) throws(HTTPRefusal) -> Headers.Field {
    guard let first = line.first else { throw .malformedField }
    guard first != 0x20, first != 0x09 else { throw .foldedField }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { throw .malformedField }
    // A blank before the colon is forbidden: others would read another name (RFC 9112 5.1).
    guard line[..<colon].allSatisfy(isToken) else { throw .malformedField }
    var value = line[(colon + 1)...]
    while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
    while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
    // Visible characters, blanks and bytes beyond ASCII (RFC 9110 5.5).
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .malformedField }
    return Headers.Field(
      name: String(decoding: line[..<colon].map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }, as: UTF8.self),
      value: String(decoding: value, as: UTF8.self))
  }

  /// RFC 9110 5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
      UInt8(ascii: "*"),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// How the body ends. Anything that two programs could read differently is refused: that is how requests are smuggled (RFC 9112 11.2).
  static func framing(_ headers: Headers, minorVersion: Int) throws(HTTPRefusal) -> BodyFraming {
    let lengths = headers.all("content-length")
    let codings = headers.all("transfer-encoding")
    guard codings.isEmpty else {
      guard lengths.isEmpty else { throw .lengthAndChunks }
      guard minorVersion == 1 else { throw .unsupportedCoding("in HTTP/1.0") }
      guard codings.count == 1, Headers.same(codings[0], "chunked") else { throw .unsupportedCoding(String(codings[0].prefix(40))) }
      return .chunked
    }
    guard let text = lengths.first else { return .none }
    guard lengths.count == 1 else { throw .repeatedLength }
    guard !text.utf8.contains(UInt8(ascii: ",")) else { throw .repeatedLength }
    // Eighteen digits always fit an Int.
    guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text) else {
      throw .malformedLength
    }
    return .length(length)
  }
}
