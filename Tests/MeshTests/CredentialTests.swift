import Contracts
import Foundation
import TestKit
import Testing
import Transport

extension MeshTests {
  /// Somebody comes with a wrong secret.
  @Suite struct CredentialTests {
    @Test func `a hello with a wrong secret is turned away after a moment, logged and counted`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      let before = try #require(try caller.figure("broker", "accord_broker_wrong_credentials_total"))
      for (name, secret) in [("ledger", "guessed"), ("nobody", "guessed"), ("ledger", try caller.secret(of: "service"))] {
        let begun = ContinuousClock.now
        let answer = try hello(name, secret, caller.port("broker", "mesh"))
        #expect(answer["op"] == "fault" && answer["code"] == "not_known", "\(answer)")
        #expect(ContinuousClock.now - begun >= .milliseconds(900), "guessing is cheap")
      }
      #expect(try caller.figure("broker", "accord_broker_wrong_credentials_total") == before + 3)
      let log = try String(contentsOfFile: caller.data + "/logs/broker.log", encoding: .utf8)
      let lines = log.split(separator: "\n").filter { $0.contains("session.refused") }
      #expect(lines.count == 3 && lines.contains { $0.contains("hello as nobody") })
      #expect(try !log.contains("guessed") && !log.contains(caller.secret(of: "service")), "a secret is in the log")
      // Nobody was locked out by the guesses.
      try caller.order("A", of: "ada")
      try caller.awaitHeard(1)
      try mesh.stop()
    }

    @Test func `a department with a wrong secret goes on alone, says what it needs, and is let in once that is mended`() throws {
      let mesh = try LooseMesh()
      let caller = mesh.caller
      try mesh.stop("ledger")
      let file = "data/credentials/ledger.json"
      let right = try mesh.folder.read(file)
      let secret = try caller.secret(of: "ledger")
      try mesh.folder.write(right.replacing(secret, with: "not-" + secret), to: file)
      chmod(mesh.folder.file(file), 0o600)
      try mesh.start("ledger")
      #expect(caller.isReady("ledger"))
      try caller.order("A", of: "ada")
      try eventually("it says what it needs") {
        try caller.get("ledger", "/v1/status")["link"]?["needs_person"]?.string?.contains("credential") == true
      }
      #expect(try caller.get("ledger", "/v1/status")["link"]?["waiting"]?.integer ?? 0 >= 1)
      #expect(try caller.accord("status").stdout.contains("credential"))

      try mesh.stop("ledger")
      try mesh.folder.write(right, to: file)
      try mesh.start("ledger")
      try caller.awaitHeard(1)
      try mesh.stopAll()
    }

    /// Says hello in the broker's own protocol and returns its answer (PROTOCOL.md: a length of four bytes, then JSON).
    private func hello(_ name: String, _ secret: String, _ port: UInt16) throws -> JSON {
      let stream = try BlockingStream.connect(host: "127.0.0.1", port: port, timeout: .seconds(5))
      let hello = JSON.object([
        .init("op", "hello"), .init("version", 1), .init("credential", .string(name)), .init("secret", .string(secret)),
      ])
      let payload = hello.bytes
      try stream.write([0, 0, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload, timeout: .seconds(5))
      var bytes: [UInt8] = []
      while true {
        let more = try stream.read(timeout: .seconds(10))
        guard !more.isEmpty else { break }
        bytes += more
      }
      return try JSON(parsing: Array(bytes.dropFirst(4)))
    }
  }
}
