/// The scalars of JSON: strings, numbers and the three words.
extension JSONScanner {
  /// Checks the string whose opening quotation mark is at `start`.
  ///
  /// Eight bytes a step while nothing in them is a quotation mark, a backslash, a control character or beyond ASCII.
  @inline(__always)
  package static func scanString(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(JSONFault) -> JSONSpan {
    guard start < bytes.count else { throw JSONFault(.endsEarly, at: start) }
    guard bytes[start] == .quote else { throw JSONFault(.unexpected(bytes[start], wanted: .string), at: start) }
    let at = plainRun(bytes, from: start + 1)
    if at < bytes.count, bytes[at] == .quote { return JSONSpan(start: start + 1, close: at, escaped: false) }
    return try scanStringSlowly(bytes, start: start + 1, from: at)
  }

  /// The offset of the first byte at or after `start` that needs a look: `"`, `\`, below 0x20 or from 0x80 on; or the buffer's end.
  @inline(__always)
  package static func plainRun(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var at = start
    while at &+ 8 <= bytes.count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let marks = needingALook(word)
      if marks != 0 { return at &+ marks.trailingZeroBitCount / 8 }
      at &+= 8
    }
    while at < bytes.count {
      let byte = bytes[at]
      if byte == .quote || byte == .backslash || byte < 0x20 || byte >= 0x80 { return at }
      at &+= 1
    }
    return at
  }

  /// Sets the top bit of the bytes that need a look; above the lowest such byte bits may be set wrongly, below it never:
  /// a subtraction borrows only out of a byte that is itself marked.
  @inline(__always)
  static func needingALook(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let control = word &- ones &* 0x20
    let quote = (word ^ ones &* 0x22) &- ones
    let backslash = (word ^ ones &* 0x5C) &- ones
    return (control | quote | backslash | word) & (ones &* 0x80)
  }

  /// The rest of a string that has escapes, characters beyond ASCII, or a fault.
  @inline(never)
  private static func scanStringSlowly(
    _ bytes: UnsafeRawBufferPointer, start: Int, from first: Int
  ) throws(JSONFault) -> JSONSpan {
    var at = first
    var escaped = false
    while at < bytes.count {
      let byte = bytes[at]
      if byte == .quote { return JSONSpan(start: start, close: at, escaped: escaped) }
      if byte == .backslash {
        escaped = true
        at = try scanEscape(bytes, from: at)
      } else if byte >= 0x80 {
        at = try scanBeyondASCII(bytes, from: at)
      } else if byte < 0x20 {
        throw JSONFault(.controlCharacter(byte), at: at)
      }
      at = plainRun(bytes, from: at)
    }
    throw JSONFault(.endsEarly, at: at)
  }

  /// One escape from its backslash on, a surrogate pair as one. Returns the offset after it.
  private static func scanEscape(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(JSONFault) -> Int {
    guard start + 1 < bytes.count else { throw JSONFault(.endsEarly, at: bytes.count) }
    switch bytes[start + 1] {
    case .quote, .backslash, UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
      UInt8(ascii: "t"):
      return start + 2
    case UInt8(ascii: "u"):
      let unit = try scanHex(bytes, from: start + 2)
      guard unit & 0xF800 == 0xD800 else { return start + 6 }
      guard unit < 0xDC00, start + 7 < bytes.count, bytes[start + 6] == .backslash, bytes[start + 7] == UInt8(ascii: "u") else {
        throw JSONFault(.loneSurrogate, at: start)
      }
      let low = try scanHex(bytes, from: start + 8)
      guard low & 0xFC00 == 0xDC00 else { throw JSONFault(.loneSurrogate, at: start) }
      return start + 12
    default:
      throw JSONFault(.unknownEscape(bytes[start + 1]), at: start)
    }
  }

  /// Four hexadecimal digits.
  static func scanHex(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(JSONFault) -> UInt32 {
    var unit: UInt32 = 0
    for at in start..<start + 4 {
      guard at < bytes.count else { throw JSONFault(.endsEarly, at: bytes.count) }
      guard let digit = Hex.value(of: bytes[at]) else { throw JSONFault(.unexpected(bytes[at], wanted: .hexDigit), at: at) }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  /// One character beyond ASCII (RFC 3629 4: the table of well-formed sequences). Returns the offset after it.
  private static func scanBeyondASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(JSONFault) -> Int {
    let lead = bytes[start]
    let second: ClosedRange<UInt8>
    let count: Int
    switch lead {
    case 0xC2...0xDF: (second, count) = (0x80...0xBF, 2)
    case 0xE0: (second, count) = (0xA0...0xBF, 3)
    case 0xE1...0xEC, 0xEE...0xEF: (second, count) = (0x80...0xBF, 3)
    case 0xED: (second, count) = (0x80...0x9F, 3)
    case 0xF0: (second, count) = (0x90...0xBF, 4)
    case 0xF1...0xF3: (second, count) = (0x80...0xBF, 4)
    case 0xF4: (second, count) = (0x80...0x8F, 4)
    default: throw JSONFault(.notUTF8, at: start)
    }
    guard start + count <= bytes.count else { throw JSONFault(.endsEarly, at: bytes.count) }
    guard second.contains(bytes[start + 1]) else { throw JSONFault(.notUTF8, at: start) }
    for at in start + 2..<max(start + 2, start + count) where bytes[at] & 0xC0 != 0x80 { throw JSONFault(.notUTF8, at: start) }
    return start + count
  }

  /// Checks the number that begins at `start`. `whole`: neither fraction nor exponent stands in it.
  package static func scanNumber(
    _ bytes: UnsafeRawBufferPointer, from start: Int
  ) throws(JSONFault) -> (end: Int, whole: Bool) {
    var at = start
    if at < bytes.count, bytes[at] == .minus { at += 1 }
    guard at < bytes.count else { throw JSONFault(.endsEarly, at: at) }
    if bytes[at] == .zero {
      at += 1
      if at < bytes.count, isDigit(bytes[at]) { throw JSONFault(.leadingZero, at: at - 1) }
    } else {
      at = try scanDigits(bytes, from: at)
    }
    guard at < bytes.count else { return (at, true) }
    var whole = true
    if bytes[at] == UInt8(ascii: ".") {
      whole = false
      at = try scanDigits(bytes, from: at + 1)
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      whole = false
      at += 1
      if at < bytes.count, bytes[at] == .minus || bytes[at] == UInt8(ascii: "+") { at += 1 }
      at = try scanDigits(bytes, from: at)
    }
    return (at, whole)
  }

  /// One digit or more.
  @inline(__always)
  private static func scanDigits(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(JSONFault) -> Int {
    guard start < bytes.count else { throw JSONFault(.endsEarly, at: start) }
    guard isDigit(bytes[start]) else { throw JSONFault(.unexpected(bytes[start], wanted: .digit), at: start) }
    var at = start + 1
    while at < bytes.count, isDigit(bytes[at]) { at += 1 }
    return at
  }

  @inline(__always)
  private static func isDigit(_ byte: UInt8) -> Bool { byte &- .zero <= 9 }

  /// `true`, `false` or `null`.
  package static func scanWord(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(JSONFault) -> Int {
    let word: StaticString = bytes[start] == UInt8(ascii: "t") ? "true" : bytes[start] == UInt8(ascii: "f") ? "false" : "null"
    for index in 0..<word.utf8CodeUnitCount {
      guard start + index < bytes.count else { throw JSONFault(.endsEarly, at: bytes.count) }
      guard bytes[start + index] == word.utf8Start[index] else {
        throw JSONFault(.unexpected(bytes[start + index], wanted: .value), at: start + index)
      }
    }
    return start + word.utf8CodeUnitCount
  }
}
