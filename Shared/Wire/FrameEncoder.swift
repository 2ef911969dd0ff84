import Contracts

/// Appends frames to an output buffer: the length is put in front once the payload stands.
package enum FrameEncoder {
  /// Appends one frame whose object `members` writes; `op` comes first. Leaves `output` as it was where the frame would be too long.
  static func append(
    _ op: StaticString, to output: inout [UInt8], _ members: (inout JSONWriter) -> Void
  ) throws(WireFault) {
    let start = output.count
    // The array goes into the writer and comes back, so that no bytes are copied.
    var taken: [UInt8] = []
    swap(&taken, &output)
    taken.append(contentsOf: [0, 0, 0, 0])
    var writer = JSONWriter(appendingTo: taken)
    writer.beginObject()
    writer.name("op")
    unsafe writer.plain(UnsafeRawBufferPointer(start: op.utf8Start, count: op.utf8CodeUnitCount))
    members(&writer)
    writer.endObject()
    output = writer.bytes
    try close(&output, from: start)
  }

  /// Writes the length of what stands behind the four bytes at `start`.
  static func close(_ output: inout [UInt8], from start: Int) throws(WireFault) {
    let length = output.count - start - WireLimits.lengthBytes
    guard length <= WireLimits.frameBytesMax else {
      output.removeLast(output.count - start)
      throw .frameTooLong(bytes: length, limit: WireLimits.frameBytesMax)
    }
    for index in 0..<WireLimits.lengthBytes { output[start + index] = UInt8(truncatingIfNeeded: length >> ((3 - index) * 8)) }
  }

  /// Appends one frame around a payload that is whole already.
  package static func append(payload: [UInt8], to output: inout [UInt8]) throws(WireFault) {
    let start = output.count
    output.append(contentsOf: [0, 0, 0, 0])
    output.append(contentsOf: payload)
    try close(&output, from: start)
  }
}

extension JSONWriter {
  mutating func member(_ name: StaticString, _ ranges: DeliveryRanges) {
    self.name(name)
    beginArray()
    for range in ranges {
      beginArray()
      integer(range.lowerBound)
      integer(range.upperBound)
      endArray()
    }
    endArray()
  }

  mutating func member(_ name: StaticString, _ instant: Timestamp) { member(name, instant.description) }

  mutating func member(_ name: StaticString, _ duration: Duration) { member(name, duration.milliseconds) }

  /// A sentence or reason, cut to what the wire lets through.
  mutating func sentence(_ name: StaticString, _ text: String) { member(name, text.clipped(to: WireLimits.sentenceBytesMax)) }

  mutating func members(_ refusal: Refusal) {
    member("code", refusal.code)
    sentence("sentence", refusal.sentence)
  }

  mutating func members(_ request: Request, peerName: StaticString) {
    member("id", request.id)
    member(peerName, request.peer)
    member("subject", request.subject)
    member("deadline_ms", request.deadline)
    member("body", request.body)
  }

  mutating func members(_ reply: Reply) {
    member("id", reply.id)
    switch reply.outcome {
    case .answered(let body): member("body", body)
    case .failed(let refusal): members(refusal)
    }
  }
}

extension String {
  /// As much of the text as so many bytes of UTF-8 hold, whole characters only.
  func clipped(to bytesMax: Int) -> String {
    guard utf8.count > bytesMax else { return self }
    var end = utf8.index(utf8.startIndex, offsetBy: bytesMax)
    while end > startIndex, end.samePosition(in: self) == nil { end = utf8.index(before: end) }
    return String(self[..<end])
  }
}
