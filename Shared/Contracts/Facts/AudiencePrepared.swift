/// `marketing.audience.prepared.v1`: who is to hear of an offer was judged, counted by verdict and reason. Keyed by the offer.
package struct AudiencePrepared: TreeFact {
  package static let type = "marketing.audience.prepared.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Who is to hear of an offer was judged" }

  package struct Counts: Sendable, Equatable {
    package var send: Int64
    package var honour: Int64
    package var suppress: Int64
    package var `defer`: Int64
    package init(send: Int64 = 0, honour: Int64 = 0, suppress: Int64 = 0, `defer`: Int64 = 0) {
      self.send = send
      self.honour = honour
      self.suppress = suppress
      self.defer = `defer`
    }
  }

  package var offerID: Identifier<Offer>
  package var version: Int
  package var counts: Counts
  package var reasons: [String: Int64]
  /// How far the others had been heard.
  package var heardThrough: Timestamp?
  /// The ledger's number of the look-back that was waited for.
  package var lookBackSequence: Int64?

  package init(
    offerID: Identifier<Offer>, version: Int, counts: Counts, reasons: [String: Int64] = [:], heardThrough: Timestamp? = nil,
    lookBackSequence: Int64? = nil
  ) {
    self.offerID = offerID
    self.version = version
    self.counts = counts
    self.reasons = reasons
    self.heardThrough = heardThrough
    self.lookBackSequence = lookBackSequence
  }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .audiencePrepared(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      counts: try members.needs(
        "counts",
        .object { counts throws(ContractFault) in
          Counts(
            send: try counts.needs("send", .count), honour: try counts.needs("honour", .count),
            suppress: try counts.needs("suppress", .count), defer: try counts.needs("defer", .count))
        }), reasons: try members.needs("reasons", .tally), heardThrough: try members.may("heard_through", .time),
      lookBackSequence: try members.may("look_back_sequence", .ordinal))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.name("counts")
    writer.beginObject()
    writer.member("send", counts.send)
    writer.member("honour", counts.honour)
    writer.member("suppress", counts.suppress)
    writer.member("defer", counts.defer)
    writer.endObject()
    writer.member("reasons", tally: reasons)
    writer.member("heard_through", ifPresent: heardThrough)
    writer.member("look_back_sequence", ifPresent: lookBackSequence)
    writer.endObject()
  }
}
