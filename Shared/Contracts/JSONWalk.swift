/// Goes through the members of one object in their order, without allocation: for one pass that checks a frame and notes what it needs.
///
/// ```
/// var walk = try JSONWalk(bytes, from: 0)
/// while let name = try walk.next() {            // walk.offset is the value's first byte
///   let value = try walk.skip()                 // or scan it otherwise and set walk.offset just after it
/// }
/// walk.offset                                   // just after the closing brace
/// ```
package struct JSONWalk {
  package let bytes: UnsafeRawBufferPointer
  /// After `next()`: the first byte of the member's value. After the last: just behind the closing brace.
  package var offset: Int
  /// Open arrays and objects, this one included: what `JSONScanner.scan` wants to know.
  package let depth: Int
  private var isFirst = true

  /// Steps over the opening brace, white space before it allowed. `depth` counts what is already open around the object.
  @inline(__always)
  package init(_ bytes: UnsafeRawBufferPointer, from start: Int, depth: Int = 0) throws(JSONFault) {
    let at = JSONScanner.skipWhitespace(bytes, from: start)
    guard at < bytes.count else { throw JSONFault(.endsEarly, at: at) }
    guard bytes[at] == .braceOpen else { throw JSONFault(.notA(.object), at: at) }
    guard depth < Limits.jsonDepthMax else { throw JSONFault(.tooDeep, at: at) }
    self.bytes = bytes
    self.offset = at + 1
    self.depth = depth + 1
  }

  /// The next member's name; nil after the last. The value before must have been stepped over.
  @inline(__always)
  package mutating func next() throws(JSONFault) -> JSONSpan? {
    var at = JSONScanner.skipWhitespace(bytes, from: offset)
    guard at < bytes.count else { throw JSONFault(.endsEarly, at: at) }
    if bytes[at] == .braceClose {
      offset = at + 1
      return nil
    }
    if !isFirst {
      guard bytes[at] == .comma else { throw JSONFault(.unexpected(bytes[at], wanted: .commaOrBrace), at: at) }
      at = JSONScanner.skipWhitespace(bytes, from: at + 1)
    }
    isFirst = false
    let (name, value) = try JSONScanner.scanName(bytes, from: at)
    offset = value
    return name
  }

  /// Checks the member's value and steps over it. Returns where it stands.
  @inline(__always)
  package mutating func skip() throws(JSONFault) -> Range<Int> {
    let start = offset
    // Most members of an envelope are strings: they need none of the machinery for nesting.
    if start < bytes.count, bytes[start] == .quote {
      offset = try JSONScanner.scanString(bytes, from: start).end
    } else {
      offset = try JSONScanner.scan(bytes, from: start, depth: depth)
    }
    return start..<offset
  }
}
