/// Pulls values out of JSON in the order in which they stand, checking as it goes (RFC 8259, UTF-8, depth).
///
/// ```
/// var reader = JSONReader(bytes)
/// try reader.beginObject()
/// while let name = try reader.nextName() {
///   switch name {
///   case "id": id = try reader.string()
///   default: try reader.skip()
///   }
/// }
/// try reader.end()
/// ```
/// A name that was read and stands twice in its object is refused; names that were skipped are nobody's business.
/// The buffer must outlive the reader.
package struct JSONReader {
  package let bytes: UnsafeRawBufferPointer
  /// Where the next token is looked for.
  package private(set) var offset = 0
  private var open: [Level] = []
  /// A stack: what stands at or behind `nameCount` is left over.
  private var names: [SeenName] = []
  private var nameCount = 0

  private struct Level {
    let isObject: Bool
    var isFirst = true
    /// Where this object's names begin in `names`.
    let names: Int
    /// A bit for each digest that was seen: where it is not set, no name before is the same.
    var seen: UInt64 = 0
    /// Takes the names' place where there are many, so that a hostile object costs linear time.
    var wide: Set<[UInt8]>?
  }
  private struct SeenName {
    let span: JSONSpan
    let digest: UInt64
  }
  private static let namesComparedMax = 32

  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    // Enough for nearly every fact, so that they are not moved while it is read.
    open.reserveCapacity(8)
    names.reserveCapacity(48)
  }

  // Containers

  /// Steps into the object that stands next.
  package mutating func beginObject() throws(JSONFault) { try begin(.braceOpen, isObject: true) }

  /// Steps into the array that stands next.
  package mutating func beginArray() throws(JSONFault) { try begin(.bracketOpen, isObject: false) }

  private mutating func begin(_ bracket: UInt8, isObject: Bool) throws(JSONFault) {
    guard try peek() == bracket else { throw JSONFault(.notA(isObject ? .object : .array), at: offset) }
    guard open.count < Limits.jsonDepthMax else { throw JSONFault(.tooDeep, at: offset) }
    offset += 1
    open.append(Level(isObject: isObject, names: nameCount))
  }

  /// The name of the next member; its value is next to be read or skipped. Nil at the object's end, which is stepped over.
  package mutating func nextName() throws(JSONFault) -> JSONName? {
    guard try nextItem(closing: .braceClose, wanted: .commaOrBrace) else { return nil }
    let (span, value) = try JSONScanner.scanName(bytes, from: offset)
    let name = JSONName(bytes, span)
    try remember(name, span)
    offset = value
    return name
  }

  /// Whether another element follows; false at the array's end, which is stepped over.
  package mutating func nextElement() throws(JSONFault) -> Bool { try nextItem(closing: .bracketClose, wanted: .commaOrBracket) }

  private mutating func nextItem(closing: UInt8, wanted: JSONFault.Wanted) throws(JSONFault) -> Bool {
    let last = open.count - 1
    precondition(last >= 0 && open[last].isObject == (closing == .braceClose), "names and elements are read inside their own container")
    let byte = try peek()
    if byte == closing {
      offset += 1
      nameCount = open[last].names
      open.removeLast()
      return false
    }
    if open[last].isFirst {
      open[last].isFirst = false
      return true
    }
    guard byte == .comma else { throw JSONFault(.unexpected(byte, wanted: wanted), at: offset) }
    offset += 1
    _ = try peek()
    return true
  }

  @inline(__always)
  private mutating func remember(_ name: JSONName, _ span: JSONSpan) throws(JSONFault) {
    let last = open.count - 1
    let digest = Self.digest(name)
    let bit = 1 as UInt64 &<< (digest &>> 58)
    if open[last].wide != nil || nameCount &- open[last].names >= Self.namesComparedMax || open[last].seen & bit != 0 {
      try compare(name, span, digest)
    }
    open[last].seen |= bit
    push(SeenName(span: span, digest: digest))
  }

  private mutating func push(_ name: SeenName) {
    if nameCount < names.count { names[nameCount] = name } else { names.append(name) }
    nameCount &+= 1
  }

  /// The long way: against each name before, or against the set of them.
  @inline(never)
  private mutating func compare(_ name: JSONName, _ span: JSONSpan, _ digest: UInt64) throws(JSONFault) {
    let last = open.count - 1
    if open[last].wide != nil {
      guard open[last].wide?.insert(name.text).inserted == true else { throw duplicate(name, span) }
      return
    }
    for seen in names[open[last].names..<nameCount] where seen.digest == digest {
      guard !JSONName(bytes, seen.span).equals(name) else { throw duplicate(name, span) }
    }
    if nameCount - open[last].names == Self.namesComparedMax {
      open[last].wide = Set(names[open[last].names..<nameCount].map { JSONName(bytes, $0.span).text } + [name.text])
    }
  }

  private func duplicate(_ name: JSONName, _ span: JSONSpan) -> JSONFault {
    JSONFault(.duplicateName(name.description), at: span.start - 1)
  }

  /// Tells most names apart without looking at their bytes again: the first eight, the last eight, and their number.
  @inline(__always)
  private static func digest(_ name: JSONName) -> UInt64 {
    if name.escaped { return name.text.withUnsafeBytes { digest($0) } }
    return digest(name.written)
  }

  @inline(__always)
  private static func digest(_ text: UnsafeRawBufferPointer) -> UInt64 {
    var (head, tail): (UInt64, UInt64) = (0, 0)
    if text.count >= 8 {
      head = text.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
      tail = text.loadUnaligned(fromByteOffset: text.count &- 8, as: UInt64.self)
    } else {
      for byte in text { head = head &<< 8 | UInt64(byte) }
    }
    let mixed = (head ^ tail &* 0xFF51_AFD7_ED55_8CCD ^ UInt64(text.count)) &* 0x9E37_79B9_7F4A_7C15
    return mixed ^ mixed &>> 29 &* 0x9E37_79B9_7F4A_7C15
  }

  // Values

  /// Steps over the value that stands next, whatever it is, and forgets that its name was there. Returns where it stands.
  @discardableResult
  package mutating func skip() throws(JSONFault) -> Range<Int> {
    let range = try raw()
    let last = open.count - 1
    if last >= 0, open[last].isObject {
      nameCount &-= 1
      let skipped = names[nameCount]
      if open[last].wide != nil { open[last].wide?.remove(JSONName(bytes, skipped.span).text) }
    }
    return range
  }

  /// Checks the value that stands next and steps over it. Returns where it stands, without white space around it.
  package mutating func raw() throws(JSONFault) -> Range<Int> {
    _ = try peek()
    let start = offset
    offset = try JSONScanner.scan(bytes, from: start, depth: open.count)
    return start..<offset
  }

  /// A string with its escapes undone. Throws `.notA` where another value stands.
  package mutating func string() throws(JSONFault) -> String {
    let name = JSONName(bytes, try span())
    return name.escaped ? name.description : String(decoding: name.written, as: UTF8.self)
  }

  /// A string as it stands, for those who compare or copy bytes.
  package mutating func span() throws(JSONFault) -> JSONSpan {
    guard try peek() == .quote else { throw JSONFault(.notA(.string), at: offset) }
    let span = try JSONScanner.scanString(bytes, from: offset)
    offset = span.end
    return span
  }

  /// A whole number, written without fraction and exponent, within 64 bits.
  package mutating func integer() throws(JSONFault) -> Int64 {
    let (start, negative, magnitude) = try wholeNumber()
    if negative, magnitude <= UInt64(Int64.max) + 1 { return Int64(truncatingIfNeeded: 0 &- magnitude) }
    guard !negative, magnitude <= UInt64(Int64.max) else { throw JSONFault(.notAnInteger, at: start) }
    return Int64(magnitude)
  }

  /// A whole number from 0 on.
  package mutating func unsigned() throws(JSONFault) -> UInt64 {
    let (start, negative, magnitude) = try wholeNumber()
    guard !negative || magnitude == 0 else { throw JSONFault(.notAnInteger, at: start) }
    return magnitude
  }

  private mutating func wholeNumber() throws(JSONFault) -> (start: Int, negative: Bool, magnitude: UInt64) {
    let first = try peek()
    let start = offset
    guard first == .minus || (.zero ... .nine).contains(first) else { throw JSONFault(.notA(.integer), at: start) }
    let (end, whole) = try JSONScanner.scanNumber(bytes, from: start)
    guard whole else { throw JSONFault(.notAnInteger, at: start) }
    let negative = first == .minus
    var magnitude: UInt64 = 0
    for at in (negative ? start + 1 : start)..<end {
      let (tenfold, past) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, pastAgain) = tenfold.addingReportingOverflow(UInt64(bytes[at] - .zero))
      guard !past, !pastAgain else { throw JSONFault(.notAnInteger, at: start) }
      magnitude = sum
    }
    offset = end
    return (start, negative, magnitude)
  }

  /// `true` or `false`. Throws `.notA` where another value stands.
  package mutating func bool() throws(JSONFault) -> Bool {
    let first = try peek()
    guard first == UInt8(ascii: "t") || first == UInt8(ascii: "f") else { throw JSONFault(.notA(.bool), at: offset) }
    offset = try JSONScanner.scanWord(bytes, from: offset)
    return first == UInt8(ascii: "t")
  }

  /// Steps over a null. False, and nothing is stepped over, where something else stands next.
  package mutating func null() throws(JSONFault) -> Bool {
    guard try peek() == UInt8(ascii: "n") else { return false }
    offset = try JSONScanner.scanWord(bytes, from: offset)
    return true
  }

  /// The first byte of what stands next, white space skipped: tells its kind.
  package mutating func peek() throws(JSONFault) -> UInt8 {
    offset = JSONScanner.skipWhitespace(bytes, from: offset)
    guard offset < bytes.count else { throw JSONFault(.endsEarly, at: offset) }
    return bytes[offset]
  }

  /// Checks that nothing but white space is left.
  package mutating func end() throws(JSONFault) {
    offset = JSONScanner.skipWhitespace(bytes, from: offset)
    guard offset == bytes.count else { throw JSONFault(.afterEnd, at: offset) }
  }
}
