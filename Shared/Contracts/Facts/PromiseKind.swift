/// What an offer may demand of others.
package enum PromiseKind: String, Sendable, CaseIterable {
  case contactsPerHour = "contacts_per_hour"
  case units
  case leadTime = "lead_time"
  case returns
}

/// How bad something is for the customer.
package enum Severity: String, Sendable, CaseIterable { case low, normal, severe }
