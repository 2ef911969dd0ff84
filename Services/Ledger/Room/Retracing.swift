import Contracts
import Host
import LedgerDomain
import Mesh
import Store
import Terms

/// What lies between the ledger's facts when its store is rebuilt from them: which work is over, and what still waits for its instant.
/// Nothing is decided and nothing is told.
enum Retracing {
  /// Follows one of the ledger's own facts, which was just taken back.
  static func follow(_ fact: DomainEvent, _ occasion: Occasion, in transaction: borrowing Transaction) throws {
    switch fact {
    case .lookBackCompleted(let completed): try completedLookBack(completed, occasion, in: transaction)
    case .budgetChanged(let budget):
      guard budget.publisher == .ledger, budget.kind == .released, budget.cause == nil, let offer = budget.offerID else { return }
      try Due.remove(kind: Closing.kind, subject: offer.text, in: transaction)
    default: break
    }
  }

  /// The run is over, however it was begun here; the offer's money waits for its release.
  private static func completedLookBack(
    _ fact: LookBackCompleted, _ occasion: Occasion, in transaction: borrowing Transaction
  ) throws {
    guard let offer = try OfferInForce.find(fact.offerID, version: fact.version, in: transaction) else { return }
    let whole = LookBack.Span(offer)
    let span = whole.from == fact.from ? whole : LookBack.Span(offer, gap: fact.from..<max(fact.from, fact.to))
    if let run = try Runs.find(kind: LookBack.kind, subject: span.subject, in: transaction), run.state == .running {
      _ = try Runs.finish(run, at: occasion.now, in: transaction)
    }
    // It had its start, which is all that it waited for.
    try Due.remove(kind: Offering.kind, subject: fact.offerID.text, in: transaction)
    try Closing.await(offer, occasion, in: transaction)
  }

  /// Every fact was taken in: what was asked of the ledger and is not answered in the journal is answered when the program runs.
  static func end(_ desk: DepartmentDesk, in transaction: borrowing Transaction) throws {
    let now = desk.clock.now()
    let offers = try transaction.all("SELECT DISTINCT offer_id FROM offer_version WHERE reserve IS NOT NULL ORDER BY offer_id") { row in
      Identifier<Offer>(restoring: try row.text(0))
    }
    for offer in offers {
      let answers = try OfferRows.answers(offer, in: transaction)
      guard answers.refused == nil, try OfferRows.life(of: offer, in: transaction).state != .cancelled,
        let open = try OfferRows.scheduled(offer, in: transaction).dropFirst(answers.count).first,
        try Budgets.isOpen(open.campaignID, open.reserve.currency, in: transaction)
      else { continue }
      try Due.set(at: now, kind: Offering.kind, subject: offer.text, in: transaction)
    }
    try lookBacks(desk, at: now, in: transaction)
    // What the night found is in the facts: the next one comes when it comes.
    try Due.remove(kind: NightlyAudit.kind, subject: NightlyAudit.nightly, in: transaction)
    try Due.set(at: NightlyAudit.nextNight(after: now), kind: NightlyAudit.kind, subject: NightlyAudit.nightly, in: transaction)
    if try Asked.waitsUntil(in: transaction) != nil {
      try Due.set(at: now, kind: Honouring.kind, subject: "all", in: transaction)
    }
    if try transaction.integer("SELECT 1 FROM budget_heard WHERE answer IS NULL AND kind = 'opened' LIMIT 1") != nil {
      try Due.set(at: now, kind: Inlets.budgetsKind, subject: "all", in: transaction)
    }
  }

  /// Look-backs that were under way begin anew, and know which remedies are their own: nothing is given twice, and their totals are those
  /// of a run that was never interrupted.
  private static func lookBacks(_ desk: DepartmentDesk, at now: Timestamp, in transaction: borrowing Transaction) throws {
    guard let last = try transaction.integer("SELECT max(number) FROM entry HAVING count(*) > 0") else { return }
    let offers = try transaction.all("SELECT offer_id FROM offer WHERE reaches_from IS NOT NULL ORDER BY offer_id") { row in
      Identifier<Offer>(restoring: try row.text(0))
    }
    for id in offers {
      // Only what waits to be looked at again once the program runs.
      guard let row = try Due.waiting(kind: Offering.kind, subject: id.text, in: transaction).first,
        let offer = try OfferInForce.find(id, in: transaction), offer.terms.startsAt <= now || offer.life.isHistorical
      else { continue }
      try Offering.lookBack(offer, desk.occasion(of: row, now), told: last, in: transaction)
    }
  }
}
