package import Contracts
import Terms

/// What must hold before an offer goes live, as rows of data.
package enum Gate {
  package typealias Row = OfferScheduled.GateRow
  package typealias Check = Row.Check

  /// The rows, in the order in which they are shown.
  package static let kept = Check.allCases

  /// Whether an offer with these rows may go live; a row that is missing does not hold.
  package static func isOpen(_ rows: [Row]) -> Bool {
    kept.allSatisfy { check in rows.contains { $0.check == check && holds($0) } }
  }

  /// Whether a row lets the offer through.
  package static func holds(_ row: Row) -> Bool {
    switch row.state {
    case .passed, .waived: true
    case .waiting, .failed: false
    }
  }

  /// Why not, a sentence for each row that does not hold.
  package static func reasons(_ rows: [Row]) -> [String] {
    kept.compactMap { check in
      guard let row = rows.first(where: { $0.check == check }) else { return "the check of \(check) was never made" }
      return holds(row) ? nil : row.sentence ?? "the check of \(check) is \(row.state)"
    }
  }

  /// What somebody let pass although it does not hold.
  package struct Waiver: Sendable, Equatable {
    package let check: Check
    package let reason: String
    package let by: Identifier<Colleague>
    package let at: Timestamp

    package init(check: Check, reason: String, by: Identifier<Colleague>, at: Timestamp) {
      self.check = check
      self.reason = reason
      self.by = by
      self.at = at
    }
  }

  /// All rows as of now: the terms and the budget as they were looked at, the others by what is known, and what was waived.
  package static func rows(terms: Row, budget: Row, _ known: GateKnowledge, waivers: [Waiver]) -> [Row] {
    func passing(_ row: Row) -> Row {
      // The terms are what customers are told: nobody can waive that they hold.
      guard !holds(row), row.check != .terms, let waiver = waivers.last(where: { $0.check == row.check }) else { return row }
      return Row(check: row.check, state: .waived, since: waiver.at, by: waiver.by, sentence: waiver.reason, code: row.code)
    }
    let (promises, briefings) = (passing(promises(known)), passing(briefings(known)))
    // What somebody lets pass there may be lacking here: each waiver is for its own row alone.
    let capacity = passing(capacity(known, beside: promises, briefings))
    return [
      terms, passing(budget), promises, capacity, passing(parity(known)), passing(channels(known)), passing(sheets(known)), briefings,
    ]
  }

  /// `rows` with the instants of `before` where nothing changed but the words: a row counts from when it came to stand so.
  package static func keepingSince(_ rows: [Row], _ before: [Row], at now: Timestamp) -> [Row] {
    rows.map { row in
      guard let old = before.first(where: { $0.check == row.check }) else { return row }
      var kept = row
      if old.state == row.state, old.code == row.code {
        kept.since = old.since
      } else if holds(old), !holds(row), row.since <= old.since {
        // What held is not broken since before it held, whatever the one who broke it says.
        kept.since = max(now, old.since)
      }
      return kept
    }
  }

  /// When to look again although nobody says anything: the next instant at which time alone changes a row. Nil where there is none.
  package static func nextLook(_ known: GateKnowledge) -> Timestamp? {
    let promises = known.book.promises(of: known.offer)
    var instants = promises.map(\.answerBy) + promises.compactMap { known.book.answer(to: $0)?.expiresAt }
    instants += known.sheets.sheets.values.flatMap(\.self).compactMap(\.reviewAt)
    if let exception = known.parity.exception { instants.append(exception.endsAt) }
    return instants.filter { $0 > known.now }.min()
  }

  // MARK: The first two rows

  private static let ledger = Identifier<Colleague>(restoring: "ledger")

  /// The terms hold where the check of the document refuses nothing.
  package static func terms(refusals: [String], at now: Timestamp) -> Row {
    guard let first = refusals.first else { return Row(check: .terms, state: .passed, since: now) }
    let more = refusals.count > 1 ? " (and \(refusals.count - 1) more)" : ""
    return Row(
      check: .terms, state: .failed, since: now, sentence: first + more, code: "terms_refused",
      liftedBy: "marketing, by mending what the sentence names or by a new version")
  }

  /// What the ledger said about an offer's money.
  package struct Reserve: Sendable, Equatable {
    package enum Word: String, Sendable { case reserved, released, refused }
    package let word: Word
    package let amount: Money
    package let at: Timestamp
    package let cause: String?

    package init(word: Word, amount: Money, at: Timestamp, cause: String? = nil) {
      self.word = word
      self.amount = amount
      self.at = at
      self.cause = cause
    }
  }

  /// The budget holds where the ledger has set aside at least `needed`. `words` are all that it said about this offer, in its order;
  /// `asked` is when this version asked.
  package static func budget(needed: Money, asked: Timestamp, _ words: [Reserve]) -> Row {
    guard !needed.isZero else { return Row(check: .budget, state: .passed, since: asked) }
    var kept = Money(minor: 0, needed.currency)
    var since = asked
    for word in words {
      switch word.word {
      case .reserved:
        kept = (try? kept.adding(word.amount)) ?? kept  // what cannot be added up is another currency's or too large: not counted
        since = max(since, word.at)
      case .released: kept = (try? kept.subtracting(word.amount)) ?? kept  // as above
      case .refused: break
      }
    }
    if kept.minor >= needed.minor { return Row(check: .budget, state: .passed, since: since, by: ledger) }
    if let refused = words.last, refused.word == .refused, refused.at >= asked {
      return Row(
        check: .budget, state: .failed, since: refused.at, by: ledger,
        sentence: "the ledger could not set \(needed) aside\(refused.cause.map { ": \($0)" } ?? ""); open more budget or reserve less",
        code: "budget_refused", liftedBy: "marketing, with `accord campaign fund`")
    }
    return Row(
      check: .budget, state: .waiting, since: asked,
      sentence: "the ledger has not set \(needed) aside yet; see that it runs and that the campaign has a budget",
      code: "budget_unanswered", liftedBy: "the ledger")
  }
}
