extension Shop {
  /// A campaign and the money it may spend.
  package struct Campaign: Sendable, Equatable {
    package let id: String
    package let title: String
    /// In cents of the shop's currency.
    package let budget: Int64
    package let owner: String
    package let approvedBy: String
  }

  /// Each offer's campaign, with room for what the offers set aside; the last one has next to nothing.
  package static let campaigns: [Campaign] = [
    Campaign(id: "spring", title: "Spring", budget: 10_000_00, owner: "marketer/maya", approvedBy: "supervisor/ruth"),
    Campaign(id: "spring-plans", title: "Plans in spring", budget: 25_000_00, owner: "marketer/maya", approvedBy: "supervisor/ruth"),
    Campaign(id: "welcome-2026", title: "Welcome", budget: 2_000_00, owner: "marketer/tom", approvedBy: "supervisor/ruth"),
    Campaign(id: "last-of-it", title: "What is left of the year", budget: 12_00, owner: "marketer/lena", approvedBy: "supervisor/ruth"),
  ]

  /// What service may spend of its own, in cents: it advances where a campaign has run dry.
  package static let serviceFund: Int64 = 5_000_00

  /// A plan that changes hands of price: started, upgraded, renewed.
  package struct PlanChange: Sendable, Equatable {
    package let subscription: String
    package let customer: String
    package let change: String
    package let fromPlan: String?
    package let toPlan: String
    package let from: String
    package let to: String
    package let channel: String
    package let changedAt: String
  }

  /// What happened to the plans, in order.
  package static let planChanges: [PlanChange] = [
    PlanChange(
      subscription: "SUB-503", customer: "C-1010", change: "started", fromPlan: nil, toPlan: "pro-monthly",
      from: "2026-04-10T08:00:00-04:00", to: "2026-05-10T08:00:00-04:00", channel: "web", changedAt: "2026-04-10T08:00:00-04:00"),
    PlanChange(
      subscription: "SUB-501", customer: "C-1002", change: "started", fromPlan: nil, toPlan: "basic-monthly",
      from: "2026-04-15T10:15:00-04:00", to: "2026-05-15T10:15:00-04:00", channel: "web", changedAt: "2026-04-15T10:15:00-04:00"),
    PlanChange(
      subscription: "SUB-502", customer: "C-1015", change: "renewed", fromPlan: "pro-monthly", toPlan: "pro-monthly",
      from: "2026-04-20T08:00:00-04:00", to: "2026-05-20T08:00:00-04:00", channel: "phone", changedAt: "2026-04-20T08:00:00-04:00"),
    PlanChange(
      subscription: "SUB-501", customer: "C-1002", change: "upgraded", fromPlan: "basic-monthly", toPlan: "pro-monthly",
      from: "2026-05-10T10:15:00-04:00", to: "2026-06-10T10:15:00-04:00", channel: "web", changedAt: "2026-05-10T10:15:00-04:00"),
  ]

  /// What left the house, by order and when.
  package static let shipments: [(order: String, at: String)] = [
    ("EDGE-FIRST", "2026-05-08T16:00:00-04:00"), ("EDGE-CUT", "2026-05-09T09:00:00-04:00"), ("PAID-CASH", "2026-05-11T10:00:00-04:00"),
  ]

  /// The toaster that comes back over the counter: its receipt is enough, and no email is asked for.
  package static let counterReturn = (
    id: "RETURN-1", order: returnedOrder, line: "1", quantity: Int64(1), at: "2026-05-09T15:20:00-04:00", reason: "one slot stays cold"
  )
}
