/// `marketing.gate.waived.v1`: somebody lets an offer go live although one of its checks does not hold, or lets its messages leave although
/// the others were not heard for hours. Keyed by the offer.
package struct GateWaived: TreeFact {
  /// A row of the gate, or the verdicts' question whether the others are heard.
  package enum Check: String, Sendable, CaseIterable { case terms, budget, promises, capacity, parity, channels, sheets, briefings, blind }

  package var offerID: Identifier<Offer>
  package var version: Int
  package var check: Check
  package var reason: String
  package var by: Identifier<Colleague>
  /// The second of two people in an emergency: it counts when they have confirmed it by launching the offer.
  package var awaits: Identifier<Colleague>?
  package var at: Timestamp

  package init(
    offerID: Identifier<Offer>, version: Int, check: Check, reason: String, by: Identifier<Colleague>,
    awaits: Identifier<Colleague>? = nil, at: Timestamp
  ) {
    self.offerID = offerID
    self.version = version
    self.check = check
    self.reason = reason
    self.by = by
    self.awaits = awaits
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
      by: try members.needs("by", .id()), awaits: try members.may("awaits", .id()), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("check", check.rawValue)
    writer.member("reason", reason)
    writer.member("by", by)
    writer.member("awaits", ifPresent: awaits)
    writer.member("at", at)
    writer.endObject()
  }
}
