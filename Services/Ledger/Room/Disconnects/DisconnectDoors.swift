import Contracts
import HTTP
import Host
import LedgerDomain
import Store

/// The register of disconnects for people: what was prevented, repaired or slipped, with cause and evidence.
struct DisconnectDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(
        .get, "/v1/disconnects", "the register: counts, and each with its cause: ?since=TIME&kind=&outcome=&limit=",
        query: [
          "since": .instant, "kind": .text(max: Limits.wordBytesMax), "outcome": .text(max: Limits.wordBytesMax),
          "limit": .number(1...1_000),
        ]
      ) { request, _ in
        desk.question(request) { snapshot in
          var question = Register.Question()
          if let text = request.query("since") {
            guard let since = try? Timestamp(rfc3339: text) else {
              return .problem(
                status: 400, code: "since", detail: "since=\(text) is no instant; write it as in RFC 3339, such as 2026-05-10T00:00:00Z")
            }
            question.since = since
          }
          if let kind = request.query("kind") {
            guard DisconnectRecorded.Kind(rawValue: kind) != nil else {
              return Self.noWord("kind", kind, DisconnectRecorded.Kind.allCases.map(\.rawValue))
            }
            question.kind = kind
          }
          if let outcome = request.query("outcome") {
            guard DisconnectRecorded.Outcome(rawValue: outcome) != nil else {
              return Self.noWord("outcome", outcome, DisconnectRecorded.Outcome.allCases.map(\.rawValue))
            }
            question.outcome = outcome
          }
          if let text = request.query("limit") {
            guard let limit = Int64(text), (1...1_000).contains(limit) else {
              return .problem(status: 400, code: "limit", detail: "limit is a number from 1 to 1000; correct it or leave it out")
            }
            question.limit = limit
          }
          return .json(try Register.json(question, in: snapshot))
        }
      },
      Route(.post, "/v1/disconnects/audit", "looks through the last sixty days now, as each night does by itself: begins it", members: [:])
      {
        request, _ in
        desk.command(request, for: .supervisor, .lead, .marketer) { transaction, occasion in
          guard request.body.isEmpty || (try? JSON(parsing: request.body))?.object?.isEmpty == true else {
            return .refused(
              status: 400, code: "body", sentence: "an audit takes no members: it looks through everything; send no body, or {}")
          }
          let run = try NightlyAudit.begin(occasion, in: transaction)
          return .done(status: 202, try NightlyAudit.json(run.number, in: transaction) ?? .null)
        }
      },
      Route(
        .get, "/v1/disconnects/audits/{number}", "how far an audit is, and how much it has told", path: ["number": .number(1...Int64.max)]
      ) { request, parameters in
        desk.question(request) { snapshot in
          guard let number = Int64(parameters["number"]), let audit = try NightlyAudit.json(number, in: snapshot) else {
            return .problem(
              status: 404, code: "no_audit",
              detail: "no audit has the number \(parameters["number"]); `accord disconnects --audit` begins one")
          }
          return .json(audit)
        }
      },
    ]
  }

  private static func noWord(_ name: String, _ word: String, _ known: [String]) -> Response {
    .problem(status: 400, code: name, detail: "there is no \(name) “\(word)”; there are \(known.joined(separator: ", "))")
  }
}
