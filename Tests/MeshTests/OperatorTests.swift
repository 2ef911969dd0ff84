import Contracts
import Foundation
import HTTP
import TestKit
import Testing
import Wire

extension MeshTests {
  /// What an operator does to the running broker, by the command line and by the door behind it: to its dead letters, its subscriptions,
  /// and its life.
  @Suite struct OperatorTests {
    /// A broker with a till that publishes and an auditor that reads.
    private struct Shop {
      let mesh: LooseMesh
      var caller: Caller { mesh.caller }
      private var published: UInt64 = 0
      private var epoch: UInt64 = 0

      init() throws {
        mesh = try LooseMesh(starting: ["broker"])
        try mesh.caller.admit(["till", "auditor"], pid: mesh.pid("broker"))
      }

      /// Events up to number `last`, on four keys: 3, 7, 11 and 15 are of one.
      mutating func publish(through last: UInt64) throws {
        epoch += 1
        let client = try OutsideClient(caller, as: "till", lineage: "store-of-till", epoch: epoch, highest: last)
        let events = OutsideEvents(name: "till")
        try client.publish((published + 1...last).map { ($0, events.event($0)) })
        published = last
        while true { if case .accepted(let through, _) = try client.next(), through >= last { return } }
      }

      func letters(_ words: String...) throws -> [JSON] {
        let (exit, stdout, stderr) = try ChildProgram.run("accord", ["dead", "list", "--json", "--data", caller.data] + words)
        guard exit == .code(0) else { throw NeverHappened("dead list answers: \(stderr)") }
        return try JSON(parsing: stdout.trimmingCharacters(in: .newlines))["letters"]?.array ?? []
      }

      func row(_ name: String) throws -> JSON? {
        try caller.get("broker", "/v1/status")["subscriptions"]?.array?.first { $0["name"]?.string == name }
      }
    }

    /// A consumer held in the hand.
    private final class Reader {
      let client: OutsideClient

      init(_ caller: Caller, _ name: String = "sales", credit: Int = 64) throws {
        client = try OutsideClient(caller, as: "auditor")
        try client.send(
          .subscribe(
            Subscribe(
              handle: 1, name: name, filters: ["till.*"], start: .beginning, deadKey: .park, creditMessages: credit, creditBytes: 1 << 20)))
      }

      /// The next so many deliveries.
      func take(_ count: Int) throws -> [Delivery] {
        var taken: [Delivery] = []
        while taken.count < count { if case .deliver(let delivery) = try client.next() { taken.append(delivery) } }
        return taken
      }

      func settle(_ done: [Delivery], never: Delivery? = nil) throws {
        var settlement = Settlement(done: done.map { $0.number...$0.number })
        if let never { settlement.exceptions = [.init(delivery: never.number, verdict: .never(reason: "not for sale"))] }
        try client.send(.settle(handle: 1, settlement))
      }
    }

    @Test func `dead letters are listed, shown, redriven over a kill, and dropped`() throws {
      var shop = try Shop()
      let caller = shop.caller
      try shop.publish(through: 12)
      var reader = try Reader(caller)
      let first = try reader.take(12)
      try reader.settle(first.filter { $0.sequence % 4 != 3 }, never: first[2])
      try eventually("3 and those behind it are dead") { try shop.letters().count == 3 }

      let listed = try caller.accord("dead", "list")
      #expect(listed.exit == .code(0) && listed.lines.count == 3 && listed.lines.allSatisfy { $0.hasPrefix("auditor/sales ") })
      #expect(listed.stdout.contains("not for sale"), "\(listed.stdout)")
      let never = try shop.letters("--subscription", "auditor/sales", "--cause", "never")
      #expect(never.count == 1 && never.first?["sequence"] == 3, "\(never)")
      let place = String(try #require(never.first?["position"]?.integer))
      let shown = try caller.accord("dead", "show", "auditor/sales", place)
      #expect(
        shown.exit == .code(0) && shown.stdout.contains(#""id":"till-3""#) && shown.stdout.contains("not for sale"), "\(shown.stdout)")
      let missing = try caller.accord("dead", "show", "auditor/sales", "8")
      #expect(missing.exit == .code(1) && missing.stderr.contains("has no dead letter at 8"), "\(missing.stderr)")
      let dry = try caller.accord("dead", "redrive", "auditor/sales", "--dry-run")
      #expect(dry.stdout.contains("3 dead letters of 1 keys would come back"), "\(dry.stdout)\(dry.stderr)")
      #expect(try shop.letters().count == 3)
      let all = try caller.accord("dead", "drop", "auditor/sales")
      #expect(all.exit == .code(64) && all.stderr.contains("--all"), "\(all.stderr)")

      let redriven = try caller.accord("dead", "redrive", "auditor/sales", "--rate", "100/s", "--json")
      #expect(try redriven.json["count"] == 3, "\(redriven.stdout)\(redriven.stderr)")
      #expect(try reader.take(3).map { [$0.sequence, UInt64($0.attempt)] } == [[3, 1], [7, 1], [11, 1]])
      // Nothing of them was settled: they come again after a power cut, and are done.
      try shop.mesh.kill("broker")
      try shop.mesh.start("broker")
      reader = try Reader(caller)
      let again = try reader.take(3)
      #expect(again.map(\.sequence) == [3, 7, 11])
      try reader.settle(again)
      try eventually("the redrive is done") {
        let audit = try caller.accord("dead", "audit", "--json").json["interventions"]?.array ?? []
        return audit.first?["deed"] == "redrive" && audit.first?["done"] == 3
      }

      try shop.publish(through: 24)
      let more = try reader.take(12)
      try reader.settle(more.filter { $0.sequence % 4 != 3 }, never: more[2])
      try eventually("15 and those behind it are dead") { try shop.letters().count == 3 }
      let position = try #require(try shop.letters("--cause", "never").first?["position"]?.integer)
      let dropped = try caller.accord("dead", "drop", "auditor/sales", "--position", "\(position)", "--release")
      #expect(
        dropped.stdout.contains("1 dead letters are dropped") && dropped.stdout.contains("2 that stood behind them"), "\(dropped.stdout)")
      let released = try reader.take(2)
      #expect(released.map(\.sequence) == [19, 23])
      try reader.settle(released)
      try eventually("none is left") { try caller.accord("dead", "list").stdout == "no dead letters\n" }
      let audit = try caller.accord("dead", "audit")
      #expect(audit.lines.count == 2 && audit.stdout.contains("drop auditor/sales"), "\(audit.stdout)")
      // What was dropped is gone from the subscription, not from the journal.
      #expect(try caller.events("&type=till.paid.v1").count == 24)
      try shop.mesh.stopAll()
    }

    @Test func `a subscription is reset, replayed, stopped and removed`() throws {
      var shop = try Shop()
      let caller = shop.caller
      try shop.publish(through: 8)
      let reader = try Reader(caller)
      try reader.settle(try reader.take(8))
      try eventually("all is settled") { try shop.row("auditor/sales")?["waits_for"] == "nothing" }
      #expect(try caller.accord("subscription", "list").stdout.hasPrefix("auditor/sales: "))
      let shown = try caller.accord("subscription", "show", "auditor/sales")
      #expect(shown.stdout.contains("reads till.*") && shown.stdout.contains("1 consumers"), "\(shown.stdout)")

      // Set back: everything again.
      let dry = try caller.accord("subscription", "reset", "auditor/sales", "--to", "beginning", "--dry-run")
      #expect(dry.exit == .code(0) && dry.stdout.contains("would be reset"), "\(dry.stdout)\(dry.stderr)")
      let reset = try caller.accord("subscription", "reset", "auditor/sales", "--to", "beginning")
      #expect(reset.exit == .code(0) && reset.stdout.contains("delivered again"), "\(reset.stdout)\(reset.stderr)")
      let again = try reader.take(8)
      #expect(again.map(\.sequence).sorted() == Array(1...8) && Set(again.map(\.position)).count == 8)
      try reader.settle(again)

      // Once more beside the live flow.
      let replay = try caller.accord("subscription", "replay", "auditor/sales", "--from", "beginning", "--type", "till.*", "--json")
      #expect(replay.exit == .code(0), "\(replay.stdout)\(replay.stderr)")
      try shop.publish(through: 9)
      let beside = try reader.take(9)
      #expect(beside.map(\.sequence).sorted() == Array(1...9))
      try reader.settle(beside)
      try eventually("the replay is over") {
        try caller.accord("dead", "audit", "--subscription", "auditor/sales").stdout.contains("8 done")
      }

      // Slow enough to be stopped: one a second, and the first is not settled.
      let slow = try caller.accord("subscription", "replay", "auditor/sales", "--from", "beginning", "--rate", "1/s")
      #expect(slow.exit == .code(0))
      _ = try reader.take(1)
      let stopped = try caller.accord("subscription", "stop", "auditor/sales")
      #expect(stopped.exit == .code(0) && stopped.stdout.hasPrefix("stopped: "), "\(stopped.stdout)\(stopped.stderr)")
      #expect(try caller.accord("subscription", "stop", "auditor/sales").stdout == "nothing is under way\n")

      // With a dead letter it does not go without a word.
      try shop.publish(through: 10)
      var last: Delivery?
      while last?.sequence != 10 { last = try reader.take(1).first }
      try reader.settle([], never: last)
      try eventually("10 is dead") { try shop.letters().count == 1 }
      let kept = try caller.accord("subscription", "remove", "auditor/sales")
      #expect(kept.exit != .code(0) && kept.stderr.contains("1 dead letters"), "\(kept.stderr)")
      let removed = try caller.accord("subscription", "remove", "auditor/sales", "--drop-dead")
      #expect(removed.exit == .code(0) && removed.stdout.contains("1 dead letters"), "\(removed.stdout)\(removed.stderr)")
      #expect(try caller.accord("subscription", "list").stdout == "no subscriptions\n")
      // All of it stands in the audit, also after a start.
      try shop.mesh.kill("broker")
      try shop.mesh.start("broker")
      let audit = try caller.accord("dead", "audit", "--json").json["interventions"]?.array ?? []
      #expect(audit.compactMap { $0["deed"]?.string } == ["reset", "replay", "replay", "stop", "remove"], "\(audit)")
      try shop.mesh.stopAll()
    }

    @Test func `the door behind the commands wants the operator, names what it does not know, and answers the rest`() throws {
      var shop = try Shop()
      let caller = shop.caller
      try shop.publish(through: 4)
      _ = try Reader(caller)
      func order(_ body: JSON, token: String? = nil) throws -> Response {
        try caller.send("broker", .post, "/v1/admin", body: body, token: token)
      }
      let redrive: JSON = ["name": "redrive", "subscription": "auditor/sales"]
      #expect(try order(redrive, token: "").status == 401)
      #expect(try order(redrive, token: try caller.secret(of: "auditor")).status == 401)
      let rows: [(JSON, String)] = [
        ([:], "unknown_command"), (["name": "dance"], "unknown_command"), (["name": "redrive"], "missing"),
        (["name": "redrive", "subscription": "auditor/nobody"], "unknown_subscription"),
        (["name": "reset", "subscription": "auditor/sales", "to": "yesterday"], "wrong_type"),
        (["name": "replay", "subscription": "auditor/sales", "from": "beginning", "rate": -1], "wrong_type"),
      ]
      for (body, code) in rows {
        let answer = try order(body)
        #expect(answer.status >= 400 && answer.text.contains(code), "\(body): \(answer.status) \(answer.text)")
      }
      for name in ["status", "subscriptions", "dead", "audit"] {
        #expect(try order(["name": .string(name)]).status == 200, "\(name)")
      }
      #expect(try order(["name": "subscription", "subscription": "auditor/sales"]).json["subscription"]?["name"] == "auditor/sales")
      #expect(try order(redrive).json["count"] == 0)
      try shop.mesh.stopAll()
    }

    @Test func `a broker that is drained under load loses nothing, and publishers go on with the next one`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      try caller.admit(OutsideLoad.names, pid: mesh.pid("broker"))
      let outside = OutsideLoad(caller)
      let load = Load(caller)
      for round in 1...3 {
        outside.ask(80)
        try load.awaitMore(12)
        let pid = try #require(mesh.pid("broker"))
        let said = try caller.accord("drain", "--reason", "round \(round)")
        #expect(said.exit == .code(0) && said.stdout.contains("the broker drains"), "\(said.stdout)\(said.stderr)")
        try eventually("the next broker is ready", within: .seconds(30)) {
          guard let now = mesh.pid("broker"), now != pid else { return false }
          return caller.isReady("broker")
        }
      }
      outside.ask(80)
      try load.awaitMore(12)
      let (orders, strange) = try load.finish()
      #expect(strange.isEmpty, "\(strange.prefix(5))")
      try KillTests.expectWhole(orders, caller, cents: load.cents)
      try KillTests.expectWhole(outside, caller)
      #expect(try mesh.stop() == .code(0))
      let verified = try caller.accord("journal", "verify")
      #expect(verified.exit == .code(0) && verified.stdout.split(separator: "\n").count == 1, "no doubt at any end: \(verified.stdout)")
    }

    @Test func `the segments are listed with and without a broker`() throws {
      let mesh = try LooseMesh(starting: ["broker"])
      let caller = mesh.caller
      try caller.admit(["till"], pid: mesh.pid("broker"))
      let client = try OutsideClient(caller, as: "till", lineage: "L", highest: 20)
      try client.publish((1...20).map { ($0, OutsideEvents(name: "till").event($0)) })
      while true { if case .accepted(20, _) = try client.next() { break } }
      let running = try caller.accord("journal", "list", "--json").json["segments"]?.array
      #expect(running?.count == 1 && running?.first?["events"] == 20 && running?.first?["needed"] == 0, "\(running ?? [])")
      try mesh.stopAll()
      let atRest = try caller.accord("journal", "list", "--json")
      let rows = try atRest.json["segments"]?.array
      #expect(atRest.exit == .code(0) && rows?.count == 1 && rows?.first?["events"] == 20, "\(atRest.stdout)\(atRest.stderr)")
      #expect(rows?.first?["begun"] == running?.first?["begun"] && rows?.first?["from"] == running?.first?["from"])
      let told = try caller.accord("journal", "list")
      #expect(told.stdout.contains("20 events, ? needed; kept: no broker runs"), "\(told.stdout)")
      let verified = try caller.accord("journal", "verify")
      #expect(verified.exit == .code(0) && verified.stdout.contains("20 events"), "\(verified.stdout)")
      // Healing is the running broker's.
      let heal = try caller.accord("journal", "heal")
      #expect(heal.exit != .code(0) && !heal.stderr.isEmpty)
      // Two segments that bear each other's names: said with what to do, by the list, by verify and by the start.
      let folder = caller.data + "/broker/journal/"
      try FileManager.default.moveItem(atPath: folder + "000000000001.segment", toPath: folder + "000000000002.segment")
      for words in [["journal", "list"], ["journal", "verify"]] {
        let (exit, stdout, stderr) = try ChildProgram.run("accord", words + ["--data", caller.data])
        #expect(exit != .code(0) && (stdout + stderr).contains("give it back its own, 000000000001.segment"), "\(stdout)\(stderr)")
      }
      let child = try ChildProgram.spawn("accord-broker", mesh.words(for: "broker"))
      #expect(try child.wait(within: .seconds(10)) == .code(78), "\(child.stderr)")
      #expect(child.stderr.contains("000000000002.segment holds segment 1"), "\(child.stderr)")
    }
  }
}
