import Contracts

/// Which dead letters an operator means. Nothing said means all of them.
struct LetterFilter {
  var type: TypePattern?
  var key: String?
  private var keyHash: UInt64?
  var cause: String?
  /// Dead from then on and until then; milliseconds since 1970.
  var since: Int64?
  var until: Int64?
  var positions: Set<UInt64>?

  static let causes = ["exhausted", "never", "behind"]

  init(_ command: JSON, _ hash: KeyHash) throws(AdminRefusal) {
    func text(_ name: String) throws(AdminRefusal) -> String? {
      guard let member = command[name], !member.isNull else { return nil }
      guard let text = member.string else { throw AdminRefusal("wrong_type", "The member \(name) is a text.") }
      return text
    }
    type = try text("type").map(TypePattern.init)
    key = try text("key")
    keyHash = key.map { hash($0) }
    cause = try text("cause")
    if let cause, !Self.causes.contains(cause) {
      throw AdminRefusal("wrong_type", "A cause is exhausted, never or behind; \(cause) is none.")
    }
    since = try Self.instant(command, "since")
    until = try Self.instant(command, "until")
    if let member = command["positions"], !member.isNull {
      guard let list = member.array?.compactMap(\.integer), list.count == member.array?.count, list.allSatisfy({ $0 >= 0 }) else {
        throw AdminRefusal("wrong_type", "The member positions is an array of positions.")
      }
      positions = Set(list.map { UInt64($0) })
    }
  }

  /// An instant as RFC 3339 says it, in milliseconds since 1970.
  static func instant(_ command: JSON, _ name: String) throws(AdminRefusal) -> Int64? {
    guard let member = command[name], !member.isNull else { return nil }
    if let milliseconds = member.integer { return milliseconds }
    guard let text = member.string, let instant = try? Timestamp(rfc3339: text) else {
      throw AdminRefusal("wrong_type", "The member \(name) is an instant such as 2026-05-04T09:30:00.000Z.")
    }
    return instant.milliseconds
  }

  func matches(_ letter: DeadLetters.Letter, _ types: Types) -> Bool {
    if let type {
      guard letter.type < UInt32(types.count), type.matches(types.names[Int(letter.type)]) else { return false }
    }
    if let keyHash, letter.key != keyHash { return false }
    if let cause, letter.cause.word != cause { return false }
    if let since, letter.at < since { return false }
    if let until, letter.at > until { return false }
    if let positions, !positions.contains(letter.position) { return false }
    return true
  }

  /// For the audit.
  var words: String {
    var words: [String] = []
    if let type { words.append("type \(type)") }
    if let key { words.append("key \(key)") }
    if let cause { words.append("cause \(cause)") }
    if let since { words.append("dead since \(Timestamp(milliseconds: since))") }
    if let until { words.append("dead until \(Timestamp(milliseconds: until))") }
    if let positions { words.append("positions \(positions.sorted().map(String.init).joined(separator: " "))") }
    return words.isEmpty ? "all" : words.joined(separator: ", ")
  }
}

extension DeadLetters.Letter.Cause {
  var word: String {
    switch self {
    case .exhausted: "exhausted"
    case .never: "never"
    case .behind: "behind"
    }
  }
}
