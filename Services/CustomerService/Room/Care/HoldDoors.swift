import Contracts
import HTTP
import Host
import ServiceDomain
import Store

/// The doors through which an agent sees to it that somebody is left in peace, and lets marketing write again.
struct HoldDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(
        .post, "/v1/holds", "places a hold: person_id, scope all|campaign|channel, scope_id, severity, cause",
        members: ["person_id": .id, "scope": .text, "scope_id": .text, "severity": .text, "cause": .text]
      ) { request, _ in
        desk.caring(request) { form, speaker, transaction in try place(form, speaker, in: transaction) }
      },
      Route(
        .get, "/v1/holds", "holds in force, which ends first first: ?customer=ID&all=true&limit=N",
        query: ["customer": .id, "all": .flag, "limit": .number(1...1_000)]
      ) { request, _ in
        desk.looking(request) { snapshot in try list(request, in: snapshot) }
      },
      Route(.post, "/v1/holds/{id}/lift", "lifts a hold; one whose case is open is lifted by solving the case", members: ["cause": .text]) {
        request, parameters in
        desk.caring(request) { form, speaker, transaction in try lift(parameters["id"], form, speaker, in: transaction) }
      },
    ]
  }

  private func place(_ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction) throws -> DepartmentDesk.Outcome {
    let person: Identifier<Person> = try form.neededID("person_id")
    let scope: HoldTurned.Scope = try form.choice("scope", else: .all)
    let scopeID = try form.word("scope_id")
    switch (scope, scopeID) {
    case (.all, _?):
      throw CareRefused(400, "scope_id", "a hold on all has no scope_id; leave it out, or name the scope campaign or channel")
    case (.campaign, nil), (.channel, nil):
      throw CareRefused(400, "scope_id", "scope_id is missing: which \(scope.rawValue) it is that rests; give its id")
    case (.all, nil), (.campaign, _?), (.channel, _?): break
    }
    let severity: Severity = try form.choice("severity", else: .normal)
    let policies = try Policies.care(in: transaction)
    let same = try Holds.of(person, all: false, in: transaction).first {
      $0.fact.caseID == nil && $0.fact.scope == scope && $0.fact.scopeID == scopeID
    }
    let fact: HoldTurned
    if let same {
      fact = policies.holds.renewed(
        same.fact, severity: CaseDoors.graver(severity, same.fact.severity), by: speaker.by, at: speaker.now)
    } else {
      fact = HoldTurned(
        turn: .placed, holdID: Identifier(restoring: try speaker.fresh("hold", in: transaction)), personID: person, scope: scope,
        scopeID: scopeID, severity: severity, expiresAt: speaker.now.adding(policies.holds.expire),
        cause: try form.text("cause", max: Limits.textBytesMax) ?? "an agent", by: speaker.by, at: speaker.now)
    }
    let message = try speaker.tell(.holdTurned(fact), under: policies.name(of: "holds"), in: transaction)
    return try answer(same == nil ? 201 : 200, same == nil ? "placed" : "renewed", fact.holdID, message, in: transaction)
  }

  private func lift(
    _ text: String, _ form: CareForm, _ speaker: Speaker, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let id = try? Identifier<Hold>(text), let known = try Holds.find(id, in: transaction) else {
      throw CareRefused(404, "no_hold", "there is no hold \(text); `accord hold list` shows those in force")
    }
    if known.isLifted {
      return .done(status: 200, .object([.init("outcome", "exists"), .init("hold", CaseJSON.hold(known))]))
    }
    if let matter = known.fact.caseID, try Cases.isOpen(matter, in: transaction) {
      throw CareRefused(
        409, "hold_has_case",
        "hold \(id) stands because case \(matter) is open; solve it (`accord case solve \(matter)`), and the hold cools off by itself")
    }
    if known.fact.coolOffUntil != nil {
      try speaker.occasion.needs(.lead, .supervisor, because: "the case was solved and the hold cools off; only a lead ends that early")
    }
    let cause = try form.text("cause", max: Limits.textBytesMax) ?? "an agent"
    let message = try speaker.tell(
      .holdTurned(HoldRules.lifted(known.fact, because: cause, by: speaker.by, at: speaker.now)), in: transaction)
    return try answer(200, "lifted", id, message, in: transaction)
  }

  private func answer(
    _ status: Int, _ outcome: String, _ id: Identifier<Hold>, _ message: Identifier<Message>, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    guard let kept = try Holds.find(id, in: transaction) else { preconditionFailure("a hold that was just told of is there") }
    return .done(
      status: status,
      .object([.init("outcome", .string(outcome)), .init("hold", CaseJSON.hold(kept)), .init("message_id", .string(message.text))]))
  }

  private func list(_ request: Request, in snapshot: borrowing Snapshot) throws -> JSON {
    let all = request.query("all") == "true"
    guard let limit = Int(request.query("limit") ?? "100"), (1...1_000).contains(limit) else {
      throw CareRefused(400, "limit", "limit is a number from 1 to 1000; correct the query")
    }
    let holds: [Holds.Kept]
    if let text = request.query("customer") {
      guard let person = try? Identifier<Person>(text) else { throw CareRefused(400, "customer", "“\(text)” is no customer's id") }
      holds = try Holds.of(person, all: all, in: snapshot)
    } else {
      holds = try Holds.list(all: all, limit: limit, in: snapshot)
    }
    return .object([
      .init("in_force", .integer(try Holds.inForce(in: snapshot))), .init("holds", .array(holds.map(CaseJSON.hold))),
    ])
  }
}
