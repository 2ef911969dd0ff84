import Contracts

/// Makes a mould from a publish that was taken: walks it once more and notes each place that may change.
///
/// What it is not sure of it leaves as fixed text, so that a mould never admits more than the long way does.
package struct MouldMaker {
  private let payload: [UInt8]
  private let publish: Publish
  private let schema: DataSchema?
  private var steps: [PublishMould.Step] = []
  /// Where the fixed text before the next place begins.
  private var fixed = 0
  private var isUsable = true

  /// `publish` is what the decoder made of `payload`, and `schema` what its data was held to.
  package init(_ payload: [UInt8], _ publish: Publish, _ schema: DataSchema?) {
    self.payload = payload
    self.publish = publish
    self.schema = schema
  }

  /// Nil for a frame that is too long, has too many places, or is told of by its schema in a way that places cannot hold.
  package mutating func mould() -> PublishMould? {
    guard payload.count <= WireLimits.mouldBytesMax, walkFrame(), isUsable, steps.count <= WireLimits.mouldPlacesMax else { return nil }
    return PublishMould(frame: payload, steps: steps, rest: fixed, schema: schema)
  }

  private mutating func note(_ place: PublishMould.Place, at range: Range<Int>, _ low: Int64 = 0, _ high: Int64 = .max) {
    steps.append(PublishMould.Step(fixed: Int32(fixed), count: Int32(range.lowerBound - fixed), place: place, low: low, high: high))
    fixed = range.upperBound
  }

  private mutating func mark(_ place: PublishMould.Place, at offset: Int) { note(place, at: offset..<offset) }

  // MARK: The frame and the envelope

  private mutating func walkFrame() -> Bool {
    let members = self.members(of: 0)
    for (name, value) in members {
      if name == "sequence" { note(.sequence, at: value, 1, Int64(WireLimits.numberMax)) }
      if name == "event" {
        mark(.event, at: value.lowerBound)
        walkEvent(at: value.lowerBound)
        mark(.eventEnd, at: value.upperBound)
      }
    }
    return !members.isEmpty
  }

  private mutating func walkEvent(at start: Int) {
    for (name, value) in members(of: start) {
      let isString = payload[value.lowerBound] == .quote
      let inner = isString ? value.lowerBound + 1..<value.upperBound - 1 : value
      switch name {
      case "specversion": break
      case "source" where isString:
        mark(.source, at: inner.lowerBound)
        mark(.sourceEnd, at: inner.upperBound)
      case "type" where isString:
        mark(.type, at: inner.lowerBound)
        mark(.typeEnd, at: inner.upperBound)
      case "id" where isString: note(publish.routing.key == inner ? .idAndKey : .id, at: inner, 1, Int64(WireLimits.eventIDBytesMax))
      case "subject" where isString, "partitionkey" where isString:
        note(publish.routing.key == inner ? .key : .text, at: inner, 1, Int64(WireLimits.eventKeyBytesMax))
      case "data":
        mark(.data, at: value.lowerBound)
        walkData(value, node: schema?.root)
        mark(.dataEnd, at: value.upperBound)
      default: if isString { note(.text, at: inner) }
      }
    }
  }

  // MARK: The data

  /// `node` is nil where nothing is asked.
  private mutating func walkData(_ value: Range<Int>, node number: Int?) {
    let node = number.flatMap { number in schema.map { $0.nodes[number] } }.flatMap { $0.isAnything ? nil : $0 }
    switch payload[value.lowerBound] {
    case .quote:
      let inner = value.lowerBound + 1..<value.upperBound - 1
      guard let node else { return note(.text, at: inner) }
      if node.listed.isEmpty {
        note(.text, at: inner, Int64(node.lengthMin), Int64(node.lengthMax))
      } else {
        note(.listed, at: inner, Int64(number ?? 0))
      }
    case .braceOpen:
      if let node, !node.listed.isEmpty { return isUsable = false }
      for (name, value) in members(of: value.lowerBound) { walkData(value, node: node.flatMap { self.node(of: name, in: $0) }) }
    case .bracketOpen:
      if let node, !node.listed.isEmpty { return isUsable = false }
      for element in elements(of: value) { walkData(element, node: node?.items) }
    case UInt8(ascii: "t"), UInt8(ascii: "f"):
      if node?.listed.isEmpty ?? true { note(.flag, at: value) }
    case UInt8(ascii: "n"): break
    default:
      // A fraction, a list of numbers, bounds that are no whole numbers: fixed.
      guard payload[value].allSatisfy({ $0 == .minus || .zero ... .nine ~= $0 }), node?.listed.isEmpty ?? true else { return }
      note(.whole, at: value, node?.wholeMin ?? .min, node?.wholeMax ?? .max)
    }
  }

  private func node(of name: String, in node: SchemaNode) -> Int? {
    guard let schema else { return nil }
    // Byte by byte, as the gate does: to String "é" and "e\u{301}" are equal, and have bounds of their own.
    return node.members.first { schema.name(of: $0).utf8.elementsEqual(name.utf8) }.map { schema.members[$0].node }
  }

  // MARK: Members and elements

  /// Names, escapes resolved, and where the values stand. What was taken once cannot fault now; empty where it does.
  private func members(of start: Int) -> [(name: String, value: Range<Int>)] {
    unsafe payload.withUnsafeBytes { bytes in
      var found: [(String, Range<Int>)] = []
      guard var walk = unsafe try? JSONWalk(bytes, from: start) else { return [] }
      while let name = try? walk.next() {
        guard let value = try? walk.skip() else { return [] }
        let written = unsafe UnsafeRawBufferPointer(rebasing: bytes[name.range])
        let plain = unsafe name.escaped ? JSONScanner.resolveEscapes(written) : Array(written)
        found.append((String(decoding: plain, as: UTF8.self), value))
      }
      return found
    }
  }

  private func elements(of array: Range<Int>) -> [Range<Int>] {
    unsafe payload.withUnsafeBytes { bytes in
      var found: [Range<Int>] = []
      var at = unsafe JSONScanner.skipWhitespace(bytes, from: array.lowerBound + 1)
      while at < array.upperBound - 1, let end = unsafe try? JSONScanner.scan(bytes, from: at) {
        found.append(at..<end)
        at = unsafe JSONScanner.skipWhitespace(bytes, from: end) + 1
        at = unsafe JSONScanner.skipWhitespace(bytes, from: at)
      }
      return found
    }
  }
}
