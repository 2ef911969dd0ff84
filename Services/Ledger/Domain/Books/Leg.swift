package import Contracts

/// One side of an entry on one account. The amount is always above zero: the side says which way.
package struct Leg: Sendable, Equatable, CustomStringConvertible {
  package enum Side: String, Sendable { case debit, credit }
  package let account: Account
  package let side: Side
  /// In minor units of the account's currency.
  package let amount: Int64

  package init(_ side: Side, _ account: Account, _ amount: Int64) {
    self.side = side
    self.account = account
    self.amount = amount
  }

  package static func debit(_ account: Account, _ amount: Int64) -> Leg { Leg(.debit, account, amount) }
  package static func credit(_ account: Account, _ amount: Int64) -> Leg { Leg(.credit, account, amount) }

  /// As a row has it: a debit above zero, a credit below.
  package var signed: Int64 { side == .debit ? amount : -amount }

  package var description: String { "\(side.rawValue) \(account.path) \(Money(minor: amount, account.currency))" }
}

/// The legs of one entry: balanced, in one currency, each account once. There is no other way to make them.
package struct Legs: Sendable, Equatable {
  package let each: [Leg]
  package let currency: Currency
  /// What all debits come to, and all credits.
  package let total: Int64

  /// Takes `legs`; those of one account and side become one, those of zero fall away. Throws where an amount is below zero, nothing is
  /// left, two currencies meet, an account stands on both sides, or debits and credits differ.
  package init(_ legs: [Leg]) throws(BooksRefusal) {
    var each: [Leg] = []
    each.reserveCapacity(legs.count)
    // By account where there are many: an order may be taxed in more places than a plain search is good for.
    var places: [Account: Int] = [:]
    let isLong = legs.count > 16
    for leg in legs {
      guard leg.amount >= 0 else { throw .notPositive(leg.account.path, leg.amount) }
      guard leg.amount > 0 else { continue }
      guard let at = isLong ? places[leg.account] : each.firstIndex(where: { $0.account == leg.account }) else {
        if isLong { places[leg.account] = each.count }
        each.append(leg)
        continue
      }
      guard each[at].side == leg.side else { throw .bothSides(leg.account.path) }
      let (sum, past) = each[at].amount.addingReportingOverflow(leg.amount)
      guard !past else { throw .tooLarge }
      each[at] = Leg(leg.side, leg.account, sum)
    }
    guard let first = each.first else { throw .empty }
    guard each.count <= BooksLimits.legsMax else { throw .tooManyLegs(each.count) }
    var debits: Int64 = 0
    var credits: Int64 = 0
    for leg in each {
      guard leg.account.currency == first.account.currency else { throw .currencies(first.account.currency, leg.account.currency) }
      let (sum, past) = (leg.side == .debit ? debits : credits).addingReportingOverflow(leg.amount)
      guard !past else { throw .tooLarge }
      if leg.side == .debit { debits = sum } else { credits = sum }
    }
    guard debits == credits else { throw .unbalanced(debits: debits, credits: credits) }
    (self.each, currency, total) = (each, first.account.currency, debits)
  }

  /// The same legs with their sides exchanged.
  package var swapped: Legs {
    Legs(restoring: each.map { Leg($0.side == .debit ? .credit : .debit, $0.account, $0.amount) }, currency, total)
  }

  private init(restoring each: [Leg], _ currency: Currency, _ total: Int64) {
    (self.each, self.currency, self.total) = (each, currency, total)
  }

  /// What stands on `account`, a debit above zero; 0 where nothing does.
  package func signed(on account: Account) -> Int64 { each.first { $0.account == account }?.signed ?? 0 }
}
