import Contracts
import Journal
import Wire

// Dead letters by command: looking at them, bringing them back, letting them go.
extension BrokerMachine {
  /// Letters that match, by subscription and position, as many as fit an answer; `after` goes on behind the last one shown.
  func deadPage(_ command: JSON) throws(AdminRefusal) -> JSON {
    let filter = try LetterFilter(command, hash)
    let only = command["subscription"].map(\.isNull) == false ? try subscription(command) : nil
    var after: (subscription: Int, position: UInt64)?
    if let text = command["after"]?.string {
      guard let at = text.lastIndex(of: "@"), let position = UInt64(text[text.index(after: at)...]),
        let number = subscriptions.firstIndex(where: { $0.isOpen && $0.row.fullName == text[..<at] })
      else { throw AdminRefusal("wrong_type", "The member after is what an answer gave as next: a subscription, @ and a position.") }
      after = (number, position)
    }
    let most = command["limit"]?.integer.map { min(max(1, Int($0)), limits.answerRows) } ?? limits.answerRows
    var rows: [JSON] = []
    var (count, last, next): (Int, String?, String?) = (0, nil, nil)
    for number in subscriptions.indices where subscriptions[number].isOpen && (only == nil || only == number) {
      let name = subscriptions[number].row.fullName
      for letter in subscriptions[number].dead.list.sorted(by: { $0.position < $1.position }) where filter.matches(letter, types) {
        count += 1
        if let after, (number, letter.position) <= after { continue }
        if rows.count < most {
          rows.append(row(letter, of: name))
          last = "\(name)@\(letter.position)"
        } else if next == nil {
          next = last
        }
      }
    }
    return .object(
      [.init("count", .integer(Int64(count))), .init("letters", .array(rows))] + (next.map { [.init("next", .string($0))] } ?? []))
  }

  private func row(_ letter: DeadLetters.Letter, of subscription: String) -> JSON {
    let reason: JSON =
      switch letter.cause {
      case .exhausted: .null
      case .never(let reason): .string(reason)
      case .behind(let position): .count(position)
      }
    return .object([
      .init("subscription", .string(subscription)), .init("position", .count(letter.position)),
      .init("type", letter.type < UInt32(types.count) ? .string(types.names[Int(letter.type)]) : .null),
      .init("producer", .string(producerName(letter.producer))), .init("sequence", .count(letter.sequence)),
      .init("attempts", .integer(Int64(letter.attempts))), .init("at", .integer(letter.at)), .init("why", .string(letter.cause.word)),
      .init("reason", reason), .init("sentence", .string(sentence(letter))),
    ])
  }

  func sentence(_ letter: DeadLetters.Letter) -> String {
    let since = "dead since \(Timestamp(milliseconds: letter.at))"
    return switch letter.cause {
    case .exhausted: "\(since) after \(letter.attempts) failed attempts"
    case .never(let reason): "\(since), at attempt \(letter.attempts): \(reason)"
    case .behind(let position): "\(since), parked behind \(position) of the same key"
    }
  }

  // MARK: Bringing back

  /// The letters of a redrive, by position, and how many that match must stay because their key's own failures are not among them.
  ///
  /// Where keys park a key comes back whole or not at all: its failures are what the filter picks, those behind them come along.
  private func chosen(_ number: Int, _ filter: LetterFilter) -> (letters: [UInt64], keys: Int, left: Int) {
    let subscription = subscriptions[number]
    let matching = subscription.dead.list.filter { filter.matches($0, types) }
    guard subscription.row.deadKey == .park else { return (matching.map(\.position).sorted(), Set(matching.map(\.key)).count, 0) }
    let picked = Set(matching.map(\.position))
    var (positions, keys, left): ([UInt64], Int, Int) = ([], 0, 0)
    for (_, letters) in Dictionary(grouping: subscription.dead.list, by: \.key) {
      let heads = heads(of: letters)
      if heads.allSatisfy({ picked.contains($0.position) }) {
        keys += 1
        positions += letters.map(\.position)
      } else {
        left += letters.count { picked.contains($0.position) }
      }
    }
    return (positions.sorted(), keys, left)
  }

  /// What the others of a key stand behind: its own failures, or where they are gone its first.
  private func heads(of letters: [DeadLetters.Letter]) -> [DeadLetters.Letter] {
    let own = letters.filter(\.isOwnFault)
    return own.isEmpty ? Array(letters.sorted { $0.position < $1.position }.prefix(1)) : own
  }

  mutating func redrive(_ command: JSON, by: String, into commit: inout Gathering<Effect>) throws(AdminRefusal) -> JSON {
    let number = try subscription(command)
    let filter = try LetterFilter(command, hash)
    let rate = try rate(command)
    let (positions, keys, left) = chosen(number, filter)
    var members: [JSON.Member] = [
      .init("count", .integer(Int64(positions.count))), .init("keys", .integer(Int64(keys))), .init("left", .integer(Int64(left))),
    ]
    if left > 0 {
      members.append(
        .init(
          "sentence",
          .string("\(left) matching letters stay: they are parked behind others of their keys, which the filter leaves out.")))
    }
    if isDry(command) { return .object(members + [.init("dry_run", .bool(true))]) }
    guard !positions.isEmpty else { return .object(members) }
    var it = intervention(number, .redrive, filter.words, by: by)
    it.count = UInt64(positions.count)
    it.rate = rate
    let decided = decide(it, into: &commit)
    recall(number, positions, by: decided, into: &commit)
    pump(number, into: &commit)
    return .object(members + [.init("intervention", .count(decided))])
  }

  private mutating func recall(_ number: Int, _ positions: [UInt64], by: UInt64, into commit: inout Gathering<Effect>) {
    for from in stride(from: 0, to: positions.count, by: 4_096) {
      let part = Array(positions[from..<min(from + 4_096, positions.count)])
      write(.recalled(UInt32(number), by: by, part), into: &commit)
    }
  }

  // MARK: Letting go

  mutating func drop(_ command: JSON, by: String, into commit: inout Gathering<Effect>) throws(AdminRefusal) -> JSON {
    let number = try subscription(command)
    let filter = try LetterFilter(command, hash)
    let rate = try rate(command)
    let releases = command["release"]?.bool ?? false
    let matching = subscriptions[number].dead.list.filter { filter.matches($0, types) }
    let gone = Set(matching.map(\.position))
    // Keys that lose a letter and keep only such as stood behind it.
    let touched = Set(matching.map(\.key))
    let orphans = Dictionary(
      grouping: subscriptions[number].dead.list.filter { touched.contains($0.key) && !gone.contains($0.position) }, by: \.key
    )
    .filter { !$0.value.contains(where: \.isOwnFault) }.flatMap { $0.value.map(\.position) }.sorted()
    var members: [JSON.Member] = [
      .init("count", .integer(Int64(gone.count))), .init("released", .integer(Int64(releases ? orphans.count : 0))),
      .init("parked", .integer(Int64(releases ? 0 : orphans.count))),
    ]
    if !releases, !orphans.isEmpty {
      members.append(
        .init(
          "sentence",
          .string("\(orphans.count) letters that stood behind these stay parked; redrive them, or drop with release.")))
    }
    if isDry(command) { return .object(members + [.init("dry_run", .bool(true))]) }
    guard !gone.isEmpty else { return .object(members) }
    var it = intervention(number, .drop, filter.words + (releases ? ", those behind them released" : ""), by: by)
    it.count = UInt64(gone.count)
    it.rate = rate
    let decided = decide(it, into: &commit)
    write(.dropped(UInt32(number), by: decided, gone.sorted()), into: &commit)
    if releases, !orphans.isEmpty { recall(number, orphans, by: decided, into: &commit) }
    pump(number, into: &commit)
    return .object(members + [.init("intervention", .count(decided))])
  }
}
