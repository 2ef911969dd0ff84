package import Contracts

/// Checks one event in a single pass and notes where its routing attributes stand. HOT: no allocation, no String.
///
/// Two kinds of wrong: what is no JSON throws, for nothing after it can be trusted; an event that is sound JSON but no event that the
/// broker takes is told as an `EventFault`, so that its sequence can be refused and the next one goes on.
package struct EventScan {
  /// Just after the event's closing brace.
  package private(set) var end = 0
  package private(set) var routing = RoutingFields(id: 0..<0, source: 0..<0, type: 0..<0, key: 0..<0)
  /// The first thing that is wrong with the event; nil where it can be taken.
  package private(set) var fault: EventFault?

  private let start: Int
  private var versionSeen = false
  private var subject = 0..<0
  private var partitionKey = 0..<0
  private var seen = SeenNames()

  /// Scans the event that begins at `start`; offsets in `routing` count from the buffer's first byte.
  @inline(__always)
  package init(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(JSONFault) {
    self.start = start
    // The event is its own first level, wherever it travels: a delivery must not be deeper than its publish.
    var walk = unsafe try JSONWalk(bytes, from: start)
    while let span = try walk.next() {
      let name = unsafe MemberName(bytes, span)
      unsafe check(name, bytes)
      switch name {
      case "id": routing.id = try attribute(.id, &walk)
      case "source": routing.source = try attribute(.source, &walk)
      case "type": routing.type = try attribute(.type, &walk)
      case "subject": subject = try attribute(.subject, &walk)
      case "partitionkey": partitionKey = try attribute(.partitionkey, &walk)
      case "specversion": try version(&walk)
      case "data":
        let start = walk.offset
        try pass(&walk)
        routing.data = start..<walk.offset
      default: try pass(&walk)
      }
    }
    end = walk.offset
    finish()
  }

  /// What a department checks before an event enters its outbox: the broker's own gate for the envelope. Throws what the broker would
  /// refuse, or `.notJSON` and its like, which would end the connection. Returns where its attributes stand.
  @discardableResult
  package static func check(_ event: [UInt8]) throws(WireFault) -> RoutingFields {
    let outcome: Result<EventScan, JSONFault> = unsafe event.withUnsafeBytes { bytes in
      Result { () throws(JSONFault) in
        let scan = unsafe try EventScan(bytes, from: 0)
        let end = unsafe JSONScanner.skipWhitespace(bytes, from: scan.end)
        guard end == bytes.count else { throw JSONFault(.afterEnd, at: end) }
        return scan
      }
    }
    switch outcome {
    case .failure(let fault): throw WireFault(fault)
    case .success(let scan):
      if let fault = scan.fault { throw .event(sequence: 0, fault) }
      return scan.routing
    }
  }

  /// Where the key of an event stands that a scan has passed: its `partitionkey`, else its subject, else its id; empty where it has none of
  /// them. HOT: most events tell it before their data, which is not looked at then.
  package static func key(_ event: UnsafeRawBufferPointer) throws(JSONFault) -> Range<Int> {
    var walk = unsafe try JSONWalk(event, from: 0)
    var (subject, id) = (0..<0, 0..<0)
    while let span = try walk.next() {
      let name = unsafe MemberName(event, span)
      let value = try walk.skip()
      guard unsafe event[value.lowerBound] == .quote else { continue }
      let text = value.lowerBound + 1..<value.upperBound - 1
      switch name {
      case "partitionkey": if !text.isEmpty { return text }
      case "subject": subject = text
      case "id": id = text
      default: break
      }
    }
    return subject.isEmpty ? id : subject
  }

  /// Names are `a-z 0-9` (CloudEvents 1.0, 3.1) and stand once.
  @inline(__always)
  private mutating func check(_ name: MemberName, _ bytes: UnsafeRawBufferPointer) {
    guard unsafe name.isPlain(bytes) || name.equals("data_base64") else { return note(.nameNotAllowed(offset: name.span.start - start)) }
    guard !seen.isFull else { return note(.tooManyAttributes) }
    if seen.note(name.tag), unsafe JSONSpan.stands(name.span, in: bytes, objectAt: start) {
      note(.nameTwice(offset: name.span.start - start))
    }
  }

  /// Steps over a value; most are strings, which need no look at what may be nested.
  @inline(__always)
  private func pass(_ walk: inout JSONWalk) throws(JSONFault) {
    if unsafe walk.offset < walk.bytes.count, unsafe walk.bytes[walk.offset] == .quote {
      unsafe walk.offset = try JSONScanner.scanString(walk.bytes, from: walk.offset).end
    } else {
      _ = try walk.skip()
    }
  }

  /// A string attribute that the broker reads. Null is absent (CloudEvents JSON format 2.2): an empty range.
  @inline(__always)
  private mutating func attribute(_ attribute: EventAttribute, _ walk: inout JSONWalk) throws(JSONFault) -> Range<Int> {
    guard unsafe walk.offset < walk.bytes.count, unsafe walk.bytes[walk.offset] == .quote else {
      let written = try walk.skip()
      if unsafe walk.bytes[written.lowerBound] != UInt8(ascii: "n") { note(.wrong(attribute)) }
      return 0..<0
    }
    let span = unsafe try JSONScanner.scanString(walk.bytes, from: walk.offset)
    walk.offset = span.end
    if span.range.isEmpty || span.range.count > attribute.bytesMax { note(.wrong(attribute)) }
    if span.escaped {
      switch attribute {
      case .id, .source, .type: note(.escaped(attribute))
      case .specversion, .subject, .partitionkey: break
      }
    }
    return span.range
  }

  @inline(__always)
  private mutating func version(_ walk: inout JSONWalk) throws(JSONFault) {
    let written = try walk.skip()
    if unsafe walk.bytes[written.lowerBound] == UInt8(ascii: "n") { return }
    versionSeen = true
    let bytes = unsafe walk.bytes
    let at = written.lowerBound
    guard written.count == 5, unsafe bytes[at] == .quote, unsafe bytes[at + 1] == UInt8(ascii: "1"),
      unsafe bytes[at + 2] == UInt8(ascii: "."), unsafe bytes[at + 3] == .zero
    else { return note(.version) }
  }

  private mutating func finish() {
    if end - start > WireLimits.messageBytesMax { note(.tooLong(bytes: end - start)) }
    if !versionSeen { note(.missing(.specversion)) }
    if routing.id.isEmpty { note(.missing(.id)) }
    if routing.source.isEmpty { note(.missing(.source)) }
    if routing.type.isEmpty { note(.missing(.type)) }
    routing.key = !partitionKey.isEmpty ? partitionKey : !subject.isEmpty ? subject : routing.id
  }

  @inline(__always)
  private mutating func note(_ found: EventFault) {
    if fault == nil { fault = found }
  }
}
