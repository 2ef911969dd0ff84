import Contracts
import HTTP
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// Where the numbers that decisions go by are shown and changed: one named person proposes, another confirms.
struct PolicyDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(.get, "/v1/policies", "the numbers that decisions go by, as they are now, and what is proposed") { request, _ in
        desk.question(request) { snapshot in
          let names = try Policies.names(in: snapshot)
          return .json(.object([.init("policies", .array(try names.compactMap { try Policies.json($0, version: nil, in: snapshot) }))]))
        }
      },
      Route(.get, "/v1/policies/{name}", "one of them, whatever the version: ?version=", query: ["version": .number(1...Int64(Int32.max))])
      { request, parameters in
        desk.question(request) { snapshot in
          let version = request.query("version")
          guard version == nil || Int(version ?? "") != nil,
            let found = try Policies.json(parameters["name"], version: version.flatMap { Int($0) }, in: snapshot)
          else {
            return .problem(
              status: 404, code: "no_policy",
              detail:
                "there is no policy \(parameters["name"])\(version.map { " of version \($0)" } ?? ""); `accord policy list` shows them")
          }
          return .json(found)
        }
      },
      Route(
        .post, "/v1/policies/{name}/propose",
        "other numbers: `document`, why in a `sentence`; `seen_version` is the one looked at, `instead` replaces another's wish",
        members: ["document": .object, "sentence": .sentence, "seen_version": .number, "instead": .flag]
      ) { request, parameters in
        desk.command(request, for: .supervisor, .lead, .marketer) { transaction, occasion in
          try answering { try propose(parameters["name"], request.body, occasion, in: &transaction) }
        }
      },
      Route(
        .post, "/v1/policies/{name}/confirm", "what another proposed counts from now on; `version` is the one that was looked at",
        members: ["version": .number]
      ) {
        request, parameters in
        desk.command(request, for: .supervisor, .lead, .marketer) { transaction, occasion in
          try answering { try confirm(parameters["name"], request.body, occasion, in: &transaction) }
        }
      },
    ]
  }

  private func answering(_ body: () throws -> DepartmentDesk.Outcome) throws -> DepartmentDesk.Outcome {
    do { return try body() } catch let refusal as PolicyChange.Refusal {
      return .refused(status: refusal.status, code: refusal.code, sentence: refusal.description)
    }
  }

  private func propose(
    _ name: String, _ body: [UInt8], _ occasion: Occasion, in transaction: inout Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let by = occasion.colleague else { throw PolicyChange.Refusal.nobody }
    guard let current = try Policies.latest(name, in: transaction) else {
      throw PolicyChange.Refusal.unknown(name, known: try Policies.names(in: transaction))
    }
    guard let json = try? JSON(parsing: body), let document = json["document"], document.object != nil else {
      throw PolicyChange.Refusal.shape(name, field: "document", "is no object of the body")
    }
    // Of two who change the same, the second hears what the first one changed.
    if let seen = json["seen_version"]?.integer, seen != Int64(current.version) {
      let before = try Policies.json(name, version: Int(clamping: seen), in: transaction)?["document"]
      throw PolicyChange.Refusal.changedSince(
        name, seen: Int(clamping: seen), now: current.version,
        changes: PolicyChange.changes(from: before ?? .null, to: current.document))
    }
    if let other = try Policies.proposed(name, in: transaction), other.by != by, json["instead"]?.bool != true {
      throw PolicyChange.Refusal.proposedAlready(
        name, by: other.by, at: other.at, changes: PolicyChange.changes(from: current.document, to: other.document))
    }
    try PolicyChange.check(name, document, like: current.document)
    if name == "limits", GrantLimits(document) == nil {
      throw PolicyChange.Refusal.shape(name, field: "/agent", "has no limits that can be read")
    }
    if name == "limits", let stranger = GrantLimits.stranger(in: document) {
      let roles = ColleagueChanged.Role.allCases.map(\.rawValue).joined(separator: ", ")
      throw PolicyChange.Refusal.shape(name, field: "/\(stranger)", "is no role; there are \(roles)")
    }
    guard document != current.document else { throw PolicyChange.Refusal.same(name, version: current.version) }
    let fact = PolicyProposed(
      name: name, version: current.version + 1, document: document, by: by,
      sentence: json["sentence"]?.string.flatMap { $0.isEmpty ? nil : $0 },
      at: occasion.now)
    _ = try Books.keep(in: &transaction) { books, transaction in
      try Facts.tell(.policyProposed(fact), true: occasion.now, occasion, desk, books: &books, in: &transaction)
    }
    return .done(status: 201, try Policies.json(name, version: nil, in: transaction) ?? .null)
  }

  private func confirm(
    _ name: String, _ body: [UInt8], _ occasion: Occasion, in transaction: inout Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let by = occasion.colleague else { throw PolicyChange.Refusal.nobody }
    guard let proposed = try Policies.proposed(name, in: transaction) else { throw PolicyChange.Refusal.nothingProposed(name) }
    guard proposed.by != by else { throw PolicyChange.Refusal.oneself(name) }
    guard try Colleagues.isActive(proposed.by, in: transaction) != false else { throw PolicyChange.Refusal.left(proposed.by) }
    if let wanted = (try? JSON(parsing: body))?["version"]?.integer, wanted != Int64(proposed.version) {
      throw PolicyChange.Refusal.overtaken(name, version: Int(clamping: wanted), now: proposed.version)
    }
    let fact = PolicyPublished(name: name, version: proposed.version, document: proposed.document)
    _ = try Books.keep(in: &transaction) { books, transaction in
      try Facts.tell(
        .policyPublished(fact), true: occasion.now, occasion, desk, books: &books, in: &transaction)
    }
    return .done(status: 200, try Policies.json(name, version: nil, in: transaction) ?? .null)
  }
}
