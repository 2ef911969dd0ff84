/// `marketing.gate.turned.v1`: what holds of an offer's gate now. Told when a row changes its state. Keyed by the offer.
package struct GateTurned: TreeFact {
  package var offerID: Identifier<Offer>
  package var version: Int
  package var rows: [OfferScheduled.GateRow]
  package var at: Timestamp

  package init(
    offerID: Identifier<Offer>, version: Int, rows: [OfferScheduled.GateRow] = [], at: Timestamp
  ) {
    self.offerID = offerID
    self.version = version
    self.rows = rows
    self.at = at
  }

  package static let type = "marketing.gate.turned.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "What holds of an offer's gate now" }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .gateTurned(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      rows: try members.list("rows", of: OfferScheduled.GateRow.shape, max: Limits.gateRowsMax), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("rows", rows) { $0.write(into: &$1) }
    writer.member("at", at)
    writer.endObject()
  }
}
