import Contracts
import Journal
import Wire

// Subscriptions by command: looking at them, setting them elsewhere, delivering the past once more, ending them; and who did what.
extension BrokerMachine {
  func subscriptionPage(_ command: JSON) -> JSON {
    let open = subscriptions.filter(\.isOpen)
    let from = command["from"]?.integer.map { min(max(0, Int($0)), open.count) } ?? 0
    return .object([
      .init("count", .integer(Int64(open.count))), .init("from", .integer(Int64(from))),
      .init("subscriptions", .array(open.dropFirst(from).prefix(limits.answerRows).map { status($0) })),
    ])
  }

  func subscriptionAnswer(_ number: Int) -> JSON {
    .object([
      .init("subscription", status(subscriptions[number])),
      .init("interventions", .array(subscriptions[number].interventions.map(row))),
    ])
  }

  // MARK: Elsewhere

  mutating func reset(_ command: JSON, by: String, into commit: inout Gathering<Effect>) throws(AdminRefusal) -> JSON {
    let number = try subscription(command)
    let (floor, since, words) = try place(command, "to")
    let before = subscriptions[number].settledThrough(newest)
    let (dead, returning) = (subscriptions[number].dead.count, subscriptions[number].returns.list.count { $0.letter != nil })
    var sentences: [String] = []
    if since > .min {
      sentences.append("Everything accepted from \(Timestamp(milliseconds: since)) on that is still kept is delivered again.")
    } else if floor < before {
      sentences.append("About \(before - floor) bytes of the journal are delivered again, as far as they are still kept.")
    } else {
      sentences.append("About \(floor - before) bytes of the journal are passed over and never delivered.")
    }
    if dead + returning > 0 { sentences.append("\(dead + returning) dead letters stay dead; redrive them to have them as well.") }
    let members: [JSON.Member] = [
      .init("from", .count(before)), .init("to", .count(floor)),
      .init("in_flight", .integer(Int64(subscriptions[number].consumers.reduce(0) { $0 + $1.inFlight }))),
      .init("dead", .integer(Int64(dead + returning))), .init("sentence", .string(sentences.joined(separator: " "))),
    ]
    if isDry(command) { return .object(members + [.init("dry_run", .bool(true))]) }
    var it = intervention(number, .reset, "to \(words)", by: by)
    it.from = floor
    it.since = since
    let decided = decide(it, into: &commit)
    startOver(number, into: &commit)
    return .object(members + [.init("intervention", .count(decided))])
  }

  /// Where a command's member says: a floor, the earliest instant of acceptance, and the same in words.
  private func place(_ command: JSON, _ name: String) throws(AdminRefusal) -> (floor: UInt64, since: Int64, words: String) {
    let to = command[name] ?? .null
    if to == .string("beginning") { return (0, .min, "the beginning") }
    if to == .string("new") { return (newest, .min, "the newest") }
    if let position = to["position"]?.integer, position >= 0 {
      return (min(UInt64(position), newest), .min, "behind position \(position)")
    }
    if let time = to["time"], !time.isNull, let since = try LetterFilter.instant(to, "time") {
      return (floor(before: since), since, "accepted from \(Timestamp(milliseconds: since)) on")
    }
    throw AdminRefusal(
      "wrong_type", "The member \(name) is \"beginning\", \"new\", {\"position\":…} or {\"time\":…}, as in a subscribe frame.")
  }

  /// Takes back what is in flight, and reads again.
  private mutating func startOver(_ number: Int, into commit: inout Gathering<Effect>) {
    subscriptions[number].startOver(newest, at: now, &outlets, into: &commit)
    pump(number, into: &commit)
  }

  // MARK: Once more

  mutating func replay(_ command: JSON, by: String, into commit: inout Gathering<Effect>) throws(AdminRefusal) -> JSON {
    let number = try subscription(command)
    let rate = try rate(command)
    guard subscriptions[number].replay == nil else {
      throw AdminRefusal("busy", "A replay of \(subscriptions[number].row.fullName) is under way; wait for its end, or stop it.")
    }
    guard !isLettingGo || isDry(command) else {
      throw AdminRefusal("busy", "The journal is letting go of an old segment; try again in a moment.")
    }
    let (from, since, words) = try place(command, "from")
    var (through, until, end) = (newest, Int64.max, "")
    if let to = command["to"], !to.isNull, to != .string("new") {
      if let position = to["position"]?.integer, position >= 0 {
        through = min(through, UInt64(position))
        end = " through position \(position)"
      } else if to["time"] != nil, let instant = try LetterFilter.instant(to, "time") {
        until = instant
        end = " until \(Timestamp(milliseconds: instant))"
      } else {
        throw AdminRefusal("wrong_type", "The member to is {\"position\":…}, {\"time\":…} or \"new\".")
      }
    }
    let types = command["types"]?.strings ?? (command["type"]?.string.map { [$0] } ?? [])
    guard types.count <= WireLimits.filtersMax, types.allSatisfy({ $0.utf8.count <= WireLimits.eventTypeBytesMax }) else {
      throw AdminRefusal(
        "too_many", "A replay names at most \(WireLimits.filtersMax) types, each of at most \(WireLimits.eventTypeBytesMax) bytes.")
    }
    var members: [JSON.Member] = [
      .init("from", .count(from)), .init("through", .count(through)),
      .init("bytes", .count(through > from ? through - from : 0)),
    ]
    guard from < through else {
      return .object(members + [.init("sentence", .string("Nothing stands between these places; nothing is to be replayed."))])
    }
    members.append(
      .init(
        "sentence",
        .string("What is settled between these places is delivered once more, as far as it is still kept; dead letters are not.")))
    if isDry(command) { return .object(members + [.init("dry_run", .bool(true))]) }
    var it = intervention(
      number, .replay, "from \(words)\(end)" + (types.isEmpty ? "" : ", types \(types.joined(separator: " "))"), by: by)
    it.from = from
    it.through = through
    it.since = since
    it.until = until
    it.types = types
    it.rate = rate
    let decided = decide(it, into: &commit)
    pump(number, into: &commit)
    return .object(members + [.init("intervention", .count(decided))])
  }

  mutating func stop(_ command: JSON, by: String, into commit: inout Gathering<Effect>) throws(AdminRefusal) -> JSON {
    let number = try subscription(command)
    let back = subscriptions[number].returns.list.count { $0.letter != nil }
    let members: [JSON.Member] = [
      .init("replayed", .bool(subscriptions[number].replay != nil)),
      .init("returning", .integer(Int64(subscriptions[number].returns.count))), .init("dead_again", .integer(Int64(back))),
    ]
    if isDry(command) { return .object(members + [.init("dry_run", .bool(true))]) }
    guard subscriptions[number].replay != nil || !subscriptions[number].returns.isEmpty else { return .object(members) }
    let decided = decide(intervention(number, .stop, "what was under way", by: by), into: &commit)
    startOver(number, into: &commit)
    return .object(members + [.init("intervention", .count(decided))])
  }

  mutating func remove(_ command: JSON, by: String, into commit: inout Gathering<Effect>) throws(AdminRefusal) -> JSON {
    let number = try subscription(command)
    let dead = subscriptions[number].deadInAll
    let members: [JSON.Member] = [
      .init("dead", .integer(Int64(dead))), .init("consumers", .integer(Int64(subscriptions[number].attached))),
    ]
    if isDry(command) { return .object(members + [.init("dry_run", .bool(true))]) }
    guard dead == 0 || command["drop_dead"]?.bool == true else {
      throw AdminRefusal(
        "dead_letters", "\(subscriptions[number].row.fullName) has \(dead) dead letters; redrive or drop them first, or say drop_dead.")
    }
    var it = intervention(number, .remove, dead == 0 ? "the subscription" : "the subscription and its dead letters", by: by)
    it.count = UInt64(dead)
    let decided = decide(it, into: &commit)
    forget(number, into: &commit)
    return .object(members + [.init("intervention", .count(decided))])
  }

  // MARK: Who did what

  func audit(_ command: JSON) throws(AdminRefusal) -> JSON {
    let only = command["subscription"]?.string
    let all = (subscriptions.filter(\.isOpen).flatMap(\.interventions) + retired).filter { only == nil || $0.name == only }
    let rows = all.sorted { $0.number < $1.number }.suffix(limits.answerRows).map(row)
    return .object([.init("count", .integer(Int64(all.count))), .init("interventions", .array(rows))])
  }

  func row(_ it: Intervention) -> JSON {
    let subscription = subscriptions.first { $0.isOpen && $0.number == it.subscription && $0.row.fullName == it.name }
    let left = (subscription?.returns.list.count { $0.by == it.number } ?? 0)
    let isUnderWay = left > 0 || subscription?.replay?.by == it.number
    return .object([
      .init("intervention", .count(it.number)), .init("at", .integer(it.at)), .init("by", .string(it.by)),
      .init("deed", .string(it.deed.word)), .init("subscription", .string(it.name)), .init("what", .string(it.what)),
      .init("count", .count(it.count)), .init("rate", it.rate == 0 ? .null : .integer(Int64(it.rate))), .init("done", .count(it.done)),
      .init("dead_again", .count(it.died)), .init("left", .integer(Int64(left))), .init("under_way", .bool(isUnderWay)),
    ])
  }
}

extension Subscription {
  /// Dead letters, those on their way back included.
  var deadInAll: Int { dead.count + returns.list.count { $0.letter != nil } }
}
