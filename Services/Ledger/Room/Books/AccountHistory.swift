import Contracts
import LedgerDomain
import Store

/// The legs of one account from the newest back to the first: what a statement lists, and what a balance of another time is made of.
struct AccountHistory {
  /// Up to when something was true, or known.
  struct View {
    /// When it was true: up to an instant, or by the books' own days.
    var asOf: Timestamp?
    var throughDay: Int?
    /// When it was known.
    var recordedBy: Timestamp?

    var isNow: Bool { asOf == nil && throughDay == nil && recordedBy == nil }

    fileprivate func holds(_ effective: Timestamp, _ recorded: Timestamp, _ day: Int64) -> Bool {
      asOf.map { effective <= $0 } ?? true && recordedBy.map { recorded <= $0 } ?? true && throughDay.map { day <= $0 } ?? true
    }
  }

  /// One leg with what its entry says of it.
  struct Line {
    let leg: Int64
    let amount: Int64
    let entry: EntryRows.Kept
  }

  /// What stood on the account as `view` has it. Reads all its legs where that is not now.
  static func balance(_ account: Account, _ view: View, in snapshot: borrowing Snapshot) throws -> Balance {
    guard let standing = try Books.find(account, in: snapshot) else { return Balance() }
    guard !view.isNow else { return standing.balance }
    var balance = Balance()
    try snapshot.rows(
      """
      WITH RECURSIVE back (id, amount, previous) AS (
        SELECT id, amount, previous FROM leg WHERE id = ?1
        UNION ALL SELECT leg.id, leg.amount, leg.previous FROM back JOIN leg ON leg.id = back.previous
      )
      SELECT back.amount, entry.state, entry.effective_at, entry.recorded_at, entry.accounting_day,
        later.effective_at, later.recorded_at, later.accounting_day
      FROM back JOIN entry ON entry.number = back.id / 1024
        LEFT JOIN entry AS later ON later.of = entry.number AND later.state NOT IN ('posted', 'pending')
      """, .optional(standing.lastLeg)
    ) { row in
      guard view.holds(try row.timestamp(2), try row.timestamp(3), try row.integer(4)) else { return }
      let (amount, state) = (try row.integer(0), try row.text(1))
      let side: Leg.Side = amount > 0 ? .debit : .credit
      switch state {
      case "posted", "post": try balance.add(abs(amount), side, isPending: false)
      case "pending":
        // It waits still unless what resolved it is in view too.
        let isResolved = row.isNull(5) ? false : view.holds(try row.timestamp(5), try row.timestamp(6), try row.integer(7))
        if !isResolved { try balance.add(abs(amount), side, isPending: true) }
      case _: break
      }
    }
    return balance
  }

  /// Lines from `before` backwards, newest first: at most `limit`, of days from `from` through `through`. `next` is where to go on.
  static func lines(
    _ account: Account, before: Int64?, from: Int?, through: Int?, limit: Int, in snapshot: borrowing Snapshot
  ) throws -> Page {
    guard let standing = try Books.find(account, in: snapshot), var leg = before ?? standing.lastLeg else { return Page() }
    var page = Page()
    // A page that finds little in a long history ends all the same, and the next goes on from there.
    for _ in 0..<Self.legsPerPage {
      let found = try snapshot.first("SELECT account, amount, previous FROM leg WHERE id = ?1", .integer(leg)) { row in
        Step(account: try row.integer(0), amount: try row.integer(1), previous: try row.optionalInteger(2))
      }
      guard let found, found.account == standing.row else { throw BooksRefusal.noSuchEntry(leg / Books.legsOfEntry) }
      if let entry = try EntryRows.find(leg / Books.legsOfEntry, in: snapshot), from.map({ entry.accountingDay >= $0 }) ?? true,
        through.map({ entry.accountingDay <= $0 }) ?? true
      {
        guard page.lines.count < limit else {
          page.next = leg
          return page
        }
        page.lines.append(Line(leg: leg, amount: found.amount, entry: entry))
      }
      guard let previous = found.previous else { return page }
      leg = previous
    }
    page.next = leg
    return page
  }

  struct Page {
    var lines: [Line] = []
    /// The leg that the next page begins with; nil at the end.
    var next: Int64?
  }

  private struct Step {
    let account: Int64
    let amount: Int64
    let previous: Int64?
  }

  private static let legsPerPage = 20_000
}
