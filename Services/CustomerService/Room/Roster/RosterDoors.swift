import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// The doors of the roster: who works when, who does not come, who comes instead.
struct RosterDoors: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  /// A page of the roster spans at most so much: two months.
  private static let spanMax = Duration.seconds(62 * 86_400)
  /// Without a time asked for, the roster is shown for the coming week.
  private static let spanUsual = Duration.seconds(7 * 86_400)

  var routes: [Route] {
    [
      Route(
        .get, "/v1/roster", "the shifts of a time: ?from=TIME&to=TIME&agent=ID", query: ["from": .instant, "to": .instant, "agent": .id]
      ) { request, _ in
        desk.wordQuestion(request) { snapshot, _ in try show(request, snapshot) }
      },
      Route(
        .post, "/v1/roster/absent", "an agent does not come to a shift, or comes again",
        members: ["agent_id": .id, "absent": .flag, "shift_id": .text, "from": .text, "to": .text]
      ) { request, _ in
        desk.wordCommand(request, for: .agent, .lead, .supervisor) { form, teller, transaction in try absent(form, teller, transaction) }
      },
      Route(
        .post, "/v1/roster/swap", "another agent takes a shift over", members: ["shift_id": .text, "from_agent": .id, "to_agent": .id]
      ) { request, _ in
        desk.wordCommand(request, for: .lead, .supervisor) { form, teller, transaction in try swap(form, teller, transaction) }
      },
    ] + [RosterImport(desk: desk, shelf: shelf).route]
  }

  private func show(_ request: Request, _ snapshot: borrowing Snapshot) throws -> Response {
    let now = desk.clock.now()
    let from = try Self.time("from", request) ?? now
    let to = try Self.time("to", request) ?? from.adding(Self.spanUsual)
    guard from < to else { throw WordRefusal.field("to", "it is not after from; give a time that is") }
    guard to.since(from) <= Self.spanMax else { throw WordRefusal.field("to", "more than 62 days lie between; ask for fewer at a time") }
    let agent = request.query("agent")
    let shifts = try Rosters.shifts(in: from..<to, snapshot).filter { agent == nil || $0.agentID.text == agent }
    return .json(
      .object([
        .init("from", .string(from.description)), .init("to", .string(to.description)),
        .init("shifts", .array(shifts.map(Rosters.json))),
      ]))
  }

  private static func time(_ name: String, _ request: Request) throws(WordRefusal) -> Timestamp? {
    guard let text = request.query(name) else { return nil }
    do throws(InvalidTimestamp) { return try Timestamp(rfc3339: text) } catch { throw .field(name, "\(error)") }
  }

  /// An agent says it of themselves; of others a lead does.
  private func absent(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    let agent: Identifier<Colleague> = try form.identifier("agent_id") ?? teller.by
    if agent != teller.by { try teller.occasion.needs(.lead, .supervisor, because: "an agent may say this of themselves alone") }
    let isAbsent = try form.flag("absent") ?? true
    let shifts: [RosterPublished]
    if let id = try form.text("shift_id") {
      guard let found = try Rosters.find(agent, id, in: transaction) else { throw WordRefusal.noShift(agent: agent.text, shift: id) }
      shifts = [found]
    } else {
      guard let from = try form.time("from"), let to = try form.time("to") else {
        throw WordRefusal.field("shift_id", "it is missing; name a shift, or from and to for all shifts of that time")
      }
      guard from < to else { throw WordRefusal.field("to", "it is not after from; give a time that is") }
      shifts = try Rosters.shifts(in: from..<to, transaction).filter { $0.agentID == agent }
      guard !shifts.isEmpty else { throw WordRefusal.noShift(agent: agent.text, shift: "from \(from) to \(to)") }
    }
    let changed = shifts.filter { $0.absent != isAbsent }
    let (told, short) = try following(changed, "\(agent) is \(isAbsent ? "absent" : "back")", teller, transaction) { transaction in
      var told: [RosterPublished] = []
      for shift in changed {
        if !isAbsent, let other = try Rosters.overlapping(shift, in: transaction) {
          throw WordRefusal.overlaps(agent: agent, shift: other.shiftID)
        }
        var fact = shift
        (fact.absent, fact.at) = (isAbsent, teller.now)
        try teller.tell(.rosterPublished(fact), in: transaction)
        told.append(fact)
      }
      return told
    }
    return (200, answer(told.isEmpty ? "exists" : isAbsent ? "absent" : "back", told.isEmpty ? shifts : told, short))
  }

  /// Tells of shifts, and of what the desk can take without them or with them.
  private func following<T>(
    _ shifts: [RosterPublished], _ cause: String, _ teller: Speaker, _ transaction: borrowing Transaction,
    _ change: (borrowing Transaction) throws -> T
  ) throws -> (T, short: [JSON]) {
    let from = shifts.map(\.from).min()
    let to = shifts.map(\.to).max()
    return try RosterFollowing(speaker: teller, shelf: shelf).following(
      from.flatMap { from in to.map { from..<$0 } }, because: cause, in: transaction, change)
  }

  private func swap(_ form: WordForm, _ teller: Speaker, _ transaction: borrowing Transaction) throws -> (Int, JSON) {
    let id = try form.neededText("shift_id")
    let from = try form.needed("from_agent", Colleague.self)
    let to = try form.needed("to_agent", Colleague.self)
    guard from != to else { throw WordRefusal.field("to_agent", "it is the same agent; name another one") }
    guard let shift = try Rosters.find(from, id, in: transaction) else { throw WordRefusal.noShift(agent: from.text, shift: id) }
    try WordForm.confirmHere(to, "to_agent", in: transaction)
    var taken = shift
    taken.agentID = to
    taken.locales = []
    taken.absent = false
    taken.at = teller.now
    if let known = try Rosters.find(to, shift.shiftID, in: transaction), !known.absent, shift.absent {
      return (200, answer("exists", [shift, known]))
    }
    if let other = try Rosters.overlapping(taken, in: transaction) { throw WordRefusal.overlaps(agent: to, shift: other.shiftID) }
    var left = shift
    left.absent = true
    left.at = teller.now
    let (_, short) = try following([shift], "\(to) comes for \(from)", teller, transaction) { transaction in
      try teller.tell(.rosterPublished(left), in: transaction)
      try teller.tell(.rosterPublished(taken), in: transaction)
    }
    return (200, answer("swapped", [left, taken], short))
  }

  /// `short`: what was promised and cannot be kept any more because of it.
  private func answer(_ outcome: String, _ shifts: [RosterPublished], _ short: [JSON] = []) -> JSON {
    .object([
      .init("outcome", .string(outcome)), .init("shifts", .array(shifts.map(Rosters.json))), .init("short", .array(short)),
    ])
  }
}
