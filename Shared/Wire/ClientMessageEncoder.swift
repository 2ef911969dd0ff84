import Contracts

/// What a client says -> frames at the end of an output buffer. Throws, leaving the buffer as it was, where a frame would be too long.
package enum ClientMessageEncoder {
  /// HOT. One publish; the event's bytes are spliced in as they are: JSON that `EventScan.check` has passed.
  package static func appendPublish(sequence: UInt64, event: [UInt8], to output: inout [UInt8]) throws(WireFault) {
    try append("publish", sequence, event, to: &output)
  }

  /// A row that the broker asked for: its journal lost it. The event's bytes are spliced in as they are.
  package static func appendHeal(sequence: UInt64, event: [UInt8], to output: inout [UInt8]) throws(WireFault) {
    try append("heal", sequence, event, to: &output)
  }

  private static func append(_ op: StaticString, _ sequence: UInt64, _ event: [UInt8], to output: inout [UInt8]) throws(WireFault) {
    guard event.count <= WireLimits.messageBytesMax else { throw .event(sequence: sequence, .tooLong(bytes: event.count)) }
    try FrameEncoder.append(op, to: &output) { writer in
      writer.member("sequence", sequence)
      writer.name("event")
      writer.raw(event)
    }
  }

  /// Any message. `payload` is what a publish's event range counts from; all others need none.
  package static func append(
    _ message: ClientMessage, payload: [UInt8] = [], to output: inout [UInt8]
  ) throws(WireFault) {
    switch message {
    case .publish(let publish):
      try appendPublish(sequence: publish.sequence, event: Array(payload[publish.event]), to: &output)
    case .heal(let publish): try appendHeal(sequence: publish.sequence, event: Array(payload[publish.event]), to: &output)
    case .hello(let hello):
      try FrameEncoder.append("hello", to: &output) { $0.members(hello) }
    case .subscribe(let subscribe):
      try FrameEncoder.append("subscribe", to: &output) { $0.members(subscribe) }
    case .unsubscribe(let handle, let forget):
      try FrameEncoder.append("unsubscribe", to: &output) { writer in
        writer.member("handle", handle)
        if forget { writer.member("forget", true) }
      }
    case .credit(let handle, let messages, let bytes):
      try FrameEncoder.append("credit", to: &output) { writer in
        writer.member("handle", handle)
        writer.member("messages", messages)
        writer.member("bytes", bytes)
      }
    case .working(let handle, let deliveries):
      try FrameEncoder.append("working", to: &output) { writer in
        writer.member("handle", handle)
        writer.member("deliveries", deliveries)
      }
    case .settle(let handle, let settlement):
      try FrameEncoder.append("settle", to: &output) { writer in
        writer.member("handle", handle)
        writer.members(settlement)
      }
    case .extend(let handle, let deliveries):
      try FrameEncoder.append("extend", to: &output) { writer in
        writer.member("handle", handle)
        writer.member("deliveries", deliveries)
      }
    case .request(let request):
      try FrameEncoder.append("request", to: &output) { $0.members(request, peerName: "to") }
    case .reply(let reply):
      try FrameEncoder.append("reply", to: &output) { $0.members(reply) }
    case .mark(let through):
      try FrameEncoder.append("mark", to: &output) { $0.member("through", through) }
    case .admin(let id, let command):
      try FrameEncoder.append("admin", to: &output) { writer in
        writer.member("id", id)
        writer.member("command", command)
      }
    case .ping(let id): try FrameEncoder.append("ping", to: &output) { $0.member("id", id) }
    case .pong(let id): try FrameEncoder.append("pong", to: &output) { $0.member("id", id) }
    case .farewell(let reason): try FrameEncoder.append("farewell", to: &output) { $0.sentence("reason", reason) }
    }
  }
}

extension Manifest.Read {
  /// As it stands in a manifest: the type alone where all of it is read.
  fileprivate var json: JSON {
    fields.isEmpty
      ? .string(type) : .object([JSON.Member("type", .string(type)), JSON.Member("fields", .array(fields.map(JSON.string)))])
  }
}

extension JSONWriter {
  fileprivate mutating func members(_ hello: Hello) {
    member("version", hello.version)
    member("credential", hello.credential)
    member("secret", hello.secret)
    member("lineage", ifPresent: hello.lineage)
    if hello.lineage != nil || hello.epoch > 0 { member("epoch", hello.epoch) }
    if hello.lineage != nil || hello.highestSequence > 0 { member("highest", hello.highestSequence) }
    guard hello.manifest != Manifest() else { return }
    name("manifest")
    beginObject()
    member("publishes", JSON.object(hello.manifest.publishes))
    member("reads", JSON.array(hello.manifest.reads.map(\.json)))
    endObject()
  }

  fileprivate mutating func members(_ subscribe: Subscribe) {
    member("handle", subscribe.handle)
    member("name", subscribe.name)
    if !subscribe.filters.isEmpty { member("filters", JSON.array(subscribe.filters.map { .string($0) })) }
    switch subscribe.start {
    case .new: member("start", "new")
    case .beginning: member("start", "beginning")
    case .position(let position):
      name("start")
      beginObject()
      member("position", position)
      endObject()
    case .time(let time):
      name("start")
      beginObject()
      member("time", time)
      endObject()
    }
    member("dead_key", subscribe.deadKey.rawValue)
    member("messages", subscribe.creditMessages)
    member("bytes", subscribe.creditBytes)
  }

  fileprivate mutating func members(_ settlement: Settlement) {
    member("done", settlement.done)
    guard !settlement.exceptions.isEmpty else { return }
    name("exceptions")
    beginArray()
    for exception in settlement.exceptions {
      beginObject()
      member("delivery", exception.delivery)
      switch exception.verdict {
      case .later(let after):
        member("verdict", "later")
        if let after { member("after_ms", after) }
      case .never(let reason):
        member("verdict", "never")
        sentence("reason", reason)
      }
      endObject()
    }
    endArray()
  }
}
