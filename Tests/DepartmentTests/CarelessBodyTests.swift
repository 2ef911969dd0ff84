import Contracts
import Foundation
import HTTP
import Host
import LedgerRoom
import MarketingRoom
import ServiceRoom
import Store
import TestKit
import Testing

/// What every door that takes a body says to one that it cannot use. The table is the departments' own list of doors: one that is added is
/// tried too.
struct CarelessBodyTests {
  private static let bodies: [(name: String, bytes: [UInt8])] = [
    ("no JSON", Array("{\"a\": tru".utf8)), ("a word", Array("hello".utf8)), ("an array", Array("[1, 2]".utf8)),
    ("a text", Array("\"x\"".utf8)), ("any bytes", (0...255).map { UInt8($0) }), ("wrong types", wrong),
  ]

  /// Every name that some door knows, as what none of them is.
  private static let wrong: [UInt8] = {
    let names =
      "order_id offer_id customer_id person_id case_id colleague_id sheet_id amount currency lines quantity from to to_at expires_at kind "
      + "channel roles locales token_digest reason sentence by approved_by campaign_id budget document check checks words limit answer "
      + "agent_id shift_id absent people file severity cause text locale voice verifier deputy keep back with version day at until"
    return JSON.object(names.split(separator: " ").map { .init(String($0), .array([.object([.init("x", .array([.bool(true)]))])])) }).bytes
  }()

  @Test(arguments: [LedgerProgram.department, MarketingProgram.department, ServiceProgram.department].map(Door.init))
  func `every door refuses a body that it cannot use, with a code and a sentence, and nothing is changed`(of door: Door) throws {
    let premises = try Premises(door.department)
    let routes = door.department.doors(premises.desk).filter { $0.method == .post }
    #expect(routes.count > 10)
    // What was refused is remembered under its key, and nothing else.
    let before = try premises.tables().without(["idempotency", "outbox"])
    var number = 0
    for route in routes {
      let path = route.pattern.replacing(/\{[^}]*\}/, with: "x-1")
      for body in Self.bodies {
        number += 1
        let answer = premises.ask(.post, path, headers: premises.headers(key: "careless-\(number)"), body: body.bytes)
        // What is checked is told back in findings: that is the door's answer to a wrong offer.
        if path == "/v1/offers/check", answer.status == 200 { continue }
        #expect(
          (400..<500).contains(answer.status), "\(path), \(body.name): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        let problem = try answer.json
        #expect(problem["code"]?.string?.isEmpty == false, "\(path), \(body.name)")
        #expect((problem["detail"]?.string ?? "").count > 15, "\(path), \(body.name)")
      }
    }
    #expect(try premises.tables().without(["idempotency", "outbox"]).differences(from: before) == [])
    #expect(try premises.told().isEmpty)
  }

  /// A department, by its name in the list of cases.
  struct Door: Sendable, CustomTestStringConvertible {
    let department: Department
    init(_ department: Department) { self.department = department }
    var testDescription: String { department.name }
  }
}
