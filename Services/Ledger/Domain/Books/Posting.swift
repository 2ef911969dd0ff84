package import Contracts

/// Which entries a fact of the ledger causes. Pure: the fact says it, so books can be made again from the facts.
///
/// | fact | debit | credit |
/// |---|---|---|
/// | order captured, amended | tenders; what a campaign pays of a renewal | sales, shipping, taxes |
/// | order returned, cancelled | sales, shipping, taxes | tenders |
/// | budget opened / closed | company/goodwill | the fund (closed: the other way) |
/// | budget reserved / released | the campaign's free fund | what is reserved for the offer (released: the other way) |
/// | budget advanced / repaid | service's reserve | what is reserved for the offer (repaid: the other way) |
/// | remedy granted, posted, voided, expired | reserved for the offer, taxes; without an offer service's reserve | its destination |
/// | remedy clawed back | where it is taken from | reserved for the offer, taxes |
package enum Posting {
  /// The entries of `fact`, in their order; none where it moves no money. `order` is the captured order of a fact that changes one: revenue
  /// goes by its channel.
  package static func entries(for fact: DomainEvent, order: OrderCaptured? = nil) throws(LedgerRefusal) -> [EntryDraft] {
    do throws(BooksRefusal) {
      switch fact {
      case .orderCaptured(let order): return try sale(order)
      case .orderAmended(let amended): return try addition(amended, to: try known(order, amended.orderID))
      case .orderReturned(let returned): return try GivenBack(returned).entries(of: try known(order, returned.orderID))
      case .orderCancelled(let cancelled): return try GivenBack(cancelled).entries(of: try known(order, cancelled.orderID))
      case .budgetChanged(let budget): return try entries(for: budget)
      case .remedyChanged(let remedy): return try entries(for: remedy)
      case .orderShipped, .subscriptionChanged, .refundResolved, .lookBackCompleted, .chainAnchored, .periodClosed, .customerKnown,
        .consentChanged, .customerRestricted, .productsListed, .membershipChanged, .policyPublished, .policyProposed, .offerVersioned,
        .offerScheduled,
        .offerTurned,
        .audienceListed, .audiencePrepared, .messageTurned, .colleagueChanged, .promiseDeclared, .promiseAnswered, .capacityChanged,
        .rosterPublished, .briefingAcknowledged, .sheetTurned, .answerTurned, .offerAskedAbout, .questionAnswered, .caseTurned, .holdTurned,
        .remedyAsked, .gateTurned, .gateWaived, .staffNamed, .counterpartNamed, .parityApproved, .disconnectRecorded:
        return []
      }
    } catch { throw .books(error) }
  }

  private static func known(_ order: OrderCaptured?, _ id: Identifier<Order>) throws(BooksRefusal) -> OrderCaptured {
    guard let order else { throw .noSuchOrder(id) }
    precondition(order.orderID == id, "a fact is posted with the order that it is about")
    return order
  }

  /// The one entry of some legs, or none where all of them are zero.
  static func entry(
    _ kind: String, _ legs: [Leg], _ state: EntryState = .posted, of: Int64? = nil, about: EntryDraft.About
  ) throws(BooksRefusal) -> [EntryDraft] {
    guard legs.contains(where: { $0.amount != 0 }) else { return [] }
    return [EntryDraft(kind, try Legs(legs), state, of: of, about: about)]
  }
}
