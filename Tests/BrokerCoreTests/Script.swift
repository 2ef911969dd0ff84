import BrokerCore
import Contracts
import Foundation
import Journal
import Testing
import Wire

/// Plays a transcript: lines of input, and below each the effects that left because of it.
///
/// ```
///  # a comment
///  a: hello ledger lineage=L1
///  commit
///    > a welcome last=0
/// ```
/// A line `name: verb ...` is an input from the connection of that name; `commit` ends a turn, and only then effects leave;
/// `crash` is a power cut and a new start; `tick +30s` lets time pass. After every commit the memory replayed from disk must
/// equal the machine's.
final class Script {
  let stage: Stage
  var connections: [String: ConnectionID] = [:]
  var names: [UInt32: String] = [:]
  var credentials: [String: String] = [:]
  var handles: [String: UInt32] = [:]
  var handleNames: [String: String] = [:]
  var events: [UInt64: String] = [:]
  var fetches: [(subscription: UInt32, from: Position, bytes: Int)] = []
  var nextConnection: UInt32 = 1

  init(limits: BrokerLimits) throws { stage = try Stage(limits: limits) }

  /// The whole transcript with the effects as they were.
  static func play(_ text: String) throws -> String {
    var lines: [String] = []
    var script: Script?
    var limits = BrokerLimits()
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("  >") { continue }
      lines.append(line)
      let words = line.split(separator: " ").map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      if first == "limit" {
        set(&limits, words[1], Int(words[2])!)
        continue
      }
      if script == nil { script = try Script(limits: limits) }
      do { lines += try script!.play(words).map { "  > " + $0 } } catch { throw ScriptFault(line: line, error: "\(error)") }
    }
    return lines.joined(separator: "\n")
  }

  struct ScriptFault: Error, CustomStringConvertible {
    let line: String
    let error: String
    var description: String { "\(line): \(error)" }
  }

  private static func set(_ limits: inout BrokerLimits, _ name: String, _ value: Int) {
    switch name {
    case "attempts": limits.attempts = UInt32(value)
    case "tail": limits.tailEvents = value
    case "tail_bytes": limits.tailBytes = value
    case "look_ahead": limits.lookAhead = value
    case "dead": limits.deadLetters = value
    case "window": limits.window = value
    case "queued": limits.queuedBytes = value
    case "subscriptions": limits.subscriptions = value
    case "types": limits.types = value
    case "fetch": limits.fetchBytes = value
    case "buried": limits.buriedPerInput = value
    case "backoff": limits.backoffFirst = Int64(value)
    case "in_flight": limits.inFlightPerConnection = value
    case "flood": limits.floodFailures = value
    case "returns": limits.returnsAhead = value
    case "interventions": limits.interventions = value
    case "rows": limits.answerRows = value
    default: Issue.record("no limit is called \(name)")
    }
  }

  private func play(_ words: [String]) throws -> [String] {
    if words[0].hasSuffix(":") {
      try input(String(words[0].dropLast()), Words(Array(words.dropFirst())))
      return []
    }
    let rest = Words(Array(words.dropFirst()))
    switch words[0] {
    case "commit": return try turn()
    case "crash":
      try stage.crash()
      connections = [:]
      fetches = []
      return []
    case "roll":
      try stage.roll()
      return try turn()
    case "tick":
      let span = Self.duration(rest[0])
      stage.now.uptime += span
      stage.now.wall = stage.now.wall.adding(.milliseconds(span))
      try stage.apply(.tick)
      return []
    case "clock":
      stage.now.wall = stage.now.wall.adding(.milliseconds(Self.duration(rest[0])))
      return []
    case "disk":
      let asked = fetches
      fetches = []
      for fetch in asked {
        let answer = try stage.read(from: fetch.from, bytesMax: fetch.bytes)
        try stage.apply(.fetched(subscription: fetch.subscription, from: fetch.from, answer))
      }
      return []
    case "closing":
      // Where a mark is the last thing, another proves nothing.
      let isWanted = stage.journal?.wantsClosingMark
      try stage.closeMark()
      return [isWanted == true && stage.journal?.wantsClosingMark == false ? "marked" : "no mark"]
    case "full": try stage.apply(.storage(isFull: rest[0] == "on"))
    case "drain": try stage.apply(.drain(reason: "stopping"))
    case "status": return status()
    case "rights": try stage.change(rest[0], rest["gone"] == nil ? Self.rights(rest[0], rest) : nil)
    case "holds": return stage.takeHolds().map { "\(names[$0.connection.raw]!) for \($0.milliseconds) ms" }
    case "deadline": return [stage.machine.nextDeadline.map { "in \($0 - stage.now.uptime) ms" } ?? "none"]
    default: Issue.record("no such line: \(words)")
    }
    return []
  }

  private func input(_ name: String, _ words: Words) throws {
    if words[0] == "hello" {
      let id = ConnectionID(nextConnection)
      nextConnection += 1
      connections[name] = id
      names[id.raw] = name
      let credential = words[1]
      credentials[name] = credential
      let hello = Hello(
        version: 1, credential: credential, secret: "s", lineage: words["lineage"], epoch: words.number("epoch") ?? 1,
        highestSequence: words.number("highest") ?? 0, manifest: Manifest())
      return try stage.apply(.hello(id, hello, Self.rights(credential, words)))
    }
    guard let id = connections[name] else {
      Issue.record("\(name) has not said hello")
      return
    }
    let credential = credentials[name]!
    func handle(_ words: Words) -> UInt32 { handles["\(name)/\(words[1])"]! }
    switch words[0] {
    case "publish":
      let range = Self.ranges(words[1])[0]
      for sequence in range {
        let keys = words.number("keys")
        let event = TestEvent(
          id: words["id"] ?? "\(credential)-\(sequence)", type: words["type"] ?? "\(credential).thing",
          source: words["source"] ?? "/\(credential)", key: keys.map { "k\(sequence % $0)" } ?? words["key"] ?? "k",
          padding: Int(words.number("bytes") ?? 0))
        try stage.publish(id, event, sequence: sequence)
      }
    case "refuse":
      try stage.apply(
        .refuse(id, sequence: UInt64(words[1])!, Refusal(code: "event_version", sentence: "Not 1.0.")))
    case "subscribe":
      handles["\(name)/\(words[1])"] = UInt32(words.number("handle") ?? UInt64(handles.count + 1))
      let chosen = handle(words)
      handleNames["\(id.raw)/\(chosen)"] = words[1]
      let start: Subscribe.Start =
        switch words["start"] {
        case nil, "new": .new
        case "beginning": .beginning
        case let other? where other.hasPrefix("@"): .position(events.first { $0.value == other.dropFirst() }!.key)
        case let other?: .time(stage.now.wall.adding(.milliseconds(Self.duration(other))))
        }
      try stage.apply(
        .subscribe(
          id,
          Subscribe(
            handle: chosen, name: words[1], filters: words["filters"].map { $0.split(separator: ",").map(String.init) } ?? [],
            start: start, deadKey: words["dead"] == "pass" ? .pass : .park, creditMessages: Int(words.number("credit") ?? 100),
            creditBytes: Int(words.number("bytes") ?? 1_000_000))))
    case "unsubscribe":
      try stage.apply(.unsubscribe(id, handle: handle(words), forget: words["forget"] != nil))
    case "credit":
      try stage.apply(
        .credit(id, handle: handle(words), messages: Int(words[2])!, bytes: Int(words.number("bytes") ?? 1_000_000)))
    case "working": try stage.apply(.working(id, handle: handle(words), Self.ranges(words[2])))
    case "extend": try stage.apply(.extend(id, handle: handle(words), Self.ranges(words[2])))
    case "settle":
      let done = words.count > 2 && !words[2].contains("=") ? Self.ranges(words[2]) : []
      let exceptions = words.all("later").map { text in
        let parts = text.split(separator: "/").map(String.init)
        return Settlement.Exception(
          delivery: UInt64(parts[0])!, verdict: .later(after: parts.count > 1 ? .milliseconds(Self.duration(parts[1])) : nil))
      }
      let never = words.all("never").map { text in
        let parts = text.split(separator: "/").map(String.init)
        return Settlement.Exception(delivery: UInt64(parts[0])!, verdict: .never(reason: parts.count > 1 ? parts[1] : "broken"))
      }
      try stage.apply(.settle(id, handle: handle(words), Settlement(done: done, exceptions: exceptions + never)))
    case "mark": try stage.apply(.mark(id, through: stage.now.wall))
    case "request":
      try stage.apply(
        .request(
          id,
          Request(
            id: words.number("id") ?? 1, peer: words[1], subject: words[2],
            deadline: .milliseconds(words["deadline"].map(Self.duration) ?? 1_000), body: .null)))
    case "reply": try stage.apply(.reply(id, Reply(id: UInt64(words[1])!, outcome: .answered(.string("yes")))))
    case "admin":
      try stage.apply(.admin(id, id: 1, command: .object([.init("name", .string(words[1]))] + words.list.dropFirst(2).map(member))))
    case "farewell": try stage.apply(.farewell(id))
    case "lost": try stage.apply(.disconnected(id))
    case "flushed": try stage.apply(.flushed(id, queuedBytes: Int(words[1])!))
    default: Issue.record("no such input: \(words[0])")
    }
  }

  private static func rights(_ credential: String, _ words: Words) -> Rights {
    func number(_ name: String) -> Int? { words.number(name).map { Int($0) } }
    return Rights(
      publish: words["publish"].map { [$0] } ?? ["\(credential).*"], subscribe: words["subscribe"].map { [$0] } ?? ["*"],
      source: words["source"] ?? "/\(credential)", administers: words["admin"] != nil, asks: words["asks"].map { [$0] } ?? ["*"],
      quota: Quota(
        connections: number("connections"), messagesPerSecond: number("rate"), bytesPerSecond: number("byte_rate"),
        pending: number("pending"), subscriptions: number("subscriptions")))
  }

  /// A member of an admin command: `rate=10`, `to=beginning`, `from=@ledger-3`, `since=-5s`, `dry_run`.
  private func member(_ word: String) -> JSON.Member {
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return .init(word, true) }
    let (name, text) = (parts[0], parts[1])
    func position(_ text: Substring) -> JSON { .integer(Int64(events.first { $0.value == text }!.key)) }
    let value: JSON =
      if text.hasPrefix("@") {
        switch name {
        case "position": position(text.dropFirst())
        case "positions": .array(text.split(separator: ",").map { position($0.dropFirst()) })
        default: .object([.init("position", position(text.dropFirst()))])
        }
      } else if name != "subscription", text.hasPrefix("-") || text.hasPrefix("+") {
        ["from", "to"].contains(name)
          ? .object([.init("time", .integer(stage.now.wall.milliseconds + Self.duration(text)))])
          : .integer(stage.now.wall.milliseconds + Self.duration(text))
      } else if ["rate", "limit"].contains(name) {
        .integer(Int64(text)!)
      } else {
        .string(text)
      }
    return .init(name, value)
  }

  // MARK: Words

  private static func duration(_ text: String) -> Int64 {
    let digits = Int64(text.filter { $0.isNumber })! * (text.hasPrefix("-") ? -1 : 1)
    return text.hasSuffix("ms") ? digits : text.hasSuffix("m") ? digits * 60_000 : text.hasSuffix("h") ? digits * 3_600_000 : digits * 1_000
  }

  private static func ranges(_ text: String) -> DeliveryRanges {
    text.split(separator: ",").map { part in
      let ends = part.split(separator: "-").map { UInt64($0)! }
      return ends[0]...(ends.count > 1 ? ends[1] : ends[0])
    }
  }
}

/// The words of a line behind its first: plain ones by place, `name=value` ones by name.
private struct Words {
  let list: [String]
  init(_ list: [String]) { self.list = list }
  var count: Int { list.count }
  subscript(_ at: Int) -> String { list[at] }
  /// The value of `name=value`, or the name itself where it stands alone.
  subscript(_ name: String) -> String? { all(name).first ?? (list.contains(name) ? name : nil) }
  func all(_ name: String) -> [String] { list.filter { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) } }
  func number(_ name: String) -> UInt64? { all(name).first.flatMap { UInt64($0) } }
}
