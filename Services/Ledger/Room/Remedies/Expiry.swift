import Contracts
import Host
import LedgerDomain
import Store

/// Remedies that nobody claimed in time: they expire on the ledger's clock, in the order of their instants.
enum Expiry {
  static let kind = "remedy.expire"
  private static let subject = "remedies"

  /// Sees to it that somebody looks at `instant`.
  static func await(_ instant: Timestamp, in transaction: borrowing Transaction) throws {
    if let next = try Due.waiting(kind: kind, subject: subject, in: transaction).first, next.at <= instant { return }
    try Due.set(at: instant, kind: kind, subject: subject, in: transaction)
  }

  /// One of those that wait does not any more: somebody looks when the next one's time is over, or never.
  static func resolved(in transaction: borrowing Transaction) throws {
    guard let next = try Remedies.nextExpiry(in: transaction) else {
      try Due.remove(kind: kind, subject: subject, in: transaction)
      return
    }
    guard try Due.waiting(kind: kind, subject: subject, in: transaction).first?.at != next else { return }
    try Due.set(at: next, kind: kind, subject: subject, in: transaction)
  }

  /// What a due row brings: remedies whose instant it is, a bounded number in one turn.
  static func elapsed(_ row: Due.Entry, _ now: Timestamp, _ desk: DepartmentDesk, in transaction: inout Transaction) throws {
    let judge = try Judge(desk, desk.occasion(of: row, now), in: transaction)
    let ids = try Remedies.expired(at: row.at, limit: LookBackLimits.expiriesPerTurn, in: transaction)
    try Books.keep(in: &transaction) { books, transaction in
      for id in ids { try expire(id, judge, books: &books, in: &transaction) }
    }
    if let next = try Remedies.nextExpiry(in: transaction) { try Self.await(next, in: transaction) }
  }

  private static func expire(_ id: RemedyID, _ judge: Judge, books: inout Books, in transaction: inout Transaction) throws {
    guard let order = try Remedies.order(of: id, in: transaction), var file = try OrderFile.find(order, in: transaction),
      let remedy = file.standing.remedies.first(where: { $0.id == id }), remedy.state == .pending
    else { return }
    let fact = remedy.resolved(.expired, order: file.order, reason: "unclaimed")
    try judge.tell(fact, of: &file, books: &books, in: &transaction)
    try Closing.settle(remedy, currency: file.order.currency, judge, books: &books, in: &transaction)
  }
}
