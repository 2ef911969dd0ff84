import Contracts
import Testing
import Wire

@Suite struct RoundTripTests {
  @Test func `what a client says arrives as it was said`() throws {
    var chance = Chance("client round trip")
    for _ in 0..<4_000 {
      let message = chance.clientMessage()
      let frames = try payloads(frame(message))
      #expect(frames.count == 1)
      #expect(try client(frames[0]) == message, "\(text(frames[0])) seed \(chance.seed)")
      #expect(throws: Never.self) { try JSON(parsing: frames[0]) }
    }
  }

  @Test func `what the broker says arrives as it was said`() throws {
    var chance = Chance("broker round trip")
    for _ in 0..<4_000 {
      let message = chance.brokerMessage()
      let frames = try payloads(frame(message))
      #expect(frames.count == 1)
      #expect(try broker(frames[0]) == message, "\(text(frames[0])) seed \(chance.seed)")
      #expect(throws: Never.self) { try JSON(parsing: frames[0]) }
    }
  }

  @Test func `a published event travels byte for byte and is routed by what a tree parser sees`() throws {
    var chance = Chance("publish round trip")
    for _ in 0..<4_000 {
      let event = chance.event()
      let sequence = chance.number(from: 1)
      var output: [UInt8] = []
      try ClientMessageEncoder.appendPublish(sequence: sequence, event: event, to: &output)
      let payload = try payloads(output)[0]
      guard case .publish(let publish) = try client(payload) else { return #expect(Bool(false)) }
      #expect(publish.sequence == sequence)
      #expect(Array(payload[publish.event]) == event)
      let tree = try JSON(parsing: event)
      let read = { (range: Range<Int>) in try JSON(parsing: [0x22] + Array(payload[range]) + [0x22]) }
      #expect(try read(publish.routing.id) == tree["id"])
      #expect(try read(publish.routing.source) == tree["source"])
      #expect(try read(publish.routing.type) == tree["type"])
      #expect(try read(publish.routing.key) == tree["partitionkey"] ?? tree["subject"] ?? tree["id"])
      // Both ways of encoding agree.
      #expect(try frame(.publish(publish), payload: payload) == output)
    }
  }

  @Test func `a damaged frame is refused or still sound, never worse`() throws {
    var chance = Chance("damaged frames")
    for _ in 0..<20_000 {
      var payload: [UInt8]
      if chance.below(3) == 0 {
        var output: [UInt8] = []
        try ClientMessageEncoder.appendPublish(sequence: 1, event: chance.event(), to: &output)
        payload = Array(output.dropFirst(4))
      } else if chance.coin() {
        payload = Array(try frame(chance.clientMessage()).dropFirst(4))
      } else {
        payload = Array(try frame(chance.brokerMessage()).dropFirst(4))
      }
      for _ in 0...chance.below(3) {
        let at = chance.below(payload.count)
        switch chance.below(5) {
        case 0: payload[at] = UInt8(truncatingIfNeeded: chance.next())
        case 1: payload[at] = chance.pick(Array(#"{}[],:"\0e.-n"#.utf8))
        case 2: payload.remove(at: at)
        case 3: payload.insert(payload[chance.below(payload.count)], at: at)
        default: payload.replaceSubrange(at..., with: payload[chance.below(payload.count)...].prefix(40))
        }
        if payload.isEmpty { payload = [0x7B] }
      }
      let valid = payload.withUnsafeBytes { (try? JSONScanner.validate($0)) != nil }
      if (try? client(payload)) != nil { #expect(valid, "\(payload) seed \(chance.seed)") }
      if (try? broker(payload)) != nil { #expect(valid, "\(payload) seed \(chance.seed)") }
    }
  }

  @Test func `a sentence is cut to its limit between characters`() throws {
    let long = String(repeating: "€", count: 400)
    guard case .farewell(let reason) = try client(payloads(frame(ClientMessage.farewell(reason: long)))[0]) else {
      return #expect(Bool(false))
    }
    #expect(reason == String(repeating: "€", count: 341))
  }
}
