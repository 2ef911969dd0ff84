import Contracts

/// Payload of one frame -> what the broker says. A delivery costs its event's and its producer's bytes, copied once (HOT).
package enum BrokerMessageDecoder {
  /// Throws `.unknownOp` for a message of a later version of the protocol: a client ignores that one and goes on.
  package static func decode(_ payload: UnsafeRawBufferPointer) throws(WireFault) -> BrokerMessage {
    var walk = unsafe try MemberWalk(payload, from: 0)
    let op = try walk.op()
    if op.equals("deliver") { return .deliver(try delivery(&walk)) }
    if op.equals("accepted") { return try accepted(&walk) }
    return try rest(op, &walk)
  }

  private static func rest(_ op: MemberName, _ walk: inout MemberWalk) throws(WireFault) -> BrokerMessage {
    switch op {
    case "welcome": return .welcome(try welcome(&walk))
    case "refused":
      let read = try BrokerMembers(&walk)
      return .refused(sequence: try read.need(read.sequence, "sequence"), try read.refusal())
    case "resume":
      let read = try BrokerMembers(&walk)
      return .resume(
        from: try read.need(read.from, "from"), after: try read.need(read.after, "after_ms"), reason: try read.refusal())
    case "subscribed":
      let read = try BrokerMembers(&walk)
      return .subscribed(handle: try read.need(read.handle, "handle"), position: try read.need(read.position, "position"))
    case "unsubscribed":
      let read = try BrokerMembers(&walk)
      return .unsubscribed(handle: try read.need(read.handle, "handle"), reason: read.code == nil ? nil : try read.refusal())
    case "revoke":
      let read = try BrokerMembers(&walk)
      return .revoke(handle: try read.need(read.handle, "handle"), try read.need(read.deliveries, "deliveries"))
    case "mark":
      let read = try BrokerMembers(&walk)
      return .mark(
        handle: try read.need(read.handle, "handle"), source: try read.need(read.source, "source"),
        through: try read.need(read.through, "through"))
    case "heal":
      let read = try BrokerMembers(&walk)
      return .heal(try read.need(read.sequences, "sequences"))
    case "request": return .request(try walk.request(peerName: "from"))
    case "reply": return .reply(try walk.reply())
    case "admin":
      let (id, answer) = try walk.admin(bodyName: "answer")
      return .admin(id: id, answer: answer)
    case "ping":
      let read = try BrokerMembers(&walk)
      return .ping(try read.need(read.id, "id"))
    case "pong":
      let read = try BrokerMembers(&walk)
      return .pong(try read.need(read.id, "id"))
    case "farewell": return .farewell(reason: try walk.farewell())
    case "fault": return .fault(try BrokerMembers(&walk).refusal())
    default: throw walk.unknown(op)
    }
  }

  @inline(__always)
  private static func delivery(_ walk: inout MemberWalk) throws(WireFault) -> Delivery {
    var handle: UInt32?
    var number: UInt64?
    var position: UInt64?
    var attempt: UInt64?
    var producer: String?
    var sequence: UInt64?
    var event: Range<Int>?
    while try walk.next() {
      switch walk.name {
      case "handle": handle = try walk.handle()
      case "number": number = try walk.number()
      case "position": position = try walk.number()
      case "attempt": attempt = try walk.number(upTo: UInt64(UInt32.max))
      case "producer": producer = try walk.text(1...WireLimits.producerBytesMax)
      case "sequence": sequence = try walk.number()
      case "event":
        guard try walk.beginsObject() else { continue }
        // The event is its own first level here too: see EventScan.
        do { event = walk.offset..<(unsafe try JSONScanner.scan(walk.bytes, from: walk.offset)) } catch { throw WireFault(error) }
        walk.offset = event?.upperBound ?? walk.offset
      default: try walk.skip()
      }
    }
    try walk.end()
    guard let handle else { throw .missing("handle") }
    guard let number else { throw .missing("number") }
    guard let position else { throw .missing("position") }
    guard let attempt else { throw .missing("attempt") }
    guard let producer else { throw .missing("producer") }
    guard let sequence else { throw .missing("sequence") }
    guard let event else { throw .missing("event") }
    return Delivery(
      handle: handle, number: number, position: position, attempt: UInt32(attempt), producer: producer, sequence: sequence,
      event: unsafe Array(UnsafeRawBufferPointer(rebasing: walk.bytes[event])))
  }

  private static func accepted(_ walk: inout MemberWalk) throws(WireFault) -> BrokerMessage {
    var through: UInt64?
    var forget: UInt64?
    while try walk.next() {
      switch walk.name {
      case "through": through = try walk.number()
      case "forget": forget = try walk.number()
      default: try walk.skip()
      }
    }
    try walk.end()
    guard let through else { throw .missing("through") }
    guard let forget else { throw .missing("forget") }
    return .accepted(through: through, forget: forget)
  }

  private static func welcome(_ walk: inout MemberWalk) throws(WireFault) -> Welcome {
    var version: UInt64?
    var journal: String?
    var lastSequence: UInt64?
    var lastEventID: String?
    var forget: UInt64?
    var deduplicated: Bool?
    var limits: SessionLimits?
    var now: Timestamp?
    while try walk.next() {
      switch walk.name {
      case "version": version = try walk.number()
      case "journal": journal = try walk.text()
      case "last_sequence": lastSequence = try walk.number()
      case "last_id": lastEventID = try walk.text()
      case "forget": forget = try walk.number()
      case "deduplicated": deduplicated = try walk.flag()
      case "limits": limits = try sessionLimits(&walk)
      case "now": now = try walk.instant()
      default: try walk.skip()
      }
    }
    try walk.end()
    guard let version else { throw .missing("version") }
    guard let journal else { throw .missing("journal") }
    guard let lastSequence else { throw .missing("last_sequence") }
    guard let forget else { throw .missing("forget") }
    guard let deduplicated else { throw .missing("deduplicated") }
    guard let limits else { throw .missing("limits") }
    guard let now else { throw .missing("now") }
    return Welcome(
      version: Int(version), journal: journal, lastSequence: lastSequence, lastEventID: lastEventID, forget: forget,
      deduplicated: deduplicated, limits: limits, now: now)
  }

  private static func sessionLimits(_ outer: inout MemberWalk) throws(WireFault) -> SessionLimits? {
    guard try outer.beginsObject() else { return nil }
    var frameBytes: UInt64?
    var window: UInt64?
    var heartbeat: Duration?
    var lease: Duration?
    var walk = unsafe try MemberWalk(outer.bytes, from: outer.offset, depth: outer.depth)
    while try walk.next() {
      switch walk.name {
      case "frame_bytes": frameBytes = try walk.number()
      case "window": window = try walk.number()
      case "heartbeat_ms": heartbeat = try walk.duration()
      case "lease_ms": lease = try walk.duration()
      default: try walk.skip()
      }
    }
    outer.offset = walk.offset
    guard let frameBytes else { throw .missing("frame_bytes") }
    guard let window else { throw .missing("window") }
    guard let heartbeat else { throw .missing("heartbeat_ms") }
    guard let lease else { throw .missing("lease_ms") }
    return SessionLimits(frameBytesMax: Int(frameBytes), windowMax: Int(window), heartbeat: heartbeat, lease: lease)
  }
}

/// The members that the broker's small messages share.
private struct BrokerMembers {
  var sequence: UInt64?
  var from: UInt64?
  var after: Duration?
  var handle: UInt32?
  var position: UInt64?
  var deliveries: DeliveryRanges?
  var sequences: DeliveryRanges?
  var source: String?
  var through: Timestamp?
  var id: UInt64?
  var code: String?
  var sentence: String?

  init(_ walk: inout MemberWalk) throws(WireFault) {
    while try walk.next() {
      switch walk.name {
      case "sequence": sequence = try walk.number()
      case "from": from = try walk.number()
      case "after_ms": after = try walk.duration()
      case "handle": handle = try walk.handle()
      case "position": position = try walk.number()
      case "deliveries": deliveries = try walk.ranges()
      case "sequences": sequences = try walk.ranges()
      case "source": source = try walk.text()
      case "through": through = try walk.instant()
      case "id": id = try walk.number()
      case "code": code = try walk.text()
      case "sentence": sentence = try walk.text()
      default: try walk.skip()
      }
    }
    try walk.end()
  }

  func need<Value>(_ value: Value?, _ name: String) throws(WireFault) -> Value {
    guard let value else { throw .missing(name) }
    return value
  }

  func refusal() throws(WireFault) -> Refusal {
    Refusal(code: try need(code, "code"), sentence: try need(sentence, "sentence"))
  }
}
