/// `marketing.promise.declared.v1`: what an offer demands of others. Keyed by the offer.
package struct PromiseDeclared: TreeFact {
  package enum OnDrop: String, Sendable, CaseIterable { case alarm, pause }

  package var offerID: Identifier<Offer>
  package var version: Int
  package var promiseID: Identifier<OfferPromise>
  package var kind: PromiseKind
  /// Of units: which.
  package var sku: Identifier<Product>?
  /// How many: contacts an hour, units, returns.
  package var quantity: Int64?
  /// Of a lead time: how long it takes at most.
  package var duration: Duration?
  package var from: Timestamp?
  package var to: Timestamp?
  /// Silence is never a yes: then it goes to the deputy.
  package var answerBy: Timestamp
  /// What follows when the capacity behind it falls later.
  package var onDrop: OnDrop
  package var at: Timestamp

  package init(
    offerID: Identifier<Offer>, version: Int, promiseID: Identifier<OfferPromise>, kind: PromiseKind, sku: Identifier<Product>? = nil,
    quantity: Int64? = nil, duration: Duration? = nil, from: Timestamp? = nil, to: Timestamp? = nil, answerBy: Timestamp, onDrop: OnDrop,
    at: Timestamp
  ) {
    self.offerID = offerID
    self.version = version
    self.promiseID = promiseID
    self.kind = kind
    self.sku = sku
    self.quantity = quantity
    self.duration = duration
    self.from = from
    self.to = to
    self.answerBy = answerBy
    self.onDrop = onDrop
    self.at = at
  }

  package static let type = "marketing.promise.declared.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "An offer demands something of others" }

  package var type: String { Self.type }
  package var key: String { offerID.text }
  package var event: DomainEvent { .promiseDeclared(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      offerID: try members.needs("offer_id", .id()), version: try members.needs("version", .version),
      promiseID: try members.needs("promise_id", .id()), kind: try members.needs("kind", .choice()), sku: try members.may("sku", .id()),
      quantity: try members.may("quantity", .count), duration: try members.may("duration", .duration), from: try members.may("from", .time),
      to: try members.may("to", .time), answerBy: try members.needs("answer_by", .time), onDrop: try members.needs("on_drop", .choice()),
      at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("offer_id", offerID)
    writer.member("version", version)
    writer.member("promise_id", promiseID)
    writer.member("kind", kind.rawValue)
    writer.member("sku", ifPresent: sku)
    writer.member("quantity", ifPresent: quantity)
    writer.member("duration", ifPresent: duration?.iso8601)
    writer.member("from", ifPresent: from)
    writer.member("to", ifPresent: to)
    writer.member("answer_by", answerBy)
    writer.member("on_drop", onDrop.rawValue)
    writer.member("at", at)
    writer.endObject()
  }
}
