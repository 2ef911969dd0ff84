import Wire

extension FuzzTarget {
  /// The frame decoder: a stream cut anywhere gives the frames that it gives whole, and never asks for more than the limit.
  static let frame = FuzzTarget(
    name: "frame",
    seeds: {
      let frames: [[UInt8]] = [[0, 0, 0, 2, 0x7B, 0x7D], [0, 0, 0, 1, 0x31], [0, 0, 1, 0] + Array(repeating: 0x20, count: 256)]
      return [
        [7] + frames.flatMap(\.self), [0] + frames[2] + frames[0], [1, 0, 0, 0, 0], [2, 0xFF, 0xFF, 0xFF, 0xFF], [3, 0, 0, 0, 9, 0x7B],
        [4, 0, 16, 0, 1], [5],
      ]
    },
    check: { bytes in
      var input = FuzzInput(bytes)
      var cuts = Cuts(input.byte())
      let stream = input.rest
      let limit = 4_096
      let whole = frames(stream, limit)
      // As it might arrive: what was not consumed is offered again with more.
      var parts: [Range<Int>] = []
      var ended: WireFault?
      var (kept, arrived, wanted) = (0, 0, 0)
      while ended == nil, arrived < stream.count || wanted == 0 {
        let before = arrived
        arrived = min(stream.count, arrived + cuts.next())
        let found = frames(UnsafeRawBufferPointer(rebasing: stream[kept..<arrived]), limit)
        parts += found.payloads.map { kept + $0.lowerBound..<kept + $0.upperBound }
        kept += found.consumed
        wanted = found.needs
        ended = found.fault
        if found.needs > 0, found.needs <= arrived - kept { return "asks for \(found.needs) bytes and has \(arrived - kept)" }
        if before == arrived { break }
      }
      if parts != whole.payloads { return "cut into pieces it has \(parts), whole \(whole.payloads)" }
      if ended != whole.fault {
        return "cut into pieces it ends by \(String(describing: ended)), whole by \(String(describing: whole.fault))"
      }
      return whole.problem
    })

  /// What a stream holds, with what is wrong with the decoder's words.
  struct Frames {
    var payloads: [Range<Int>] = []
    var consumed = 0
    var needs = 0
    var fault: WireFault?
    var problem: String?
  }

  static func frames(_ stream: UnsafeRawBufferPointer, _ limit: Int) -> Frames {
    let decoder = FrameDecoder(payloadBytesMax: limit)
    var frames = Frames()
    while true {
      let step: FrameDecoder.Step
      do throws(WireFault) { step = try decoder.next(in: stream, from: frames.consumed) } catch {
        frames.fault = error
        return frames
      }
      switch step {
      case .payload(let range):
        if range.lowerBound != frames.consumed + WireLimits.lengthBytes || range.isEmpty || range.count > limit
          || range.upperBound > stream.count
        {
          frames.problem = "a payload at \(range) of \(stream.count) bytes, begun at \(frames.consumed)"
        }
        frames.payloads.append(range)
        frames.consumed = range.upperBound
      case .needs(let bytes):
        if bytes > limit + WireLimits.lengthBytes || bytes <= stream.count - frames.consumed {
          frames.problem = "needs \(bytes) bytes, has \(stream.count - frames.consumed), may have \(limit)"
        }
        frames.needs = bytes
        return frames
      }
    }
  }
}
