/// `service.parity.approved.v1`: service accepts, or not, that an offer is worse for customers than for new ones. Keyed by the offer.
package struct ParityApproved: TreeFact {
  package var offerID: Identifier<Offer>
  package var version: Int
  package var approved: Bool
  package var sentence: String?
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    offerID: Identifier<Offer>, version: Int, approved: Bool, sentence: String? = nil, by: Identifier<Colleague>, at: Timestamp
  ) {
    self.offerID = offerID
    self.version = version
    self.approved = approved
    self.sentence = sentence
    self.by = by
    self.at = at
  }

  package static let type = "service.parity.approved.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Whether service accepts that an offer is worse for customers than for new ones" }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .parityApproved(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      approved: try members.needs("approved", .flag), sentence: try members.may("sentence", .text(max: Limits.sentenceBytesMax)),
      by: try members.needs("by", .id()), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("approved", approved)
    writer.member("sentence", ifPresent: sentence)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
