import BrokerCore
import Contracts
import Disk
import HTTP
import Host
import Journal
import Transport

/// The journal's disk over HTTP: which segments there are and why each is kept, whether they are sound, what is damaged and what may be done.
struct JournalRoutes: Sendable {
  /// What the loop knows of the segments.
  struct Layout: Sendable {
    var oldest: UInt64
    var newest: UInt64
    var starts: [SegmentStart]
    var rules: RetentionRules
    var isFull: String?
  }

  let reactor: Reactor
  let door: OperatorDoor
  let mark: DurableMark
  let disk: FileDisk
  let keeper: JournalKeeper
  // Asked on the reactor's thread alone.
  let layout: @Sendable () -> Layout
  let holders: @Sendable (SegmentSurvey) -> (needed: Int, holders: [String])
  let holes: @Sendable () -> [JSON]
  let accept: @Sendable (Range<Position>) -> Void

  var routes: [Route] {
    [
      Route(.get, "/v1/journal", "the segments: where, when, how many events, and why each is kept") { request, _ in
        door.guarding(request) { list() }
      },
      Route(.get, "/v1/journal/verify", "reads every segment and tells what is not as it was written") { request, _ in
        door.guarding(request) { verify() }
      },
      Route(.post, "/v1/journal/heal", "what is damaged; with accept_loss [from, through] what is to be passed over, unless dry_run") {
        request, _ in
        door.guarding(request) { heal(request) }
      },
    ]
  }

  // MARK: Segments

  private func list() -> Response {
    guard let layout = reactor.perform(layout) else { return Readiness.stopping }
    var rows: [JSON] = []
    for number in layout.oldest...layout.newest {
      guard let row = row(number, layout) else { return Readiness.stopping }
      rows.append(row)
    }
    return .json(
      .object([
        .init("segment_bytes", .integer(Int64(keeper.segmentBytes))), .init("segments", .array(rows)),
        .init("full", layout.isFull.map { .string($0) } ?? .null),
      ]))
  }

  private func row(_ number: UInt64, _ layout: Layout) -> JSON? {
    let range = keeper.range(of: number)
    let survey = keeper.surveyed(range, before: mark.position)
    guard let known = reactor.perform({ [holders] in holders(survey) }) else { return nil }
    var why: [String] = []
    if number == layout.newest { why.append("it is the one in use") }
    if number + 1 == layout.newest { why.append("it is the way back should the newest one be damaged") }
    why += known.holders
    if !survey.damaged.isEmpty { why.append("damage that is neither healed nor accepted") }
    if why.isEmpty { why.append(layout.rules.hasLimit ? "it goes when a limit is reached" : "no limit says that it should go") }
    let begun = layout.starts.first { $0.base == range.lowerBound }?.begun
    return .object([
      .init("number", .integer(Int64(clamping: number))), .init("from", .integer(Int64(clamping: range.lowerBound.value))),
      .init("through", .integer(Int64(clamping: min(range.upperBound, mark.position).value - 1))),
      .init("begun", begun.map { .string($0.description) } ?? .null), .init("events", .integer(Int64(survey.standing.count))),
      .init("needed", .integer(Int64(known.needed))), .init("damaged", .integer(Int64(survey.damaged.count))),
      .init("kept_for", .array(why.map { .string($0) })),
    ])
  }

  // MARK: Damage

  private func verify() -> Response {
    var kept = KeptFrom()
    var found = JournalVerify(disk) { kept.take($0) }
    found.expect(from: kept.position)
    // What is being written at this moment is no whole commit yet.
    let findings = found.findings.filter { if case .undecided = $0 { false } else { true } }
    return .json(
      VerifyReport.json(sound: found.isSound, summary: VerifyJournal.summary(found), findings: findings.map(\.description)))
  }

  private func heal(_ request: Request) -> Response {
    let order = (try? JSON(parsing: request.body)) ?? .null
    let isDry = order["dry_run"]?.bool == true
    var members: [JSON.Member] = [.init("dry_run", .bool(isDry))]
    if let asked = order["accept_loss"], !asked.isNull {
      guard let pair = asked.array, pair.count == 2, let from = pair[0].integer, let through = pair[1].integer, from >= 0, through >= from,
        through < Int64.max
      else {
        return .problem(
          status: 400, code: "range", detail: "accept_loss is [from, through], two positions as the holes name them; correct it")
      }
      guard let all = reactor.perform(holes) else { return Readiness.stopping }
      let meant = all.filter { ($0["from"]?.integer ?? -1) >= from && ($0["through"]?.integer ?? .max) <= through }
      guard !meant.isEmpty else {
        return .problem(
          status: 404, code: "no_hole", detail: "no hole lies wholly from \(from) to \(through); take the range from accord journal heal")
      }
      members.append(.init("accepted", .array(meant)))
      let range = Position(UInt64(from))..<Position(UInt64(through) + 1)
      if !isDry { _ = reactor.perform { [accept] in accept(range) } }
    }
    guard let left = reactor.perform(holes) else { return Readiness.stopping }
    return .json(.object(members + [.init("holes", .array(left))]))
  }
}
