import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// A client that knows nothing but PROTOCOL.md, in another language.
  @Suite struct StrangerTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().path() + "Python"

    private func python(_ script: String, _ mesh: RunningMesh, _ credential: String, _ words: [String]) throws -> ChildProgram {
      let caller = mesh.caller
      let address = ["127.0.0.1", try "\(caller.port("broker", "mesh"))", credential, try caller.secret(of: credential)]
      return try ChildProgram.spawn(
        "/usr/bin/env", ["python3", "\(Self.folder)/\(script)"] + address + words, environment: ["PYTHONDONTWRITEBYTECODE": "1"],
        endsWithTests: false)
    }

    /// Gives `name` a credential of its own while the broker runs: who may do what is read again at SIGHUP.
    private func admit(_ name: String, to mesh: RunningMesh) throws {
      let data = mesh.caller.data
      let secret = "the secret of \(name)"
      try mesh.folder.write(
        JSON.object([.init("name", .string(name)), .init("secret", .string(secret))]).text, to: "data/credentials/\(name).json")
      let registry = try JSON(parsing: mesh.folder.read("data/broker/credentials.json"))
      let entry: JSON = [
        "name": .string(name), "sha256": .string(Hex.encode(SHA256.hash(Array(secret.utf8)))), "source": .string("/" + name),
        "publish": .array([.string(name + ".*")]), "subscribe": ["*"], "administers": false,
      ]
      let entries = (registry["credentials"]?.array ?? []) + [entry]
      try mesh.folder.write(JSON.object([.init("credentials", .array(entries))]).text, to: "data/broker/credentials.json")
      kill(try #require(mesh.pid("broker")), SIGHUP)
      try eventually("the broker knows \(name)") {
        try String(contentsOfFile: data + "/logs/broker.log", encoding: .utf8).contains("5 credentials are known")
      }
    }

    @Test func `a stranger publishes, subscribes, settles and comes back`() throws {
      let mesh = try RunningMesh()
      try admit("stranger", to: mesh)
      let child = try python("roundtrip.py", mesh, "stranger", ["1000"])
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

    @Test func `a stranger hears what the ledger publishes`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      var told: [String] = []
      func capture(_ id: String) throws { told.append(try caller.order(id, of: "ada")) }
      for number in 1...10 { try capture("EARLY-\(number)") }
      try caller.awaitHeard(10)
      let child = try python("listen.py", mesh, "operator", ["ledger.order.captured.v1", "20"])
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
