import Contracts
import Host

extension Command {
  static let subscriptionList = Command(
    "subscription list", "Lists the durable subscriptions: how far behind, why, and since when.",
    examples: ["accord subscription list --json"],
    run: { arguments throws(Complaint) in try Subscriptions.list(arguments) })

  static let subscriptionShow = Command(
    "subscription show", "Shows one subscription, and what operators did to it.", operands: "NAME",
    examples: ["accord subscription show service/timeline"],
    run: { arguments throws(Complaint) in try Subscriptions.show(arguments) })

  static let subscriptionReset = Command(
    "subscription reset", "Sets a subscription to another place: set back, it gets everything from there on again.", operands: "NAME",
    options: [.init("--to", "WHERE", "beginning, new, a journal position, or an instant"), dry],
    examples: [
      "accord subscription reset service/timeline --to beginning --dry-run",
      "accord subscription reset service/timeline --to 2026-05-01T00:00:00Z",
    ],
    run: { arguments throws(Complaint) in try Subscriptions.reset(arguments) })

  static let subscriptionReplay = Command(
    "subscription replay", "Delivers what is settled once more, beside what is new, under the old sequences.", operands: "NAME",
    options: [
      .init("--from", "WHERE", "beginning, a journal position (what stands behind it), or an instant"),
      .init("--to", "WHERE", "through this position, or until this instant (default: what there is now)"),
      .init("--type", "TYPE", "only this type, or prefix.*; may stand several times", repeats: true),
      .init("--rate", "N/s", "at most so many a second"), dry,
    ],
    examples: ["accord subscription replay service/timeline --from 2026-05-01T00:00:00Z --type 'ledger.order.*' --rate 100/s"],
    run: { arguments throws(Complaint) in try Subscriptions.replay(arguments) })

  static let subscriptionStop = Command(
    "subscription stop", "Ends a replay or redrive that is under way: letters that were not done are dead again.", operands: "NAME",
    options: [dry],
    examples: ["accord subscription stop service/timeline"],
    run: { arguments throws(Complaint) in try Subscriptions.stop(arguments) })

  static let subscriptionRemove = Command(
    "subscription remove", "Ends a durable subscription and forgets how far it was.", operands: "NAME",
    options: [.init("--drop-dead", nil, "also where it has dead letters, which are dropped"), dry],
    examples: ["accord subscription remove auditor/everything"],
    run: { arguments throws(Complaint) in try Subscriptions.remove(arguments) })

  private static let dry = Arguments.Option("--dry-run", nil, "tell what would happen and change nothing")
}

/// `accord subscription …`: durable subscriptions by the broker's admin commands.
enum Subscriptions {
  static func list(_ arguments: Arguments) throws(Complaint) {
    let desk = try BrokerDesk(arguments)
    var rows: [JSON] = []
    var count = Int64.max
    while rows.count < count {
      let page = try desk.order("subscriptions", [.init("from", .integer(Int64(rows.count)))])
      count = page["count"]?.integer ?? 0
      let more = page["subscriptions"]?.array ?? []
      if more.isEmpty { break }
      rows += more
    }
    if arguments.has("--json") { return Terminal.print(.object([.init("subscriptions", .array(rows))])) }
    if rows.isEmpty { Terminal.print("no subscriptions") }
    for row in rows { tell(row) }
  }

  static func show(_ arguments: Arguments) throws(Complaint) {
    let answer = try BrokerDesk(arguments).order("subscription", try target(arguments))
    if arguments.has("--json") { return Terminal.print(answer) }
    guard let row = answer["subscription"] else { return }
    tell(row)
    let filters = row["filters"]?.strings ?? []
    Terminal.print("  reads \(filters.isEmpty ? "every type" : filters.joined(separator: ", ")), floor at \(row["floor"]?.integer ?? 0)")
    Terminal.print(
      "  \(row["consumers"]?.integer ?? 0) consumers, \(row["in_flight"]?.integer ?? 0) in flight, \(row["queued_bytes"]?.integer ?? 0) bytes "
        + "queued, \(row["look_ahead"]?.integer ?? 0) of \(row["look_ahead_max"]?.integer ?? 0) read ahead")
    Terminal.print(
      "  \(row["dead"]?.integer ?? 0) dead letters (a dead key: \(row["dead_key"]?.string ?? "?")), \(row["troubled"]?.integer ?? 0) failed before, "
        + "\(row["returning"]?.integer ?? 0) on their way back")
    for row in answer["interventions"]?.array ?? [] { Terminal.print("  " + DeadLetters.sentence(row)) }
  }

  static func reset(_ arguments: Arguments) throws(Complaint) {
    let to = try place(arguments.required("--to"), "--to")
    try act(arguments, "reset", [.init("to", to)], "reset")
  }

  static func replay(_ arguments: Arguments) throws(Complaint) {
    var members: [JSON.Member] = [.init("from", try place(arguments.required("--from"), "--from"))]
    if let text = arguments.value("--to") { members.append(.init("to", try place(text, "--to"))) }
    let types = arguments.all("--type")
    if !types.isEmpty { members.append(.init("types", .array(types.map { .string($0) }))) }
    if let rate = try BrokerDesk.rate(arguments) { members.append(rate) }
    try act(arguments, "replay", members, "replayed")
  }

  static func stop(_ arguments: Arguments) throws(Complaint) {
    let answer = try BrokerDesk(arguments).order("stop", try target(arguments) + dry(arguments))
    if arguments.has("--json") { return Terminal.print(answer) }
    let (returning, dead) = (answer["returning"]?.integer ?? 0, answer["dead_again"]?.integer ?? 0)
    guard returning > 0 || answer["replayed"] == true else { return Terminal.print("nothing is under way") }
    Terminal.print(
      "\(arguments.has("--dry-run") ? "would stop" : "stopped"): \(returning) were on their way, \(dead) of them are dead again")
  }

  static func remove(_ arguments: Arguments) throws(Complaint) {
    let dropping: [JSON.Member] = arguments.has("--drop-dead") ? [.init("drop_dead", true)] : []
    let answer = try BrokerDesk(arguments).order("remove", try target(arguments) + dropping + dry(arguments))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(
      "\(arguments.has("--dry-run") ? "would be removed" : "removed"), with \(answer["consumers"]?.integer ?? 0) consumers and "
        + "\(answer["dead"]?.integer ?? 0) dead letters")
  }

  private static func act(_ arguments: Arguments, _ name: String, _ members: [JSON.Member], _ word: String) throws(Complaint) {
    let answer = try BrokerDesk(arguments).order(name, try target(arguments) + members + dry(arguments))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(
      "\(arguments.operands[0]) \(arguments.has("--dry-run") ? "would be" : "is") \(word). \(answer["sentence"]?.string ?? "")")
  }

  private static func tell(_ row: JSON) {
    let since = row["since"]?.integer.map { ", since \(Timestamp(milliseconds: $0))" } ?? ""
    let behind = row["behind"]?.integer ?? 0
    let standing = behind > 0 ? "\(behind) bytes behind\(since): " : ""
    Terminal.print("\(row["name"]?.string ?? "?"): \(standing)\(row["sentence"]?.string ?? "?")")
  }

  // MARK: Members

  private static func target(_ arguments: Arguments) throws(Complaint) -> [JSON.Member] {
    [.init("subscription", .string(try arguments.operand("subscription")))]
  }

  private static func dry(_ arguments: Arguments) -> [JSON.Member] { arguments.has("--dry-run") ? [.init("dry_run", true)] : [] }

  /// A place as people say it.
  private static func place(_ text: String, _ flag: String) throws(Complaint) -> JSON {
    if text == "beginning" || text == "new" { return .string(text) }
    if let position = Int64(text), position >= 0 { return ["position": .integer(position)] }
    if (try? Timestamp(rfc3339: text)) != nil { return ["time": .string(text)] }
    throw .usage("\(flag) takes beginning, new, a position or an instant, not “\(text)”", "write an instant like 2026-05-01T00:00:00Z")
  }
}
