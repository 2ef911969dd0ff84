/// What stands on one account: both sides, posted and waiting.
package struct Balance: Sendable, Equatable {
  package var postedDebit: Int64 = 0
  package var postedCredit: Int64 = 0
  package var pendingDebit: Int64 = 0
  package var pendingCredit: Int64 = 0

  package init(postedDebit: Int64 = 0, postedCredit: Int64 = 0, pendingDebit: Int64 = 0, pendingCredit: Int64 = 0) {
    self.postedDebit = postedDebit
    self.postedCredit = postedCredit
    self.pendingDebit = pendingDebit
    self.pendingCredit = pendingCredit
  }

  /// Posted, a debit above zero.
  package var signed: Int64 { postedDebit - postedCredit }

  /// Waiting, a debit above zero.
  package var pendingSigned: Int64 { pendingDebit - pendingCredit }

  /// What can still be taken from an account of this role: what is posted on its normal side, less what waits to be taken. What waits to
  /// come in is not there yet.
  package func available(_ role: Account.Role) -> Int64 {
    switch role.normal {
    case .credit: postedCredit - postedDebit - pendingDebit
    case .debit: postedDebit - postedCredit - pendingCredit
    }
  }

  /// The balance after `amount` on `side`; throws beyond 64 bits.
  package mutating func add(_ amount: Int64, _ side: Leg.Side, isPending: Bool) throws(BooksRefusal) {
    switch (side, isPending) {
    case (.debit, false): try Self.raise(&postedDebit, by: amount)
    case (.credit, false): try Self.raise(&postedCredit, by: amount)
    case (.debit, true): try Self.raise(&pendingDebit, by: amount)
    case (.credit, true): try Self.raise(&pendingCredit, by: amount)
    }
  }

  private static func raise(_ sum: inout Int64, by amount: Int64) throws(BooksRefusal) {
    let (raised, past) = sum.addingReportingOverflow(amount)
    guard !past else { throw .tooLarge }
    precondition(raised >= 0, "an account's side never falls below zero: what is taken back was there")
    sum = raised
  }
}
