import Contracts
import Host
import LedgerDomain
import Store
import Terms

/// What becomes of a remedy that waits: its tender takes the money back, or refuses it and the money goes the next way.
struct Refunds {
  let judge: Judge

  struct Done {
    /// What became of the remedy, and of the one that was given instead.
    let remedies: [RemedyStanding]
  }

  /// The tender has it, or somebody claimed it with the receipt.
  func confirm(
    _ id: RemedyID, reference: String?, books: inout Books, in transaction: inout Transaction
  ) throws -> Done {
    var (file, remedy) = try waiting(id, in: transaction)
    try resolve(.confirmed, remedy, reference: reference, cause: nil, &file, books: &books, in: &transaction)
    try judge.tell(remedy.resolved(.posted, order: file.order, reason: "confirmed"), of: &file, books: &books, in: &transaction)
    if let campaign = remedy.campaignID {
      try Closing.closeIfAsked(campaign, judge.occasion, judge.desk, books: &books, in: &transaction)
    }
    remedy = file.standing.remedies.first { $0.id == id } ?? remedy
    return Done(remedies: [remedy])
  }

  /// The tender does not take it: void, and to the next destination in the same transaction.
  func refuse(
    _ id: RemedyID, cause: String?, reference: String?, books: inout Books, in transaction: inout Transaction
  ) throws -> Done {
    var (file, remedy) = try waiting(id, in: transaction)
    try resolve(.refused, remedy, reference: reference, cause: cause, &file, books: &books, in: &transaction)
    try judge.tell(remedy.resolved(.voided, order: file.order, reason: "refused"), of: &file, books: &books, in: &transaction)
    let shares = remedy.shares.map { Outcome.Share(lineID: $0.lineID, charge: $0.lineID == nil ? 0 : nil, amount: $0.amount) }
    let refused = Set(file.standing.remedies.filter { $0.id.key == id.key && $0.state == .voided }.map(\.destination.kind))
    try Regrant(judge: judge).give(shares, instead: remedy, refused: refused, &file, books: &books, in: &transaction)
    // What stays in the fund, where less was given instead (taxes move to a tender only), goes on.
    try Closing.settle(remedy, amount: 0, currency: file.order.currency, judge, books: &books, in: &transaction)
    return Done(remedies: file.standing.remedies.filter { $0.id.key == id.key && $0.id.ordinal >= id.ordinal })
  }

  private func waiting(_ id: RemedyID, in reading: borrowing Transaction) throws -> (OrderFile, RemedyStanding) {
    guard let order = try Remedies.order(of: id, in: reading), let file = try OrderFile.find(order, in: reading),
      let remedy = file.standing.remedies.first(where: { $0.id == id })
    else { throw OrderRefusal.noRemedy(id.description) }
    guard remedy.state == .pending else { throw OrderRefusal.notWaiting(id, state: remedy.state.rawValue) }
    return (file, remedy)
  }

  private func resolve(
    _ outcome: RefundResolved.Outcome, _ remedy: RemedyStanding, reference: String?, cause: String?, _ file: inout OrderFile,
    books: inout Books, in transaction: inout Transaction
  ) throws {
    for tender in remedy.destination.tenders {
      let fact = RefundResolved(
        outcome: outcome, remedyID: remedy.id, orderID: file.order.orderID, tender: tender.kind, amount: tender.amount,
        reference: reference, cause: cause)
      let told = try Facts.tell(
        .refundResolved(fact), true: judge.occasion.now, judge.occasion, judge.desk, books: &books, in: &transaction)
      try file.add(.refundResolved(fact), at: judge.occasion.now, told.id, in: transaction)
    }
  }
}
