/// The order's contract as a JSON schema (2020-12), for manifests and generated documents.
///
/// Only what a gate can check cheaply: type, required, properties, items, enum, bounds and lengths. Members that are not named are
/// allowed: contracts only grow.
extension OrderCaptured {
  package static let schema: JSON = [
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "The ledger has taken an order into its books",
    "type": "object",
    "required": ["order_id", "channel", "placed_at", "placed_precision", "captured_at", "lines", "discounts_known"],
    "properties": [
      "order_id": Schema.identifier,
      "person_id": Schema.identifier,
      "channel": Schema.word,
      "country": ["type": "string", "minLength": 2, "maxLength": 2],
      "placed_at": Schema.time,
      "placed_precision": Schema.words(Precision.self),
      "captured_at": Schema.time,
      "lines": Schema.list(of: line, min: 1, max: Limits.orderLinesMax),
      "charges": Schema.list(of: charge, max: Limits.orderChargesMax),
      "tenders": Schema.list(of: tender, max: Limits.orderTendersMax),
      "discounts": Schema.list(of: discount, max: Limits.orderDiscountsMax),
      "discounts_known": Schema.bool,
      "subscription_id": Schema.identifier,
      "period": Schema.identifier,
      "import": [
        "type": "object",
        "required": ["file", "line"],
        "properties": ["file": Schema.text, "line": ["type": "integer", "minimum": 1]],
      ],
    ],
  ]

  static let line: JSON = [
    "type": "object",
    "required": ["line_id", "quantity", "paid"],
    "properties": [
      "line_id": Schema.identifier,
      "sku": Schema.identifier,
      "categories": Schema.list(of: Schema.text, max: Limits.lineCategoriesMax),
      "brand": Schema.text,
      "quantity": ["type": "integer", "minimum": 0, "maximum": .integer(Limits.quantityMax)],
      "list": Schema.money,
      "paid": Schema.money,
      "tax": taxes,
      "added_at": Schema.time,
      "seller": Schema.identifier,
      "under": Schema.text,
    ],
  ]

  static let tax: JSON = [
    "type": "object",
    "required": ["amount", "jurisdiction", "inclusive"],
    "properties": ["amount": Schema.money, "jurisdiction": Schema.word, "inclusive": Schema.bool],
  ]

  static let taxes = Schema.list(of: tax, max: Limits.taxesMax)

  private static let charge: JSON = [
    "type": "object",
    "required": ["kind", "method", "paid"],
    "properties": ["kind": Schema.words(Charge.Kind.self), "method": Schema.word, "paid": Schema.money, "tax": taxes],
  ]

  static let tender: JSON = [
    "type": "object",
    "required": ["kind", "amount", "refundable_absent"],
    "properties": ["kind": Schema.words(Tender.Kind.self), "amount": Schema.money, "refundable_absent": Schema.bool],
  ]

  private static let discount: JSON = [
    "type": "object",
    "required": ["amount"],
    "properties": [
      "offer_id": Schema.identifier, "line_id": Schema.identifier, "amount": Schema.money, "campaign_id": Schema.identifier,
    ],
  ]
}
