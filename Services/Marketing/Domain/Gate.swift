package import Contracts

/// What must hold before an offer goes live, as rows of data.
package enum Gate {
  package typealias Row = OfferScheduled.GateRow
  package typealias Check = Row.Check

  /// The rows that are kept now, in the order in which they are shown.
  package static let kept: [Check] = [.terms, .budget]

  /// Whether an offer with these rows may go live; a row that is missing does not hold.
  package static func isOpen(_ rows: [Row]) -> Bool {
    kept.allSatisfy { check in rows.contains { $0.check == check && holds($0) } }
  }

  private static func holds(_ row: Row) -> Bool { row.state == .passed || row.state == .waived }

  /// Why not, a sentence for each row that does not hold.
  package static func reasons(_ rows: [Row]) -> [String] {
    kept.compactMap { check in
      guard let row = rows.first(where: { $0.check == check }) else { return "the check of \(check) was never made" }
      return holds(row) ? nil : row.sentence ?? "the check of \(check) is \(row.state)"
    }
  }

  // MARK: The first two rows

  private static let ledger = Identifier<Colleague>(restoring: "ledger")

  /// The terms hold where the check of the document refuses nothing.
  package static func terms(refusals: [String], at now: Timestamp) -> Row {
    guard let first = refusals.first else { return Row(check: .terms, state: .passed, since: now) }
    let more = refusals.count > 1 ? " (and \(refusals.count - 1) more)" : ""
    return Row(check: .terms, state: .failed, since: now, sentence: first + more)
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
        sentence: "the ledger could not set \(needed) aside\(refused.cause.map { ": \($0)" } ?? ""); open more budget or reserve less")
    }
    return Row(
      check: .budget, state: .waiting, since: asked,
      sentence: "the ledger has not set \(needed) aside yet; see that it runs and that the campaign has a budget")
  }
}
