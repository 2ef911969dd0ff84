/// `ledger.disconnect.recorded.v1`: the departments contradicted each other in front of a customer, or nearly. Keyed by the offer or the person.
///
/// Told again under its id when the outcome is another by later facts.
package struct DisconnectRecorded: TreeFact {
  package enum Kind: String, Sendable, CaseIterable {
    case lookBack = "look_back"
    case insult, unbriefed
    case wrongWords = "wrong_words"
    case promise, noisy, parity
    case unknownOffer = "unknown_offer"
    case refusedThenGranted = "refused_then_granted"
    case channel
  }
  package enum Outcome: String, Sendable, CaseIterable { case prevented, repaired, slipped, unknown }

  package var disconnectID: Identifier<Disconnect>
  package var kind: Kind
  package var outcome: Outcome
  package var offerID: Identifier<Offer>?
  package var personID: Identifier<Person>?
  package var beganAt: Timestamp
  package var noticedAt: Timestamp
  package var cause: String
  /// The messages that show it.
  package var evidence: [Identifier<Message>]
  /// How many it stands for, where many alike are told as one; absent for one.
  package var count: Int64?
  package var at: Timestamp

  package init(
    disconnectID: Identifier<Disconnect>, kind: Kind, outcome: Outcome, offerID: Identifier<Offer>? = nil,
    personID: Identifier<Person>? = nil, beganAt: Timestamp, noticedAt: Timestamp, cause: String, evidence: [Identifier<Message>] = [],
    count: Int64? = nil,
    at: Timestamp
  ) {
    self.disconnectID = disconnectID
    self.kind = kind
    self.outcome = outcome
    self.offerID = offerID
    self.personID = personID
    self.beganAt = beganAt
    self.noticedAt = noticedAt
    self.cause = cause
    self.evidence = evidence
    self.count = count
    self.at = at
  }

  package static let type = "ledger.disconnect.recorded.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "The departments contradicted each other in front of a customer, or nearly" }

  package var type: String { Self.type }
  package var key: String { offerID?.text ?? personID?.text ?? disconnectID.text }
  package var event: DomainEvent { .disconnectRecorded(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      disconnectID: try members.needs("disconnect_id", .id()), kind: try members.needs("kind", .choice()),
      outcome: try members.needs("outcome", .choice()), offerID: try members.may("offer_id", .id()),
      personID: try members.may("person_id", .id()), beganAt: try members.needs("began_at", .time),
      noticedAt: try members.needs("noticed_at", .time), cause: try members.needs("cause", .text(max: Limits.sentenceBytesMax)),
      evidence: try members.list("evidence", of: .id(), max: Limits.evidenceMax), count: try members.may("count", .ordinal),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("disconnect_id", disconnectID)
    writer.member("kind", kind.rawValue)
    writer.member("outcome", outcome.rawValue)
    writer.member("offer_id", ifPresent: offerID)
    writer.member("person_id", ifPresent: personID)
    writer.member("began_at", beganAt)
    writer.member("noticed_at", noticedAt)
    writer.member("cause", cause)
    writer.member("evidence", evidence.map(\.text))
    writer.member("count", ifPresent: count)
    writer.member("at", at)
    writer.endObject()
  }
}
