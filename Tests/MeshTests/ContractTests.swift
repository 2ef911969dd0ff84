import HTTP
import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// What a program's promise means to the others when the programs are real.
  @Suite struct ContractTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().path() + "Python"

    @Test func `a program whose contract would break another is not ready, and names it`() throws {
      let mesh = try LooseMesh(starting: ["broker", "marketing"])
      let caller = mesh.caller
      // The ledger of tomorrow sells at most ten of a kind; marketing is written for that.
      let narrow = try JSON(parsing: OrderCaptured.schema.text.replacing("\"maximum\":1000000000", with: "\"maximum\":10"))
      #expect(narrow != OrderCaptured.schema)
      let manifest: JSON = .object([.init("publishes", .object([.init(OrderCaptured.type, narrow)])), .init("reads", [])])
      let said = try register("ledger", manifest, caller)
      #expect(said.exit == .code(0), "\(said)")
      try eventually("marketing has said what it reads") {
        try caller.get("broker", "/v1/status")["contracts"]?.array?.first { $0["type"]?.string == OrderCaptured.type }?["readers"]?.strings?
          .contains("marketing") ?? false
      }

      try mesh.start("ledger")
      try eventually("the ledger of today says that it is not ready") { !caller.isReady("ledger") }
      let answer = try caller.send("ledger", .get, "/readyz", token: "")
      #expect(answer.status == 503)
      for part in ["contract_incompatible", "would break marketing", "/lines/*/quantity may now be above 10"] {
        #expect(answer.text.contains(part), "\(answer.text)")
      }
      #expect(caller.isReady("marketing") && caller.isReady("broker"))
      #expect(try caller.get("ledger", "/v1/status")["link"]?["needs_person"]?.string?.contains("marketing") == true)
      // The same without a schema that anybody could be held to.
      let unheard = try register("ledger", ["publishes": ["ledger.thing.v1": ["pattern": "x"]]], caller)
      #expect(unheard.exit == .code(1) && unheard.stdout.contains("contract_schema"), "\(unheard)")
      try mesh.stopAll()
    }

    private func register(_ credential: String, _ manifest: JSON, _ caller: Caller) throws -> (
      exit: ChildExit, stdout: String, stderr: String
    ) {
      let address = ["127.0.0.1", try "\(caller.port("broker", "mesh"))", credential, try caller.secret(of: credential)]
      return try ChildProgram.run(
        "/usr/bin/env", ["python3", "\(Self.folder)/register.py"] + address + [manifest.text],
        environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    }
  }
}
