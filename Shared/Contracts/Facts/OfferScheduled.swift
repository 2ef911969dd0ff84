/// `marketing.offer.scheduled.v1`: an offer has its time, and asks the ledger for its money. Keyed by the offer.
package struct OfferScheduled: TreeFact {
  package static let type = "marketing.offer.scheduled.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "An offer has its time and asks for its money" }

  /// One condition that must hold before an offer goes live.
  package struct GateRow: Sendable, Equatable {
    package enum Check: String, Sendable, CaseIterable { case terms, budget, promises, capacity, parity, channels, sheets, briefings }
    package enum State: String, Sendable, CaseIterable { case passed, waiting, failed, waived }
    package var check: Check
    package var state: State
    package var since: Timestamp
    /// Who waived or decided it.
    package var by: Identifier<Colleague>?
    package var sentence: String?
    /// What blocks it, for programs.
    package var code: String?
    /// Who or what can lift it.
    package var liftedBy: String?

    package init(
      check: Check, state: State, since: Timestamp, by: Identifier<Colleague>? = nil, sentence: String? = nil, code: String? = nil,
      liftedBy: String? = nil
    ) {
      self.check = check
      self.state = state
      self.since = since
      self.by = by
      self.sentence = sentence
      self.code = code
      self.liftedBy = liftedBy
    }

    static let shape = Shape<GateRow>.object { row throws(ContractFault) in
      GateRow(
        check: try row.needs("check", .choice()), state: try row.needs("state", .choice()), since: try row.needs("since", .time),
        by: try row.may("by", .id()), sentence: try row.may("sentence", .text(max: Limits.sentenceBytesMax)),
        code: try row.may("code", .word), liftedBy: try row.may("lifted_by", .text))
    }

    func write(into writer: inout JSONWriter) {
      writer.beginObject()
      writer.member("check", check.rawValue)
      writer.member("state", state.rawValue)
      writer.member("since", since)
      writer.member("by", ifPresent: by)
      writer.member("sentence", ifPresent: sentence)
      writer.member("code", ifPresent: code)
      writer.member("lifted_by", ifPresent: liftedBy)
      writer.endObject()
    }
  }

  package var offerID: Identifier<Offer>
  package var version: Int
  package var campaignID: Identifier<Campaign>
  package var startsAt: Timestamp
  /// Nil for an offer without an end.
  package var endsAt: Timestamp?
  /// Where the interval before the start begins.
  package var lookBackFrom: Timestamp
  package var reserve: Money
  package var gate: [GateRow]

  package init(
    offerID: Identifier<Offer>, version: Int, campaignID: Identifier<Campaign>, startsAt: Timestamp, endsAt: Timestamp? = nil,
    lookBackFrom: Timestamp, reserve: Money, gate: [GateRow] = []
  ) {
    self.offerID = offerID
    self.version = version
    self.campaignID = campaignID
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.lookBackFrom = lookBackFrom
    self.reserve = reserve
    self.gate = gate
  }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .offerScheduled(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      campaignID: try members.needs("campaign_id", .id()), startsAt: try members.needs("starts_at", .time),
      endsAt: try members.may("ends_at", .time), lookBackFrom: try members.needs("look_back_from", .time),
      reserve: try members.needs("reserve", .money), gate: try members.list("gate", of: GateRow.shape, max: Limits.gateRowsMax))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("campaign_id", campaignID)
    writer.member("starts_at", startsAt)
    writer.member("ends_at", ifPresent: endsAt)
    writer.member("look_back_from", lookBackFrom)
    writer.member("reserve", reserve)
    writer.member("gate", gate) { $0.write(into: &$1) }
    writer.endObject()
  }
}
