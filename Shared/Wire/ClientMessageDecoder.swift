import Contracts

/// Payload of one frame -> what a client says. One checking pass; a publish costs no allocation and no String (HOT).
package enum ClientMessageDecoder {
  /// Throws `.event(sequence:_:)` for a sound frame whose event can never be taken; any other fault ends the connection.
  /// Ranges in the message count from the payload's first byte.
  @inline(__always)
  package static func decode(_ payload: UnsafeRawBufferPointer) throws(WireFault) -> ClientMessage {
    var walk = unsafe try MemberWalk(payload, from: 0)
    let op = try walk.op()
    if op.equals("publish") { return .publish(try publish(&walk)) }
    return try rest(op, &walk)
  }

  @inline(never)
  private static func rest(_ op: MemberName, _ walk: inout MemberWalk) throws(WireFault) -> ClientMessage {
    switch op {
    case "settle": return try settle(&walk)
    case "working":
      let (handle, deliveries) = try deliveries(&walk)
      return .working(handle: handle, deliveries)
    case "extend":
      let (handle, deliveries) = try deliveries(&walk)
      return .extend(handle: handle, deliveries)
    case "credit": return try credit(&walk)
    case "ping": return .ping(try id(&walk))
    case "pong": return .pong(try id(&walk))
    case "mark": return .mark(through: try through(&walk))
    case "heal": return .heal(try healing(&walk))
    case "hello": return .hello(try hello(&walk))
    case "subscribe": return .subscribe(try subscribe(&walk))
    case "unsubscribe": return try unsubscribe(&walk)
    case "request": return .request(try walk.request(peerName: "to"))
    case "reply": return .reply(try walk.reply())
    case "admin":
      let (id, command) = try walk.admin(bodyName: "command")
      return .admin(id: id, command: command)
    case "farewell": return .farewell(reason: try walk.farewell())
    default: throw walk.unknown(op)
    }
  }

  @inline(__always)
  private static func publish(_ walk: inout MemberWalk) throws(WireFault) -> Publish {
    var sequence: UInt64?
    var event: Range<Int>?
    var routing = RoutingFields(id: 0..<0, source: 0..<0, type: 0..<0, key: 0..<0)
    var fault: EventFault?
    while try walk.next() {
      if walk.name.equals("event") {
        guard try walk.beginsObject() else { continue }
        let scan: EventScan
        do { scan = unsafe try EventScan(walk.bytes, from: walk.offset) } catch { throw WireFault(error) }
        event = walk.offset..<scan.end
        walk.offset = scan.end
        routing = scan.routing
        fault = scan.fault
      } else if walk.name.equals("sequence") {
        sequence = try walk.number(from: 1, wanted: .sequence)
      } else {
        try walk.skip()
      }
    }
    try walk.end()
    guard let sequence else { throw .missing("sequence") }
    guard let event else { throw .missing("event") }
    if let fault { throw .event(sequence: sequence, fault) }
    return Publish(sequence: sequence, event: event, routing: routing)
  }

  /// As a publish, but what is wrong with its event uses up no sequence: it ends the connection.
  @inline(never)
  private static func healing(_ walk: inout MemberWalk) throws(WireFault) -> Publish {
    do throws(WireFault) { return try publish(&walk) } catch {
      guard case .event = error else { throw error }
      throw .wrongType("event", wanted: .object)
    }
  }

  private static func settle(_ walk: inout MemberWalk) throws(WireFault) -> ClientMessage {
    var handle: UInt32?
    var settlement = Settlement(done: [])
    while try walk.next() {
      switch walk.name {
      case "handle": handle = try walk.handle()
      case "done": settlement.done = try walk.ranges() ?? []
      case "exceptions": settlement.exceptions = try walk.exceptions()
      default: try walk.skip()
      }
    }
    try walk.end()
    guard let handle else { throw .missing("handle") }
    return .settle(handle: handle, settlement)
  }

  private static func deliveries(_ walk: inout MemberWalk) throws(WireFault) -> (UInt32, DeliveryRanges) {
    var handle: UInt32?
    var deliveries: DeliveryRanges?
    while try walk.next() {
      switch walk.name {
      case "handle": handle = try walk.handle()
      case "deliveries": deliveries = try walk.ranges()
      default: try walk.skip()
      }
    }
    try walk.end()
    guard let handle else { throw .missing("handle") }
    guard let deliveries else { throw .missing("deliveries") }
    return (handle, deliveries)
  }

  private static func credit(_ walk: inout MemberWalk) throws(WireFault) -> ClientMessage {
    var handle: UInt32?
    var messages = 0
    var bytes = 0
    while try walk.next() {
      switch walk.name {
      case "handle": handle = try walk.handle()
      case "messages": messages = Int(try walk.number() ?? 0)
      case "bytes": bytes = Int(try walk.number() ?? 0)
      default: try walk.skip()
      }
    }
    try walk.end()
    guard let handle else { throw .missing("handle") }
    return .credit(handle: handle, messages: messages, bytes: bytes)
  }

  private static func id(_ walk: inout MemberWalk) throws(WireFault) -> UInt64 {
    var id: UInt64?
    while try walk.next() {
      if walk.name.equals("id") { id = try walk.number() } else { try walk.skip() }
    }
    try walk.end()
    guard let id else { throw .missing("id") }
    return id
  }

  private static func through(_ walk: inout MemberWalk) throws(WireFault) -> Timestamp {
    var through: Timestamp?
    while try walk.next() {
      if walk.name.equals("through") { through = try walk.instant() } else { try walk.skip() }
    }
    try walk.end()
    guard let through else { throw .missing("through") }
    return through
  }
}
