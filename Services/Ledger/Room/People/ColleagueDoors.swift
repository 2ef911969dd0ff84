import Contracts
import HTTP
import Host
import LedgerDomain
import Store
import protocol Store.Reading

/// Where it is told who works here. Tokens never come in: whoever gives one out sends its digest.
struct ColleagueDoors: Sendable {
  let desk: DepartmentDesk

  /// What is said of a person, beside their id and token.
  private static let details: BodyForm = ["roles": .list, "department": .text, "locales": .list, "person_id": .id, "household": .list]

  var routes: [Route] {
    [
      Route(
        .get, "/v1/colleagues", "who works here, and who left: ?active=true|false&role=",
        query: ["active": .flag, "role": .text(max: Limits.wordBytesMax)]
      ) { request, _ in
        desk.question(request) { snapshot in
          var found = try Colleagues.all(in: snapshot)
          if let word = request.query("role"), Principal.Role(rawValue: word) == nil {
            let roles = Principal.Role.allCases.map(\.rawValue).joined(separator: ", ")
            return .problem(status: 400, code: "role", detail: "there is no role “\(word)”; there are \(roles)")
          }
          if let active = request.query("active") { found = found.filter { $0.active == (active == "true") } }
          if let role = request.query("role") { found = found.filter { $0.roles.contains { $0.rawValue == role } } }
          return .json(.object([.init("colleagues", .array(found.map(Self.json)))]))
        }
      },
      Route(.get, "/v1/colleagues/{id}", "one colleague, by id or by the name in it") { request, parameters in
        desk.question(request) { snapshot in
          do throws(ColleagueRefusal) {
            let id = try Self.resolve(parameters["id"], in: snapshot)
            guard let known = try? Colleagues.find(id, in: snapshot) else { throw .nobody(id) }
            return .json(Self.json(known))
          } catch { return .problem(status: error.status, code: error.code, detail: error.description) }
        }
      },
      Route(
        .post, "/v1/colleagues", "somebody begins: colleague_id, roles, department, locales, person_id, household, token_digest",
        members: ["colleague_id": .id] + Self.details + ["token_digest": .text]
      ) {
        request, _ in
        desk.command(request, for: .operator) { transaction, occasion in
          try answering {
            let form = try ColleagueForm(request.body)
            guard let id: Identifier<Colleague> = try form.id("colleague_id") else {
              throw ColleagueRefusal.unreadable(field: "colleague_id", "is missing; write one such as agent/ines")
            }
            return try tell(id, .add(form.person()), occasion, status: 201, in: &transaction)
          }
        }
      },
      deed(
        "change", "what somebody may do, in which languages, who they are as a customer; `back` for one who left",
        Self.details + ["back": .flag], for: .operator
      ) {
        form, _, _ throws(ColleagueRefusal) in .change(try form.details(), comesBack: try form.flag("back"))
      },
      deed("leave", "somebody leaves: they come in at no door any more", [:], for: .supervisor) { _, _, _ in .leave },
      deed("hand-on", "what hangs on somebody who left goes to another: `to`", ["to": .text], for: .supervisor) {
        form, _, reading throws(ColleagueRefusal) in
        guard let to = try form.text("to") else { throw .unreadable(field: "to", "is missing; name who takes it") }
        return .handOn(to: try Self.resolve(to, in: reading))
      },
      Route(
        .post, "/v1/colleagues/{id}/token", "a new token by its digest, `token_digest`; `keep` keeps the earlier ones",
        members: ["token_digest": .text, "keep": .flag]
      ) {
        request, parameters in
        // Everybody renews their own; for another it is the operator's to do.
        desk.command(request, for: .agent, .lead, .supervisor, .marketer, .operator) { transaction, occasion in
          try answering {
            let id = try Self.resolve(parameters["id"], in: transaction)
            if occasion.colleague != id { try occasion.needs(.operator, because: "the token of \(id) is not theirs") }
            let form = try ColleagueForm(request.body)
            guard let digest = try form.digest() else {
              throw ColleagueRefusal.unreadable(field: "token_digest", "is missing; send the token's SHA-256")
            }
            return try tell(id, .token(digest: digest, keepsOthers: form.flag("keep")), occasion, in: &transaction)
          }
        }
      },
    ]
  }

  private typealias Deed =
    @Sendable (ColleagueForm, Identifier<Colleague>, borrowing Transaction) throws(ColleagueRefusal) -> ColleagueChange

  private func deed(
    _ word: String, _ doc: String, _ members: BodyForm, for role: Principal.Role, _ body: @escaping Deed
  ) -> Route {
    Route(.post, "/v1/colleagues/{id}/\(word)", doc, members: members) { request, parameters in
      desk.command(request, for: role) { transaction, occasion in
        try answering {
          let id = try Self.resolve(parameters["id"], in: transaction)
          let change = try body(try ColleagueForm(request.body), id, transaction)
          return try tell(id, change, occasion, in: &transaction)
        }
      }
    }
  }

  private func tell(
    _ id: Identifier<Colleague>, _ change: ColleagueChange, _ occasion: Occasion, status: Int = 200, in transaction: inout Transaction
  ) throws -> DepartmentDesk.Outcome {
    switch try People.decide(id, change, at: occasion.now, in: transaction) {
    case .exists(let known): return .done(status: 200, Self.answer("exists", known))
    case .tell(let fact):
      _ = try Books.keep(in: &transaction) { books, transaction in
        try Facts.tell(.colleagueChanged(fact), true: occasion.now, occasion, desk, books: &books, in: &transaction)
      }
      return .done(status: status, Self.answer("told", fact))
    }
  }

  private func answering(_ body: () throws -> DepartmentDesk.Outcome) throws -> DepartmentDesk.Outcome {
    do { return try body() } catch let refusal as ColleagueRefusal {
      return .refused(status: refusal.status, code: refusal.code, sentence: refusal.description)
    }
  }

  /// The colleague called `word`: by the whole id, else by what stands behind the slash of one id alone.
  static func resolve(
    _ word: String, in reading: borrowing some Reading & ~Copyable
  ) throws(ColleagueRefusal) -> Identifier<Colleague> {
    guard let id = try? Identifier<Colleague>(word) else {
      throw .unreadable(field: "colleague", "“\(word)” is no id; `accord colleague list` shows them")
    }
    guard !word.contains("/"), let ids = try? reading.ids(endingWith: "/" + word), !ids.contains(id) else { return id }
    guard ids.count < 2 else { throw .ambiguous(word, ids.map(\.text)) }
    return ids.first ?? id
  }

  private static func answer(_ outcome: String, _ fact: ColleagueChanged) -> JSON {
    .object([.init("outcome", .string(outcome)), .init("colleague", json(fact))])
  }

  /// As people see it: how many tokens, and not by which digests.
  static func json(_ fact: ColleagueChanged) -> JSON {
    .object(
      (JSON.parsed(fact.event.encode()).object ?? []).map { member in
        member.name == "token_digests" ? .init("tokens", .integer(Int64(fact.tokenDigests.count))) : member
      })
  }
}

extension Reading where Self: ~Copyable {
  fileprivate func ids(endingWith tail: String) throws -> [Identifier<Colleague>] {
    try all(
      "SELECT colleague_id FROM colleague WHERE substr(colleague_id, -length(?1)) = ?1 OR colleague_id = substr(?1, 2) LIMIT 10",
      .text(tail)
    ) { row in Identifier(restoring: try row.text(0)) }
  }
}

extension JSON {
  /// What was written by this program a moment ago.
  fileprivate static func parsed(_ bytes: [UInt8]) -> JSON { (try? JSON(parsing: bytes)) ?? .null }
}
