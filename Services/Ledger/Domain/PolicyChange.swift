package import Contracts

/// Other numbers for decisions: proposed by one named person, confirmed by another.
package enum PolicyChange {
  package enum Refusal: Error, Equatable, CustomStringConvertible {
    case unknown(String, known: [String])
    case nobody
    case same(String, version: Int)
    case shape(String, field: String, String)
    case nothingProposed(String)
    case oneself(String)
    case left(Identifier<Colleague>)
    case overtaken(String, version: Int, now: Int)
    /// Another person has proposed something meanwhile, which would be lost.
    case proposedAlready(String, by: Identifier<Colleague>, at: Timestamp, changes: [String])
    /// Another version counts by now than the one that was looked at.
    case changedSince(String, seen: Int, now: Int, changes: [String])

    package var status: Int {
      switch self {
      case .unknown: 404
      case .nobody, .oneself: 403
      case .shape: 422
      case .same, .nothingProposed, .left, .overtaken, .proposedAlready, .changedSince: 409
      }
    }

    package var code: String {
      switch self {
      case .unknown: "no_policy"
      case .nobody: "named_person"
      case .same: "policy_same"
      case .shape: "policy_unreadable"
      case .nothingProposed: "nothing_proposed"
      case .oneself: "second_person"
      case .left: "proposer_left"
      case .overtaken: "policy_overtaken"
      case .proposedAlready: "policy_proposed"
      case .changedSince: "policy_changed"
      }
    }

    package var description: String {
      switch self {
      case .unknown(let name, let known): "there is no policy \(name); there are \(known.joined(separator: ", "))"
      case .nobody:
        "numbers that decisions go by are changed by two named people, and the operator's credential is none; give the command as one of them (--as FILE)"
      case .same(let name, let version): "version \(version) of \(name) says just that; nothing is to be changed"
      case .shape(let name, let field, let why):
        "\(name) cannot be so: \(field) \(why); `accord policy show \(name)` shows how it is written"
      case .nothingProposed(let name): "nobody has proposed anything for \(name); `accord policy propose \(name) FILE` does"
      case .oneself(let name): "who proposed \(name) does not confirm it too; another named person does"
      case .left(let who): "\(who) proposed it and has left since; somebody who is here proposes it anew"
      case .overtaken(let name, let version, let now):
        "what you confirm is version \(version) of \(name), and \(now) is proposed by now; look at it with `accord policy show \(name)`, then confirm that"
      case .proposedAlready(let name, let by, let at, let changes):
        "\(by) proposed \(name) at \(at) already: \(PolicyChange.told(changes)); confirm that, or propose yours in its place (--instead)"
      case .changedSince(let name, let seen, let now, let changes):
        "\(name) has version \(now) by now, you saw \(seen): \(PolicyChange.told(changes)); look at it, then propose again"
      }
    }
  }

  /// What a policy may say and does not at first, with what counts until then.
  private static let unsaid: [String: [JSON.Member]] = ["briefing": [.init("quorum_percent", .integer(100))]]

  /// What differs, a place with the value before and after each: `/usual PT168H -> PT240H`.
  package static func changes(from old: JSON, to new: JSON) -> [String] { changes(old, new, at: "") }

  private static func changes(_ old: JSON?, _ new: JSON?, at path: String) -> [String] {
    guard old != new else { return [] }
    guard let before = old?.object, let after = new?.object else {
      return ["\(path.isEmpty ? "all" : path) \(old?.text ?? "nothing") -> \(new?.text ?? "nothing")"]
    }
    var names = before.map(\.name)
    for member in after where !names.contains(member.name) { names.append(member.name) }
    return names.flatMap { name in changes(old?[name], new?[name], at: "\(path)/\(name)") }
  }

  static func told(_ changes: [String]) -> String {
    changes.prefix(5).joined(separator: ", ") + (changes.count > 5 ? " and \(changes.count - 5) more" : "")
  }

  /// Throws where `next` is not written as `current` is: every member that is there, of its kind, durations as durations; more of the like
  /// may be added.
  package static func check(_ name: String, _ next: JSON, like current: JSON) throws(Refusal) {
    let said = (unsaid[name] ?? []).filter { next[$0.name] != nil && current[$0.name] == nil }
    try check(name, next, like: current.object.map { .object($0 + said) } ?? current, at: "")
    if let percent = next["quorum_percent"]?.integer, name == "briefing", !(1...100).contains(percent) {
      throw .shape(name, field: "/quorum_percent", "is no percentage from 1 to 100")
    }
  }

  private static func check(_ name: String, _ next: JSON, like current: JSON, at path: String) throws(Refusal) {
    let place = path.isEmpty ? "the document" : path
    if let members = current.object {
      guard let given = next.object else { throw .shape(name, field: place, "is no object") }
      for member in members {
        guard let value = given.first(where: { $0.name == member.name })?.value else {
          throw .shape(name, field: "\(path)/\(member.name)", "is missing")
        }
        try check(name, value, like: member.value, at: "\(path)/\(member.name)")
      }
      for member in given where !members.contains(where: { $0.name == member.name }) {
        // A feed, a channel, a role more: it looks like one that is there.
        guard members.contains(where: { (try? check(name, member.value, like: $0.value, at: path)) != nil }) else {
          throw .shape(name, field: "\(path)/\(member.name)", "is not known, and like nothing else there")
        }
      }
      return
    }
    if current.integer != nil {
      guard let number = next.integer, number >= 0 else { throw .shape(name, field: place, "is no whole number from 0 on") }
      return
    }
    guard let text = current.string else {
      guard next == current || (current.bool != nil && next.bool != nil) else { throw .shape(name, field: place, "is of another kind") }
      return
    }
    guard let given = next.string, !given.isEmpty else { throw .shape(name, field: place, "is no text") }
    if (try? Duration(iso8601: text)) != nil, (try? Duration(iso8601: given)) == nil {
      throw .shape(name, field: place, "“\(given)” is no duration; write it like PT48H")
    }
    if isTime(text), !isTime(given) { throw .shape(name, field: place, "“\(given)” is no time of day; write it like 08:00") }
    if ["immediate", "awaited"].contains(text), !["immediate", "awaited"].contains(given) {
      throw .shape(name, field: place, "“\(given)” is neither immediate nor awaited")
    }
  }

  /// `08:00`.
  private static func isTime(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { (0x30...0x39).contains($0) } }) else { return false }
    let numbers = parts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    return numbers.count == 2 && numbers[0] < 24 && numbers[1] < 60
  }
}
