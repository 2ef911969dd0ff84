import Contracts
import Host
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

/// The look-back: an offer reaches the orders that came before it. A run over the orders by their time, in chunks; each order is decided
/// once, its remedy is told in the chunk's own transaction, and the totals are the last chunk's fact.
///
/// ```
/// order_by_time            ····|=======before=======|==gap==|··inside··     late_line: lines that were added at another time
///                              └ starts_at - look_back       └ now: what the checkout did not apply is judged too
/// cursor: the last order that was decided; the next chunk goes on behind it
/// ```
enum LookBack {
  static let kind = "look-back"

  /// What the run remembers between its chunks.
  struct Cursor: Equatable {
    var at: Timestamp
    var order: String
    /// The first and the last entry so far.
    var first: Int64?
    var last: Int64?
    /// Up to which entry the run had told its remedies when the store that it was in was lost: those are its own, and counted.
    var told: Int64?

    var bytes: [UInt8] {
      var writer = JSONWriter(reserving: 96)
      writer.beginObject()
      writer.member("at", at.milliseconds)
      writer.member("order", order)
      writer.member("first", ifPresent: first)
      writer.member("last", ifPresent: last)
      writer.member("told", ifPresent: told)
      writer.endObject()
      return writer.finish()
    }

    mutating func note(_ entry: Int64?) {
      guard let entry else { return }
      first = min(first ?? entry, entry)
      last = max(last ?? entry, entry)
    }

    init(at: Timestamp, order: String = "") {
      self.at = at
      self.order = order
    }

    init?(_ bytes: [UInt8]) {
      guard let json = try? JSON(parsing: bytes), let at = json["at"]?.integer, let order = json["order"]?.string else { return nil }
      self.init(at: Timestamp(milliseconds: at), order: order)
      (first, last, told) = (json["first"]?.integer, json["last"]?.integer, json["told"]?.integer)
    }
  }

  /// What a run looks at.
  struct Span {
    let offer: OfferInForce
    /// The interval that is told of.
    let from: Timestamp
    let to: Timestamp
    /// The orders' times that are gone through: a day more at the beginning, and all that came since.
    let scanFrom: Timestamp
    let scanTo: Timestamp
    let isGap: Bool

    /// The offer as a whole: before its start, up to its late launch, and since.
    init(_ offer: OfferInForce) {
      self.offer = offer
      from = offer.terms.lookBackFrom
      to = offer.life.isHistorical ? offer.terms.startsAt : max(offer.terms.startsAt, offer.life.effectiveFrom)
      scanFrom = offer.reach.from
      scanTo = offer.reach.to
      isGap = false
    }

    /// A pause that is over.
    init(_ offer: OfferInForce, gap: Range<Timestamp>) {
      self.offer = offer
      (from, to) = (gap.lowerBound, gap.upperBound)
      scanFrom = gap.lowerBound.adding(.zero - LookBackLimits.daySlack)
      scanTo = gap.upperBound
      isGap = true
    }

    var subject: String { isGap ? "\(offer.name)/gap/\(from.milliseconds)" : offer.name }

    /// Reads the span of a run's subject; nil where its offer is not in force any more.
    init?(subject: String, in reading: borrowing some Reading & ~Copyable) throws {
      let parts = subject.split(separator: "/", omittingEmptySubsequences: false)
      guard let version = OfferVersion(String(parts[0])),
        let offer = try OfferInForce.find(version.offer, version: version.version, in: reading)
      else { return nil }
      guard parts.count == 3, let start = Int64(parts[2]) else {
        self.init(offer)
        return
      }
      let gap = offer.life.pauses.first { $0.lowerBound.milliseconds == start }
      self.init(offer, gap: gap ?? Timestamp(milliseconds: start)..<offer.terms.startsAt)
    }
  }

  /// Begins the run of `span`, unless there was one. In a rebuilt store it begins anew, and `told` is the last entry of before.
  static func begin(_ span: Span, told: Int64? = nil, _ occasion: Occasion, in transaction: borrowing Transaction) throws {
    var cursor = Cursor(at: span.scanFrom)
    cursor.told = told
    _ = try Runs.begin(
      kind: kind, subject: span.subject, cursor: cursor.bytes, origin: occasion.origin, at: occasion.now, in: transaction)
  }

  // MARK: One chunk

  /// Decides on the next orders, as many as the pace admits.
  static func step(
    _ run: Runs.Run, _ now: Timestamp, _ desk: DepartmentDesk, in transaction: inout Transaction, pace: inout ChunkPace
  ) throws -> RunStep {
    guard var cursor = Cursor(run.cursor), let span = try Span(subject: run.subject, in: transaction) else {
      throw Lost(subject: run.subject)
    }
    let judge = try Judge(desk, desk.occasion(of: run, now), in: transaction)
    var tally = Tallied()
    pace.allow(rows: StoreLimits.heavyRowsPerChunk)
    // Closed by hand: the pace is lent and cannot go into another closure.
    var books = try Books.open(in: transaction)
    let scan = try OrderScan(span, in: transaction)
    var isOver = false
    pages: while true {
      let page = try scan.page(after: cursor, in: transaction)
      guard !page.isEmpty else {
        isOver = true
        break
      }
      for row in page {
        guard pace.admitsRow() else { break pages }
        (cursor.at, cursor.order) = (row.at, row.order)
        guard let order = try scan.order(of: row, in: transaction) else { continue }
        if let through = cursor.told, let own = try Recalled.remedy(of: order, row, span, through: through, in: transaction) {
          tally.add(told: own)
          cursor.note(own.entry)
        } else {
          try decide(order, span, judge, &tally, &cursor, books: &books, in: &transaction)
        }
      }
    }
    if isOver { try complete(span, run, tally, cursor, judge, books: &books, in: &transaction) }
    try books.close(in: transaction)
    return isOver ? .finished(counts: tally.counts) : .goOn(cursor: cursor.bytes, counts: tally.counts)
  }

  /// The offer of a run is not known any more: a mistake to look at.
  private struct Lost: Error, CustomStringConvertible {
    let subject: String
    var description: String {
      "the offer of look-back \(subject) is not in force; its document or its launch is missing; rebuild the store"
    }
  }

  private static func decide(
    _ order: OrderCaptured, _ span: Span, _ judge: Judge, _ tally: inout Tallied, _ cursor: inout Cursor, books: inout Books,
    in transaction: inout Transaction
  ) throws {
    var file = try OrderFile(order, in: transaction)
    let decided = try judge.judge(&file, span.offer, basis: nil, isLast: true, books: &books, in: &transaction)
    tally.add(decided)
    cursor.note(decided.given?.entry)
  }

  private static func complete(
    _ span: Span, _ run: Runs.Run, _ tally: Tallied, _ cursor: Cursor, _ judge: Judge, books: inout Books,
    in transaction: inout Transaction
  ) throws {
    var counts = run.counters
    for (name, count) in tally.counts { counts[name, default: 0] += count }
    let fact = Tallied.fact(
      counts, span, cursor, ordersThrough: try transaction.integer("SELECT rowid FROM captured_order ORDER BY rowid DESC LIMIT 1"))
    try Facts.tell(.lookBackCompleted(fact), true: judge.occasion.now, judge.occasion, judge.desk, books: &books, in: &transaction)
    try Closing.await(span.offer, judge.occasion, in: transaction)
  }

  // MARK: What is known of it

  /// Takes what was told of a look-back.
  static func fold(_ fact: LookBackCompleted, data: [UInt8], _ meta: FactMeta, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO look_back (offer_id, version, number, message_id, recorded_at, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT DO NOTHING
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .timestamp(fact.from), .text(meta.messageID.text),
      .timestamp(meta.recordedTime), .blob(data))
  }

  /// When the look-back from `instant` on was completed, by any version or this one; nil where it was not.
  static func completed(
    _ offer: Identifier<Offer>, version: Int? = nil, from instant: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> Timestamp? {
    try reading.first(
      "SELECT recorded_at FROM look_back WHERE offer_id = ?1 AND number = ?2 AND (?3 IS NULL OR version = ?3) LIMIT 1", .text(offer.text),
      .timestamp(instant), .optional(version.map { Int64($0) })
    ) { row throws(StoreFault) in try row.timestamp(0) }
  }
}
