import Contracts
import Testing
import Wire

@Suite struct FrameDecoderTests {
  @Test func `finds every payload, whatever the split`() throws {
    var stream: [UInt8] = []
    let sent = [#"{"op":"ping","id":1}"#, "{}", #"{"op":"farewell","reason":"ü"}"#].map { Array($0.utf8) }
    for payload in sent { try FrameEncoder.append(payload: payload, to: &stream) }
    for split in 0...stream.count {
      var kept: [UInt8] = []
      var found: [[UInt8]] = []
      for part in [stream[..<split], stream[split...]] {
        kept += part
        var at = 0
        while case .payload(let range) = try step(kept, from: at) {
          found.append(Array(kept[range]))
          at = range.upperBound
        }
        kept.removeFirst(at)
      }
      #expect(found == sent)
      #expect(kept.isEmpty)
    }
  }

  @Test func `says how much it needs`() throws {
    let decoder: [([UInt8], FrameDecoder.Step)] = [
      ([], .needs(bytes: 4)), ([0, 0, 0], .needs(bytes: 4)), ([0, 0, 0, 9], .needs(bytes: 13)), ([0, 0, 0, 1, 0x7B], .payload(4..<5)),
      ([0, 0, 0, 2, 0x7B], .needs(bytes: 6)), ([0, 0x11, 0, 0], .needs(bytes: 4 + WireLimits.frameBytesMax)),
    ]
    for (bytes, wanted) in decoder { #expect(try step(bytes, from: 0) == wanted) }
  }

  @Test func `refuses a frame over the limit and an empty one before reading on`() {
    let rows: [([UInt8], WireFault)] = [
      ([0, 0, 0, 0], .frameEmpty),
      ([0, 0x11, 0, 1], .frameTooLong(bytes: WireLimits.frameBytesMax + 1, limit: WireLimits.frameBytesMax)),
      ([0xFF, 0xFF, 0xFF, 0xFF], .frameTooLong(bytes: 4_294_967_295, limit: WireLimits.frameBytesMax)),
      (Array("GET / HTTP/1.1".utf8), .frameTooLong(bytes: 0x4745_5420, limit: WireLimits.frameBytesMax)),
    ]
    for (bytes, fault) in rows { #expect(throws: fault) { try step(bytes, from: 0) } }
  }

  @Test func `a stranger's frame is shorter`() {
    let decoder = FrameDecoder(payloadBytesMax: WireLimits.helloBytesMax)
    let bytes: [UInt8] = [0, 4, 0, 1]
    #expect(throws: WireFault.frameTooLong(bytes: 262_145, limit: 262_144)) {
      try bytes.withUnsafeBytes { try decoder.next(in: $0, from: 0) }
    }
  }

  @Test func `an encoder refuses what its peer would refuse and leaves the buffer alone`() {
    var output: [UInt8] = [1, 2, 3]
    let long = String(repeating: "x", count: WireLimits.frameBytesMax)
    #expect(throws: WireFault.self) {
      try ClientMessageEncoder.append(.admin(id: 1, command: .string(long)), to: &output)
    }
    #expect(throws: WireFault.event(sequence: 3, .tooLong(bytes: WireLimits.messageBytesMax + 1))) {
      try ClientMessageEncoder.appendPublish(
        sequence: 3, event: [UInt8](repeating: 0x20, count: WireLimits.messageBytesMax + 1), to: &output)
    }
    #expect(output == [1, 2, 3])
  }

  private func step(_ bytes: [UInt8], from start: Int) throws -> FrameDecoder.Step {
    try bytes.withUnsafeBytes { try FrameDecoder().next(in: $0, from: start) }
  }
}
