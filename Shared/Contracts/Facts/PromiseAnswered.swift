/// `service.promise.answered.v1`: whether a promise can be kept. Keyed by the offer.
package struct PromiseAnswered: TreeFact {
  package enum Answer: String, Sendable, CaseIterable {
    case yes
    case upTo = "up_to"
    case no
  }

  package var offerID: Identifier<Offer>
  package var version: Int
  package var promiseID: Identifier<OfferPromise>
  package var answer: Answer
  /// Of `up_to`: how many.
  package var quantity: Int64?
  /// Until when it may be relied upon.
  package var expiresAt: Timestamp
  package var sentence: String?
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    offerID: Identifier<Offer>, version: Int, promiseID: Identifier<OfferPromise>, answer: Answer, quantity: Int64? = nil,
    expiresAt: Timestamp, sentence: String? = nil, by: Identifier<Colleague>, at: Timestamp
  ) {
    self.offerID = offerID
    self.version = version
    self.promiseID = promiseID
    self.answer = answer
    self.quantity = quantity
    self.expiresAt = expiresAt
    self.sentence = sentence
    self.by = by
    self.at = at
  }

  package static let type = "service.promise.answered.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "Whether a promise can be kept" }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .promiseAnswered(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      promiseID: try members.needs("promise_id", .id()), answer: try members.needs("answer", .choice()),
      quantity: try members.may("quantity", .count), expiresAt: try members.needs("expires_at", .time),
      sentence: try members.may("sentence", .text(max: Limits.sentenceBytesMax)), by: try members.needs("by", .id()),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("promise_id", promiseID)
    writer.member("answer", answer.rawValue)
    writer.member("quantity", ifPresent: quantity)
    writer.member("expires_at", expiresAt)
    writer.member("sentence", ifPresent: sentence)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
