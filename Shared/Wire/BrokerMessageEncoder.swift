import Contracts

/// What the broker says -> frames at the end of an output buffer. Throws, leaving the buffer as it was, where a frame would be too
/// long. The broker's loop renders deliveries by `DeliveryHeader` instead.
package enum BrokerMessageEncoder {
  package static func append(_ message: BrokerMessage, to output: inout [UInt8]) throws(WireFault) {
    switch message {
    case .welcome(let welcome):
      try FrameEncoder.append("welcome", to: &output) { $0.members(welcome) }
    case .accepted(let through, let forget):
      try FrameEncoder.append("accepted", to: &output) { writer in
        writer.member("through", through)
        writer.member("forget", forget)
      }
    case .refused(let sequence, let refusal):
      try FrameEncoder.append("refused", to: &output) { writer in
        writer.member("sequence", sequence)
        writer.members(refusal)
      }
    case .resume(let from, let after, let reason):
      try FrameEncoder.append("resume", to: &output) { writer in
        writer.member("from", from)
        writer.member("after_ms", after)
        writer.members(reason)
      }
    case .subscribed(let handle, let position):
      try FrameEncoder.append("subscribed", to: &output) { writer in
        writer.member("handle", handle)
        writer.member("position", position)
      }
    case .unsubscribed(let handle, let reason):
      try FrameEncoder.append("unsubscribed", to: &output) { writer in
        writer.member("handle", handle)
        if let reason { writer.members(reason) }
      }
    case .deliver(let delivery):
      try append(delivery, to: &output)
    case .revoke(let handle, let deliveries):
      try FrameEncoder.append("revoke", to: &output) { writer in
        writer.member("handle", handle)
        writer.member("deliveries", deliveries)
      }
    case .mark(let handle, let source, let through):
      try FrameEncoder.append("mark", to: &output) { writer in
        writer.member("handle", handle)
        writer.member("source", source)
        writer.member("through", through)
      }
    case .heal(let sequences):
      try FrameEncoder.append("heal", to: &output) { $0.member("sequences", sequences) }
    case .request(let request):
      try FrameEncoder.append("request", to: &output) { $0.members(request, peerName: "from") }
    case .reply(let reply):
      try FrameEncoder.append("reply", to: &output) { $0.members(reply) }
    case .admin(let id, let answer):
      try FrameEncoder.append("admin", to: &output) { writer in
        writer.member("id", id)
        writer.member("answer", answer)
      }
    case .ping(let id): try FrameEncoder.append("ping", to: &output) { $0.member("id", id) }
    case .pong(let id): try FrameEncoder.append("pong", to: &output) { $0.member("id", id) }
    case .farewell(let reason): try FrameEncoder.append("farewell", to: &output) { $0.sentence("reason", reason) }
    case .fault(let refusal): try FrameEncoder.append("fault", to: &output) { $0.members(refusal) }
    }
  }

  /// The same bytes as the loop sends, for tests and stand-ins.
  private static func append(_ delivery: Delivery, to output: inout [UInt8]) throws(WireFault) {
    guard delivery.event.count <= WireLimits.messageBytesMax else {
      throw .frameTooLong(bytes: delivery.event.count, limit: WireLimits.messageBytesMax)
    }
    let producer = DeliveryHeader.producer(delivery.producer)
    let header = unsafe producer.withUnsafeBytes { producer in
      unsafe [UInt8](unsafeUninitializedCapacity: DeliveryHeader.bytesMax(producer: producer.count)) { buffer, count in
        unsafe count = DeliveryHeader.render(
          handle: delivery.handle, number: delivery.number, position: delivery.position, attempt: delivery.attempt,
          producer: producer, sequence: delivery.sequence, eventBytes: delivery.event.count, into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
    output.append(contentsOf: header)
    output.append(contentsOf: delivery.event)
    output.append(.braceClose)
  }
}

extension JSONWriter {
  fileprivate mutating func members(_ welcome: Welcome) {
    member("version", welcome.version)
    member("journal", welcome.journal)
    member("last_sequence", welcome.lastSequence)
    member("last_id", ifPresent: welcome.lastEventID)
    member("forget", welcome.forget)
    member("deduplicated", welcome.deduplicated)
    name("limits")
    beginObject()
    member("frame_bytes", welcome.limits.frameBytesMax)
    member("window", welcome.limits.windowMax)
    member("heartbeat_ms", welcome.limits.heartbeat)
    member("lease_ms", welcome.limits.lease)
    endObject()
    member("now", welcome.now)
  }
}
