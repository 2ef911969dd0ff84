import Contracts
import Foundation
import Store
import Testing

/// How fast the store commits: `ACCORD_BENCH=1 swift test -c release --filter StoreSpeed`, on the disk of TMPDIR.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["ACCORD_BENCH"] != nil))
struct StoreSpeed {
  static let tables = [
    Migration(
      1, "customers",
      "CREATE TABLE customer (id TEXT PRIMARY KEY, orders INTEGER NOT NULL, spent INTEGER NOT NULL, seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    )
  ]
  let desk: Desk
  let store: Store
  init() throws {
    desk = try Desk()
    store = try desk.open { $0.migrations = Self.tables }
  }

  func measure(_ name: String, commits: Int, facts perCommit: Int, _ commit: (Int) throws -> Void) rethrows {
    var times: [Double] = []
    times.reserveCapacity(commits)
    let (cpuBefore, began) = (clock(), ContinuousClock.now)
    for n in 0..<commits {
      let start = ContinuousClock.now
      try commit(n)
      times.append((ContinuousClock.now - start) / .microseconds(1))
    }
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    let cpu = Double(clock() - cpuBefore) / Double(CLOCKS_PER_SEC)
    times.sort()
    let facts = Double(commits * perCommit)
    print(
      String(
        format: "%@: %.0f commits/s, %.0f facts/s, p50 %.0f us, p99 %.0f us, max %.0f us, %.2f us of CPU a fact, log %d resets, %.1f MiB",
        name, Double(commits) / seconds, facts / seconds, times[commits / 2], times[commits * 99 / 100], times[commits - 1],
        cpu / facts * 1e6, store.statistics.logResets, Double(store.walBytes) / 1_048_576))
  }

  @Test func `one row a commit`() throws {
    try measure("one inbox mark a commit", commits: 5_000, facts: 1) { n in
      try store.write { tx in
        _ = try Inbox.mark(producer: "ledger", sequence: UInt64(n + 1), position: UInt64(n + 1), at: instant(Int64(n)), in: tx)
      }
    }
  }

  @Test(arguments: [1, 16, 64, 256]) func `batches with inbox, state and outbox, a savepoint each`(size: Int) throws {
    let event = [UInt8](repeating: 0x61, count: 460)
    try measure("batches of \(size)", commits: 100_000 / size / (size == 1 ? 20 : 1), facts: size) { n in
      try store.write { tx in
        for sequence in n * size + 1...n * size + size {
          try tx.savepoint { tx in
            let number = UInt64(sequence)
            guard try Inbox.mark(producer: "ledger", sequence: number, position: number &* 560, at: instant(7), in: tx) else { return }
            try tx.run(
              """
              INSERT INTO customer (id, orders, spent, seen) VALUES (?1, 1, ?2, ?3)
              ON CONFLICT (id) DO UPDATE SET orders = orders + 1, spent = spent + excluded.spent, seen = excluded.seen
              """, .text("customer-\(sequence &* 7_919 % 2_500)"), .integer(Int64(sequence)), .integer(7))
            try Outbox.append(event: event, id: Identifier(restoring: "evt-\(number &* 0x9E37_79B9_7F4A_7C15)"), at: instant(7), in: tx)
          }
        }
      }
    }
    #expect(try store.read { Check.findings(in: $0) } == [])
  }

  @Test func `reads of a page of the outbox`() throws {
    try store.write { tx in
      for n in 1...50_000 {
        try Outbox.append(event: [UInt8](repeating: 1, count: 460), id: id("event-\(n)"), at: instant(1), in: tx)
      }
    }
    try measure("reads of 256 events", commits: 2_000, facts: 256) { n in
      _ = try store.read { try Outbox.rows(after: UInt64(n * 20), limit: 256, in: $0) }
    }
  }
}
