import Contracts

/// What became of each row of a batch, for the one who sent it: a letter each in the batch's order, and why where it was refused.
struct Tally {
  enum Outcome: UInt8 {
    case created = 0x63  // c
    case matched = 0x6D  // m
    case conflicting = 0x78  // x
    case rejected = 0x72  // r
    /// Known, and told anew: a product's other price.
    case changed = 0x75  // u
  }

  private var letters: [UInt8] = []
  private var refusals: [JSON] = []

  mutating func add(_ outcome: Outcome) { letters.append(outcome.rawValue) }

  /// A row that is not taken: `line` of the file, the id it has there, the field that is in the way where one is.
  mutating func refuse(_ outcome: Outcome, line: Int64, id: String, field: String?, code: String, _ sentence: String) {
    add(outcome)
    var members: [JSON.Member] = [.init("line", .integer(line)), .init("id", .string(id))]
    if let field { members.append(.init("field", .string(field))) }
    members.append(.init("code", .string(code)))
    // A thousand refusals must fit into an answer that is remembered.
    members.append(.init("sentence", .string(String(sentence.prefix(400)))))
    refusals.append(.object(members))
  }

  var json: JSON {
    .object([
      .init("outcomes", .string(String(decoding: letters, as: UTF8.self))), .init("refusals", .array(refusals)),
    ])
  }
}
