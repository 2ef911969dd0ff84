import Contracts

/// One walk over data that the scanner has passed, checking it against a schema on the way. HOT: no allocation but for escapes in names
/// and words that matter, and for containers in an `enum`.
///
/// What the schema does not name is stepped over at the speed of finding its end; the grammar was checked before.
@safe
struct DataWalk {
  /// What does not match, and where: the offset of the value's first byte.
  struct Miss {
    enum Reason { case kind, listed, below, above, short, long, few, many, missing(member: Int), twice }
    let reason: Reason
    let node: Int
    let offset: Int
  }

  private let data: PassedJSON
  private let nodes: UnsafePointer<SchemaNode>
  private let members: UnsafePointer<SchemaMember>
  private let listed: UnsafePointer<ListedValue>
  private let text: UnsafeRawBufferPointer
  private(set) var miss: Miss?

  /// The first mismatch of the value that begins at `start`; nil where it matches `node`, by default the root.
  @inline(__always)
  static func miss(_ schema: DataSchema, _ bytes: UnsafeRawBufferPointer, at start: Int, node: Int? = nil) -> Miss? {
    unsafe schema.nodes.withUnsafeBufferPointer { nodes in
      unsafe schema.members.withUnsafeBufferPointer { members in
        unsafe schema.listed.withUnsafeBufferPointer { listed in
          unsafe schema.text.withUnsafeBytes { text in
            // The table of nodes is never empty; the others are read only where a node points into them.
            guard let first = nodes.baseAddress else { return nil }
            let none = unsafe UnsafeRawPointer(first)
            var walk = unsafe DataWalk(
              data: PassedJSON(bytes), nodes: first,
              members: members.baseAddress ?? none.assumingMemoryBound(to: SchemaMember.self),
              listed: listed.baseAddress ?? none.assumingMemoryBound(to: ListedValue.self), text: text)
            _ = walk.value(node ?? schema.root, start)
            return walk.miss
          }
        }
      }
    }
  }

  private init(
    data: PassedJSON, nodes: UnsafePointer<SchemaNode>, members: UnsafePointer<SchemaMember>, listed: UnsafePointer<ListedValue>,
    text: UnsafeRawBufferPointer
  ) {
    self.data = data
    unsafe self.nodes = nodes
    unsafe self.members = members
    unsafe self.listed = listed
    unsafe self.text = text
  }

  /// Behind this end nothing is looked at any more.
  private static let missed = -1

  @inline(never)
  private mutating func fail(_ reason: Miss.Reason, _ node: Int, _ offset: Int) -> Int {
    miss = Miss(reason: reason, node: node, offset: offset)
    return Self.missed
  }

  /// Checks the value at `start`; returns the offset behind it, or `missed`.
  private mutating func value(_ number: Int, _ start: Int) -> Int {
    let node = unsafe nodes + number
    if unsafe node.pointee.isAnything { return data.skip(start) }
    switch data[start] {
    case .quote: return unsafe string(number, node, start)
    case .braceOpen: return unsafe object(number, node, start)
    case .bracketOpen: return unsafe array(number, node, start)
    case UInt8(ascii: "t"): return unsafe word(number, node, start, .boolean, .yes, bytes: 4)
    case UInt8(ascii: "f"): return unsafe word(number, node, start, .boolean, .no, bytes: 5)
    case UInt8(ascii: "n"): return unsafe word(number, node, start, .null, .null, bytes: 4)
    default: return unsafe self.number(number, node, start)
    }
  }

  @inline(__always)
  private mutating func word(
    _ number: Int, _ node: UnsafePointer<SchemaNode>, _ start: Int, _ kind: SchemaNode.Kinds, _ word: ListedValue.Kind, bytes: Int
  ) -> Int {
    guard unsafe node.pointee.kinds.contains(kind) else { return fail(.kind, number, start) }
    if unsafe !node.pointee.listed.isEmpty, unsafe !node.pointee.listed.contains(where: { unsafe listed[$0].kind == word }) {
      return fail(.listed, number, start)
    }
    return start + bytes
  }

  // MARK: Strings

  @inline(__always)
  private mutating func string(_ number: Int, _ node: UnsafePointer<SchemaNode>, _ start: Int) -> Int {
    guard unsafe node.pointee.kinds.contains(.string) else { return fail(.kind, number, start) }
    let (close, isPlain) = data.stringClose(start &+ 1)
    let length = isPlain ? close &- start &- 1 : data.codePoints(start + 1..<close)
    guard unsafe length >= node.pointee.lengthMin else { return fail(.short, number, start) }
    guard unsafe length <= node.pointee.lengthMax else { return fail(.long, number, start) }
    if unsafe !node.pointee.listed.isEmpty, unsafe !isListed(node, start + 1..<close, isPlain) { return fail(.listed, number, start) }
    return close &+ 1
  }

  private func isListed(_ node: UnsafePointer<SchemaNode>, _ range: Range<Int>, _ isPlain: Bool) -> Bool {
    let written = unsafe data[range]
    guard unsafe !isPlain && written.contains(.backslash) else {
      return unsafe node.pointee.listed.contains { unsafe listed[$0].kind == .string && text(listed[$0]).sameBytes(as: written) }
    }
    let resolved = unsafe JSONScanner.resolveEscapes(written)
    return unsafe node.pointee.listed.contains { unsafe listed[$0].kind == .string && text(listed[$0]).elementsEqual(resolved) }
  }

  private func text(_ value: ListedValue) -> UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: text[value.text]) }

  // MARK: Numbers

  @inline(__always)
  private mutating func number(_ number: Int, _ node: UnsafePointer<SchemaNode>, _ start: Int) -> Int {
    let isNegative = data[start] == .minus
    var at = isNegative ? start + 1 : start
    let last = at &+ 18
    var value: Int64 = 0
    while true {
      let digit = data[at] &- .zero
      guard digit <= 9, at < last else { break }
      value = value &* 10 &+ Int64(digit)
      at &+= 1
    }
    let byte = data[at]
    // A point, an exponent or a nineteenth digit: the long way. So does a list, for 1 and 1.0 are the same number.
    if unsafe byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") || byte &- .zero <= 9 || !node.pointee.listed.isEmpty {
      return unsafe numberSlowly(number, node, start)
    }
    if isNegative { value = 0 &- value }
    guard unsafe node.pointee.kinds.contains(.whole) else { return fail(.kind, number, start) }
    guard unsafe value >= node.pointee.wholeMin else { return fail(.below, number, start) }
    guard unsafe value <= node.pointee.wholeMax else { return fail(.above, number, start) }
    return at
  }

  @inline(never)
  private mutating func numberSlowly(_ number: Int, _ node: UnsafePointer<SchemaNode>, _ start: Int) -> Int {
    let end = data.skip(start)
    let written = unsafe WrittenNumber(data.bytes, start..<end)
    guard unsafe node.pointee.kinds.contains(written.isWhole ? .whole : .fraction) else { return fail(.kind, number, start) }
    let (minimum, maximum) = unsafe (node.pointee.minimum, node.pointee.maximum)
    if !minimum.isEmpty, unsafe written.compared(to: WrittenNumber(text, minimum)) < 0 { return fail(.below, number, start) }
    if !maximum.isEmpty, unsafe written.compared(to: WrittenNumber(text, maximum)) > 0 { return fail(.above, number, start) }
    let isListed = unsafe node.pointee.listed.contains {
      unsafe listed[$0].kind == .number && written.compared(to: WrittenNumber(text, listed[$0].text)) == 0
    }
    guard unsafe isListed || node.pointee.listed.isEmpty else { return fail(.listed, number, start) }
    return end
  }

  // MARK: Containers

  private mutating func array(_ number: Int, _ node: UnsafePointer<SchemaNode>, _ start: Int) -> Int {
    guard unsafe node.pointee.kinds.contains(.array) else { return fail(.kind, number, start) }
    let items = unsafe node.pointee.items
    var count = 0
    var at = data.skipSpace(start + 1)
    if data[at] != .bracketClose {
      while true {
        count &+= 1
        at = value(items, at)
        guard at >= 0 else { return at }
        at = data.skipSpace(at)
        guard data[at] == .comma else { break }
        at = data.skipSpace(at &+ 1)
      }
    }
    guard unsafe count >= node.pointee.countMin else { return fail(.few, number, start) }
    guard unsafe count <= node.pointee.countMax else { return fail(.many, number, start) }
    return unsafe listedContainer(number, node, start..<at + 1)
  }

  private mutating func object(_ number: Int, _ node: UnsafePointer<SchemaNode>, _ start: Int) -> Int {
    guard unsafe node.pointee.kinds.contains(.object) else { return fail(.kind, number, start) }
    let named = unsafe node.pointee.members
    var seen: UInt64 = 0
    // Data mostly comes in the order of its schema: the member behind the last one is looked at first.
    var expected = named.lowerBound
    var at = data.skipSpace(start + 1)
    if data[at] != .braceClose {
      while true {
        let start = at &+ 1
        let (close, isPlain) = data.stringClose(start)
        at = data.skipSpace(data.skipSpace(close &+ 1) &+ 1)
        let member = isPlain ? find(start, close, expected, named) : findSlowly(start..<close, named)
        if member < named.upperBound {
          let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: member &- named.lowerBound)
          guard seen & bit == 0 else { return fail(.twice, number, at) }
          seen |= bit
          expected = member &+ 1
          at = unsafe value(members[member].node, at)
          guard at >= 0 else { return at }
        } else {
          at = data.skip(at)
        }
        at = data.skipSpace(at)
        guard data[at] == .comma else { break }
        at = data.skipSpace(at &+ 1)
      }
    }
    let lacking = unsafe node.pointee.required & ~seen
    guard lacking == 0 else { return fail(.missing(member: named.lowerBound + lacking.trailingZeroBitCount), number, start) }
    return unsafe listedContainer(number, node, start..<at + 1)
  }

  /// Where an enum names arrays or objects: by value, members in any order.
  @inline(__always)
  private mutating func listedContainer(_ number: Int, _ node: UnsafePointer<SchemaNode>, _ range: Range<Int>) -> Int {
    guard unsafe !node.pointee.listed.isEmpty else { return range.upperBound }
    return unsafe isListed(node, container: range) ? range.upperBound : fail(.listed, number, range.lowerBound)
  }

  @inline(never)
  private func isListed(_ node: UnsafePointer<SchemaNode>, container range: Range<Int>) -> Bool {
    // What names a member twice equals nothing.
    guard let value = unsafe try? JSON(parsing: data[range]) else { return false }
    return unsafe node.pointee.listed.contains {
      guard unsafe listed[$0].kind == .container, let wanted = unsafe try? JSON(parsing: text(listed[$0])) else { return false }
      return value.isSame(as: wanted)
    }
  }

  // MARK: Names

  /// The member of that name among `named`; the slice's end where there is none.
  @inline(__always)
  private func find(_ start: Int, _ close: Int, _ expected: Int, _ named: Range<Int>) -> Int {
    let (head, tail) = data.ends(start, close)
    if expected < named.upperBound, isNamed(expected, start, close, head, tail) { return expected }
    var member = named.lowerBound
    while member < named.upperBound, !isNamed(member, start, close, head, tail) { member &+= 1 }
    return member
  }

  @inline(__always)
  private func isNamed(_ member: Int, _ start: Int, _ close: Int, _ head: UInt64, _ tail: UInt64) -> Bool {
    let its = unsafe members + member
    guard unsafe its.pointee.head == head, unsafe its.pointee.tail == tail, unsafe its.pointee.count == close &- start else { return false }
    // Sixteen bytes are in the two ends already.
    return close &- start <= 16 || isSpelled(member, start..<close)
  }

  @inline(never)
  private func isSpelled(_ member: Int, _ name: Range<Int>) -> Bool {
    unsafe UnsafeRawBufferPointer(rebasing: text[members[member].text]).sameBytes(as: data[name])
  }

  /// Names with escapes, or beyond ASCII.
  @inline(never)
  private func findSlowly(_ name: Range<Int>, _ named: Range<Int>) -> Int {
    let written = unsafe data[name]
    guard unsafe written.contains(.backslash) else { return find(name.lowerBound, name.upperBound, named.lowerBound, named) }
    let resolved = unsafe JSONScanner.resolveEscapes(written)
    return named.first { unsafe UnsafeRawBufferPointer(rebasing: text[members[$0].text]).elementsEqual(resolved) } ?? named.upperBound
  }
}
