import Contracts

/// The members that a body may have, each with what it is. What a member says beyond that, the door itself looks at.
package struct BodyForm: Sendable, ExpressibleByDictionaryLiteral {
  package enum Kind: Sendable, CaseIterable {
    /// An identifier, whatever it names; `NAME@2` too.
    case id
    /// A word, an instant: a line at most.
    case text
    case sentence
    /// What somebody said, as long as the door takes it.
    case words
    case number, flag, list, object
  }

  package struct Member: Sendable {
    package let name: String
    package let kind: Kind
  }

  /// In the order in which they were written down.
  package let members: [Member]

  package init(dictionaryLiteral members: (String, Kind)...) { self.members = members.map { Member(name: $0.0, kind: $0.1) } }

  private init(_ members: [Member]) { self.members = members }

  package static func + (a: Self, b: Self) -> Self { Self(a.members + b.members) }

  /// Why `body` is no such one, and which member makes it so; nil where it is. A member that is null is not there.
  func lack(of body: [JSON.Member]) -> (field: String, sentence: String)? {
    for member in body {
      guard let known = members.first(where: { $0.name == member.name }) else {
        let names = members.map(\.name).joined(separator: ", ")
        return (
          member.name,
          "\(member.name) is nothing that is asked for here; "
            + (members.isEmpty ? "this takes no members: send no body, or {}" : "the body takes \(names)")
        )
      }
      guard !member.value.isNull, let lack = known.kind.lack(of: member.value) else { continue }
      return (member.name, "\(member.name) \(lack)")
    }
    return nil
  }
}

extension BodyForm.Kind {
  /// In a sentence.
  private var noun: String {
    switch self {
    case .id, .text, .sentence, .words: "a text"
    case .number: "a whole number"
    case .flag: "true or false"
    case .list: "a list"
    case .object: "an object"
    }
  }

  /// The longest text that a fact can tell in this place; nil where the door knows.
  package var bytesMax: Int? {
    switch self {
    case .id: Limits.identifierBytesMax
    case .text: Limits.textBytesMax
    case .sentence: Limits.sentenceBytesMax
    case .words, .number, .flag, .list, .object: nil
    }
  }

  /// What is wrong with `value`, as what follows its name in a sentence; nil where nothing is.
  func lack(of value: JSON) -> String? {
    switch (self, value) {
    case (.id, .string(let text)): return RequestForm.id.lack(of: text)
    case (.text, .string(let text)), (.sentence, .string(let text)), (.words, .string(let text)):
      guard let most = bytesMax, text.utf8.count > most else { return nil }
      return "has \(text.utf8.count) bytes, \(most) are the most; shorten it"
    case (.number, .integer), (.flag, .bool), (.list, .array), (.object, .object): return nil
    case (_, _): return "is \(noun), not \(value.text.prefix(40)); correct it or leave it out"
    }
  }
}
