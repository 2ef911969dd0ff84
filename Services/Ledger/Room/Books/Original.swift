import Contracts
import LedgerDomain
import Store

/// An entry that a later one resolves or takes back, and what earlier ones have done to it.
struct Original {
  let number: Int64
  let state: EntryState
  let legs: [Leg]
  /// The entry that resolved it.
  let resolvedBy: Int64?
  /// What reversals have taken back so far.
  let takenBack: [Leg]

  /// Reads entry `number` with what came of it. Throws where there is none.
  static func find(_ number: Int64, in reading: borrowing some Reading & ~Copyable) throws -> Original {
    guard let row = try EntryRows.find(number, in: reading) else { throw LedgerRefusal.books(.noSuchEntry(number)) }
    let resolved = try reading.integer(
      "SELECT number FROM entry WHERE of = ?1 AND state NOT IN ('posted', 'pending')", .integer(number))
    var taken: [Leg] = []
    if row.state == .posted || row.state == .post {
      let reversals = try reading.all(
        "SELECT number FROM entry WHERE of = ?1 AND of IS NOT NULL AND state IN ('posted', 'pending')", .integer(number)
      ) { row throws(StoreFault) in try row.integer(0) }
      for reversal in reversals { taken += try EntryRows.legs(of: reversal, in: reading) }
    }
    return Original(
      number: number, state: row.state, legs: try EntryRows.legs(of: number, in: reading), resolvedBy: resolved, takenBack: taken)
  }

  /// Throws where `draft` does to it what may not be done: resolves it twice or beyond what it holds, or takes back more than is left.
  func confirm(_ draft: EntryDraft) throws(BooksRefusal) {
    switch draft.state {
    case .post, .void, .expire:
      guard state == .pending else { throw .notPending(number) }
      if let resolvedBy { throw .resolvedBefore(number, by: resolvedBy) }
      guard draft.state == .post else {
        guard draft.legs.each.count == legs.count, draft.legs.each.allSatisfy(legs.contains) else { throw .differsFromPending(number) }
        return
      }
      for leg in draft.legs.each {
        let held = legs.first { $0.account == leg.account && $0.side == leg.side }?.amount ?? 0
        guard leg.amount <= held else { throw .exceedsPending(number, account: leg.account.path, left: held, wanted: leg.amount) }
      }
    case .posted:
      guard state == .posted || state == .post else { throw .notReversible(number) }
      // What was debited comes back to where it was taken from; the other side may be withheld elsewhere than it was given.
      for leg in draft.legs.each where leg.side == .credit {
        let given = legs.first { $0.account == leg.account && $0.side == .debit }?.amount ?? 0
        let left = given - takenBack.filter { $0.account == leg.account && $0.side == .credit }.reduce(0) { $0 + $1.amount }
        guard leg.amount <= left else { throw .exceedsOriginal(number, account: leg.account.path, left: left, wanted: leg.amount) }
      }
    case .pending: throw .notPending(number)
    }
  }
}
