import Contracts
import Foundation
import HTTP
import TestKit
import Testing

extension MeshTests {
  /// How a mesh ends: asked to, in the middle of its start, twice, without having run; and how it is found again.
  @Suite struct EndTests {
    @Test func `down without up says that nothing runs`() throws {
      let folder = Folder.temporary()
      for data in [folder.path, folder.file("missing")] {
        let down = try Caller(data: data).accord("down")
        #expect(down.exit == .code(69) && down.stderr.contains("nothing runs on \(data)"), "\(down.stderr)")
      }
      let mesh = try RunningMesh()
      #expect(try mesh.caller.accord("down").exit == .code(0))
      #expect(try mesh.supervisor.wait(within: .seconds(5)) == .code(0))
      #expect(try mesh.caller.accord("down").exit == .code(69))
      for words in [["status"], ["tail"], ["customer", "ada"], ["why", "x"]] {
        let (exit, _, stderr) = try ChildProgram.run("accord", words + ["--data", mesh.caller.data])
        #expect(exit == .code(69) && stderr.contains("nothing runs on"), "\(words): \(stderr)")
      }
    }

    @Test func `up detached returns when all are ready, and down ends what it left`() throws {
      let folder = Folder.temporary()
      let caller = Caller(data: folder.file("data"))
      let up = try caller.accord("up", "--detach", "--ephemeral", "--json", "--segment-mib", "4")
      #expect(up.exit == .code(0), "\(up.stderr)")
      let supervisor = try #require(try up.json["supervisor"]?["pid"]?.integer)
      #expect(try JSON(parsing: folder.read("data/endpoints.json").trimmingCharacters(in: .newlines)) == up.json)
      for program in Caller.programs { #expect(caller.isReady(program)) }
      #expect(Processes.naming(caller.data).count == 5)

      let down = try caller.accord("down", "--json")
      #expect(try down.exit == .code(0) && down.json["stopped"] == true && down.json["pid"] == .integer(supervisor))
      try eventually("nobody is left") { Processes.areDone(with: caller.data) }
      #expect(!FileManager.default.fileExists(atPath: folder.file("data/endpoints.json")))
    }

    @Test(arguments: [SIGTERM, SIGINT]) func `a signal ends all within 8 s, departments before the broker`(signal: Int32) throws {
      let mesh = try RunningMesh()
      let load = Load(mesh.caller, tills: 2)
      try load.awaitMore(20)
      let begun = ContinuousClock.now
      mesh.supervisor.send(signal)
      #expect(try mesh.supervisor.wait(within: .seconds(20)) == .code(0))
      let took = ContinuousClock.now - begun
      #expect(took < .seconds(8))
      print("stop: \(took) under load")
      try mesh.awaitNobody(within: .seconds(1))

      // In order: no program was killed, each said when it stopped, and the broker began when the last department was done.
      func instant(_ program: String, _ event: String) throws -> String {
        let log = try String(contentsOfFile: "\(mesh.caller.data)/logs/\(program).log", encoding: .utf8)
        let line = try #require(log.split(separator: "\n").last { $0.contains("\"\(event)\"") }, "\(program): no \(event)")
        #expect(!log.contains("program.stop_slow"), "\(log)")
        return try #require(try JSON(parsing: String(line))["time"]?.string)
      }
      let broker = try instant("broker", "program.stopping")
      for department in Caller.departments { #expect(try instant(department, "program.stopped") <= broker) }

      let again = try RunningMesh(on: mesh.folder)
      let (orders, strange) = try load.finish()
      #expect(strange.isEmpty, "\(strange.prefix(3))")
      try again.caller.awaitHeard(orders.values.reduce(0) { $0 + $1.count })
      try again.stop()
    }

    @Test func `Ctrl-C during the start leaves nothing behind`() throws {
      // The moments of a start, by what stands on the disk then.
      for moment in ["accord.json", "lock", "logs/broker.log", "broker/lock", "credentials/ledger.json", "ledger/lock", "service/lock"] {
        for detached in [false, true] {
          let folder = Folder.temporary()
          let data = folder.file("data")
          let up = try ChildProgram.spawn("accord", RunningMesh.words(data) + (detached ? ["--detach"] : []))
          try eventually("\(moment) is there") { FileManager.default.fileExists(atPath: data + "/" + moment) }
          up.send(SIGINT)
          let exit = try up.wait(within: .seconds(20))
          if !detached { #expect(exit == .code(0) || exit == .signal(SIGINT), "at \(moment): \(exit) \(up.stderr)") }
          if detached, exit == .code(0) {
            // It was ready before the signal came: that is a mesh that runs, and not a start any more.
            #expect(try Caller(data: data).accord("down").exit == .code(0))
          }
          try eventually("at \(moment), detached \(detached): nobody is left", within: .seconds(20)) { Processes.areDone(with: data) }
          #expect(!FileManager.default.fileExists(atPath: data + "/endpoints.json"), "at \(moment), detached \(detached)")
          let next = try RunningMesh(on: folder)
          #expect(try next.stop() == .code(0))
        }
      }
    }

    @Test func `a second start finds its data again`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      for number in 1...10 { try caller.order("FIRST-\(number)", of: "ada") }
      try caller.awaitHeard(10)
      let events = try caller.orders()
      #expect(try mesh.stop() == .code(0))

      let again = try RunningMesh(on: mesh.folder)
      #expect(try caller.timeline(of: "ada").count == 10)
      #expect(try caller.orders() == events)
      // The same order again is known, and a new one comes behind the old ones.
      let known = try caller.capture("FIRST-1", of: "ada")
      #expect(known.status == 201 && known.header("Idempotent-Replay") == "true")
      try caller.order("SECOND", of: "ada")
      try caller.awaitHeard(11)
      #expect(try caller.orders().count == 11)
      #expect(try caller.get("marketing", "/v1/buyers") == ["buyers": 1, "orders": 11])
      for department in Caller.departments { #expect(try caller.get(department, "/v1/status")["epoch"] == 2) }
      #expect(try again.stop() == .code(0))
      #expect(try caller.accord("verify").exit == .code(0))
    }
  }
}
