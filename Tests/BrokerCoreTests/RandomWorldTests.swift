import TestKit
import Testing

struct RandomWorldTests {
  @Test func `keeps its promises whatever happens, and drains`() throws {
    var random = Seed.printed(for: "RandomWorldTests")
    var deliveries = 0
    for world in 0..<12 {
      let seed = random.next()
      let it = try RandomWorld(SeededRandom(seed: seed))
      var step = 0
      do {
        while step < 1_200 {
          try it.step()
          step += 1
        }
        try it.drain()
      } catch {
        Issue.record("world \(world), step \(step): \(error)")
        return
      }
      deliveries += it.deliveries
    }
    #expect(deliveries > 1_000)
  }
}
