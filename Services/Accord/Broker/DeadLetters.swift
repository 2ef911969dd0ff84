import Contracts
import Host

extension Command {
  private static let filter: [Arguments.Option] = [
    .init("--type", "TYPE", "only this type, or prefix.*"),
    .init("--key", "KEY", "only messages of this partition key"),
    .init("--cause", "CAUSE", "exhausted, never or behind"),
    .init("--since", "INSTANT", "dead since then, such as 2026-05-04T09:30:00Z"),
    .init("--until", "INSTANT", "dead until then"),
  ]
  private static let acting: [Arguments.Option] = [
    .init("--position", "POSITION", "only the letter at this position; may stand several times", repeats: true),
    .init("--dry-run", nil, "tell what would happen and change nothing"),
    .init("--rate", "N/s", "at most so many a second come back (default: as many as the consumers take)"),
  ]

  static let deadList = Command(
    "dead list", "Lists dead letters: messages that a subscription has given up on.",
    options: [.init("--subscription", "NAME", "only of this one, credential/name")] + filter + [
      .init("--limit", "N", "at most so many (default 1000)")
    ],
    examples: ["accord dead list", "accord dead list --subscription service/timeline --cause never --json"],
    run: { arguments throws(Complaint) in try DeadLetters.list(arguments) })

  static let deadShow = Command(
    "dead show", "Shows one dead letter: the event, its attempts, why it is dead, and since when.", operands: "SUBSCRIPTION POSITION",
    examples: ["accord dead show service/timeline 8231"],
    run: { arguments throws(Complaint) in try DeadLetters.show(arguments) })

  static let deadRedrive = Command(
    "dead redrive", "Delivers dead letters again, in the order of their keys, with attempts from zero.", operands: "SUBSCRIPTION",
    options: filter + acting,
    examples: [
      "accord dead redrive service/timeline --dry-run", "accord dead redrive service/timeline --type 'ledger.order.*' --rate 10/s",
    ],
    run: { arguments throws(Complaint) in try DeadLetters.redrive(arguments) })

  static let deadDrop = Command(
    "dead drop", "Lets dead letters go for good. Those parked behind them stay parked unless --release is said.",
    operands: "SUBSCRIPTION",
    options: filter + acting + [
      .init("--release", nil, "deliver those that stood behind the dropped ones"),
      .init("--all", nil, "needed where no filter is given"),
    ],
    examples: ["accord dead drop service/timeline --position 8231 --release"],
    run: { arguments throws(Complaint) in try DeadLetters.drop(arguments) })

  static let deadAudit = Command(
    "dead audit", "Lists what operators did to subscriptions and dead letters: who, when, what, how many.",
    options: [.init("--subscription", "NAME", "only of this one, credential/name")],
    examples: ["accord dead audit --json"],
    run: { arguments throws(Complaint) in try DeadLetters.audit(arguments) })
}

/// `accord dead …`: the broker's dead letters by its admin commands.
enum DeadLetters {
  static func list(_ arguments: Arguments) throws(Complaint) {
    let desk = try BrokerDesk(arguments)
    var command = try filter(arguments)
    if let name = arguments.value("--subscription") { command.append(.init("subscription", .string(name))) }
    let most = Int(try arguments.integer("--limit") ?? 1_000)
    guard most > 0 else { throw .usage("--limit is at least 1", "leave it out for a thousand") }
    var letters: [JSON] = []
    var (count, after): (Int64, JSON?) = (0, nil)
    repeat {
      let page = try desk.order("dead", command + (after.map { [.init("after", $0)] } ?? []))
      count = page["count"]?.integer ?? 0
      letters += page["letters"]?.array ?? []
      after = page["next"]
    } while after != nil && letters.count < most
    letters = Array(letters.prefix(most))
    if arguments.has("--json") {
      return Terminal.print(.object([.init("count", .integer(count)), .init("letters", .array(letters))]))
    }
    if letters.isEmpty { return Terminal.print("no dead letters") }
    for letter in letters {
      Terminal.print(
        "\(letter["subscription"]?.string ?? "?") \(letter["position"]?.integer ?? 0)  \(letter["type"]?.string ?? "type unknown")  "
          + (letter["sentence"]?.string ?? "?"))
    }
    if count > letters.count { Terminal.print("and \(Int(count) - letters.count) more; --limit shows them") }
  }

  static func show(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.count == 2, let position = Int64(arguments.operands[1]) else {
      throw .usage("a subscription and a position are needed", "accord dead list shows both")
    }
    let desk = try BrokerDesk(arguments)
    let page = try desk.order(
      "dead", [.init("subscription", .string(arguments.operands[0])), .init("positions", .array([.integer(position)]))])
    guard let letter = page["letters"]?.array?.first else {
      throw Complaint(
        code: .refused, happened: "\(arguments.operands[0]) has no dead letter at \(position)",
        advice: "`accord dead list` shows what there is")
    }
    let record = desk.office.askIfThere("broker", "/v1/events/\(position)")
    if arguments.has("--json") {
      return Terminal.print(.object([.init("letter", letter), .init("journal", record ?? .null)]))
    }
    Terminal.print("\(letter["subscription"]?.string ?? "?"): \(letter["sentence"]?.string ?? "?")")
    Terminal.print(
      "number \(letter["sequence"]?.integer ?? 0) of \(letter["producer"]?.string ?? "?"), position \(position), "
        + "\(letter["attempts"]?.integer ?? 0) attempts")
    Terminal.print(record?["event"]?.text ?? "its event cannot be read from the journal; run accord verify")
  }

  static func redrive(_ arguments: Arguments) throws(Complaint) {
    let desk = try BrokerDesk(arguments)
    let command = try target(arguments) + filter(arguments) + acting(arguments)
    let answer = try desk.order("redrive", command)
    if arguments.has("--json") { return Terminal.print(answer) }
    let (count, keys) = (answer["count"]?.integer ?? 0, answer["keys"]?.integer ?? 0)
    Terminal.print(
      "\(count) dead letters of \(keys) keys \(arguments.has("--dry-run") ? "would come back" : "come back")"
        + (count > 0 && !arguments.has("--dry-run") ? "; `accord dead audit` tells how far they are" : ""))
    if let sentence = answer["sentence"]?.string { Terminal.print(sentence) }
  }

  static func drop(_ arguments: Arguments) throws(Complaint) {
    let filter = try filter(arguments) + positions(arguments)
    guard !filter.isEmpty || arguments.has("--all") || arguments.has("--dry-run") else {
      throw .usage("which of them?", "give a filter, or --all for every dead letter of the subscription")
    }
    let desk = try BrokerDesk(arguments)
    var command = try target(arguments) + self.filter(arguments) + acting(arguments)
    if arguments.has("--release") { command.append(.init("release", true)) }
    let answer = try desk.order("drop", command)
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print("\(answer["count"]?.integer ?? 0) dead letters \(arguments.has("--dry-run") ? "would be" : "are") dropped")
    if let released = answer["released"]?.integer, released > 0 { Terminal.print("\(released) that stood behind them come back") }
    if let sentence = answer["sentence"]?.string { Terminal.print(sentence) }
  }

  static func audit(_ arguments: Arguments) throws(Complaint) {
    let desk = try BrokerDesk(arguments)
    let answer = try desk.order("audit", arguments.value("--subscription").map { [.init("subscription", .string($0))] } ?? [])
    if arguments.has("--json") { return Terminal.print(answer) }
    let rows = answer["interventions"]?.array ?? []
    if rows.isEmpty { return Terminal.print("nobody has done anything yet") }
    for row in rows { Terminal.print(sentence(row)) }
  }

  /// One line of the audit.
  static func sentence(_ row: JSON) -> String {
    let at = Timestamp(milliseconds: row["at"]?.integer ?? 0)
    var text =
      "\(at)  \(row["by"]?.string ?? "?"): \(row["deed"]?.string ?? "?") \(row["subscription"]?.string ?? "?"), \(row["what"]?.string ?? "?")"
    if let count = row["count"]?.integer, count > 0 { text += "; \(count) messages" }
    if let rate = row["rate"]?.integer { text += ", \(rate) a second" }
    if let done = row["done"]?.integer, done > 0 { text += ", \(done) done" }
    if let again = row["dead_again"]?.integer, again > 0 { text += ", \(again) dead again" }
    if row["under_way"] == true { text += ", \(row["left"]?.integer ?? 0) on their way" }
    return text
  }

  // MARK: Members

  private static func target(_ arguments: Arguments) throws(Complaint) -> [JSON.Member] {
    [.init("subscription", .string(try arguments.operand("subscription")))]
  }

  private static func filter(_ arguments: Arguments) throws(Complaint) -> [JSON.Member] {
    ["type", "key", "cause", "since", "until"].compactMap { name in
      arguments.value("--" + name).map { .init(name, .string($0)) }
    }
  }

  private static func positions(_ arguments: Arguments) throws(Complaint) -> [JSON.Member] {
    let texts = arguments.all("--position")
    guard !texts.isEmpty else { return [] }
    let numbers = texts.compactMap { Int64($0) }
    guard numbers.count == texts.count else { throw .usage("--position takes a position", "accord dead list shows them") }
    return [.init("positions", .array(numbers.map { .integer($0) }))]
  }

  private static func acting(_ arguments: Arguments) throws(Complaint) -> [JSON.Member] {
    var members = try positions(arguments)
    if arguments.has("--dry-run") { members.append(.init("dry_run", true)) }
    if let rate = try BrokerDesk.rate(arguments) { members.append(rate) }
    return members
  }
}
