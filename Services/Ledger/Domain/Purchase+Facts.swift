package import Contracts
package import Terms

extension Purchase {
  /// Takes the next fact about this order as the evaluator sees it; one about anything else changes nothing. `group` is the stacking group
  /// of a remedy's offer, `at` when the fact was recorded, `by` who acted.
  package mutating func take(_ event: DomainEvent, group: String?, at: Timestamp, by: String) {
    switch event {
    case .orderShipped(let fact): for one in fact.lines { shipped(one.lineID, quantity: one.quantity) }
    case .orderAmended(let fact): amended(adding: fact.lines, tenders: fact.tenders, under: fact.under, at: fact.amendedAt)
    case .orderCancelled(let fact):
      if fact.lines.isEmpty { cancelled() }
      for one in fact.lines { returned(one.lineID, quantity: one.quantity) }
      refundedShipping(fact.shipping?.minor ?? 0)
    case .orderReturned(let fact):
      for one in fact.lines { returned(one.lineID, quantity: one.quantity) }
      refundedShipping(fact.shipping?.minor ?? 0)
    case .remedyChanged(let fact): take(fact, group, at, by)
    default: break
    }
  }

  private mutating func take(_ fact: RemedyChanged, _ group: String?, _ at: Timestamp, _ by: String) {
    let id = fact.remedyID.description
    switch fact.change {
    case .granted, .posted:
      given(
        Given(
          remedyKey: fact.remedyKey.text, remedyID: id, offer: fact.offer, group: group, amount: fact.amount.minor,
          lines: fact.lines.map { Given.Part(lineID: $0.lineID, amount: $0.amount.minor) },
          state: fact.change == .posted ? .posted : .pending, at: at, by: by))
    case .voided: resolved(id, as: .voided)
    case .expired: resolved(id, as: .expired)
    case .clawedBack: clawedBack(id, fact.amount.minor)
    case .declined: break
    }
  }
}
