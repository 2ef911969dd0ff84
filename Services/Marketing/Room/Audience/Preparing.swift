import Contracts
import Host
import MarketingDomain
import Store
import Terms

/// Judges all people of an offer, chunk by chunk: first those who were given something, then those who are to be told.
struct Preparing: Sendable {
  let desk: DepartmentDesk
  let hearing: Hearing

  /// How many people are asked for at once: few where a chunk begins, for it may have to end at once, and then ever more.
  private static let peopleAtFirst = 32
  static let peopleAtOnce = 512
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
    pace.allow(rows: StoreLimits.lightRowsPerChunk)
    var cursor = Cursor(run.cursor)
    var counts: [Counted: Int64] = [:]
    var size = Self.peopleAtFirst
    while true {
      guard pace.isOpen else { return .goOn(cursor: cursor.bytes, counts: Self.named(counts)) }
      let people = try Self.people(judging, isTold: cursor.isTold, after: cursor.after, limit: size, in: transaction)
      let dossiers = try judging.dossiers(of: people, in: transaction)
      for (person, dossier) in zip(people, dossiers) {
        guard pace.admitsRow() else { return .goOn(cursor: cursor.bytes, counts: Self.named(counts)) }
        cursor.after = person.text
        let verdict = try judging.judge(person, dossier, in: transaction).verdict
        guard try Verdicts.keep(verdict, of: person, known, in: transaction) else { continue }
        counts[Counted(verdict), default: 0] += 1
      }
      if people.count < size {
        guard !cursor.isTold else { break }
        cursor = Cursor(isTold: true, after: "")
      }
      size = min(size * 2, Self.peopleAtOnce)
    }
    let named = Self.named(counts)
    let totals = run.counters.merging(named) { $0 + $1 }
    try tell(offer, totals, heard: heard, Telling(desk: desk, occasion: desk.occasion(of: run, now)), in: transaction)
    return .finished(counts: named)
  }

  /// What a chunk counts, told apart without making a text for each person.
  private struct Counted: Hashable {
    let kind: Verdict.Kind
    let reason: String

    init(_ verdict: Verdict) { (kind, reason) = (verdict.kind, verdict.reason) }
  }

  /// As the run's counters are called.
  private static func named(_ counts: [Counted: Int64]) -> [String: Int64] {
    var named: [String: Int64] = [:]
    for (one, count) in counts {
      named[one.kind.rawValue, default: 0] += count
      named["reason/\(one.reason)", default: 0] += count
    }
    return named
  }

  /// The next people after `person`: of those who were given something, or of those who are to be told.
  static func people(
    _ judging: Judging, isTold: Bool, after person: String, limit: Int, in transaction: borrowing Transaction
  ) throws -> [Identifier<Person>] {
    guard isTold else { return try given(judging.offer, after: person, limit: limit, in: transaction) }
    guard let targeting = judging.terms.document.targeting else { return [] }
    return try Audiences.people(of: targeting.audienceID, after: person, limit: limit, in: transaction)
  }

  private static func given(
    _ offer: OfferVersion, after person: String, limit: Int, in transaction: borrowing Transaction
  ) throws -> [Identifier<Person>] {
    try transaction.all(
      """
      SELECT DISTINCT person_id FROM remedy WHERE offer_id = ?1 AND person_id > ?2 AND state IN ('pending', 'posted')
      ORDER BY person_id LIMIT ?3
      """, .text(offer.offer.text), .text(person), .integer(Int64(limit))
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
