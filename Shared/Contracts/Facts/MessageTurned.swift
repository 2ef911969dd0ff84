/// `marketing.message.planned.v1`, `.sent.v1`, `.suppressed.v1`: what becomes of a message to a customer. Keyed by the person.
package struct MessageTurned: TreeFact {
  package enum Turn: String, TypeWord {
    package static let prefix = "marketing.message."
    case planned, sent, suppressed
  }
  package enum Verdict: String, Sendable, CaseIterable { case send, honour, suppress, `defer` }

  /// What stands for a channel where nobody can be written to: the note is left with the desk, and customer service tells it.
  package static let desk = "desk"

  package var turn: Turn
  package var messageID: Identifier<Letter>
  package var offer: OfferVersion
  package var personID: Identifier<Person>
  package var purpose: Purpose
  package var channel: String
  package var verdict: Verdict
  /// Which row of the verdict table spoke.
  package var reason: String
  /// Which judgement of this person it follows, from 1 on; an older one is not sent.
  package var revision: Int64
  /// The remedy that a note tells of.
  package var remedyID: RemedyID?

  package init(
    turn: Turn, messageID: Identifier<Letter>, offer: OfferVersion, personID: Identifier<Person>, purpose: Purpose, channel: String,
    verdict: Verdict, reason: String, revision: Int64, remedyID: RemedyID? = nil
  ) {
    self.turn = turn
    self.messageID = messageID
    self.offer = offer
    self.personID = personID
    self.purpose = purpose
    self.channel = channel
    self.verdict = verdict
    self.reason = reason
    self.revision = revision
    self.remedyID = remedyID
  }

  package static let types = Turn.types
  package static func title(_ type: String) -> String {
    switch Turn.word(of: type) {
    case .planned: "A message to a customer is meant to be sent"
    case .sent: "A message to a customer was handed over"
    case .suppressed: "A message to a customer is not sent"
    }
  }

  package var type: String { turn.type }
  package var key: String { personID.text }
  package var event: DomainEvent { .messageTurned(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      turn: .word(of: type), messageID: try members.needs("message_id", .id()), offer: try members.needsOffer(),
      personID: try members.needs("person_id", .id()), purpose: try members.needs("purpose", .choice()),
      channel: try members.needs("channel", .word), verdict: try members.needs("verdict", .choice()),
      reason: try members.needs("reason", .word), revision: try members.needs("revision", .ordinal),
      remedyID: try members.may("remedy_id", .remedyID))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("message_id", messageID)
    writer.member(offer: offer)
    writer.member("person_id", personID)
    writer.member("purpose", purpose.rawValue)
    writer.member("channel", channel)
    writer.member("verdict", verdict.rawValue)
    writer.member("reason", reason)
    writer.member("revision", revision)
    writer.member("remedy_id", ifPresent: remedyID?.description)
    writer.endObject()
  }
}

/// What a message is for, and what a consent allows.
package enum Purpose: String, Sendable, CaseIterable { case marketing, transaction, safety }
