import Contracts
import Host
import Store
import Terms

/// What hangs on a colleague at customer service: the sheets that they answer for or stand in for, unsolved cases, requests to decide.
enum HangingWork {
  static func all(of id: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> [Hanging] {
    try words(of: id, in: reading) + care(of: id, in: reading)
  }

  private static func care(of id: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> [Hanging] {
    let cases = try reading.all(
      "SELECT case_id FROM matter WHERE holder = ?1 AND state <> 'solved' ORDER BY opened_at, case_id LIMIT 1000", .text(id.text)
    ) { row in try row.text(0) }
    let requests = try Requests.waiting(in: reading).filter { $0.fact.approver == id }
    return cases.map {
      Hanging(kind: "case", id: $0, role: "holder", of: id, "case \($0) is not solved; whoever answers or solves it has it from then on")
    }
      + requests.map {
        Hanging(
          kind: "request", id: $0.fact.requestID.text, role: "approver", of: id,
          "\($0.fact.agentID) waits for a word on \($0.fact.requestID); any supervisor can give it")
      }
  }

  private static func words(of id: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> [Hanging] {
    try Sheets.hanging(on: id, in: reading).map { sheet in
      let role = sheet.verified?.verifier == id ? "verifier" : "deputy"
      return Hanging(
        kind: "sheet", id: sheet.id.text, role: role, of: id,
        "version \(sheet.version) of \(sheet.id) names \(id) as its \(role); accord sheet hand-on gives it to somebody else")
    }
  }
}
