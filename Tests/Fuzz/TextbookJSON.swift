/// JSON as RFC 8259 spells it, recursive and slow: what the scanner is held against.
///
/// Beyond the grammar it wants what the scanner says that it wants: UTF-8, whole surrogate pairs, bounded depth.
struct TextbookJSON {
  private let bytes: [UInt8]
  private var at = 0
  private let depthMax: Int

  /// The offset behind the value that `bytes` begin with; nil where there is none.
  static func end(_ bytes: UnsafeRawBufferPointer, depthMax: Int) -> Int? {
    var reader = TextbookJSON(bytes: Array(bytes), depthMax: depthMax)
    reader.space()
    return reader.value(1) ? reader.at : nil
  }

  private init(bytes: [UInt8], depthMax: Int) {
    self.bytes = bytes
    self.depthMax = depthMax
  }

  private var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func take(_ wanted: Character) -> Bool {
    guard byte == wanted.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func space() { while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 } }

  private mutating func value(_ depth: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "{"): depth <= depthMax && object(depth)
    case UInt8(ascii: "["): depth <= depthMax && array(depth)
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "t"): word("true")
    case UInt8(ascii: "f"): word("false")
    case UInt8(ascii: "n"): word("null")
    case UInt8(ascii: "-"), .some(0x30...0x39): number()
    default: false
    }
  }

  private mutating func object(_ depth: Int) -> Bool {
    at += 1
    space()
    if take("}") { return true }
    while true {
      guard string() else { return false }
      space()
      guard take(":") else { return false }
      space()
      guard value(depth + 1) else { return false }
      space()
      if take("}") { return true }
      guard take(",") else { return false }
      space()
    }
  }

  private mutating func array(_ depth: Int) -> Bool {
    at += 1
    space()
    if take("]") { return true }
    while true {
      guard value(depth + 1) else { return false }
      space()
      if take("]") { return true }
      guard take(",") else { return false }
      space()
    }
  }

  private mutating func word(_ text: String) -> Bool {
    guard bytes[at...].starts(with: text.utf8) else { return false }
    at += text.utf8.count
    return true
  }

  private mutating func number() -> Bool {
    _ = take("-")
    if !take("0") { guard digits() else { return false } }
    if take(".") { guard digits() else { return false } }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard digits() else { return false }
    }
    // A digit behind a zero is part of the number, and wrong; everything else is whatever follows.
    return !(byte.map { (0x30...0x39).contains($0) } ?? false)
  }

  private mutating func digits() -> Bool {
    let start = at
    while let byte, (0x30...0x39).contains(byte) { at += 1 }
    return at > start
  }

  private mutating func string() -> Bool {
    guard take("\"") else { return false }
    let start = at
    while let byte {
      if byte < 0x20 { return false }
      if byte == UInt8(ascii: "\"") {
        // The standard library's own check, whole string at once.
        guard String(validating: bytes[start..<at], as: UTF8.self) != nil else { return false }
        at += 1
        return true
      }
      at += 1
      if byte == UInt8(ascii: "\\") { guard escape() else { return false } }
    }
    return false
  }

  private mutating func escape() -> Bool {
    guard let byte else { return false }
    at += 1
    guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
    guard let unit = unit() else { return false }
    if (0xDC00...0xDFFF).contains(unit) { return false }
    guard (0xD800...0xDBFF).contains(unit) else { return true }
    guard take("\\"), take("u"), let low = self.unit() else { return false }
    return (0xDC00...0xDFFF).contains(low)
  }

  private mutating func unit() -> Int? {
    guard at + 4 <= bytes.count, bytes[at..<at + 4].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else { return nil }
    defer { at += 4 }
    return Int(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
  }
}
