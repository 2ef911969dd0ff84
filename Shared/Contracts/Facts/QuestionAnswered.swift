/// `marketing.question.answered.v1`: what an offer is that nobody knew. Keyed by the case.
package struct QuestionAnswered: TreeFact {
  package enum Answer: String, Sendable, CaseIterable {
    case ours, partners, expired
    case notOurs = "not_ours"
  }

  package var caseID: Identifier<Case>
  package var askedID: Identifier<Asked>
  package var answer: Answer
  package var offerID: Identifier<Offer>?
  package var sentence: String
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    caseID: Identifier<Case>, askedID: Identifier<Asked>, answer: Answer, offerID: Identifier<Offer>? = nil, sentence: String,
    by: Identifier<Colleague>, at: Timestamp
  ) {
    self.caseID = caseID
    self.askedID = askedID
    self.answer = answer
    self.offerID = offerID
    self.sentence = sentence
    self.by = by
    self.at = at
  }

  package static let type = "marketing.question.answered.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "What an offer is that nobody knew" }

  package var type: String { Self.type }
  package var key: String { caseID.text }
  package var event: DomainEvent { .questionAnswered(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      caseID: try members.needs("case_id", .id()), askedID: try members.needs("asked_id", .id()),
      answer: try members.needs("answer", .choice()), offerID: try members.may("offer_id", .id()),
      sentence: try members.needs("sentence", .text(max: Limits.sentenceBytesMax)), by: try members.needs("by", .id()),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("case_id", caseID)
    writer.member("asked_id", askedID)
    writer.member("answer", answer.rawValue)
    writer.member("offer_id", ifPresent: offerID)
    writer.member("sentence", sentence)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
