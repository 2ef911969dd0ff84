import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// Somebody is away for a while: everybody else goes on, and whoever comes back catches up.
  @Suite struct AwayTests {
    @Test(arguments: ["in order", "by SIGKILL"]) func `the broker is away and back`(how: String) throws {
      let mesh = try LooseMesh()
      let caller = mesh.caller
      try caller.order("BEFORE", of: "ada")
      try caller.awaitHeard(1)

      if how == "in order" { #expect(try mesh.stop("broker") == .code(0)) } else { try mesh.kill("broker") }
      for department in Caller.departments {
        try eventually("\(department) notices") { try caller.get(department, "/v1/status")["link"]?["up"] == false }
      }
      // Business goes on: orders are captured, questions answered, and nobody is unready for the absence of another.
      for number in 1...50 { try caller.order("AWAY-\(number)", of: "ada") }
      for department in Caller.departments { #expect(caller.isReady(department)) }
      #expect(try caller.get("marketing", "/v1/buyers") == ["buyers": 1, "orders": 1])
      #expect(try caller.timeline(of: "ada").count == 1)
      let link = try #require(try caller.get("ledger", "/v1/status")["link"])
      #expect(link["waiting"] == 50 && link["words"]?.string?.hasPrefix("offline") == true, "\(link)")
      #expect(link["needs_person"]?.isNull == true)
      let status = try caller.accord("status")
      #expect(status.exit == .code(69) && status.stdout.contains("broker: does not answer") && status.stdout.contains("50 events wait"))

      // Back at its port. A wait between two tries is never longer than half a minute.
      try mesh.start("broker")
      try caller.awaitHeard(51, within: .seconds(40))
      #expect(try caller.get("marketing", "/v1/buyers") == ["buyers": 1, "orders": 51])
      #expect(try caller.timeline(of: "ada").map { $0["order_id"]?.string } == ["BEFORE"] + (1...50).map { "AWAY-\($0)" })
      try eventually("nothing waits at the ledger") { try caller.get("ledger", "/v1/status")["link"]?["waiting"] == 0 }
      #expect(try caller.orders().count == 51)
      try mesh.stopAll()
      #expect(try caller.accord("verify").exit == .code(0))
    }

    @Test(arguments: Caller.departments) func `a department is away and back`(department: String) throws {
      let mesh = try LooseMesh()
      let caller = mesh.caller
      let others = Caller.departments.filter { $0 != department }
      try caller.order("BEFORE", of: "ada")
      try caller.awaitHeard(1)
      try mesh.stop(department)
      for other in others {
        #expect(caller.isReady(other))
        #expect(try caller.get(other, "/v1/status")["link"]?["up"] == true)
      }

      if department == "ledger" {
        // Nobody else captures orders; what was captured is still told.
        #expect(try caller.timeline(of: "ada").count == 1)
        try mesh.start(department)
        for number in 1...50 { try caller.order("AWAY-\(number)", of: "ada") }
      } else {
        for number in 1...50 { try caller.order("AWAY-\(number)", of: "ada") }
        // The one that is there does not wait for the one that is away.
        try eventually("the other has heard all") {
          department == "service"
            ? try caller.get("marketing", "/v1/buyers")["orders"] == 51 : try caller.get("service", "/v1/timeline")["entries"] == 51
        }
        let rows = try caller.get("broker", "/v1/status")["subscriptions"]?.array ?? []
        #expect(rows.first { $0["name"] == .string("\(department)/orders") }?["waits_for"] == "consumer")
        try mesh.start(department)
      }
      try caller.awaitHeard(51)
      #expect(try caller.get("marketing", "/v1/buyers") == ["buyers": 1, "orders": 51])
      #expect(try caller.timeline(of: "ada").count == 51)
      #expect(try caller.get(department, "/v1/status")["epoch"] == 2)
      try mesh.stopAll()
    }
  }
}
