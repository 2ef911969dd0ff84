import Contracts
import Host
import LedgerDomain
import Store
import protocol Store.Reading

/// Looks through sixty days each night and says what contradicted what: from the times of facts alone, never from what somebody typed.
///
/// ```
/// nightly, 03:00 UTC ─▸ a run ─▸ owed ─▸ letters ─▸ … ─▸ channels      each stage row by row, a chunk at a time, from where it was
///                                  └─▸ found ─▸ Register.tell: what is new, or has another outcome by now
/// ```
/// What a chunk found, its tallies and its cursor are one transaction; nothing is held between two of them but rows.
enum NightlyAudit {
  static let kind = "disconnect.audit"
  static let nightly = "nightly"
  private static let hour = Duration.seconds(3 * 3_600)

  /// Takes rows behind the round's cursor as long as the pace admits them. True where there are no more.
  typealias Stage = @Sendable (inout AuditRound, inout ChunkPace, borrowing Transaction) throws -> Bool

  /// In the order in which they are gone through. A name stands in a run's cursor: it is never given to something else.
  static let stages: [(name: String, take: Stage)] = [
    ("owed", { try OwedStage.take(&$0, &$1, $2) }), ("letters", { try LetterStage.sent(&$0, &$1, $2) }),
    ("held-back", { try LetterStage.heldBack(&$0, &$1, $2) }), ("answers", { try AnswerStage.take(&$0, &$1, $2) }),
    ("gates", { try GateStage.gates(&$0, &$1, $2) }), ("rests", { try GateStage.rests(&$0, &$1, $2) }),
    ("parity", { try GateStage.parity(&$0, &$1, $2) }), ("promises", { try PromiseStage.take(&$0, &$1, $2) }),
    ("questions", { try QuestionStage.asked(&$0, &$1, $2) }), ("refusals", { try QuestionStage.refused(&$0, &$1, $2) }),
    ("channels", { try ChannelStage.take(&$0, &$1, $2) }), ("answers-refused", { try AnswerStage.refused(&$0, &$1, $2) }),
  ]

  /// The night has come.
  static func elapsed(_ row: Due.Entry, _ now: Timestamp, _ desk: DepartmentDesk, in transaction: inout Transaction) throws {
    guard row.subject == nightly else { return }
    try Due.set(at: nextNight(after: now), kind: kind, subject: nightly, in: transaction)
    // The store was just born: there is nothing to look through yet.
    guard row.at.milliseconds > 0 else { return }
    _ = try begin(desk.occasion(of: row, now), in: transaction)
  }

  /// Begins an audit of everything up to now; one that is under way goes on beside it.
  static func begin(_ occasion: Occasion, in transaction: borrowing Transaction) throws -> Runs.Run {
    let number = try transaction.integer("SELECT count(*) FROM run WHERE kind = ?1", .text(kind)) ?? 0
    return try Runs.begin(
      kind: kind, subject: "\(occasion.now)/\(number + 1)", cursor: AuditCursor(stage: stages[0].name).bytes, origin: occasion.origin,
      at: occasion.now, in: transaction
    ).run
  }

  /// One chunk.
  static func step(
    _ run: Runs.Run, _ now: Timestamp, _ desk: DepartmentDesk, in transaction: inout Transaction, pace: inout ChunkPace
  ) throws -> RunStep {
    guard let cursor = AuditCursor(run.cursor), var place = stages.firstIndex(where: { $0.name == cursor.stage }) else {
      throw Lost(subject: run.subject)
    }
    let policies = try Policies.current(desk, in: transaction)
    var round = AuditRound(run, cursor, back: policies.auditReachesBack ?? .seconds(60 * 86_400))
    var isOver = false
    while !isOver {
      guard try stages[place].take(&round, &pace, transaction) else { break }
      try round.endStage(in: transaction)
      place += 1
      isOver = place == stages.count
      if !isOver { round.cursor = AuditCursor(stage: stages[place].name) }
    }
    try round.keepTallies(in: transaction)
    if isOver { try round.forgetTallies(in: transaction) }
    let because = desk.occasion(of: run, now).under(policies.name(of: "audit"))
    // Closed by hand: the pace is lent and cannot go into another closure.
    var books = try Books.open(in: transaction)
    let told = try Register.tell(round.found, because, desk, books: &books, in: &transaction)
    try books.close(in: transaction)
    let counts: [String: Int64] = ["told": Int64(told), "rows": Int64(pace.rows)].filter { $0.value > 0 }
    return isOver ? .finished(counts: counts) : .goOn(cursor: round.cursor.bytes, counts: counts)
  }

  /// A run that another version began.
  private struct Lost: Error, CustomStringConvertible {
    let subject: String
    var description: String { "audit \(subject) stands at a stage that this version does not have; the next night's begins anew" }
  }

  /// How an audit stands, for whoever asked for it; nil where there is none of this number.
  static func json(_ number: Int64, in reading: borrowing some Reading & ~Copyable) throws -> JSON? {
    guard let run = try Runs.find(number, in: reading), run.kind == kind else { return nil }
    return .object([
      .init("audit", .integer(run.number)), .init("state", .string(run.state.rawValue)),
      .init("began_at", .string(run.beganAt.description)), .init("stage", .string(AuditCursor(run.cursor)?.stage ?? "?")),
      .init("rows", .integer(run.counters["rows"] ?? 0)), .init("told", .integer(run.counters["told"] ?? 0)),
    ])
  }

  static func nextNight(after now: Timestamp) -> Timestamp {
    let day: Int64 = 86_400_000
    let today = Timestamp(milliseconds: now.milliseconds - now.milliseconds % day).adding(hour)
    return today > now ? today : today.adding(.milliseconds(day))
  }
}
