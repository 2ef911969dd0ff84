import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// What one chunk of an audit works with: what it looks at, where it stands, what it found and counted.
struct AuditRound {
  /// From when on, and the audit's own time: what happened since belongs to the next one.
  let since: Timestamp
  let now: Timestamp
  var cursor: AuditCursor
  private(set) var found: [Register.Found] = []

  private let run: Int64
  private var tallies: [TallyKey: Counted] = [:]
  private var offers: [OfferVersion: OfferInForce] = [:]
  private var offersUsed: [Identifier<Offer>: Used] = [:]

  /// What many alike are counted under.
  enum TallyName: String, CaseIterable {
    case owed, insult, noisy
    case words = "wrong_words"
    case keptWords = "words_refused"
  }

  private struct TallyKey: Hashable {
    let name: TallyName
    let offer: String
  }

  private struct Counted {
    var count: Int64
    let firstAt: Timestamp
    let message: String
  }

  init(_ run: Runs.Run, _ cursor: AuditCursor, back: Duration) {
    self.run = run.number
    now = run.beganAt
    since = run.beganAt.adding(.zero - back)
    self.cursor = cursor
  }

  // MARK: Finding

  mutating func find(_ one: Register.Found) { found.append(one) }

  /// One more of many that were prevented: they stand as one for each offer. Rows come in the order of time.
  mutating func count(_ name: TallyName, _ offer: String?, at instant: Timestamp, _ message: String) {
    let key = TallyKey(name: name, offer: offer ?? "")
    let known = tallies[key]
    tallies[key] = Counted(count: (known?.count ?? 0) + 1, firstAt: known?.firstAt ?? instant, message: known?.message ?? message)
  }

  /// Writes what was counted, so that the next chunk goes on with it.
  mutating func keepTallies(in transaction: borrowing Transaction) throws {
    for (key, tally) in tallies {
      try transaction.run(
        """
        INSERT INTO audit_tally (run, name, offer_id, count, first_at, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO UPDATE SET count = count + ?4
        """, .integer(run), .text(key.name.rawValue), .text(key.offer), .integer(tally.count), .timestamp(tally.firstAt),
        .text(tally.message))
    }
    tallies = [:]
  }

  func forgetTallies(in transaction: borrowing Transaction) throws {
    try transaction.run("DELETE FROM audit_tally WHERE run = ?1", .integer(run))
  }

  /// A stage is over: what it counted to the end is told. Letters are counted by two stages and told after the second.
  mutating func endStage(in transaction: borrowing Transaction) throws {
    try keepTallies(in: transaction)
    let names: [TallyName] =
      switch cursor.stage {
      case "owed": [.owed]
      case "held-back": [.insult, .noisy]
      case "answers": [.words]
      case "answers-refused": [.keptWords]
      case _: []
      }
    for name in names {
      found += try transaction.all(
        "SELECT offer_id, count, first_at, message_id FROM audit_tally WHERE run = ?1 AND name = ?2 ORDER BY offer_id", .integer(run),
        .text(name.rawValue)
      ) { row in
        let (offer, count) = (try row.text(0), try row.integer(1))
        return Register.Found(
          id: "\(name.id)/\(offer.isEmpty ? "none" : offer)/prevented", kind: name.kind, outcome: .prevented,
          offer: offer.isEmpty ? nil : Identifier(restoring: offer), beganAt: try row.timestamp(2), cause: name.words(count, offer),
          evidence: [try row.text(3)].filter { !$0.isEmpty }, count: count)
      }
    }
  }

  // MARK: Asking

  /// An offer as it is in force, or a version of it that was; read once a chunk.
  mutating func offer(
    _ id: Identifier<Offer>, version: Int? = nil, in reading: borrowing some Reading & ~Copyable
  ) throws -> OfferInForce? {
    let name = version.flatMap { OfferVersion(offer: id, version: $0) }
    if let name, let known = offers[name] { return known }
    guard let found = try OfferInForce.find(id, version: version, in: reading) else { return nil }
    offers[name ?? found.version] = found
    return found
  }

  /// All that was ever given of an offer, what was voided or expired since included: so much of its limit may have been used at one time.
  mutating func everUsed(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> Used {
    if let known = offersUsed[offer] { return known }
    let used =
      try reading.first(
        """
        SELECT ifnull(sum(amount), 0), count(DISTINCT ifnull(use_key, order_id)), ifnull(sum(units), 0) FROM remedy
        WHERE remedy_key >= ?1 AND remedy_key < ?2
        """, .text(offer.text + "/"), .text(offer.text + "0")
      ) { row in Used(amount: try row.integer(0), uses: try row.integer(1), units: try row.integer(2)) } ?? Used()
    offersUsed[offer] = used
    return used
  }
}

extension AuditRound.TallyName {
  /// What a disconnect is named by.
  var id: String { self == .keptWords ? "\(kind.rawValue)/refused" : kind.rawValue }

  var kind: DisconnectRecorded.Kind {
    switch self {
    case .owed: .lookBack
    case .insult: .insult
    case .noisy: .noisy
    case .words, .keptWords: .wrongWords
    }
  }

  func words(_ count: Int64, _ offer: String) -> String {
    switch self {
    case .owed: "\(count) orders had what \(offer) owed them without asking"
    case .insult: "\(count) people who had bought already were not sent the advertisement"
    case .noisy: "\(count) messages were held back for a complaint or another hold"
    case .words: "\(count) answers came from the facts card when the sheet did not hold any more"
    case .keptWords: "\(count) times somebody was kept from answering about \(offer) from words that did not hold"
    }
  }
}
