/// The remedy's contract as a JSON schema (2020-12), the same for each of its types but for the title.
extension RemedyChanged {
  package static let schemas: [JSON.Member] = Change.allCases.map { JSON.Member($0.type, schema($0)) }

  private static func schema(_ change: Change) -> JSON {
    .object(
      [
        .init("$schema", "https://json-schema.org/draft/2020-12/schema"), .init("title", .string(title(change))), .init("type", "object"),
        .init(
          "required", ["remedy_key", "remedy_id", "kind", "basis", "amount", "lines", "destination", "state", "reason"]),
        .init("properties", properties),
      ])
  }

  private static func title(_ change: Change) -> String {
    switch change {
    case .granted: "A customer is promised something back"
    case .posted: "A customer got something back"
    case .voided: "What a customer was promised cannot go where it was meant to"
    case .expired: "What a customer was promised was not claimed in time"
    case .clawedBack: "What a customer got back was taken again with returned goods"
    case .declined: "A customer asked for something back and does not get it"
    }
  }

  private static let properties: JSON = [
    "remedy_key": ["type": "string", "minLength": 1, "maxLength": .integer(Int64(Limits.remedyKeyBytesMax))],
    "remedy_id": Shape.remedyID.schema,
    "offer_id": Schema.identifier,
    "version": Shape<Int>.version.schema,
    "campaign_id": Schema.identifier,
    "order_id": Schema.identifier,
    "subscription_id": Schema.identifier,
    "period": Schema.identifier,
    "person_id": Schema.identifier,
    "kind": Schema.words(Kind.self),
    "basis": Schema.words(Basis.self),
    "amount": Schema.money,
    "lines": Schema.list(
      of: [
        "type": "object", "required": ["amount"], "properties": ["line_id": Schema.identifier, "amount": Schema.money],
      ], max: Limits.orderLinesMax + 1),
    "tax": OrderCaptured.taxes,
    "destination": [
      "type": "object", "required": ["kind"],
      "properties": [
        "kind": Schema.words(Destination.Kind.self), "tenders": Schema.list(of: TenderAmount.shape.schema, max: Limits.orderTendersMax),
      ],
    ],
    "state": Schema.words(State.self),
    "expires_at": Schema.time,
    "entry": Shape<Int64>.ordinal.schema,
    "of": Shape<Int64>.ordinal.schema,
    "reason": Schema.text,
    "cut": Schema.bool,
    "day_precision": Schema.bool,
    "already": [
      "type": "object", "required": ["by", "at", "amount"],
      "properties": ["by": Schema.text, "at": Schema.time, "amount": Schema.money],
    ],
    "inputs": ["type": "object"],
  ]
}
