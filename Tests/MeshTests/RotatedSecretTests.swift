import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// A department's secret is changed while it runs: it reads the new one by itself, and nothing waits for another start.
  @Suite struct RotatedSecretTests {
    @Test func `a department whose secret was rotated without grace comes back by itself, and what it told meanwhile arrives`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      try caller.order("A", of: "ada")
      try caller.awaitHeard(1)
      let (before, pid) = (try caller.secret(of: "ledger"), mesh.pid("ledger"))
      for name in Caller.departments {
        let rotated = try caller.accord("credential", "rotate", name, "--grace", "0s")
        #expect(rotated.exit == .code(0), "\(rotated.stderr)")
      }
      #expect(try caller.secret(of: "ledger") != before)
      try caller.order("B", of: "ada")
      // A revoked link is tried again within ten seconds of the machine's own time.
      try eventually("service hears of the second order", within: .seconds(60)) { try caller.timeline(of: "ada").count == 2 }
      #expect(mesh.pid("ledger") == pid)
      try mesh.stop()
      #expect(try caller.accord("verify").exit == .code(0))
    }
  }
}
