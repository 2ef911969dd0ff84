import Foundation
import TestKit
import Testing

struct RandomWorldTests {
  /// `ACCORD_WORLDS` asks for more.
  private static let worlds = ProcessInfo.processInfo.environment["ACCORD_WORLDS"].flatMap(Int.init) ?? 5

  @Test func `keeps its promises whatever happens, and drains`() throws {
    var random = Seed.printed(for: "RandomWorldTests")
    var (deliveries, carried, forgotten) = (0, 0, 0)
    for world in 0..<Self.worlds {
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
      carried += it.carried
      forgotten += it.forgotten
    }
    print("worlds: \(deliveries) deliveries, \(carried) events carried on, \(forgotten) segments let go")
    #expect(deliveries > 100 * Self.worlds && carried > 10 * Self.worlds && forgotten > Self.worlds)
  }
}
