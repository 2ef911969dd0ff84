import Contracts
import Host

extension Command {
  static let promiseList = Command(
    "promise list", "Lists what offers ask of customer service, what was answered, and what is left for it.",
    options: [.init("--offer", "ID", "only this offer's"), .init("--open", nil, "only those without an answer that holds")],
    run: { arguments throws(Complaint) in try PromiseCommands.list(arguments) })

  static let promiseAnswer = Command(
    "promise answer", "Says whether a promise can be kept. A yes reserves the capacity for it; silence is never a yes.",
    operands: "OFFER PROMISE yes|no|up-to [N]",
    options: [
      .init("--expires", "TIME", "until when the answer may be relied upon, such as 2026-05-14T00:00:00Z"),
      .init("--because", "TEXT", "why, for marketing"), .init("--version", "N", "of the offer (default: its latest)"), CareReport.key,
    ],
    examples: [
      "accord promise answer sunday-free-shipping contacts yes --expires 2026-05-14T00:00:00Z",
      "accord promise answer welcome-kettle kettles up-to 1500 --expires 2026-07-01T00:00:00Z",
    ], run: { arguments throws(Complaint) in try PromiseCommands.answer(arguments) })

  static let capacityShow = Command(
    "capacity show", "Shows what customer service can do, what is reserved of it, and where it falls short.",
    options: [.init("--from", "TIME", "from when on (default: now)"), .init("--to", "TIME", "until when (default: for ever)")],
    run: { arguments throws(Complaint) in try PromiseCommands.show(arguments) })

  static let capacitySet = Command(
    "capacity set", "Says what customer service can do in some hours; it takes the place of what was said of them before.", operands: "N",
    options: [
      .init("--from", "TIME", "from when on, such as 2026-05-10T12:00:00Z"), .init("--to", "TIME", "until when"),
      .init("--kind", "WORD", "contacts_per_hour, units or returns (default: contacts_per_hour)"),
      .init("--sku", "SKU", "of which goods, where it is units"),
      .init("--pool", "WORD", "whose: what several pools can do adds up (default: desk)"),
      .init("--because", "TEXT", "why"), CareReport.key,
    ], examples: ["accord capacity set 120 --from 2026-05-10T12:00:00Z --to 2026-05-13T00:00:00Z"],
    run: { arguments throws(Complaint) in try PromiseCommands.set(arguments) })

  static let capacityForecast = Command(
    "capacity forecast", "Shows the contacts that an offer brings by the hour, what can be taken, and afterwards what came.",
    operands: "OFFER",
    options: [
      .init("--messages", "N", "so many are sent (default: as marketing has prepared)"),
      .init("--at", "TIME", "when they are sent (default: its start)"),
      .init("--recipients", "N", "so many receive it without asking (default: as the ledger has given)"),
      .init("--per-thousand", "N", "contacts from a thousand messages (default: as offers like it brought, else the policy's)"),
      .init("--hours", "N", "so many hours from its start on (default: 72)"), .init("--all", nil, "hours without contacts too"),
    ], run: { arguments throws(Complaint) in try PromiseCommands.forecast(arguments) })
}

/// `accord promise ...` and `accord capacity ...`: what may be promised in customer service's name.
enum PromiseCommands {
  static func list(_ arguments: Arguments) throws(Complaint) {
    let answer = try CareReport.question(
      arguments, "/v1/promises", [("offer", arguments.value("--offer")), ("open", arguments.has("--open") ? "true" : nil)])
    if arguments.has("--json") { return Terminal.print(answer) }
    let promises = answer["promises"]?.array ?? []
    if promises.isEmpty { Terminal.print("No offer asks for anything now.") }
    for promise in promises { line(promise) }
  }

  private static func line(_ promise: JSON) {
    let answer =
      promise["answer"] == nil
      ? "to be answered by \(CareReport.text(promise, "answer_by")), lies with \(CareReport.text(promise, "lies_with"))"
      : "\(CareReport.text(promise, "answer").replacing("_", with: " "))\(promise["up_to"]?.integer.map { " \($0)" } ?? "") by \(CareReport.text(promise, "by")), until "
        + "\(CareReport.text(promise, "expires_at"))"
    let more = promise["once_briefed"]?.integer.map { ", \($0) more once whoever is there has read it" } ?? ""
    let free = promise["free"]?.integer.map { "; \($0) left for it\(more)" } ?? ""
    Terminal.print(
      "\(CareReport.text(promise, "offer")) \(CareReport.text(promise, "promise_id"))  \(CareReport.text(promise, "standing"))  "
        + "\(CareReport.text(promise, "asks_for")) from \(CareReport.text(promise, "from")) to \(CareReport.text(promise, "to")); \(answer)\(free)"
    )
  }

  static func answer(_ arguments: Arguments) throws(Complaint) {
    let words = arguments.operands
    guard words.count == 3 && ["yes", "no"].contains(words[2]) || words.count == 4 && words[2] == "up-to" else {
      throw .usage(
        "an answer names the offer, the promise, and yes, no or up-to N",
        "write accord promise answer sunday-free-shipping contacts up-to 80 --expires 2026-05-14T00:00:00Z")
    }
    var body: [JSON.Member] = [.init("answer", .string(words[2] == "up-to" ? "up_to" : words[2]))]
    if words.count == 4 {
      guard let number = Int64(words[3]) else { throw .usage("up-to takes a whole number, not “\(words[3])”", "write digits only") }
      body.append(.init("quantity", .integer(number)))
    }
    if let version = try arguments.integer("--version") { body.append(.init("version", .integer(version))) }
    body += CareReport.members(arguments, [("--expires", "expires_at"), ("--because", "sentence")])
    let answer = try CareReport.command(
      arguments, "/v1/promises/\(words[0].percentEncoded)/\(words[1].percentEncoded)/answer", body)
    if arguments.has("--json") { return Terminal.print(answer) }
    line(answer)
    guard let before = answer["instead_of"] else { return }
    Terminal.print(
      "  instead of \(CareReport.text(before, "answer").replacing("_", with: " "))\(before["up_to"]?.integer.map { " \($0)" } ?? ""), as "
        + "\(CareReport.text(before, "by")) had said at \(CareReport.text(before, "at"))")
  }

  // MARK: Capacity

  static func show(_ arguments: Arguments) throws(Complaint) {
    let answer = try CareReport.question(
      arguments, "/v1/capacity", [("from", arguments.value("--from")), ("to", arguments.value("--to"))])
    if arguments.has("--json") { return Terminal.print(answer) }
    let slots = answer["slots"]?.array ?? []
    if slots.isEmpty { Terminal.print("Nobody has said what can be done. `accord capacity set 120 --from TIME --to TIME` says it.") }
    for slot in slots where slot["from"] != slot["to"] { self.slot(slot) }
    for held in answer["reserved"]?.array ?? [] {
      Terminal.print(
        "  reserved: \(CareReport.text(held, "quantity")) for \(CareReport.text(held, "offer")) \(CareReport.text(held, "promise_id")) from "
          + "\(CareReport.text(held, "from")) to \(CareReport.text(held, "to"))")
    }
    for short in answer["short"]?.array ?? [] { self.short(short) }
  }

  private static func slot(_ slot: JSON) {
    Terminal.print(
      "\(CareReport.text(slot, "from")) to \(CareReport.text(slot, "to"))  \(CareReport.text(slot, "quantity")) \(CareReport.text(slot, "kind"))"
        + (slot["sku"]?.string.map { " of \($0)" } ?? "")
        + "  (\(CareReport.text(slot, "by"))\(slot["cause"]?.string.map { ": \($0)" } ?? ""))")
  }

  /// What was promised and is not there.
  static func short(_ short: JSON) {
    let follows = short["on_drop"]?.string == "pause" ? "marketing pauses it" : "marketing is alarmed"
    Terminal.print(
      "  \(Terminal.alarm("SHORT")): \(CareReport.text(short, "offer")) was promised \(CareReport.text(short, "reserved")), from \(CareReport.text(short, "from")) to "
        + "\(CareReport.text(short, "to")) there is only \(CareReport.text(short, "there")); \(follows)")
  }

  static func set(_ arguments: Arguments) throws(Complaint) {
    let text = try arguments.operand("number")
    guard let number = Int64(text) else {
      let isTooLarge = !text.isEmpty && text.allSatisfy(\.isNumber)
      throw .usage(
        "“\(text)” is \(isTooLarge ? "more than can be counted" : "no number")",
        isTooLarge ? "write a smaller number, such as 120" : "write digits only, such as 120")
    }
    let body =
      [
        JSON.Member("quantity", .integer(number)), .init("from", .string(try arguments.required("--from"))),
        .init("to", .string(try arguments.required("--to"))),
      ]
      + CareReport.members(arguments, [("--kind", "kind"), ("--sku", "sku"), ("--pool", "pool"), ("--because", "cause")])
    let answer = try CareReport.command(arguments, "/v1/capacity", body)
    if arguments.has("--json") { return Terminal.print(answer) }
    if answer["outcome"]?.string == "exists" { Terminal.print("That was said already; nothing changed.") }
    for slot in answer["slots"]?.array ?? [] where slot["from"] != slot["to"] { self.slot(slot) }
    let before = answer["instead_of"]?.array ?? []
    if !before.isEmpty { Terminal.print("  Before it was:") }
    for slot in before { self.slot(slot) }
    for short in answer["short"]?.array ?? [] { self.short(short) }
  }

  static func forecast(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("offer")
    let answer = try CareReport.question(
      arguments, "/v1/capacity/forecast/\(id.percentEncoded)",
      [
        ("messages", arguments.value("--messages")), ("at", arguments.value("--at")), ("recipients", arguments.value("--recipients")),
        ("per_thousand", arguments.value("--per-thousand")), ("hours", arguments.value("--hours")),
      ])
    if arguments.has("--json") { return Terminal.print(answer) }
    for hour in answer["hours"]?.array ?? [] {
      let expected = hour["expected"]?.integer ?? 0
      let actual = hour["actual"]?.integer
      guard arguments.has("--all") || expected > 0 || actual ?? 0 > 0 else { continue }
      Terminal.print(
        "\(CareReport.text(hour, "from"))  expected \(expected)"
          + (hour["available"]?.integer.map { ", available \($0)" } ?? ", available: not said")
          + (actual.map { ", came \($0)" } ?? "") + (hour["short"]?.bool == true ? "  SHORT" : ""))
    }
    Terminal.print(
      "\(CareReport.text(answer, "offer")): \(CareReport.text(answer, "expected")) contacts expected, \(CareReport.text(answer, "short_hours")) hours short, "
        + "\(CareReport.text(answer, "actual")) came so far")
  }
}
