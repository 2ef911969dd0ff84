/// `service.capacity.changed.v1`: what can be done in a stretch of time. Keyed by the slot.
package struct CapacityChanged: TreeFact {
  package var slotID: Identifier<CapacitySlot>
  package var from: Timestamp
  package var to: Timestamp
  package var kind: PromiseKind
  package var sku: Identifier<Product>?
  /// What is there in all: contacts an hour, units, hours of lead, returns.
  package var quantity: Int64
  package var cause: String?
  package var by: Identifier<Colleague>
  package var at: Timestamp

  package init(
    slotID: Identifier<CapacitySlot>, from: Timestamp, to: Timestamp, kind: PromiseKind, sku: Identifier<Product>? = nil, quantity: Int64,
    cause: String? = nil, by: Identifier<Colleague>, at: Timestamp
  ) {
    self.slotID = slotID
    self.from = from
    self.to = to
    self.kind = kind
    self.sku = sku
    self.quantity = quantity
    self.cause = cause
    self.by = by
    self.at = at
  }

  package static let type = "service.capacity.changed.v1"
  package static var types: [String] { [type] }
  package static func title(_: String) -> String { "What can be done in a stretch of time" }

  package var type: String { Self.type }
  package var key: String { slotID.text }
  package var event: DomainEvent { .capacityChanged(self) }

  package init(_: String, from members: inout FactReader) throws(ContractFault) {
    self.init(
      slotID: try members.needs("slot_id", .id()), from: try members.needs("from", .time), to: try members.needs("to", .time),
      kind: try members.needs("kind", .choice()), sku: try members.may("sku", .id()), quantity: try members.needs("quantity", .count),
      cause: try members.may("cause", .text), by: try members.needs("by", .id()), at: try members.needs("at", .time))
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("slot_id", slotID)
    writer.member("from", from)
    writer.member("to", to)
    writer.member("kind", kind.rawValue)
    writer.member("sku", ifPresent: sku)
    writer.member("quantity", quantity)
    writer.member("cause", ifPresent: cause)
    writer.member("by", by)
    writer.member("at", at)
    writer.endObject()
  }
}
