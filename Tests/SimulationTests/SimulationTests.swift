import Foundation
import Simulation
import TestKit
import Testing

/// The whole mesh from a seed. `ACCORD_SIMULATION_SECONDS` says for how long (deploy/test: 60; otherwise 5), `ACCORD_SEED` from where.
@Suite struct SimulationTests {
  private static let seconds = ProcessInfo.processInfo.environment["ACCORD_SIMULATION_SECONDS"].flatMap(Double.init) ?? 5

  @Test func `keeps every promise in fresh worlds`() {
    var random = Seed.printed(for: "SimulationTests")
    let end = Date().addingTimeInterval(Self.seconds)
    var coverage = Coverage()
    repeat {
      let seed = random.next() >> 16
      let lived = Simulate.live(seed, World.Options())
      coverage.add(lived.coverage)
      if let wrong = lived.wrong {
        Issue.record("\(wrong)\nafter \(coverage.worlds) worlds; again, with its tale: deploy/simulate --seed \(seed)")
        return
      }
    } while Date() < end
    print(coverage.table)
    #expect(coverage.crashPoints > 50 && coverage.published > 0 && coverage.delivered > 0)
  }

  @Test(arguments: Scenario.allCases) func `survives every cut of a small scenario`(scenario: Scenario) throws {
    let coverage = try scenario.enumerate()
    print("\(scenario.words): \(coverage.crashPoints) crash points")
    #expect(coverage.crashPoints > 0)
  }

  @Test func `a seed gives the same world again`() {
    let (one, other) = (Simulate.live(11, World.Options()), Simulate.live(11, World.Options()))
    #expect(one.coverage.table == other.coverage.table)
    #expect(one.coverage.table != Simulate.live(12, World.Options()).coverage.table)
  }

  @Test func `every mutant can still be planted`() throws {
    let planted = try MutantPatches.plant(of: "SimulationTests")
    #expect(planted.count >= 20)
    #expect(planted.failed.isEmpty, "cannot be planted any more: make them anew for the sources as they are")
  }
}
