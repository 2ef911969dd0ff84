/// `service.hold.placed.v1`, `lifted`: a reason not to market to a person now. Keyed by the person.
package struct HoldTurned: TreeFact {
  package enum Turn: String, TypeWord {
    package static let prefix = "service.hold."
    case placed, lifted
  }

  package enum Scope: String, Sendable, CaseIterable { case all, campaign, channel }

  package var turn: Turn
  package var holdID: Identifier<Hold>
  package var personID: Identifier<Person>
  package var scope: Scope
  /// Which campaign or channel.
  package var scopeID: String?
  package var severity: Severity
  package var caseID: Identifier<Case>?
  /// When it ends unless a case is open.
  package var expiresAt: Timestamp
  /// Until when it goes on after the case was solved.
  package var coolOffUntil: Timestamp?
  package var cause: String?
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    turn: Turn, holdID: Identifier<Hold>, personID: Identifier<Person>, scope: Scope, scopeID: String? = nil, severity: Severity,
    caseID: Identifier<Case>? = nil, expiresAt: Timestamp, coolOffUntil: Timestamp? = nil, cause: String? = nil, by: Identifier<Colleague>,
    at: Timestamp
  ) {
    self.turn = turn
    self.holdID = holdID
    self.personID = personID
    self.scope = scope
    self.scopeID = scopeID
    self.severity = severity
    self.caseID = caseID
    self.expiresAt = expiresAt
    self.coolOffUntil = coolOffUntil
    self.cause = cause
    self.by = by
    self.at = at
  }

  package static let types = Turn.types
  package static func title(_ type: String) -> String {
    switch Turn.word(of: type) {
    case .placed: "A reason not to market to a person now"
    case .lifted: "A reason not to market to a person is gone"
    }
  }

  package var type: String { turn.type }
  package var key: String { personID.text }
  package var event: DomainEvent { .holdTurned(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      turn: .word(of: type), holdID: try members.needs("hold_id", .id()), personID: try members.needs("person_id", .id()),
      scope: try members.needs("scope", .choice()), scopeID: try members.may("scope_id", .text),
      severity: try members.needs("severity", .choice()), caseID: try members.may("case_id", .id()),
      expiresAt: try members.needs("expires_at", .time), coolOffUntil: try members.may("cool_off_until", .time),
      cause: try members.may("cause", .text), by: try members.needs("by", .id()), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("hold_id", holdID)
    writer.member("person_id", personID)
    writer.member("scope", scope.rawValue)
    writer.member("scope_id", ifPresent: scopeID)
    writer.member("severity", severity.rawValue)
    writer.member("case_id", ifPresent: caseID)
    writer.member("expires_at", expiresAt)
    writer.member("cool_off_until", ifPresent: coolOffUntil)
    writer.member("cause", ifPresent: cause)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
