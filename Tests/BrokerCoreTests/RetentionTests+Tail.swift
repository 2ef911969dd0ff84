import BrokerCore
import Testing
import Wire

/// What the broker has in memory of segments that go.
extension RetentionTests {
  @Test func `what went with its segment went from memory as well: who comes later gets what was carried, and can keep it`() throws {
    let it = try RetentionTests(tailEvents: 1_000)
    try it.subscribe()
    try it.fill(1...8)
    try it.stage.apply(
      .settle(
        it.reader, handle: 1, Settlement(done: [1...2, 4...8], exceptions: [.init(delivery: 3, verdict: .never(reason: "no"))])))
    for segment in 1..<4 as Range<UInt64> {
      try it.fill(segment * 8 + 1...segment * 8 + 8)
      try it.stage.apply(.settle(it.reader, handle: 1, Settlement(done: [segment * 8 + 1...segment * 8 + 8])))
      _ = try it.settle()
    }
    while try it.letGo() {}
    #expect(it.stage.machine.kept == 4 * 65_536)
    try it.subscribe(as: "later", handle: 2)
    let delivered = try it.settle()
    #expect(delivered.map(\.sequence) == [3] + Array(25...32))
    // Each of them can become a dead letter, and be read as one when its segment has gone too.
    try it.stage.apply(
      .settle(
        it.reader, handle: 2, Settlement(done: [], exceptions: delivered.map { .init(delivery: $0.number, verdict: .never(reason: "no")) }))
    )
    for segment in 4..<7 as Range<UInt64> { try it.fill(segment * 8 + 1...segment * 8 + 8) }
    try it.stage.apply(.settle(it.reader, handle: 1, Settlement(done: [33...56])))
    try it.stage.apply(.settle(it.reader, handle: 2, Settlement(done: [10...33])))
    _ = try it.settle()
    while try it.letGo() {}
    #expect(it.stage.machine.kept > 5 * 65_536)
    for letter in delivered { #expect(try it.stage.json(at: letter.position)?.contains(#""id":"e\#(letter.sequence)""#) == true) }
  }
}
