/// Writes JSON into a growing array of bytes: commas by itself, strings escaped as RFC 8259 7 asks, no white space.
///
/// ```
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.member("id", "A-1")
/// writer.name("lines"); writer.beginArray(); writer.integer(1); writer.endArray()
/// writer.endObject()
/// ```
package struct JSONWriter {
  package private(set) var bytes: [UInt8]
  /// Whether a value stands just before, so that the next needs a comma.
  private var followsValue = false

  package init(reserving count: Int = 256) {
    bytes = []
    bytes.reserveCapacity(count)
  }

  /// Goes on behind `bytes`, keeping their storage where it is not shared.
  package init(appendingTo bytes: consuming [UInt8]) { self.bytes = bytes }

  /// What was written, without a copy: the writer ends here, and the bytes may be appended to again.
  package consuming func finish() -> [UInt8] { bytes }

  package mutating func beginObject() { begin(.braceOpen) }
  package mutating func endObject() { end(.braceClose) }
  package mutating func beginArray() { begin(.bracketOpen) }
  package mutating func endArray() { end(.bracketClose) }

  /// The next member's name. It must need no escape: names are ours.
  package mutating func name(_ name: StaticString) {
    separate()
    bytes.append(.quote)
    bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(.quote)
    bytes.append(.colon)
    followsValue = false
  }

  /// The next member's name, whatever is in it.
  package mutating func name(escaping name: String) {
    string(name)
    bytes.append(.colon)
    followsValue = false
  }

  /// A string, escaped where RFC 8259 7 asks for it and nowhere else.
  package mutating func string(_ text: String) {
    separate()
    bytes.append(.quote)
    // Read where it lies: a copy to read from would be one more owner, and there are forty strings in a remedy.
    if text.utf8.withContiguousStorageIfAvailable({ appendEscaped(UnsafeRawBufferPointer($0)) }) == nil {
      var text = text
      text.withUTF8 { appendEscaped(UnsafeRawBufferPointer($0)) }
    }
    bytes.append(.quote)
  }

  /// A string of ASCII that needs no escape, such as an identifier or a time.
  package mutating func plain(_ text: UnsafeRawBufferPointer) {
    separate()
    bytes.append(.quote)
    bytes.append(contentsOf: text)
    bytes.append(.quote)
  }

  /// A whole number in decimal digits.
  package mutating func integer(_ value: some FixedWidthInteger) {
    separate()
    if value < 0 { bytes.append(.minus) }
    appendDigits(UInt64(value.magnitude))
  }

  package mutating func bool(_ value: Bool) { word(value ? "true" : "false") }
  package mutating func null() { word("null") }

  /// One value that is JSON already, spliced in as it is.
  package mutating func raw(_ value: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: value)
  }

  package mutating func member(_ name: StaticString, _ value: String) {
    self.name(name)
    string(value)
  }

  package mutating func member(_ name: StaticString, _ value: some FixedWidthInteger) {
    self.name(name)
    integer(value)
  }

  package mutating func member(_ name: StaticString, _ value: Bool) {
    self.name(name)
    bool(value)
  }

  /// Leaves the member out where there is no value.
  package mutating func member(_ name: StaticString, ifPresent value: String?) {
    if let value { member(name, value) }
  }

  /// Leaves the member out where there is no value.
  package mutating func member(_ name: StaticString, ifPresent value: Int64?) {
    if let value { member(name, value) }
  }

  package mutating func value(_ value: JSON) {
    switch value {
    case .null: null()
    case .bool(let flag): bool(flag)
    case .integer(let number): integer(number)
    case .number(let written): raw(written.utf8)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        name(escaping: member.name)
        self.value(member.value)
      }
      endObject()
    }
  }

  package mutating func member(_ name: StaticString, _ value: JSON) {
    self.name(name)
    self.value(value)
  }

  private mutating func begin(_ bracket: UInt8) {
    if followsValue { bytes.append(.comma) }
    bytes.append(bracket)
    followsValue = false
  }

  private mutating func end(_ bracket: UInt8) {
    bytes.append(bracket)
    followsValue = true
  }

  @inline(__always)
  private mutating func separate() {
    if followsValue { bytes.append(.comma) }
    followsValue = true
  }

  private mutating func word(_ word: StaticString) {
    separate()
    bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  private mutating func appendDigits(_ value: UInt64) {
    guard value >= 10 else { return bytes.append(.zero + UInt8(value)) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = value
      var at = digits.count
      while rest > 0 {
        at -= 1
        digits[at] = .zero + UInt8(rest % 10)
        rest /= 10
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[at...]))
    }
  }

  private mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
    var at = 0
    while at < text.count {
      let start = at
      while true {
        at = JSONScanner.plainRun(text, from: at)
        guard at < text.count, text[at] >= 0x80 else { break }
        at += 1
      }
      bytes.append(contentsOf: text[start..<at])
      guard at < text.count else { return }
      appendEscape(of: text[at])
      at += 1
    }
  }

  private mutating func appendEscape(of byte: UInt8) {
    bytes.append(.backslash)
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case .quote, .backslash: bytes.append(byte)
    default:
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(Hex.digit(byte >> 4))
      bytes.append(Hex.digit(byte & 15))
    }
  }
}
