/// The text of a string inside a buffer, compared without making a String. Valid as long as the buffer is.
package struct JSONName: CustomStringConvertible {
  /// The bytes between the quotation marks, as they are written.
  package let written: UnsafeRawBufferPointer
  package let escaped: Bool

  package init(_ bytes: UnsafeRawBufferPointer, _ span: JSONSpan) {
    written = UnsafeRawBufferPointer(rebasing: bytes[span.range])
    escaped = span.escaped
  }

  /// Lets `switch name { case "id": ... }` read as it should.
  @inline(__always)
  package static func ~= (pattern: StaticString, name: JSONName) -> Bool { name.equals(pattern) }

  /// Whether the text, escapes resolved, is `other`.
  @inline(__always)
  package func equals(_ other: StaticString) -> Bool {
    let wanted = UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
    if escaped { return text.elementsEqual(wanted) }
    return written.sameBytes(as: wanted)
  }

  /// Whether both name the same, however they are written.
  package func equals(_ other: JSONName) -> Bool {
    if escaped || other.escaped { return text == other.text }
    return written.sameBytes(as: other.written)
  }

  /// The text's bytes, escapes resolved.
  package var text: [UInt8] { escaped ? JSONScanner.resolveEscapes(written) : Array(written) }
  package var description: String { String(decoding: text, as: UTF8.self) }
}

extension UnsafeRawBufferPointer {
  /// Whether both hold the same bytes: eight a step.
  @inline(__always)
  package func sameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    var at = 0
    while at &+ 8 <= count {
      guard loadUnaligned(fromByteOffset: at, as: UInt64.self) == other.loadUnaligned(fromByteOffset: at, as: UInt64.self) else {
        return false
      }
      at &+= 8
    }
    while at < count {
      guard self[at] == other[at] else { return false }
      at &+= 1
    }
    return true
  }
}

extension JSONScanner {
  /// The text of a string that the scanner has passed, escapes resolved, in UTF-8. `written` is what stands between the quotation marks.
  package static func resolveEscapes(_ written: UnsafeRawBufferPointer) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(written.count)
    var at = 0
    while at < written.count {
      guard written[at] == .backslash else {
        text.append(written[at])
        at += 1
        continue
      }
      let letter = written[at + 1]
      at += 2
      switch letter {
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        var scalar = hexUnit(written, at: at)
        at += 4
        if scalar & 0xFC00 == 0xD800 {
          scalar = 0x10000 + (scalar & 0x3FF) << 10 + (hexUnit(written, at: at + 2) & 0x3FF)
          at += 6
        }
        appendUTF8(scalar, to: &text)
      default: text.append(letter)
      }
    }
    return text
  }

  private static func hexUnit(_ written: UnsafeRawBufferPointer, at start: Int) -> UInt32 {
    var unit: UInt32 = 0
    for at in start..<start + 4 {
      guard let digit = Hex.value(of: written[at]) else {
        preconditionFailure("only strings that the scanner passed have their escapes resolved")
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  private static func appendUTF8(_ scalar: UInt32, to text: inout [UInt8]) {
    guard let character = Unicode.Scalar(scalar) else { preconditionFailure("the scanner lets no half of a surrogate pair pass") }
    text.append(contentsOf: character.utf8)
  }
}
