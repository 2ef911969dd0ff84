/// `service.answer.given.v1`, `corrected`, `refused`: a customer was told something of an offer, or told better later; or was not told it,
/// since the words do not hold. Keyed by the case.
package struct AnswerTurned: TreeFact {
  package enum Turn: String, TypeWord {
    package static let prefix = "service.answer."
    case given, corrected, refused
  }

  package var turn: Turn
  package var caseID: Identifier<Case>
  package var answerID: Identifier<SheetAnswer>
  package var personID: Identifier<Person>?
  package var offer: OfferVersion
  /// Absent for an answer from the facts card.
  package var sheetID: Identifier<Sheet>?
  package var sheetVersion: Int?
  package var locale: String
  package var voice: String
  package var agentID: Identifier<Colleague>
  /// Whether the facts card stood in for a sheet.
  package var factsCard: Bool
  /// Whether it was another language than the customer's.
  package var fallback: Bool
  /// Why the words were refused, such as `sheet_not_in_force`.
  package var reason: String?
  package var at: Timestamp

  package init(
    turn: Turn, caseID: Identifier<Case>, answerID: Identifier<SheetAnswer>, personID: Identifier<Person>? = nil, offer: OfferVersion,
    sheetID: Identifier<Sheet>? = nil, sheetVersion: Int? = nil, locale: String, voice: String, agentID: Identifier<Colleague>,
    factsCard: Bool, fallback: Bool, reason: String? = nil, at: Timestamp
  ) {
    self.turn = turn
    self.caseID = caseID
    self.answerID = answerID
    self.personID = personID
    self.offer = offer
    self.sheetID = sheetID
    self.sheetVersion = sheetVersion
    self.locale = locale
    self.voice = voice
    self.agentID = agentID
    self.factsCard = factsCard
    self.fallback = fallback
    self.reason = reason
    self.at = at
  }

  package static let types = Turn.types
  package static func title(_ type: String) -> String {
    switch Turn.word(of: type) {
    case .given: "A customer was told something of an offer"
    case .corrected: "A customer was told better what had been told wrongly"
    case .refused: "A customer was not told what does not hold"
    }
  }

  package var type: String { turn.type }
  package var key: String { caseID.text }
  package var event: DomainEvent { .answerTurned(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      turn: .word(of: type), caseID: try members.needs("case_id", .id()), answerID: try members.needs("answer_id", .id()),
      personID: try members.may("person_id", .id()), offer: try members.needs("offer", .offerVersion),
      sheetID: try members.may("sheet_id", .id()), sheetVersion: try members.may("sheet_version", .version),
      locale: try members.needs("locale", .text), voice: try members.needs("voice", .word), agentID: try members.needs("agent_id", .id()),
      factsCard: try members.needs("facts_card", .flag), fallback: try members.needs("fallback", .flag),
      reason: try members.may("reason", .word), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("case_id", caseID)
    writer.member("answer_id", answerID)
    writer.member("person_id", ifPresent: personID)
    writer.member("offer", offer.description)
    writer.member("sheet_id", ifPresent: sheetID)
    writer.member("sheet_version", ifPresent: sheetVersion.map(Int64.init))
    writer.member("locale", locale)
    writer.member("voice", voice)
    writer.member("agent_id", agentID)
    writer.member("facts_card", factsCard)
    writer.member("fallback", fallback)
    writer.member("reason", ifPresent: reason)
    writer.member("at", at)
    writer.endObject()
  }
}
