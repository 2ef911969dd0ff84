package import Contracts
package import Terms

/// What somebody at the desk may grant without asking anybody: what the policy `limits` gives their roles, in minor units of whatever currency
/// it is.
package struct HonourLimits: Sendable, Equatable {
  /// Nil for whoever holds the operator's credential: bound by nothing but the books.
  package let limit: GrantLimits.Limit?

  package init(_ limit: GrantLimits.Limit?) { self.limit = limit }

  /// What was granted already without anybody above: for this case, by this agent today, to this customer lately. Of one currency.
  package struct Spent: Sendable, Equatable {
    package var onCase: Int64
    package var today: Int64
    package var onCustomer: Int64

    package init(onCase: Int64 = 0, today: Int64 = 0, onCustomer: Int64 = 0) {
      self.onCase = onCase
      self.today = today
      self.onCustomer = onCustomer
    }
  }

  package enum Bound: String, Sendable, CaseIterable {
    case perCase = "per_case"
    case perDay = "per_day"
    case perCustomer = "per_customer"

    package var words: String {
      switch self {
      case .perCase: "for one case"
      case .perDay: "in one day"
      case .perCustomer: "for one customer in this time"
      }
    }
  }

  /// Which limit an amount goes over, and what may be granted alone in spite of it.
  package struct Excess: Sendable, Equatable {
    package let bound: Bound
    package let limit: Int64
    package let left: Int64

    package init(_ bound: Bound, limit: Int64, left: Int64) {
      self.bound = bound
      self.limit = limit
      self.left = left
    }

    /// `it is over 25.00 USD for one case, of which 5.00 USD are left`.
    package func words(in currency: Currency) -> String {
      "it is over \(Money(minor: limit, currency)) \(bound.words), of which \(Money(minor: left, currency)) are left"
    }
  }

  /// What `amount` goes over for somebody who has granted `spent`: of several limits the one that leaves least. Nil inside all of them.
  package func excess(_ amount: Int64, spent: Spent) -> Excess? {
    guard let limit else { return nil }
    let bounds: [(Bound, Int64, Int64)] = [
      (.perCase, limit.perCase, spent.onCase), (.perDay, limit.perDay, spent.today), (.perCustomer, limit.perCustomer, spent.onCustomer),
    ]
    let left = bounds.map { Excess($0.0, limit: $0.1, left: max(0, $0.1 - $0.2)) }
    guard let tightest = left.min(by: { $0.left < $1.left }), amount > tightest.left else { return nil }
    return tightest
  }
}
