/// `ledger.colleague.changed.v1`: somebody who works here, as they are from now on. Keyed by the colleague.
///
/// The whole of it each time: roles, languages, and by which tokens a door knows them. Of a token only its digest is told.
package struct ColleagueChanged: TreeFact {
  package enum Role: String, Sendable, CaseIterable { case agent, lead, supervisor, marketer, `operator` }
  package enum Department: String, Sendable, CaseIterable { case marketing, service, ledger, other }

  /// Such as `agent/ines`.
  package var colleagueID: Identifier<Colleague>
  /// What they may do; none for somebody who only has work to show for.
  package var roles: [Role]
  package var department: Department?
  /// False for somebody who has left.
  package var active: Bool
  /// Languages they work in, BCP 47.
  package var locales: [String]
  /// Who they are as a customer: nobody grants anything to themselves.
  package var personID: Identifier<Person>?
  /// Who lives with them: to these neither.
  package var household: [Identifier<Person>]
  /// SHA-256 of each bearer token, in lower-case hexadecimal digits.
  package var tokenDigests: [String]
  /// Who took over what hung on somebody who has left.
  package var handedTo: Identifier<Colleague>?
  package var at: Timestamp

  package init(
    colleagueID: Identifier<Colleague>, roles: [Role] = [], department: Department? = nil, active: Bool, locales: [String] = [],
    personID: Identifier<Person>? = nil, household: [Identifier<Person>] = [], tokenDigests: [String] = [],
    handedTo: Identifier<Colleague>? = nil, at: Timestamp
  ) {
    self.colleagueID = colleagueID
    self.roles = roles
    self.department = department
    self.active = active
    self.locales = locales
    self.personID = personID
    self.household = household
    self.tokenDigests = tokenDigests
    self.handedTo = handedTo
    self.at = at
  }

  package static let type = "ledger.colleague.changed.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Somebody who works here, as they are from now on" }

  package var type: String { Self.type }
  package var key: String { colleagueID.text }
  package var event: DomainEvent { .colleagueChanged(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      colleagueID: try members.needs("colleague_id", .id()), roles: try members.list("roles", of: .choice(), max: 8),
      department: try members.may("department", .choice()), active: try members.needs("active", .flag),
      locales: try members.list("locales", of: .text, max: Limits.localesMax), personID: try members.may("person_id", .id()),
      household: try members.list("household", of: .id(), max: Limits.householdMax),
      tokenDigests: try members.list("token_digests", of: .digest, max: Limits.tokensMax), handedTo: try members.may("handed_to", .id()),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("colleague_id", colleagueID)
    writer.member("roles", roles.map(\.rawValue))
    writer.member("department", ifPresent: department?.rawValue)
    writer.member("active", active)
    writer.member("locales", locales)
    writer.member("person_id", ifPresent: personID)
    writer.member("household", household.map(\.text))
    writer.member("token_digests", tokenDigests)
    writer.member("handed_to", ifPresent: handedTo)
    writer.member("at", at)
    writer.endObject()
  }
}
