import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// SIGKILL under load: what was acknowledged is there, once, in order.
  @Suite struct KillTests {
    /// Rounds of kills; `ACCORD_KILL_ROUNDS=50` is the documented long run.
    private static var rounds: Int { ProcessInfo.processInfo.environment["ACCORD_KILL_ROUNDS"].flatMap(Int.init) ?? 5 }

    @Test func `a kill of each program and of all at once, under load, loses and doubles nothing`() throws {
      var random = Seed.printed(for: "kill")
      var mesh = try RunningMesh()
      let load = Load(mesh.caller)
      for _ in 1...Self.rounds {
        for program in Caller.programs.shuffled(using: &random) {
          try load.awaitMore(Int.random(in: 1...40, using: &random))
          try mesh.kill(program)
        }
        try load.awaitMore(Int.random(in: 1...40, using: &random))
        try mesh.killAll(inOrder: (["supervisor"] + Caller.programs).shuffled(using: &random))
        // At once on the same folder: a lock that stays behind, or a child that does, would refuse it.
        mesh = try RunningMesh(on: mesh.folder)
      }
      try load.awaitMore(40)
      let (orders, strange) = try load.finish()
      #expect(strange.isEmpty, "\(strange.prefix(5))")
      try Self.expectWhole(orders, mesh.caller)
      print("kill: \(Self.rounds) rounds, \(load.count) orders acknowledged, \(load.repetitions) sent again")
      #expect(load.repetitions > 0, "nothing was ever cut off: the kills did not meet the load")

      #expect(try mesh.stop() == .code(0))
      try mesh.awaitNobody()
      let verified = try mesh.caller.accord("verify", within: .seconds(60))
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
      try Self.expectWhole(orders, next.caller)
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

    /// Every acknowledged order is in the journal, on its customer's timeline and in marketing's sums once, in the order of capture.
    private static func expectWhole(_ orders: [String: [String]], _ caller: Caller) throws {
      let count = orders.values.reduce(0) { $0 + $1.count }
      try caller.awaitHeard(count)
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
      #expect(try caller.get("broker", "/v1/status")["dead"] == 0)
    }
  }
}
