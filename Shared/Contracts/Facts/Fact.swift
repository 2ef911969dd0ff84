/// What one department tells the others: the `data` of an event, with its type and its key.
package protocol Fact: Sendable, Equatable {
  /// Every type that such a fact may have.
  static var types: [String] { get }
  /// The envelope's `type`.
  var type: String { get }
  /// The envelope's `partitionkey` and `subject`: facts of one key are handled in order.
  var key: String { get }
  /// The fact among all that departments tell each other.
  var event: DomainEvent { get }
  /// Writes the data: members in the order of the contract, absent where there is nothing to say.
  func write(into writer: inout JSONWriter)
}

/// A fact that is told rarely enough to be read through the tree: one function reads it and is its schema too.
package protocol TreeFact: Fact {
  /// The schema's title: what has happened, in one sentence.
  static func title(_ type: String) -> String
  /// Reads the members in the order of the contract, whatever their values are: the schema is recorded from the same calls.
  init(_ type: String, from members: inout FactReader) throws(ContractFault)
}

extension TreeFact {
  /// The contract of `type` as a JSON schema (2020-12), for manifests and the gate.
  static func schema(_ type: String) -> JSON {
    FactReader.schema(title: title(type)) { members throws(ContractFault) in _ = try Self(type, from: &members) }
  }

  static var schemas: [JSON.Member] { types.map { JSON.Member($0, schema($0)) } }
}

/// The words that stand between a subject and the version in a family of types: `ledger.remedy.granted.v1`.
package protocol TypeWord: RawRepresentable<String>, CaseIterable, Sendable {
  /// What stands before the word, with its point.
  static var prefix: String { get }
}

extension TypeWord {
  package var type: String { "\(Self.prefix)\(rawValue).v1" }
  package static var types: [String] { allCases.map(\.type) }

  /// The word of one of `types`.
  static func word(of type: String) -> Self {
    guard let word = allCases.first(where: { $0.type == type }) else { preconditionFailure("\(type) is none of this family") }
    return word
  }
}
