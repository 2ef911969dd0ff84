import Contracts
import Foundation
import Glibc
import Store
import TestKit
import Testing

/// SIGKILL at any moment: what was answered is there, whole; what was not is there whole or not at all.
@Suite(.serialized) struct CrashTests {
  /// Writes batches of three messages until the kill, noting each answered batch with one byte in `notes`.
  static func work(in folder: String, killedAfter microseconds: UInt32) throws {
    let store = try Store.open(StoreOptions(path: folder + "/store.sqlite", applicationID: Desk.applicationID, migrations: Desk.tables))
    let notes = open(folder + "/notes", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    var next = try store.read { try Inbox.highest(of: "ledger", in: $0) } + 1
    Thread.detachNewThread {
      usleep(microseconds)
      kill(getpid(), SIGKILL)
    }
    while true {
      try FaultTests.batch(store, from: next)
      next += 3
      var note: UInt8 = 0x2E
      guard write(notes, &note, 1) == 1 else { fatalError("no note") }
    }
  }

  @Test func `after SIGKILL at any moment each answered batch is there and no batch is there in part`() async throws {
    var random = Seed.printed(for: "CrashTests")
    let desk = try Desk()
    var epoch: UInt64 = 0
    var before: UInt64 = 0
    for _ in 0..<6 {
      let folder = desk.folder.path
      let delay = UInt32.random(in: 1_000...60_000, using: &random)
      await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, delay = delay as UInt32] in
        try CrashTests.work(in: folder, killedAfter: delay)
      }
      let notes = (try? Data(contentsOf: desk.folder.appendingPathComponent("notes")).count) ?? 0
      #expect(Check.findings(inFileOf: desk.options()) == [])
      let store = try desk.open()
      #expect(store.identity.epoch > epoch)
      epoch = store.identity.epoch
      let counts = try FaultTests.counts(store)
      // Every table tells the same, in whole batches; at most one batch per round was durable and not yet answered.
      #expect(Set(counts).count == 1 && counts[0] % 3 == 0)
      let highest = try store.read { try Outbox.highest(in: $0) }
      #expect(highest == UInt64(counts[0]))
      #expect(highest >= UInt64(notes) * 3 && highest >= before)
      before = highest
      store.close()
    }
    #expect(before > 0)
  }

  @Test func `a kill in the midst of a transaction leaves nothing of it`() async throws {
    let desk = try Desk()
    let folder = desk.folder.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      let store = try Store.open(StoreOptions(path: folder + "/store.sqlite", applicationID: Desk.applicationID, migrations: Desk.tables))
      try FaultTests.batch(store, from: 1)
      try store.write { tx in
        // More than the writer keeps in memory, so that pages of the unfinished transaction are in the log already.
        for n in 0..<40 {
          try Outbox.append(event: [UInt8](repeating: 9, count: 1 << 20), id: Identifier(restoring: "big-\(n)"), at: instant(1), in: tx)
        }
        kill(getpid(), SIGKILL)
      }
    }
    let store = try desk.open()
    #expect(try FaultTests.counts(store) == [3, 3, 3, 3])
    #expect(try store.write { try Outbox.append(event: [1], id: id("next"), at: instant(1), in: $0) }.value == 4)
    #expect(try store.read { Check.findings(in: $0) } == [])
  }

  @Test func `a kill during the first opening leaves a file that opens`() async throws {
    let desk = try Desk()
    let folder = desk.folder.path
    for delay in [0, 500, 2_000, 5_000, 10_000] as [UInt32] {
      await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, delay = delay as UInt32] in
        Thread.detachNewThread {
          usleep(delay)
          kill(getpid(), SIGKILL)
        }
        for n in 0... {
          let options = StoreOptions(path: folder + "/\(delay)-\(n).sqlite", applicationID: Desk.applicationID, migrations: Desk.tables)
          try Store.open(options).close()
        }
      }
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".sqlite") {
      let store = try desk.open(name)
      #expect(try store.read { Check.findings(in: $0) } == [])
      store.close()
    }
  }
}
