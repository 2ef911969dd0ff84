import Contracts
import HTTP
import Host
import LedgerRoom
import Store
import Synchronization
import TestKit
import Testing

/// The N-th write fails for N = 1, 2, 3 ... until all went well: nothing is ever half done, and trying again ends where it would have.
struct FailingWritesTests {
  /// A full disk, which goes by; and a failed sync, after which only a new start may believe the disk.
  static let faults: [StoreFault] = [.full, .io(code: 1_034, reason: "disk I/O error")]

  @Test(arguments: Hearer.all, faults) func `a batch of facts`(hearer: Hearer, fault: StoreFault) throws {
    var random = Seed.printed(for: "failing writes of \(hearer)")
    let facts = try Facts(5, retold: 2, using: &random)
    // Whoever was at work when the write failed is at one of these, and nowhere between.
    var steps: [Tables] = []
    let straight = try Premises(hearer.department)
    for delivery in facts.deliveries {
      steps.append(try straight.tables())
      try straight.hear([delivery], through: hearer)
    }
    steps.append(try straight.tables())

    var failures = 0
    for n in 1... {
      let place = Folder.temporary()
      var premises = try Premises(hearer.department, in: place)
      var heard = 0
      premises.faults.fail(write: n, with: fault)
      do {
        try premises.hear(facts.deliveries, through: hearer, heard: &heard)
        #expect(premises.faults.isPending)
        #expect(try premises.tables().differences(from: steps[facts.deliveries.count]) == [])
        break
      } catch let found as StoreFault {
        #expect(found == fault)
        failures += 1
      }
      #expect(try premises.tables().differences(from: steps[heard]) == [], "write \(n) failed")
      if fault.kind == .fatal {
        #expect(throws: fault) { try premises.hear(facts.deliveries, through: hearer) }
        premises.store.close()
        premises = try Premises(hearer.department, in: place)
        #expect(try premises.tables().differences(from: steps[heard]) == [], "write \(n) failed")
      }
      // The broker delivers again what was not settled, and perhaps what was.
      try premises.hear(facts.deliveries, through: hearer)
      #expect(try premises.tables().differences(from: steps[facts.deliveries.count]) == [], "write \(n) failed")
      #expect(try premises.findings() == [])
    }
    // At least an inbox mark and a row for each message, and a commit; what was told already costs less than what is new.
    #expect(failures > 2 * facts.deliveries.count)
  }

  /// Commands with what the ledger answers, after an order `o-1` of another command.
  static let commands: [(status: Int, draft: OrderDraft)] = [
    (201, OrderDraft("o-2")),
    (200, OrderDraft("o-1")),
    (409, OrderDraft("o-1", paid: 1)),
  ]

  @Test(arguments: commands.indices, faults) func `a command at the ledger's door`(at place: Int, fault: StoreFault) throws {
    let (status, draft) = Self.commands[place]
    func ledger(in place: Folder) throws -> Premises {
      let ledger = try Premises(LedgerProgram.department, in: place)
      try ledger.capture(OrderDraft("o-1"), key: "first")
      return ledger
    }
    let straight = try ledger(in: .temporary())
    let before = try straight.tables(but: ["entry.hash"])
    #expect(try straight.capture(draft, key: "second").status == status)
    let after = try straight.tables(but: ["entry.hash"])

    var failures = 0
    for n in 1... {
      let place = Folder.temporary()
      var premises = try ledger(in: place)
      let ends = Mutex(0)
      premises.store.whenEnded { _ in ends.withLock { $0 += 1 } }
      premises.faults.fail(write: n, with: fault)
      let answer = try premises.capture(draft, key: "second")
      if premises.faults.isPending {
        #expect(answer.status == status)
        #expect(try premises.tables(but: ["entry.hash"]).differences(from: after) == [])
        break
      }
      failures += 1
      #expect(answer.status == 503 && answer.header("Retry-After") == "1")
      #expect(try answer.json["detail"]?.string == fault.description)
      #expect(try premises.tables(but: ["entry.hash"]).differences(from: before) == [], "write \(n) failed")
      #expect(ends.withLock { $0 } == (fault.kind == .fatal ? 1 : 0))
      if fault.kind == .fatal {
        #expect(try premises.capture(draft, key: "second").status == 503)
        premises.store.close()
        premises = try Premises(LedgerProgram.department, in: place)
        #expect(try premises.tables(but: ["entry.hash"]).differences(from: before) == [], "write \(n) failed")
      }
      #expect(try premises.capture(draft, key: "second").status == status)
      #expect(try premises.tables(but: ["entry.hash"]).differences(from: after) == [], "write \(n) failed")
      #expect(try premises.capture(draft, key: "second").header("Idempotent-Replay") == "true")
      #expect(try premises.tables(but: ["entry.hash"]).differences(from: after) == [])
      let findings = try premises.findings().map(\.description)
      #expect(findings == [])
    }
    // The savepoint, its end or its way back, the answer, the commit; a capture also writes the order and the fact.
    #expect(failures >= (status == 201 ? 6 : 4))
  }
}
