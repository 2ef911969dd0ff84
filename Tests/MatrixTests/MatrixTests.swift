import BrokerCore
import Contracts
import Foundation
import Journal
import TestKit
import Testing

/// Promises 1 to 6 under each fault, struck before each step of a small world's life: the cells of Services/Broker/PROMISES.md.
@Suite struct MatrixTests {
  private static func everywhere(_ strike: Strike, watch: ((World) throws -> Void)? = nil, _ check: (World, Comment) throws -> Void) throws
  {
    let seed = Seed.printed(for: "matrix \(strike)").seed
    for at in 0..<World.strikes {
      let what = Comment(rawValue: "\(strike) before step \(at), ACCORD_SEED=\(seed)")
      let world: World
      do { world = try World.live(strike, at: at, seed: seed, watch: watch) } catch {
        Issue.record("\(what): \(error)")
        return
      }
      try check(world, what)
    }
  }

  /// What `orders` must have applied: everything, or what stands before a hole that nothing has filled.
  private static func reachable(_ world: World) -> Set<UInt64>? {
    world.row("orders")["waits_for"] == "damage" ? nil : World.applied
  }

  @Test(arguments: Strike.allCases) func `promise 1, durable acknowledgement only, holds under`(strike: Strike) throws {
    try Self.everywhere(strike) { world in
      let durable = Set(try world.durableSequences())
      // Told means durable, here and now; what damage took was durable when it was told.
      guard !strike.takesDurable else { return }
      let missing = (1...max(1, world.accepted)).filter { $0 <= world.accepted && !durable.contains($0) }
      if !missing.isEmpty { world.note("told that \(missing) are accepted, which a power cut would take") }
      for consumer in world.consumers {
        for held in consumer.held where !durable.contains(held.sequence) {
          world.note("\(held.sequence) was delivered before it was durable")
        }
      }
    } _: { world, what in
      #expect(world.wrong.isEmpty, "\(what): \(world.wrong.prefix(3))")
      #expect(world.accepted == World.events, what)
      // What damage took is named; all else that was told is there.
      let durable = Set(try world.durableSequences())
      let gone = Set(1...World.events).subtracting(durable)
      #expect(gone.isEmpty || strike == .flip && gone.count == 1 && !world.holes.isEmpty, "\(what): \(gone) are gone")
    }
  }

  @Test(arguments: Strike.allCases) func `promise 2, at least once and effectively once, holds under`(strike: Strike) throws {
    try Self.everywhere(strike) { world, what in
      let durable = try world.durableSequences()
      #expect(durable.count == Set(durable).count && durable == durable.sorted(), "\(what): \(durable)")
      for book in world.books { #expect(book.applied.count == Set(book.applied).count, what) }
      if let reachable = Self.reachable(world) {
        #expect(
          Set(world.books[0].applied) == reachable, "\(what): \(world.books[0].applied), \(world.row("orders").text), \(world.standing)")
      } else {
        #expect(strike == .flip && Set(world.books[0].applied).isSubset(of: World.applied), what)
      }
    }
  }

  @Test(arguments: Strike.allCases) func `promise 3, order per key with many workers, holds under`(strike: Strike) throws {
    try Self.everywhere(strike) { world, what in
      try world.wakeSlow()
      for book in world.books {
        for key in 0..<3 as Range<UInt64> {
          let ofKey = book.applied.filter { $0 % 3 == key }
          #expect(ofKey == ofKey.sorted(), "\(what): \(ofKey)")
        }
      }
    }
  }

  @Test(arguments: Strike.allCases) func `promise 4, settles and attempts outlive the broker, holds under`(strike: Strike) throws {
    try Self.everywhere(strike) { world, what in
      // Noted on the way: a settled event that came again, an attempt that was forgotten or counted without a death. What damage took
      // is told again by the outbox, as it was told before.
      #expect(world.wrong.isEmpty, "\(what): \(world.wrong.prefix(3))")
      let poison = world.books[0].attempts[World.poison] ?? 0
      #expect(
        Self.reachable(world) == nil || poison == World.limits.attempts || strike.takesDurable && poison > 0,
        "\(what): the poison came \(poison) times")
    }
  }

  @Test(arguments: Strike.allCases) func `promise 5, poison is isolated and dead letters stay, holds under`(strike: Strike) throws {
    try Self.everywhere(strike) { world, what in
      guard Self.reachable(world) != nil else { return }
      #expect(world.row("orders")["dead"] == 3, "\(what): \(world.row("orders").text)")
      // And through one more start.
      try world.restart(on: world.disk.copy())
      try world.settleDown()
      #expect(world.row("orders")["dead"] == 3, what)
      #expect(Set(world.books[0].applied) == World.applied, what)
      #expect(world.machine.status()["dead"] == 3, what)
    }
  }

  @Test(arguments: Strike.allCases) func `promise 6, a slow consumer harms nobody, holds under`(strike: Strike) throws {
    try Self.everywhere(strike) { world, what in
      // It has taken nothing so far, and everybody else is done.
      #expect(world.books[1].applied.isEmpty && world.accepted == World.events, what)
      try world.wakeSlow()
      let all = Set(world.books[1].applied)
      if world.row("slow")["waits_for"] == "damage" {
        #expect(strike == .flip, what)
      } else {
        let gone = Set(1...World.events).subtracting(try world.durableSequences())
        #expect(all.union(gone) == Set(1...World.events), "\(what): \(all.sorted()), \(world.row("slow").text)")
      }
    }
  }
}
