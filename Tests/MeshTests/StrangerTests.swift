import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// A client that knows nothing but PROTOCOL.md, in another language.
  @Suite struct StrangerTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().path() + "Python"

    private func python(_ script: String, _ caller: Caller, _ credential: String, _ words: [String]) throws -> ChildProgram {
      let address = ["127.0.0.1", try "\(caller.port("broker", "mesh"))", credential, try caller.secret(of: credential)]
      return try ChildProgram.spawn(
        "/usr/bin/env", ["python3", "\(Self.folder)/\(script)"] + address + words, environment: ["PYTHONDONTWRITEBYTECODE": "1"],
        endsWithTests: false)
    }

    /// Gives `name` a credential of its own while the broker runs, as an operator would.
    private func admit(_ name: String, to caller: Caller) throws {
      let said = try caller.accord(
        "credential", "add", name, "--publish", name + ".*", "--source", "/" + name, "--read", name + ".*", "--ask", name, "--json")
      #expect(said.exit == .code(0), "\(said.stderr)")
      #expect(try said.json["followed"] == true)
    }

    /// Flips a bit of the event in the broker's journal that holds `text`.
    private static func damage(_ text: String, in data: String) throws {
      let path = data + "/broker/journal/000000000001.segment"
      let place = try #require(try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data(text.utf8))?.lowerBound)
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      try file.seek(toOffset: UInt64(place))
      try file.write(contentsOf: [UInt8(ascii: "#")])
      try file.close()
    }

    @Test func `a stranger publishes, subscribes, settles and comes back`() throws {
      let mesh = try RunningMesh()
      try admit("stranger", to: mesh.caller)
      let child = try python("roundtrip.py", mesh.caller, "stranger", ["1000"])
      let exit = try child.wait(within: .seconds(60))
      try eventually("its last line arrives") { child.stdout.contains(" passed") }
      #expect(exit == .code(0), "\(child.stdout)\(child.stderr)")
      #expect(!child.stdout.contains("FAIL"), "\(child.stdout)")
      // The departments took no notice.
      #expect(try mesh.caller.get("marketing", "/v1/buyers") == ["buyers": 0, "orders": 0])
      try mesh.caller.order("AFTER", of: "ada")
      try mesh.caller.awaitHeard(1)
      try mesh.stop()
    }

    @Test func `an outside department keeps its contract, works on events, asks, and outlives the broker`() throws {
      let mesh = try LooseMesh(starting: ["broker"])
      try admit("till", to: mesh.caller)
      let child = try python("department.py", mesh.caller, "till", [])
      try eventually("it wants the broker killed", within: .seconds(60)) {
        child.stdout.contains("kill the broker\n") || child.stdout.contains("FAIL")
      }
      try mesh.kill("broker")
      try Self.damage(#""partitionkey": "k3", "data": {"count": 3}"#, in: mesh.caller.data)
      try mesh.start("broker")
      let exit = try child.wait(within: .seconds(60))
      try eventually("its last line arrives") { child.stdout.contains(" passed") }
      #expect(exit == .code(0) && !child.stdout.contains("FAIL"), "\(child.stdout)\(child.stderr)")
      #expect(try mesh.caller.accord("journal", "verify").exit == .code(0), "the stranger has healed the journal")
      let dead = try mesh.caller.get("broker", "/v1/status")["subscriptions"]?.array?.first { $0["name"] == "till/sales" }
      #expect(dead?["dead"] == 1, "the one that is not for sale: \(dead ?? .null)")
      try mesh.stopAll()
    }

    @Test func `a stranger hears what the ledger publishes`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      var told: [String] = []
      func capture(_ id: String) throws { told.append(try caller.order(id, of: "ada")) }
      for number in 1...10 { try capture("EARLY-\(number)") }
      try caller.awaitHeard(10)
      let child = try python("listen.py", caller, "operator", ["ledger.order.captured.v1", "20"])
      try eventually("it listens", within: .seconds(20)) { child.stdout.contains("listening\n") }
      for number in 1...10 { try capture("LATE-\(number)") }
      #expect(try child.wait(within: .seconds(40)) == .code(0), "\(child.stdout)\(child.stderr)")
      try eventually("its last words arrive") { child.stdout.split(separator: "\n").count >= 21 }
      // Keys have no order among each other; each event comes once.
      let heard = child.stdout.split(separator: "\n").dropFirst().map(String.init)
      #expect(heard.sorted() == told.sorted())
      let rows = try caller.get("broker", "/v1/status")["subscriptions"]?.array ?? []
      #expect(rows.contains { $0["name"] == "operator/stranger" && $0["settled"] == 20 }, "\(rows)")
      try mesh.stop()
    }
  }
}
