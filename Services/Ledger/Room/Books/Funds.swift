package import Contracts
package import Host
import LedgerDomain
package import Store

/// The purses that goodwill is paid from: looks at them, and tells what `Funding` plans. Every verb runs in the caller's transaction and
/// tells the facts in front of, or behind, what they belong to.
package enum Funds {
  /// Puts what is missing for a remedy into its offer's reserve: call it in front of the remedy with its fund's part (amount less taxes).
  /// Nothing happens where the reserve suffices. HOT.
  package static func cover(
    _ amount: Int64, for offer: Identifier<Offer>, of campaign: Identifier<Campaign>, _ currency: Currency,
    _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    guard try books.available(.reserved(for: offer, of: campaign, currency), in: transaction) < amount else { return }
    let purses = try purses(of: campaign, offer, currency, books: &books, in: transaction)
    try tell(Funding.cover(amount, for: offer, purses, next: books.nextEntry), occasion, desk, books: &books, in: &transaction)
  }

  /// Repays and sweeps on what came back into an offer's reserve: call it behind a claw-back, and behind whatever was voided or expired.
  package static func settle(
    _ amount: Int64, for offer: Identifier<Offer>, of campaign: Identifier<Campaign>, _ currency: Currency,
    _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    let purses = try purses(of: campaign, offer, currency, books: &books, in: transaction)
    try tell(Funding.settle(amount, for: offer, purses, next: books.nextEntry), occasion, desk, books: &books, in: &transaction)
  }

  /// Gives a campaign money, or gives it more.
  package static func open(
    _ amount: Money, of campaign: Identifier<Campaign>, approvedBy: Identifier<Colleague>?, _ occasion: Occasion,
    _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    let purses = try purses(of: campaign, nil, amount.currency, books: &books, in: transaction)
    let facts = Funding.open(amount.minor, approvedBy: approvedBy, purses, next: books.nextEntry)
    try tell(facts, occasion, desk, books: &books, in: &transaction)
  }

  /// Gives customer service's own fund money.
  package static func openService(
    _ amount: Money, approvedBy: Identifier<Colleague>?, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books,
    in transaction: inout Transaction
  ) throws -> Int64 {
    let number = books.nextEntry
    let fact = BudgetChanged(kind: .opened, amount: amount, approvedBy: approvedBy, entry: number)
    try tell([fact], occasion, desk, books: &books, in: &transaction)
    return number
  }

  /// Reserves money for an offer; true where the campaign had it. Either way it is told.
  package static func reserve(
    _ amount: Money, for offer: Identifier<Offer>, of campaign: Identifier<Campaign>, _ occasion: Occasion,
    _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws -> Bool {
    let purses = try purses(of: campaign, offer, amount.currency, books: &books, in: transaction)
    let fact = Funding.reserve(amount.minor, for: offer, purses, next: books.nextEntry)
    try tell([fact], occasion, desk, books: &books, in: &transaction)
    return fact.kind == .reserved
  }

  /// Gives back to its campaign what an offer no longer needs; from now on what comes back is swept on.
  package static func release(
    _ offer: Identifier<Offer>, of campaign: Identifier<Campaign>, _ currency: Currency, _ occasion: Occasion,
    _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    let purses = try purses(of: campaign, offer, currency, books: &books, in: transaction)
    try tell(Funding.release(offer, purses, next: books.nextEntry), occasion, desk, books: &books, in: &transaction)
  }

  /// Closes a campaign's fund. Throws `Funding.Hindrance` while something is reserved, waits or is owed.
  package static func close(
    _ campaign: Identifier<Campaign>, _ currency: Currency, _ occasion: Occasion, _ desk: DepartmentDesk,
    books: inout Books, in transaction: inout Transaction
  ) throws {
    let purses = try purses(of: campaign, nil, currency, books: &books, in: transaction)
    var held: Int64 = 0
    for offer in try offers(of: campaign, currency, in: transaction) {
      // Whatever waits is held as well: what is posted there and not gone.
      held += -(try books.balance(.reserved(for: offer, of: campaign, currency), in: transaction).signed)
    }
    try tell([try Funding.close(held: held, purses, next: books.nextEntry)], occasion, desk, books: &books, in: &transaction)
  }

  private static func tell(
    _ facts: [BudgetChanged], _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books,
    in transaction: inout Transaction
  ) throws {
    for fact in facts {
      try Facts.tell(.budgetChanged(fact), true: occasion.now, occasion, desk, books: &books, in: &transaction)
    }
  }
}
