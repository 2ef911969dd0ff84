package import Contracts
package import Terms

extension Purchase {
  /// Takes the next fact about this order as the evaluator sees it; one about anything else changes nothing. `group` is the stacking group
  /// of a remedy's offer, `at` when the fact was recorded, `by` who acted.
  package mutating func take(_ event: DomainEvent, group: String?, at: Timestamp, by: String) {
    switch event {
    case .orderShipped(let fact): apply(fact)
    case .orderAmended(let fact): apply(fact)
    case .orderCancelled(let fact): apply(fact)
    case .orderReturned(let fact): apply(fact)
    case .remedyChanged(let fact): apply(fact, group: group, at: at, by: by)
    default: break
    }
  }
}
