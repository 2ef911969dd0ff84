import Contracts
import TestKit
import Testing

/// Whatever the bytes are: an answer or a named fault, never a crash and never something half read.
@Suite struct DamageTests {
  @Test func `refuses an event that is cut anywhere`() throws {
    let whole = try GoldenTests.bytes("ledger.order.captured.v1.full.json").dropLast()
    for count in 0..<whole.count {
      #expect(throws: ContractFault.self, "cut to \(count)") { try Envelope(decoding: Array(whole.prefix(count))) }
    }
    let data = try Envelope(decoding: Array(whole)).data
    for count in 0..<data.count {
      #expect(throws: ContractFault.self, "cut to \(count)") {
        try DomainEvent.decode(type: OrderCaptured.type, data: Array(data.prefix(count)))
      }
    }
  }

  @Test func `reads damaged events whole or not at all`() throws {
    var random = Seed.printed(for: "DamageTests")
    let whole = try GoldenTests.bytes("ledger.order.captured.v1.newer.json")
    let noise = Array("{}[]\",:\\0129-.eutn \u{1}\u{e9}".utf8)
    var read = 0
    for round in 0..<3_000 {
      var bytes = whole
      for _ in 0...Int.random(in: 0...2, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(noise[Int.random(in: 0..<noise.count, using: &random)], at: place)
        default: bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
      }
      guard let envelope = try? Envelope(decoding: bytes) else { continue }
      #expect(try Envelope(decoding: envelope.bytes) == envelope, "round \(round), seed \(random.seed)")
      guard let event = try? DomainEvent.decode(type: envelope.type, data: envelope.data) else { continue }
      #expect(try DomainEvent.decode(type: event.type, data: event.encode()) == event, "round \(round), seed \(random.seed)")
      read += 1
    }
    #expect(read > 150, "seed \(random.seed)")
  }
}
