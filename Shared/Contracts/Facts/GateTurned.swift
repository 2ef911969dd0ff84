/// `marketing.gate.turned.v1`: what holds of an offer's gate now. Told when a row changes its state, and when somebody orders a launch that
/// has to wait for the rows. Keyed by the offer.
package struct GateTurned: TreeFact {
  /// A launch that waits before the gate: it follows by itself once every row holds.
  package struct Order: Sendable, Equatable {
    package var by: Identifier<Colleague>
    package var historical: Bool
    /// From then on it waits no longer: the version is blocked.
    package var standsUntil: Timestamp

    package init(by: Identifier<Colleague>, historical: Bool, standsUntil: Timestamp) {
      self.by = by
      self.historical = historical
      self.standsUntil = standsUntil
    }
  }

  package var offerID: Identifier<Offer>
  package var version: Int
  package var rows: [OfferScheduled.GateRow]
  /// Ordered just now. What was ordered before stands until the version is launched, blocked or cancelled.
  package var order: Order?
  package var at: Timestamp

  package init(
    offerID: Identifier<Offer>, version: Int, rows: [OfferScheduled.GateRow] = [], order: Order? = nil, at: Timestamp
  ) {
    self.offerID = offerID
    self.version = version
    self.rows = rows
    self.order = order
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
      rows: try members.list("rows", of: OfferScheduled.GateRow.shape, max: Limits.gateRowsMax),
      order: try members.may(
        "order",
        .object { order throws(ContractFault) in
          Order(
            by: try order.needs("by", .id()), historical: try order.needs("historical", .flag),
            standsUntil: try order.needs("stands_until", .time))
        }), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("rows", rows) { $0.write(into: &$1) }
    if let order {
      writer.name("order")
      writer.beginObject()
      writer.member("by", order.by)
      writer.member("historical", order.historical)
      writer.member("stands_until", order.standsUntil)
      writer.endObject()
    }
    writer.member("at", at)
    writer.endObject()
  }
}
