import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// SIGKILL under load: what was acknowledged is there, once, in order.
  @Suite struct KillTests {
    /// Rounds of kills, of which each is one disaster; `ACCORD_KILL_ROUNDS=200` is the documented long run.
    private static var rounds: Int { ProcessInfo.processInfo.environment["ACCORD_KILL_ROUNDS"].flatMap(Int.init) ?? 5 }

    /// Each program in its turn, then all of them at once, in any order; from the second time on also any two of them together.
    private static func disasters(_ rounds: Int, using random: inout SeededRandom) -> [[String]] {
      var dealt: [[String]] = []
      while dealt.count < rounds {
        let alone = Caller.programs.map {
          dealt.isEmpty || Bool.random(using: &random) ? [$0] : [$0, Caller.programs.randomElement(using: &random)!]
        }
        dealt += (alone + [["supervisor"] + Caller.programs]).shuffled(using: &random)
      }
      return Array(dealt.prefix(rounds))
    }

    @Test func `kills of each program, of several and of all at once, under load from inside and outside, lose and double nothing`() throws
    {
      var random = Seed.printed(for: "kill")
      var mesh = try RunningMesh()
      let began = ContinuousClock.now
      try mesh.caller.admit(OutsideLoad.names, pid: mesh.pid("broker"))
      let outside = OutsideLoad(mesh.caller)
      let load = Load(mesh.caller)
      var kills = 0
      for disaster in Self.disasters(Self.rounds, using: &random) {
        outside.ask(UInt64.random(in: 40...160, using: &random))
        try load.awaitMore(Int.random(in: 1...40, using: &random))
        kills += Set(disaster).count
        if disaster.first == "supervisor" {
          try mesh.killAll(inOrder: disaster.shuffled(using: &random))
          // At once on the same folder: a lock that stays behind, or a child that does, would refuse it.
          mesh = try RunningMesh(on: mesh.folder)
        } else {
          try mesh.kill(Array(Set(disaster)))
        }
      }
      outside.ask(200)
      try load.awaitMore(40)
      let (orders, strange) = try load.finish()
      #expect(strange.isEmpty, "\(strange.prefix(5))")
      try Self.expectWhole(orders, mesh.caller, cents: load.cents)
      try Self.expectWhole(outside, mesh.caller)
      print(
        "kill: \(Self.rounds) rounds, \(kills) SIGKILLs, \(load.count) orders acknowledged, \(load.repetitions) sent again; \(outside.standing); \(ContinuousClock.now - began)"
      )
      #expect(load.repetitions > 0, "nothing was ever cut off: the kills did not meet the load")

      #expect(try mesh.stop() == .code(0))
      try mesh.awaitNobody()
      let verified = try mesh.caller.accord("verify", within: .seconds(120))
      #expect(verified.exit == .code(0), "\(verified.stdout)\(verified.stderr)")
    }

    @Test func `the children end with a supervisor that is killed, and the next one starts at once`() throws {
      let mesh = try RunningMesh()
      let load = Load(mesh.caller)
      try load.awaitMore(20)
      try mesh.supervisor.kill()
      let next = try RunningMesh(on: mesh.folder)
      try load.awaitMore(20)
      let (orders, strange) = try load.finish()
      #expect(strange.isEmpty, "\(strange.prefix(5))")
      try Self.expectWhole(orders, next.caller, cents: load.cents)
      // The new five and nobody else.
      #expect(Processes.naming(next.caller.data).count == 5)

      try next.supervisor.kill()
      try next.awaitNobody()
      let verified = try next.caller.accord("verify")
      #expect(verified.exit == .code(0), "\(verified.stdout)\(verified.stderr)")
    }

    @Test func `the folder tells the process that came back`() throws {
      let mesh = try RunningMesh()
      for program in ["service", "broker"] {
        try mesh.kill(program)
        try eventually("endpoints.json names the new \(program)") {
          let told = try JSON(parsing: Array(Data(contentsOf: URL(fileURLWithPath: mesh.caller.data + "/endpoints.json"))))
          return told[program]?["pid"]?.integer == mesh.pid(program).map(Int64.init)
            && told[program]?["http"] == mesh.endpoints[program]?["http"]
        }
      }
      #expect(try mesh.stop() == .code(0))
    }

    /// Every acknowledged order is in the books, in the journal, on its customer's timeline and in marketing's sums once, in the order of
    /// capture. `cents`: what the acknowledged orders cost together.
    static func expectWhole(_ orders: [String: [String]], _ caller: Caller, cents: Int64) throws {
      let count = orders.values.reduce(0) { $0 + $1.count }
      try caller.awaitHeard(count)
      #expect(try DiskFaultTests.charged(caller) == cents, "the ledger's own sum")
      #expect(try caller.get("marketing", "/v1/buyers") == ["buyers": .integer(Int64(orders.count)), "orders": .integer(Int64(count))])
      #expect(try caller.get("service", "/v1/timeline") == ["entries": .integer(Int64(count)), "customers": .integer(Int64(orders.count))])
      for (customer, captured) in orders {
        let entries = try caller.timeline(of: customer)
        let inJournal = entries.sorted { $0["position"]?.integer ?? 0 < $1["position"]?.integer ?? 0 }
        #expect(entries.map { $0["order_id"]?.string } == captured, "the timeline of \(customer)")
        #expect(inJournal.map { $0["order_id"]?.string } == captured, "the journal's order of \(customer)")
        #expect(try caller.get("marketing", "/v1/buyers/\(customer)")["orders"] == .integer(Int64(captured.count)))
      }
      let events = try caller.orders()
      #expect(events.count == count && Set(events.map { $0["event"]?["id"]?.string }).count == count)
    }

    /// What the outside programs published was applied once by each subscription, in each key's order, and what nobody can apply is dead.
    static func expectWhole(_ outside: OutsideLoad, _ caller: Caller) throws {
      let done: (published: [String: UInt64], books: [String: OutsideBook], strange: [String])
      do { done = try outside.finish() } catch {
        let rows = try caller.get("broker", "/v1/status")["subscriptions"]?.array ?? []
        Issue.record("\(error); \(outside.standing); \(rows.filter { $0["name"]?.string?.hasPrefix("auditor") == true }.map(\.text))")
        return
      }
      #expect(done.strange.isEmpty, "\(done.strange.prefix(5))")
      var dead = 0
      for (name, book) in done.books {
        let expected = OutsideBook.expected(done.published, parks: name == "park")
        #expect(
          book.count == expected.count && book.cents == expected.cents, "\(name): \(book.count) events of \(book.cents), not \(expected)")
        dead += expected.dead
      }
      #expect(try caller.get("broker", "/v1/status")["dead"] == .integer(Int64(dead)))
      for (name, most) in done.published {
        let ids = try caller.events("&type=\(name).paid.v1").compactMap { $0["event"]?["id"]?.string }
        #expect(ids == (1...most).map { "\(name)-\($0)" }, "the journal has what \(name) published, once and in order")
      }
    }
  }
}
