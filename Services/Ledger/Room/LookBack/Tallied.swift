import Contracts
import LedgerDomain
import Store
import Terms
import protocol Store.Reading

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

  /// A remedy that the run had told before its store was lost.
  mutating func add(told remedy: RemedyChanged) {
    considered += 1
    eligible += 1
    granted += 1
    if remedy.cut { cut += 1 }
    sum += remedy.amount.minor
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

/// What a look-back had given before the store that it ran in was lost: its remedies are facts, its count was not. Whoever got nothing is
/// judged again, which comes to the same.
enum Recalled {
  /// The remedy that the run of `span` told for an order, at the first place at which it comes by the order.
  static func remedy(
    of order: OrderCaptured, _ row: OrderScan.Row, _ span: LookBack.Span, through entry: Int64, in reading: borrowing Transaction
  ) throws -> RemedyChanged? {
    let bases: [RemedyChanged.Basis] = span.isGap ? [.gap] : [.lookBack, .gap, .inWindow]
    let own = try OrderFile.events(of: order.orderID.text, in: reading).lazy.compactMap { one -> RemedyChanged? in
      guard case .remedyChanged(let fact) = one.event, fact.offer == span.offer.version, fact.of == nil, bases.contains(fact.basis),
        fact.change == .granted || fact.change == .posted, fact.entry ?? .max <= entry
      else { return nil }
      return fact
    }.first
    guard let own, row.isLate else { return own }
    // Two lines that came later bring it twice.
    let before = try reading.integer(
      "SELECT 1 FROM late_line WHERE order_id = ?1 AND at < ?2 AND at >= ?3 LIMIT 1", .text(order.orderID.text), .timestamp(row.at),
      .timestamp(span.from))
    return before == nil ? own : nil
  }
}
