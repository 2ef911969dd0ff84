/// `service.briefing.acknowledged.v1`: an agent has read a version of an offer. Keyed by the offer.
package struct BriefingAcknowledged: TreeFact {
  package var offerID: Identifier<Offer>
  package var version: Int
  package var agentID: Identifier<Colleague>
  package var secondsOpen: Int64
  /// Whether the question was answered rightly; absent where there is none.
  package var answerCorrect: Bool?
  package var at: Timestamp

  package init(
    offerID: Identifier<Offer>, version: Int, agentID: Identifier<Colleague>, secondsOpen: Int64, answerCorrect: Bool? = nil, at: Timestamp
  ) {
    self.offerID = offerID
    self.version = version
    self.agentID = agentID
    self.secondsOpen = secondsOpen
    self.answerCorrect = answerCorrect
    self.at = at
  }

  package static let type = "service.briefing.acknowledged.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "An agent has read a version of an offer" }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .briefingAcknowledged(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      agentID: try members.needs("agent_id", .id()), secondsOpen: try members.needs("seconds_open", .count),
      answerCorrect: try members.may("answer_correct", .flag), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("agent_id", agentID)
    writer.member("seconds_open", secondsOpen)
    if let answerCorrect { writer.member("answer_correct", answerCorrect) }
    writer.member("at", at)
    writer.endObject()
  }
}
