/// `marketing.gate.waived.v1`: somebody lets an offer go live although one of its checks does not hold. Keyed by the offer.
package struct GateWaived: TreeFact {
  package var offerID: Identifier<Offer>
  package var version: Int
  package var check: OfferScheduled.GateRow.Check
  package var reason: String
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    offerID: Identifier<Offer>, version: Int, check: OfferScheduled.GateRow.Check, reason: String, by: Identifier<Colleague>, at: Timestamp
  ) {
    self.offerID = offerID
    self.version = version
    self.check = check
    self.reason = reason
    self.by = by
    self.at = at
  }

  package static let type = "marketing.gate.waived.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "A check of an offer's gate was waived" }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .gateWaived(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      check: try members.needs("check", .choice()), reason: try members.needs("reason", .text(max: Limits.sentenceBytesMax)),
      by: try members.needs("by", .id()), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("check", check.rawValue)
    writer.member("reason", reason)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
