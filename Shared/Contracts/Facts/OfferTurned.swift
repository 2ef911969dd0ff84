/// `marketing.offer.launched.v1` and its like: an offer's life took a turn. Keyed by the offer.
package struct OfferTurned: TreeFact {
  package enum Turn: String, TypeWord {
    package static let prefix = "marketing.offer."
    case launched, blocked, paused, resumed, stopped, ended, cancelled
  }

  /// Two people let it go live although its gate did not hold.
  package struct Emergency: Sendable, Equatable {
    package var by: [Identifier<Colleague>]
    package var reason: String
    package init(by: [Identifier<Colleague>], reason: String) {
      self.by = by
      self.reason = reason
    }
  }

  package var turn: Turn
  package var offerID: Identifier<Offer>
  package var version: Int
  /// From when the checkout applies it; told with the launch.
  package var effectiveFrom: Timestamp?
  /// Whether it was launched when its time was over: then it reaches back and nothing is handed over.
  package var historical: Bool
  package var emergency: Emergency?
  package var cause: String?
  package var sentence: String?
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    turn: Turn, offerID: Identifier<Offer>, version: Int, effectiveFrom: Timestamp? = nil, historical: Bool = false,
    emergency: Emergency? = nil, cause: String? = nil, sentence: String? = nil, by: Identifier<Colleague>, at: Timestamp
  ) {
    self.turn = turn
    self.offerID = offerID
    self.version = version
    self.effectiveFrom = effectiveFrom
    self.historical = historical
    self.emergency = emergency
    self.cause = cause
    self.sentence = sentence
    self.by = by
    self.at = at
  }

  package static let types = Turn.types
  package static func title(_ type: String) -> String {
    switch Turn.word(of: type) {
    case .launched: "An offer went live"
    case .blocked: "An offer did not go live, because its gate does not hold"
    case .paused: "An offer rests"
    case .resumed: "An offer goes on after a rest"
    case .stopped: "An offer was stopped, because it is wrong or harmful"
    case .ended: "An offer is over"
    case .cancelled: "An offer was given up before it went live"
    }
  }

  package var type: String { turn.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .offerTurned(self) }

  package init(_ type: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      turn: .word(of: type), offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      effectiveFrom: try members.may("effective_from", .time), historical: try members.needs("historical", .flag),
      emergency: try members.may(
        "emergency",
        .object { emergency throws(ContractFault) in
          Emergency(by: try emergency.needs("by", .list(of: .id(), min: 2, max: 2)), reason: try emergency.needs("reason", .text))
        }), cause: try members.may("cause", .text), sentence: try members.may("sentence", .text(max: Limits.sentenceBytesMax)),
      by: try members.needs("by", .id()), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("effective_from", ifPresent: effectiveFrom)
    writer.member("historical", historical)
    if let emergency {
      writer.name("emergency")
      writer.beginObject()
      writer.member("by", emergency.by.map(\.text))
      writer.member("reason", emergency.reason)
      writer.endObject()
    }
    writer.member("cause", ifPresent: cause)
    writer.member("sentence", ifPresent: sentence)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
