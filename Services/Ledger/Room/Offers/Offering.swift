import Contracts
import Host
import LedgerDomain
import Store
import Terms

/// What the ledger does about an offer, given everything that it has heard so far: answer its scheduling, begin its look-backs, wait for its
/// start and its end. Asked after every fact about it, whatever came first, and after its instants.
enum Offering {
  static let kind = "offer.proceed"

  /// Does whatever is to be done by now. Doing it twice does nothing.
  static func proceed(
    _ offer: Identifier<Offer>, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    let life = try OfferRows.life(of: offer, in: transaction)
    if life.state == .cancelled {
      try Closing.release(offer, occasion, desk, books: &books, in: &transaction)
      return
    }
    try reserve(offer, occasion, desk, books: &books, in: &transaction)
    guard let inForce = try OfferInForce.find(offer, in: transaction) else { return }
    // The interval is anchored at the start however late it runs, and never runs before it.
    guard inForce.terms.startsAt <= occasion.now || inForce.life.isHistorical else {
      try Due.set(at: inForce.terms.startsAt, kind: kind, subject: offer.text, origin: occasion.origin, in: transaction)
      return
    }
    try lookBack(inForce, occasion, told: nil, in: transaction)
    if inForce.life.endedAt != nil { try Closing.await(inForce, occasion, in: transaction) }
  }

  /// The instant of an offer has come, or a store was rebuilt.
  static func elapsed(_ row: Due.Entry, _ now: Timestamp, _ desk: DepartmentDesk, in transaction: inout Transaction) throws {
    try Books.keep(in: &transaction) { books, transaction in
      try proceed(Identifier(restoring: row.subject), desk.occasion(of: row, now), desk, books: &books, in: &transaction)
    }
  }

  // MARK: The reserve

  /// Answers what was scheduled and has no money yet. A campaign that was never heard of is waited for; one with too little is refused, and
  /// asked again when it gets more.
  private static func reserve(
    _ offer: Identifier<Offer>, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    var answers = try OfferRows.answers(offer, in: transaction)
    for one in try OfferRows.scheduled(offer, in: transaction).dropFirst(answers.count) {
      // A later version asks for what it needs beyond what the earlier ones got.
      let wanted = Money(minor: max(0, one.reserve.minor - answers.reserved), one.reserve.currency)
      guard try wanted.minor == 0 || Budgets.isOpen(one.campaignID, wanted.currency, in: transaction) else { return }
      let free = try books.available(.goodwill(of: one.campaignID, wanted.currency), in: transaction)
      guard free >= wanted.minor || answers.refused != wanted.minor else { return }
      guard try Funds.reserve(wanted, for: offer, of: one.campaignID, occasion, desk, books: &books, in: &transaction) else { return }
      answers = try OfferRows.answers(offer, in: transaction)
    }
  }

  // MARK: The look-backs

  /// Begins those that are due. `told` is the last entry of a store that was lost, where one was.
  static func lookBack(
    _ offer: OfferInForce, _ occasion: Occasion, told: Int64?, in transaction: borrowing Transaction
  ) throws {
    let whole = LookBack.Span(offer)
    let id = offer.version.offer
    let began =
      try LookBack.completed(id, version: offer.version.version, from: whole.from, in: transaction)
      ?? Runs.find(kind: LookBack.kind, subject: whole.subject, in: transaction)?.beganAt
    guard let began else { return try LookBack.begin(whole, told: told, occasion, in: transaction) }
    for pause in offer.life.pauses where pause.upperBound < .last && pause.upperBound >= began {
      let gap = LookBack.Span(offer, gap: pause)
      guard try LookBack.completed(id, from: gap.from, in: transaction) == nil else { continue }
      try LookBack.begin(gap, told: told, occasion, in: transaction)
    }
  }
}
