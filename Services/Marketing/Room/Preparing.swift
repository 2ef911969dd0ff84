import Contracts
import Host
import MarketingDomain
import Store
import Terms

/// Judges all people of an offer, chunk by chunk: first those who were given something, then those who are to be told.
struct Preparing: Sendable {
  let desk: DepartmentDesk
  let hearing: Hearing

  /// How many people are asked for at once.
  private static let peopleAtOnce = 500
  /// Marks come every second or so.
  private static let lookAgain = Duration.milliseconds(200)

  /// Where the run stands: in which part, after whom.
  private struct Cursor {
    var isTold: Bool
    var after: String

    init(_ bytes: [UInt8]) {
      isTold = bytes.first == UInt8(ascii: "2")
      after = String(decoding: bytes.dropFirst(), as: UTF8.self)
    }

    init(isTold: Bool, after: String) { (self.isTold, self.after) = (isTold, after) }

    var bytes: [UInt8] { Array((isTold ? "2" : "1").utf8) + Array(after.utf8) }
  }

  /// One chunk.
  func step(_ run: Runs.Run, _ now: Timestamp, _ transaction: inout Transaction, _ pace: inout ChunkPace) throws -> RunStep {
    let heard = hearing.both(desk)
    guard let offer = OfferVersion(run.subject), let known = try Preparations.find(offer, in: transaction), known.preparedAt == nil,
      let judging = try Judging(offer, heard: heard, at: now, in: transaction)
    else { return .finished() }
    // The count of remedies opened the barrier; that nothing of before is still on its way is what the marks say.
    if let lookBack = try LookBacks.find(offer, in: transaction), hearing.ledger(desk).map({ $0 < lookBack.recordedAt }) ?? true {
      return .waits(Self.lookAgain)
    }
    var cursor = Cursor(run.cursor)
    var counts: [String: Int64] = [:]
    let people = try Self.people(judging, isTold: cursor.isTold, after: cursor.after, in: transaction)
    for person in people {
      guard pace.admitsRow() else { return .goOn(cursor: cursor.bytes, counts: counts) }
      cursor.after = person.text
      let verdict = try judging.judge(person, in: transaction).verdict
      guard try Verdicts.keep(verdict, of: person, known, in: transaction) else { continue }
      counts[verdict.kind.rawValue, default: 0] += 1
      counts["reason/\(verdict.reason)", default: 0] += 1
    }
    if people.count == Self.peopleAtOnce { return .goOn(cursor: cursor.bytes, counts: counts) }
    if !cursor.isTold { return .goOn(cursor: Cursor(isTold: true, after: "").bytes, counts: counts) }
    let totals = run.counters.merging(counts) { $0 + $1 }
    try tell(offer, totals, heard: heard, Telling(desk: desk, occasion: desk.occasion(of: run, now)), in: transaction)
    return .finished(counts: counts)
  }

  /// The next people after `person`: of those who were given something, or of those who are to be told.
  static func people(
    _ judging: Judging, isTold: Bool, after person: String, in transaction: borrowing Transaction
  ) throws -> [Identifier<Person>] {
    guard isTold else { return try given(judging.offer, after: person, in: transaction) }
    guard let targeting = judging.terms.document.targeting else { return [] }
    return try Audiences.people(of: targeting.audienceID, after: person, limit: peopleAtOnce, in: transaction)
  }

  private static func given(
    _ offer: OfferVersion, after person: String, in transaction: borrowing Transaction
  ) throws -> [Identifier<Person>] {
    try transaction.all(
      """
      SELECT DISTINCT person_id FROM remedy WHERE offer_id = ?1 AND person_id > ?2 AND state IN ('pending', 'posted')
      ORDER BY person_id LIMIT ?3
      """, .text(offer.offer.text), .text(person), .integer(Int64(peopleAtOnce))
    ) { row throws(StoreFault) in Identifier(restoring: try row.text(0)) }
  }

  /// Everybody is judged: says so, and begins to hand over. A historical offer ends here, and nothing is handed over.
  private func tell(
    _ offer: OfferVersion, _ totals: [String: Int64], heard: Timestamp?, _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    var reasons: [String: Int64] = [:]
    for (name, count) in totals where name.hasPrefix("reason/") { reasons[String(name.dropFirst("reason/".count))] = count }
    let counts = AudiencePrepared.Counts(
      send: totals["send"] ?? 0, honour: totals["honour"] ?? 0, suppress: totals["suppress"] ?? 0, defer: totals["defer"] ?? 0)
    try telling.tell(
      .audiencePrepared(
        AudiencePrepared(
          offerID: offer.offer, version: offer.version, counts: counts, reasons: reasons, heardThrough: heard,
          lookBackSequence: try LookBacks.find(offer, in: transaction)?.sequence)), in: transaction)
    if let version = try Offers.version(offer, in: transaction), version.historical, version.state.isRunning {
      try Gatekeeping.finish(offer, cause: "its window had passed when it was launched", telling, in: transaction)
    }
    try Preparations.goOn(offer, at: telling.now, in: transaction)
  }
}
