/// `ledger.look_back.completed.v1`: the ledger has judged every order that an offer reaches back to. Keyed by the offer.
package struct LookBackCompleted: TreeFact {
  package static let type = "ledger.look_back.completed.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Every order that an offer reaches back to was judged" }

  /// The first and the last entry of the run.
  package struct Entries: Sendable, Equatable {
    package var first: Int64
    package var last: Int64
    package init(first: Int64, last: Int64) {
      self.first = first
      self.last = last
    }
  }

  package var offerID: Identifier<Offer>
  package var version: Int
  /// The interval that was looked at, half-open.
  package var from: Timestamp
  package var to: Timestamp
  package var considered: Int64
  package var eligible: Int64
  package var granted: Int64
  /// How many of the granted ones got less than the terms give, because a limit was reached.
  package var cut: Int64
  /// How many were refused, by reason.
  package var refused: [String: Int64]
  package var sum: Money
  package var entries: Entries?
  /// The ledger's number up to which orders had been captured.
  package var ordersThrough: Int64?

  package init(
    offerID: Identifier<Offer>, version: Int, from: Timestamp, to: Timestamp, considered: Int64, eligible: Int64, granted: Int64,
    cut: Int64, refused: [String: Int64] = [:], sum: Money, entries: Entries? = nil, ordersThrough: Int64? = nil
  ) {
    self.offerID = offerID
    self.version = version
    self.from = from
    self.to = to
    self.considered = considered
    self.eligible = eligible
    self.granted = granted
    self.cut = cut
    self.refused = refused
    self.sum = sum
    self.entries = entries
    self.ordersThrough = ordersThrough
  }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .lookBackCompleted(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    let (offer, version) = (try members.needs("offer_id", .id() as Shape<Identifier<Offer>>), try members.needs("version", .version))
    self.init(
      offerID: offer, version: version, from: try members.needs("from", .time), to: try members.needs("to", .time),
      considered: try members.needs("considered", .count), eligible: try members.needs("eligible", .count),
      granted: try members.needs("granted", .count), cut: try members.needs("cut", .count),
      refused: try members.needs("refused", .tally), sum: try members.needs("sum", .money),
      entries: try members.may(
        "entries",
        .object { entries throws(ContractFault) in
          Entries(first: try entries.needs("first", .ordinal), last: try entries.needs("last", .ordinal))
        }), ordersThrough: try members.may("orders_through", .count))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("from", from)
    writer.member("to", to)
    writer.member("considered", considered)
    writer.member("eligible", eligible)
    writer.member("granted", granted)
    writer.member("cut", cut)
    writer.member("refused", tally: refused)
    writer.member("sum", sum)
    if let entries {
      writer.name("entries")
      writer.beginObject()
      writer.member("first", entries.first)
      writer.member("last", entries.last)
      writer.endObject()
    }
    writer.member("orders_through", ifPresent: ordersThrough)
    writer.endObject()
  }
}
