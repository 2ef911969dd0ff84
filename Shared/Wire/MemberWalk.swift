import Contracts

/// Goes through the members of one object of the protocol: each name once, without escapes; values of the protocol's few kinds.
///
/// A value that is null counts as absent: the getters give nil. Every byte passed has been checked (RFC 8259, UTF-8, depth).
@safe
struct MemberWalk {
  let bytes: UnsafeRawBufferPointer
  private var walk: JSONWalk
  private var seen = SeenNames()
  private let start: Int
  private let count: Int
  /// The member whose value stands next.
  private(set) var name: MemberName

  /// Steps into the object at `start`; `depth` counts what is open around it.
  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer, from start: Int, depth: Int = 0) throws(WireFault) {
    unsafe self.bytes = unsafe bytes
    self.start = start
    count = bytes.count
    unsafe name = MemberName(bytes, JSONSpan(start: 0, close: 0, escaped: false))
    do { unsafe walk = try JSONWalk(bytes, from: start, depth: depth) } catch { throw WireFault(error) }
  }

  /// Steps to the next member and notes its name; false after the last.
  @inline(__always)
  mutating func next() throws(WireFault) -> Bool {
    let span: JSONSpan?
    do { span = try walk.next() } catch { throw WireFault(error) }
    guard let span else { return false }
    guard !span.escaped else { throw .escapedName(offset: span.start) }
    guard !seen.isFull else { throw .tooMany("members", limit: WireLimits.membersMax) }
    unsafe name = MemberName(bytes, span)
    if seen.note(name.tag) {
      guard !stoodBefore(span) else { throw .duplicateName(offset: span.start) }
    }
    return true
  }

  /// Compares the name with all before it, byte by byte; reached only where their tags agree.
  @inline(never)
  private func stoodBefore(_ span: JSONSpan) -> Bool { unsafe JSONSpan.stands(span, in: bytes, objectAt: start) }

  /// The first byte of the value that stands next, and where its end is written back.
  var offset: Int {
    get { walk.offset }
    set { walk.offset = newValue }
  }
  var depth: Int { walk.depth }

  /// The byte that stands next: tells a value's kind. 0, which begins no value, at the frame's end.
  @inline(__always)
  var nextByte: UInt8 { walk.offset < count ? unsafe bytes[walk.offset] : 0 }

  /// Steps over the value, whatever it is.
  @inline(__always)
  @discardableResult
  mutating func skip() throws(WireFault) -> Range<Int> {
    do { return try walk.skip() } catch { throw WireFault(error) }
  }

  /// After the last member: nothing but white space may follow.
  func end() throws(WireFault) {
    let end = unsafe JSONScanner.skipWhitespace(bytes, from: walk.offset)
    guard end == count else { throw WireFault(JSONFault(.afterEnd, at: end)) }
  }

  // Values

  /// A whole number up to `max`, in plain digits.
  @inline(__always)
  mutating func number(
    from min: UInt64 = 0, upTo max: UInt64 = WireLimits.numberMax, wanted: WireFault.Wanted = .number
  ) throws(WireFault) -> UInt64? {
    var at = walk.offset
    var value: UInt64 = 0
    // Sixteen digits are enough for 2^53 - 1 and cannot overflow.
    let stop = Swift.min(count, at + 16)
    while at < stop {
      let digit = unsafe bytes[at] &- .zero
      guard digit <= 9 else { break }
      value = value &* 10 &+ UInt64(digit)
      at += 1
    }
    let first = walk.offset
    // A comma or a brace is what follows in nearly every frame; all else goes the long way.
    if at > first, at < count, unsafe bytes[at] == .comma || bytes[at] == .braceClose, value >= min, value <= max,
      unsafe bytes[first] != .zero || at == first + 1
    {
      walk.offset = at
      return value
    }
    return try numberSlowly(from: min, upTo: max, wanted: wanted)
  }

  @inline(never)
  private mutating func numberSlowly(from min: UInt64, upTo max: UInt64, wanted: WireFault.Wanted) throws(WireFault) -> UInt64? {
    let written = try skip()
    if unsafe bytes[written.lowerBound] == UInt8(ascii: "n") { return nil }
    guard written.count <= 16 else { throw wrong(wanted) }
    var value: UInt64 = 0
    for at in written {
      let digit = unsafe bytes[at] &- .zero
      guard digit <= 9 else { throw wrong(wanted) }
      value = value * 10 + UInt64(digit)
    }
    guard value >= min, value <= max else { throw wrong(wanted) }
    return value
  }

  mutating func handle() throws(WireFault) -> UInt32? {
    guard let number = try number(upTo: UInt64(UInt32.max), wanted: .handle) else { return nil }
    return UInt32(number)
  }

  mutating func flag() throws(WireFault) -> Bool? {
    let written = try skip()
    switch unsafe bytes[written.lowerBound] {
    case UInt8(ascii: "t"): return true
    case UInt8(ascii: "f"): return false
    case UInt8(ascii: "n"): return nil
    default: throw wrong(.flag)
    }
  }

  /// A string of so many bytes of UTF-8, escapes resolved.
  mutating func text(_ bytesAllowed: ClosedRange<Int> = 0...Int.max, wanted: WireFault.Wanted = .text) throws(WireFault) -> String? {
    let written = try skip()
    switch unsafe bytes[written.lowerBound] {
    case UInt8(ascii: "n"): return nil
    case .quote: break
    default: throw wrong(wanted)
    }
    let inner = written.lowerBound + 1..<written.upperBound - 1
    let plain = unsafe UnsafeRawBufferPointer(rebasing: bytes[inner])
    guard unsafe plain.contains(.backslash) else {
      guard bytesAllowed.contains(plain.count) else { throw wrong(wanted) }
      return unsafe String(decoding: plain, as: UTF8.self)
    }
    let resolved = unsafe JSONScanner.resolveEscapes(plain)
    guard bytesAllowed.contains(resolved.count) else { throw wrong(wanted) }
    return String(decoding: resolved, as: UTF8.self)
  }

  mutating func instant() throws(WireFault) -> Timestamp? {
    guard let text = try text(wanted: .instant) else { return nil }
    // What exactly is wrong with it is lost: the fault names the member and shows a right one.
    guard let instant = try? Timestamp(rfc3339: text) else { throw wrong(.instant) }
    return instant
  }

  /// Whole milliseconds.
  mutating func duration(
    from min: UInt64 = 0, upTo max: UInt64 = WireLimits.numberMax, wanted: WireFault.Wanted = .number
  ) throws(WireFault) -> Duration? {
    guard let number = try number(from: min, upTo: max, wanted: wanted) else { return nil }
    return .milliseconds(Int64(number))
  }

  /// Any value, null included, as a tree. Names inside it stand once.
  mutating func json() throws(WireFault) -> JSON {
    let written = try skip()
    do { return unsafe try JSON(parsing: UnsafeRawBufferPointer(rebasing: bytes[written])) } catch { throw WireFault(error) }
  }

  /// Whether the value is an object or null; anything else is a fault.
  mutating func beginsObject() throws(WireFault) -> Bool {
    if nextByte == .braceOpen { return true }
    let written = try skip()
    guard unsafe bytes[written.lowerBound] == UInt8(ascii: "n") else { throw wrong(.object) }
    return false
  }

  /// Goes through the elements of an array; `element` steps over each. False where the value is null.
  mutating func elements(
    _ what: String, limit: Int, _ element: (inout MemberWalk) throws(WireFault) -> Void
  ) throws(WireFault) -> Bool {
    guard nextByte == .bracketOpen else {
      let written = try skip()
      guard unsafe bytes[written.lowerBound] == UInt8(ascii: "n") else { throw wrong(.array) }
      return false
    }
    walk.offset = unsafe JSONScanner.skipWhitespace(bytes, from: walk.offset + 1)
    if nextByte == .bracketClose {
      walk.offset += 1
      return true
    }
    var passed = 0
    while true {
      guard passed < limit else { throw .tooMany(what, limit: limit) }
      passed += 1
      try element(&self)
      walk.offset = unsafe JSONScanner.skipWhitespace(bytes, from: walk.offset)
      guard walk.offset < count else { throw WireFault(JSONFault(.endsEarly, at: walk.offset)) }
      let byte = nextByte
      if byte == .bracketClose { break }
      guard byte == .comma else { throw WireFault(JSONFault(.unexpected(byte, wanted: .commaOrBracket), at: walk.offset)) }
      walk.offset = unsafe JSONScanner.skipWhitespace(bytes, from: walk.offset + 1)
    }
    walk.offset += 1
    return true
  }

  /// The fault for a member of another type or outside its bounds.
  func wrong(_ wanted: WireFault.Wanted) -> WireFault { .wrongType(nameText, wanted: wanted) }

  var nameText: String { unsafe String(decoding: bytes[name.span.range], as: UTF8.self) }
}

extension JSONSpan {
  /// Whether the name at `span` stands in the object at `objectAt` before `span` already, byte for byte.
  @inline(never)
  static func stands(_ span: JSONSpan, in bytes: UnsafeRawBufferPointer, objectAt: Int) -> Bool {
    let wanted = unsafe UnsafeRawBufferPointer(rebasing: bytes[span.range])
    // What was passed once cannot fault now.
    guard var walk = unsafe try? JSONWalk(bytes, from: objectAt) else { return false }
    while let earlier = try? walk.next(), earlier.start < span.start {
      if unsafe UnsafeRawBufferPointer(rebasing: bytes[earlier.range]).sameBytes(as: wanted) { return true }
      guard (try? walk.skip()) != nil else { return false }
    }
    return false
  }
}
