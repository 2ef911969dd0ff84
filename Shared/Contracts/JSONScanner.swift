/// Reads JSON exactly as RFC 8259 spells it, without building anything: no allocation, one pass, bounded depth.
///
/// ```
///   from                                  end
///    v                                     v
///   { "id" : "A-1" , "lines" : [ 1, 2 ] }       scan(bytes, from:) -> end
///     ^-------------- JSONWalk ------------     the same, member by member
/// ```
/// Beyond the grammar: UTF-8 is checked (RFC 3629: nothing overlong, no surrogates, nothing past U+10FFFF), half a surrogate pair
/// in `\u` escapes is refused (it names no character), a byte order mark is no white space, and depth is at most `Limits.jsonDepthMax`.
/// Offsets count bytes from the buffer's start.
package enum JSONScanner {
  /// Checks that `bytes` are one value with nothing but white space around it.
  package static func validate(_ bytes: UnsafeRawBufferPointer) throws(JSONFault) {
    let end = skipWhitespace(bytes, from: try scan(bytes, from: 0))
    guard end == bytes.count else { throw JSONFault(.afterEnd, at: end) }
  }

  /// Checks one value, white space before it allowed. Returns the offset just after it.
  ///
  /// `depth` counts the arrays and objects that are already open around it.
  package static func scan(_ bytes: UnsafeRawBufferPointer, from start: Int, depth base: Int = 0) throws(JSONFault) -> Int {
    var at = skipWhitespace(bytes, from: start)
    var depth = base
    // One bit for each open level, the innermost lowest: 1 an object, 0 an array. jsonDepthMax keeps it within 64.
    var open: UInt64 = 0
    value: while true {
      guard at < bytes.count else { throw JSONFault(.endsEarly, at: at) }
      switch bytes[at] {
      case .quote:
        at = try scanString(bytes, from: at).end
      case .braceOpen:
        guard depth < Limits.jsonDepthMax else { throw JSONFault(.tooDeep, at: at) }
        at = skipWhitespace(bytes, from: at + 1)
        if at < bytes.count, bytes[at] == .braceClose {
          at += 1
        } else {
          depth += 1
          open = open << 1 | 1
          at = try scanName(bytes, from: at).value
          continue value
        }
      case .bracketOpen:
        guard depth < Limits.jsonDepthMax else { throw JSONFault(.tooDeep, at: at) }
        at = skipWhitespace(bytes, from: at + 1)
        if at < bytes.count, bytes[at] == .bracketClose {
          at += 1
        } else {
          depth += 1
          open <<= 1
          continue value
        }
      case .minus, .zero ... .nine:
        at = try scanNumber(bytes, from: at).end
      case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
        at = try scanWord(bytes, from: at)
      default:
        throw JSONFault(.unexpected(bytes[at], wanted: .value), at: at)
      }

      while true {
        if depth == base { return at }
        if at < bytes.count, bytes[at] <= .space { at = skipWhitespace(bytes, from: at) }
        guard at < bytes.count else { throw JSONFault(.endsEarly, at: at) }
        let byte = bytes[at]
        if open & 1 == 1 {
          if byte == .comma {
            at = try scanName(bytes, from: skipWhitespace(bytes, from: at + 1)).value
            continue value
          }
          guard byte == .braceClose else { throw JSONFault(.unexpected(byte, wanted: .commaOrBrace), at: at) }
        } else {
          if byte == .comma {
            at = skipWhitespace(bytes, from: at + 1)
            continue value
          }
          guard byte == .bracketClose else { throw JSONFault(.unexpected(byte, wanted: .commaOrBracket), at: at) }
        }
        at += 1
        open >>= 1
        depth -= 1
      }
    }
  }

  /// The offset of the first byte at or after `start` that is no white space (space, tab, line feed, carriage return).
  @inlinable @inline(__always)
  package static func skipWhitespace(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var at = start
    while at < bytes.count {
      let byte = bytes[at]
      guard byte == .space || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      at += 1
    }
    return at
  }

  /// Reads a member's name that begins at `start`, its colon and the white space around that. `value` is where its value begins.
  @inline(__always)
  package static func scanName(
    _ bytes: UnsafeRawBufferPointer, from start: Int
  ) throws(JSONFault) -> (name: JSONSpan, value: Int) {
    guard start < bytes.count else { throw JSONFault(.endsEarly, at: start) }
    guard bytes[start] == .quote else { throw JSONFault(.unexpected(bytes[start], wanted: .name), at: start) }
    let name = try scanString(bytes, from: start)
    var at = name.end
    if at < bytes.count, bytes[at] <= .space { at = skipWhitespace(bytes, from: at) }
    guard at < bytes.count else { throw JSONFault(.endsEarly, at: at) }
    guard bytes[at] == .colon else { throw JSONFault(.unexpected(bytes[at], wanted: .colon), at: at) }
    at += 1
    if at < bytes.count, bytes[at] <= .space { at = skipWhitespace(bytes, from: at) }
    return (name, at)
  }
}

/// Where a string stands: the bytes between its quotation marks, as they are written.
package struct JSONSpan: Sendable, Equatable {
  package let start: Int
  /// The offset of the closing quotation mark.
  package let close: Int
  /// Whether a backslash stands in it: then the bytes are not the text.
  package let escaped: Bool

  package init(start: Int, close: Int, escaped: Bool) {
    self.start = start
    self.close = close
    self.escaped = escaped
  }

  /// The offset just after the closing quotation mark.
  @inlinable package var end: Int { close + 1 }
  @inlinable package var range: Range<Int> { start..<close }
}

/// The bytes of JSON by name.
extension UInt8 {
  @inlinable package static var quote: UInt8 { 0x22 }
  @inlinable package static var backslash: UInt8 { 0x5C }
  @inlinable package static var comma: UInt8 { 0x2C }
  @inlinable package static var colon: UInt8 { 0x3A }
  @inlinable package static var braceOpen: UInt8 { 0x7B }
  @inlinable package static var braceClose: UInt8 { 0x7D }
  @inlinable package static var bracketOpen: UInt8 { 0x5B }
  @inlinable package static var bracketClose: UInt8 { 0x5D }
  @inlinable package static var minus: UInt8 { 0x2D }
  @inlinable package static var zero: UInt8 { 0x30 }
  @inlinable package static var nine: UInt8 { 0x39 }
  @inlinable package static var space: UInt8 { 0x20 }
}
