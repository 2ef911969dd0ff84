/// `service.case.opened.v1` and its like: one matter of one customer took a turn. Keyed by the case.
package struct CaseTurned: TreeFact {
  package enum Turn: String, TypeWord {
    package static let prefix = "service.case."
    case opened, escalated, answered, solved, reopened
  }

  package enum Kind: String, Sendable, CaseIterable { case question, request, complaint, thanks }

  /// What brought a case about.
  package struct Cause: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case campaign, offer, policy, conduct, product }
    package var kind: Kind
    package var id: String

    package init(kind: Kind, id: String) {
      self.kind = kind
      self.id = id
    }

    static let shape = Shape<Cause>.object { cause throws(ContractFault) in
      Cause(kind: try cause.needs("kind", .choice()), id: try cause.needs("id", .text(max: Limits.identifierBytesMax)))
    }

    func write(into writer: inout JSONWriter) {
      writer.beginObject()
      writer.member("kind", kind.rawValue)
      writer.member("id", id)
      writer.endObject()
    }
  }

  package var turn: Turn
  package var caseID: Identifier<Case>
  package var personID: Identifier<Person>?
  package var kind: Kind
  package var severity: Severity
  package var channel: String
  /// What brought it about.
  package var cause: Cause?
  /// Cases that are the same matter.
  package var linked: [Identifier<Case>]
  /// Of a review: 1 to 5 stars.
  package var rating: Int64?
  /// Who has it from now on; absent where that is whoever turned it.
  package var holder: Identifier<Colleague>?
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    turn: Turn, caseID: Identifier<Case>, personID: Identifier<Person>? = nil, kind: Kind, severity: Severity, channel: String,
    cause: Cause? = nil, linked: [Identifier<Case>] = [], rating: Int64? = nil, holder: Identifier<Colleague>? = nil,
    by: Identifier<Colleague>, at: Timestamp
  ) {
    self.turn = turn
    self.caseID = caseID
    self.personID = personID
    self.kind = kind
    self.severity = severity
    self.channel = channel
    self.cause = cause
    self.linked = linked
    self.rating = rating
    self.holder = holder
    self.by = by
    self.at = at
  }

  package static let types = Turn.types
  /// The stars that a review may have.
  package static let ratings: ClosedRange<Int64> = 1...5
  package static func title(_ type: String) -> String {
    switch Turn.word(of: type) {
    case .opened: "A customer brought something up"
    case .escalated: "A case went to somebody above"
    case .answered: "A customer was answered"
    case .solved: "A case is solved"
    case .reopened: "A case is not solved after all"
    }
  }

  package var type: String { turn.type }
  package var key: String { caseID.text }
  package var event: DomainEvent { .caseTurned(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      turn: .word(of: type), caseID: try members.needs("case_id", .id()), personID: try members.may("person_id", .id()),
      kind: try members.needs("kind", .choice()), severity: try members.needs("severity", .choice()),
      channel: try members.needs("channel", .word), cause: try members.may("cause", Cause.shape),
      linked: try members.list("linked", of: .id(), max: Limits.linkedCasesMax),
      rating: try members.may("rating", .whole(in: Self.ratings)), holder: try members.may("holder", .id()),
      by: try members.needs("by", .id()),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("case_id", caseID)
    writer.member("person_id", ifPresent: personID)
    writer.member("kind", kind.rawValue)
    writer.member("severity", severity.rawValue)
    writer.member("channel", channel)
    if let cause {
      writer.name("cause")
      cause.write(into: &writer)
    }
    writer.member("linked", linked.map(\.text))
    writer.member("rating", ifPresent: rating)
    writer.member("holder", ifPresent: holder)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
