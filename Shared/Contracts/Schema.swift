/// Pieces of schemas that the facts share.
enum Schema {
  static let bool: JSON = ["type": "boolean"]
  static let identifier: JSON = ["type": "string", "minLength": 1, "maxLength": .integer(Int64(Limits.identifierBytesMax))]
  static let word: JSON = ["type": "string", "minLength": 1, "maxLength": .integer(Int64(Limits.wordBytesMax))]
  static let text: JSON = ["type": "string", "minLength": 1, "maxLength": .integer(Int64(Limits.textBytesMax))]
  static let time: JSON = ["type": "string", "format": "date-time", "minLength": 20]
  static let money: JSON = [
    "type": "object",
    "required": ["amount_minor", "currency"],
    "properties": [
      "amount_minor": ["type": "integer", "minimum": 0, "maximum": .integer(Limits.amountMax)],
      "currency": ["type": "string", "minLength": 3, "maxLength": 3],
    ],
  ]

  static func words<Word: RawRepresentable<String> & CaseIterable>(_: Word.Type) -> JSON {
    ["type": "string", "enum": .array(Word.allCases.map { .string($0.rawValue) })]
  }

  static func list(of item: JSON, min: Int = 0, max: Int) -> JSON {
    ["type": "array", "items": item, "minItems": .integer(Int64(min)), "maxItems": .integer(Int64(max))]
  }
}
