package import Contracts

/// What somebody at the desk may give without asking, in money and by role: the policy `limits`, read. Minor units.
package struct GrantLimits: Sendable, Equatable {
  package struct Limit: Sendable, Equatable {
    package var perCase: Int64
    /// For one agent on one day.
    package var perDay: Int64
    /// For one customer, from whomever, within `within`.
    package var perCustomer: Int64
    package var within: Duration

    package init(perCase: Int64, perDay: Int64, perCustomer: Int64, within: Duration) {
      self.perCase = perCase
      self.perDay = perDay
      self.perCustomer = perCustomer
      self.within = within
    }

    func times(_ factor: Int64) -> Limit {
      func product(_ amount: Int64) -> Int64 {
        let (result, past) = amount.multipliedReportingOverflow(by: factor)
        return past ? .max : result
      }
      return Limit(perCase: product(perCase), perDay: product(perDay), perCustomer: product(perCustomer), within: within)
    }
  }

  private let byRole: [ColleagueChanged.Role: Limit]
  private let agent: Limit

  /// Reads `{"agent": {"case": 2500, "day": 20000, "customer": {"amount": 10000, "within": "PT2160H"}}, "supervisor_times": 10}`; another
  /// role may have limits of its own beside the agent's. Nil where the agent's cannot be read.
  package init?(_ document: JSON) {
    guard let agent = Self.limit(document["agent"]) else { return nil }
    self.agent = agent
    var byRole: [ColleagueChanged.Role: Limit] = [.agent: agent]
    if let times = document["supervisor_times"]?.integer, times > 0 { byRole[.supervisor] = agent.times(times) }
    for role in ColleagueChanged.Role.allCases where role != .agent {
      if let limit = Self.limit(document[role.rawValue]) { byRole[role] = limit }
    }
    self.byRole = byRole
  }

  private init(agent: Limit, supervisorTimes: Int64) {
    self.agent = agent
    byRole = [.agent: agent, .supervisor: agent.times(supervisorTimes)]
  }

  /// Those of the first policy, for whoever has heard of none yet.
  package static let usual = GrantLimits(
    agent: Limit(perCase: 2_500, perDay: 20_000, perCustomer: 10_000, within: .seconds(90 * 86_400)), supervisorTimes: 10)

  /// What a policy says of somebody who is none: whoever wrote it meant somebody else. Nil where each is a role.
  package static func stranger(in document: JSON) -> String? {
    (document.object ?? []).first { $0.value.object != nil && ColleagueChanged.Role(rawValue: $0.name) == nil }?.name
  }

  private static func limit(_ json: JSON?) -> Limit? {
    guard let json, let perCase = json["case"]?.integer, let perDay = json["day"]?.integer,
      let perCustomer = json["customer"]?["amount"]?.integer, perCase >= 0, perDay >= 0, perCustomer >= 0,
      let within = json["customer"]?["within"]?.string.flatMap({ try? Duration(iso8601: $0) })
    else { return nil }
    return Limit(perCase: perCase, perDay: perDay, perCustomer: perCustomer, within: within)
  }

  /// The highest of what the roles give; the agent's where they give none. The operator has the supervisor's.
  package func limit(of roles: [ColleagueChanged.Role]) -> Limit {
    let found = roles.compactMap { byRole[$0] ?? ($0 == .operator ? byRole[.supervisor] : nil) }
    return found.max { $0.perCase < $1.perCase } ?? agent
  }
}
