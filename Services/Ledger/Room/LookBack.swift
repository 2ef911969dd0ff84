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

    var bytes: [UInt8] {
      var writer = JSONWriter(reserving: 96)
      writer.beginObject()
      writer.member("at", at.milliseconds)
      writer.member("order", order)
      writer.member("first", ifPresent: first)
      writer.member("last", ifPresent: last)
      writer.endObject()
      return writer.finish()
    }

    init(at: Timestamp, order: String = "") {
      self.at = at
      self.order = order
    }

    init?(_ bytes: [UInt8]) {
      guard let json = try? JSON(parsing: bytes), let at = json["at"]?.integer, let order = json["order"]?.string else { return nil }
      self.init(at: Timestamp(milliseconds: at), order: order)
      (first, last) = (json["first"]?.integer, json["last"]?.integer)
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

  /// Begins the run of `span`, unless there was one.
  static func begin(_ span: Span, _ occasion: Occasion, in transaction: borrowing Transaction) throws {
    let cursor = Cursor(at: span.scanFrom)
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
        try decide(order, span, judge, &tally, &cursor, books: &books, in: &transaction)
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
    guard let entry = decided.given?.entry else { return }
    cursor.first = cursor.first ?? entry
    cursor.last = entry
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

/// The sums of a look-back as they grow. HOT: plain numbers, which get their names when they are kept.
struct Tallied {
  private var considered: Int64 = 0
  private var eligible: Int64 = 0
  private var granted: Int64 = 0
  private var cut: Int64 = 0
  private var sum: Int64 = 0
  private var onRequest: Int64 = 0
  private var refusals: [Refusal] = []
  private static let refused = "refused."

  private struct Refusal {
    let reason: Reason
    var count: Int64
  }

  mutating func add(_ decided: Judge.Decided) {
    let outcome = decided.outcome
    guard outcome.reason.isInReach else { return }
    considered += 1
    if outcome.reason >= .capOrder { eligible += 1 }
    guard let given = decided.given else { return outcome.isGranted ? onRequest += 1 : refuse(outcome.reason) }
    granted += 1
    if outcome.isCut { cut += 1 }
    sum += given.amount.minor
  }

  private mutating func refuse(_ reason: Reason) {
    if let at = refusals.firstIndex(where: { $0.reason == reason }) {
      refusals[at].count += 1
    } else {
      refusals.append(Refusal(reason: reason, count: 1))
    }
  }

  /// By name, those left out that are zero.
  var counts: [String: Int64] {
    var counts = ["considered": considered, "eligible": eligible, "granted": granted, "cut": cut, "sum": sum]
    counts[Self.refused + "on_request"] = onRequest
    for refusal in refusals { counts[Self.refused + refusal.reason.rawValue] = refusal.count }
    return counts.filter { $0.value != 0 }
  }

  /// The fact of a run with these counters.
  static func fact(
    _ counts: [String: Int64], _ span: LookBack.Span, _ cursor: LookBack.Cursor, ordersThrough: Int64?
  ) -> LookBackCompleted {
    var refused: [String: Int64] = [:]
    for (name, count) in counts where name.hasPrefix(Self.refused) { refused[String(name.dropFirst(Self.refused.count))] = count }
    let entries = cursor.first.flatMap { first in cursor.last.map { LookBackCompleted.Entries(first: first, last: $0) } }
    return LookBackCompleted(
      offerID: span.offer.version.offer, version: span.offer.version.version, from: span.from, to: span.to,
      considered: counts["considered"] ?? 0, eligible: counts["eligible"] ?? 0, granted: counts["granted"] ?? 0, cut: counts["cut"] ?? 0,
      refused: refused, sum: Money(minor: counts["sum"] ?? 0, span.offer.terms.document.currency), entries: entries,
      ordersThrough: ordersThrough)
  }
}
