/// What somebody at the desk may grant without asking anybody: the policy `limits`, in minor units of whatever currency it is.
package struct HonourLimits: Sendable, Equatable {
  package var perCase: Int64
  package var perDay: Int64
  package var perCustomer: Int64
  /// The time over which `perCustomer` counts.
  package var within: Duration
  package var supervisorTimes: Int64

  package init(perCase: Int64, perDay: Int64, perCustomer: Int64, within: Duration, supervisorTimes: Int64) {
    self.perCase = perCase
    self.perDay = perDay
    self.perCustomer = perCustomer
    self.within = within
    self.supervisorTimes = supervisorTimes
  }

  /// By whose limits somebody goes.
  package enum Rank: Sendable, Equatable {
    case agent, supervisor
    /// The operator: bound by nothing but the books.
    case unbound
  }

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

  package enum Judgement: Sendable, Equatable {
    case inside
    /// Over `bound`; `left` may be granted alone.
    case over(Bound, limit: Int64, left: Int64)
  }

  /// Whether `amount` may be granted by somebody of `rank` who has granted `spent`; of several limits the one that leaves least is named.
  package func judge(_ amount: Int64, _ rank: Rank, spent: Spent) -> Judgement {
    let times: Int64
    switch rank {
    case .unbound: return .inside
    case .agent: times = 1
    case .supervisor: times = supervisorTimes
    }
    let bounds: [(Bound, Int64, Int64)] = [
      (.perCase, perCase &* times, spent.onCase), (.perDay, perDay &* times, spent.today),
      (.perCustomer, perCustomer &* times, spent.onCustomer),
    ]
    let left = bounds.map { (bound: $0.0, limit: $0.1, left: max(0, $0.1 - $0.2)) }
    guard let tightest = left.min(by: { $0.left < $1.left }), amount > tightest.left else { return .inside }
    return .over(tightest.bound, limit: tightest.limit, left: tightest.left)
  }
}
