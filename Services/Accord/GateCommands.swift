import Contracts
import Glibc
import HTTP
import Host

extension Command {
  /// What an offer must pass before it goes live, and what to know before it is changed or stopped.
  static let gates: [Command] = [
    .offerGate, .offerWaive, .offerConfirm, .offerReleaseBlind, .offerPassed, .offerDiff, .offerRehearse, .parityList, .questionList,
    .questionAnswer,
  ]

  static let waiving: [Arguments.Option] = [
    .init("--waive", "CHECKS", "checks of the gate to pass although they do not hold, apart by commas (operator and supervisors)"),
    .init("--reason", "TEXT", "why"),
  ]

  static let offerGate = Command(
    "offer gate", "Shows what an offer's gate waits for: each check, what blocks it, since when, and who can lift it.", operands: "OFFER",
    examples: ["accord offer gate sunday-free-shipping"],
    run: { arguments throws(Complaint) in try GateCommands.show(arguments) })

  static let offerWaive = Command(
    "offer waive",
    "Lets checks of an offer's gate pass although they do not hold. For the operator and supervisors; it is told to everybody.",
    operands: "OFFER CHECK...", options: [.init("--reason", "TEXT", "why; it is kept with the offer")],
    examples: ["accord offer waive sunday-free-shipping briefings sheets --reason \"two agents, both at the meeting\""],
    run: { arguments throws(Complaint) in try GateCommands.waive(arguments) })

  static let offerConfirm = Command(
    "offer confirm", "Confirms an emergency launch that somebody else asked for, as the second of two named people.", operands: "OFFER",
    run: { arguments throws(Complaint) in try GateCommands.post("confirm", arguments) })

  static let offerReleaseBlind = Command(
    "offer release-blind",
    "Lets an offer's messages leave although the ledger or customer service was not heard for hours. It is told to everybody.",
    operands: "OFFER", options: [.init("--reason", "TEXT", "why")],
    run: { arguments throws(Complaint) in try GateCommands.post("release-blind", arguments, needsReason: true) })

  static let offerDiff = Command(
    "offer diff", "Shows what a version of an offer changes of another, and which of it changes what is promised.",
    operands: "OFFER@1 OFFER@2", examples: ["accord offer diff sunday-free-shipping@1 sunday-free-shipping@2"],
    run: { arguments throws(Complaint) in try GateCommands.diff(arguments) })

  static let questionList = Command(
    "question list", "Lists what customers asked about and nobody at customer service knew, the most urgent first.",
    options: [.init("--answered", nil, "those that have an answer, the last first")],
    run: { arguments throws(Complaint) in try QuestionCommands.list(arguments) })

  static let questionAnswer = Command(
    "question answer", "Says what it is that a customer asked about: the agent has it within seconds.", operands: "QUESTION",
    options: [
      .init("--answer", "WORD", "ours, partners, expired or not_ours"), .init("--offer", "OFFER", "which of ours it is"),
      .init("--sentence", "TEXT", "what the agent may say"),
    ],
    examples: ["accord question answer asked-17 --answer expired --sentence \"That code was last year's; today it is SPRING\""],
    run: { arguments throws(Complaint) in try QuestionCommands.answer(arguments) })
}

/// `accord offer gate`, `waive`, `confirm`, `release-blind`, `diff`.
enum GateCommands {
  static func show(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("offer")
    let gate = try Office(arguments).ask("marketing", .get, path(name, "gate"))
    if arguments.has("--json") { return Terminal.print(gate) }
    let state = gate["state"]?.string ?? "?"
    Terminal.print(
      "\(gate["offer_id"]?.string ?? "?")@\(gate["version"]?.integer ?? 0) is \(state); its gate is "
        + (gate["open"]?.bool == true ? "open" : "shut"))
    for row in gate["rows"]?.array ?? [] { tell(row) }
    for waiver in gate["waivers"]?.array ?? [] {
      guard let awaits = waiver["awaits"]?.string else { continue }
      Terminal.print(
        "  \(waiver["by"]?.string ?? "?") asked at \(waiver["at"]?.string ?? "?") to pass over \(waiver["check"]?.string ?? "?") "
          + "(\(waiver["reason"]?.string ?? "?")); \(awaits) confirms it with `accord offer confirm`")
    }
  }

  /// The door of an offer, or of the version that `NAME@2` names.
  private static func path(_ name: String, _ door: String) -> String {
    let version = OfferVersion(name)
    return "/v1/offers/\((version?.offer.text ?? name).percentEncoded)/\(door)" + (version.map { "?version=\($0.version)" } ?? "")
  }

  private static func tell(_ row: JSON) {
    let check = row["check"]?.string ?? "?"
    let by = row["by"]?.string.map { " (\($0))" } ?? ""
    Terminal.print(
      "  \(check)\(String(repeating: " ", count: max(1, 12 - check.count)))\(row["state"]?.string ?? "?") since "
        + "\(row["since"]?.string ?? "?")\(by)\(row["sentence"]?.string.map { ": \($0)" } ?? "")")
    if let lift = row["lifted_by"]?.string { Terminal.print("              who can lift it: \(lift)") }
  }

  static func waive(_ arguments: Arguments) throws(Complaint) {
    guard let offer = arguments.operands.first, arguments.operands.count > 1 else {
      throw .usage("an offer and its checks are needed", "write accord offer waive OFFER briefings sheets --reason TEXT")
    }
    let checks = arguments.operands.dropFirst().flatMap { $0.split(separator: ",") }.map { JSON.string(String($0)) }
    try send("waive", offer, [.init("checks", .array(checks)), .init("reason", .string(try arguments.required("--reason")))], arguments)
  }

  static func post(_ deed: String, _ arguments: Arguments, needsReason: Bool = false) throws(Complaint) {
    let offer = try arguments.operand("offer")
    var more: [JSON.Member] = []
    if needsReason { more.append(.init("reason", .string(try arguments.required("--reason")))) }
    try send(deed, offer, more, arguments)
  }

  private static func send(_ deed: String, _ offer: String, _ more: [JSON.Member], _ arguments: Arguments) throws(Complaint) {
    let answer = try Office(arguments).ask(
      "marketing", .post, "/v1/offers/\(deed)", headers: [("Idempotency-Key", Key.new())],
      body: .object([.init("offer", .string(offer))] + more))
    if arguments.has("--json") { Terminal.print(answer) } else { OfferReport.done(deed, answer) }
  }

  /// What `--waive` and `--reason` ask for, for the body of a deed; nil where nothing is waived.
  static func waiver(_ arguments: Arguments) throws(Complaint) -> JSON.Member? {
    guard let checks = arguments.value("--waive") else { return nil }
    return .init(
      "waive",
      [
        "checks": .array(checks.split(separator: ",").map { .string(String($0)) }),
        "reason": .string(try arguments.required("--reason")),
      ])
  }

  static func stopPreview(_ offer: String, _ arguments: Arguments) throws(Complaint) {
    let answer = try Office(arguments).ask("marketing", .get, path(offer, "stop-preview"))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print("Stopping \(answer["offer"]?.string ?? "?"), which is \(answer["state"]?.string ?? "?"), will:")
    for line in answer["will"]?.array ?? [] { Terminal.print("  \(line.string ?? "?")") }
    Terminal.print("It will not undo:")
    for line in answer["will_not"]?.array ?? [] { Terminal.print("  \(line.string ?? "?")") }
    Terminal.print("Afterwards:")
    for line in answer["afterwards"]?.array ?? [] { Terminal.print("  \(line.string ?? "?")") }
    Terminal.print("Nothing was changed. `accord offer stop \(offer)` without --preview does it.")
  }

  static func diff(_ arguments: Arguments) throws(Complaint) {
    let versions = arguments.operands.map { OfferVersion($0) }
    guard versions.count == 2, let from = versions[0], let to = versions[1], from.offer == to.offer else {
      throw .usage("two versions of one offer are compared", "write accord offer diff sunday-free-shipping@1 sunday-free-shipping@2")
    }
    let answer = try Office(arguments).ask(
      "marketing", .get, "/v1/offers/\(from.offer.text.percentEncoded)/diff?from=\(from.version)&to=\(to.version)")
    if arguments.has("--json") { return Terminal.print(answer) }
    let changes = answer["changes"]?.array ?? []
    Terminal.print(
      changes.isEmpty
        ? "\(from) and \(to) say the same."
        : "\(to) changes \(changes.count) fields of \(from); \(answer["material"]?.bool == true ? "what is marked ! changes what is promised" : "nothing that is promised")"
    )
    for change in changes {
      Terminal.print("\(change["material"]?.bool == true ? "!" : " ") \(change["field"]?.string ?? "?")")
      if let before = change["before"] { Terminal.print("    - \(before.text)") }
      if let after = change["after"] { Terminal.print("    + \(after.text)") }
    }
  }
}

/// `accord question list`, `accord question answer`.
enum QuestionCommands {
  static func list(_ arguments: Arguments) throws(Complaint) {
    let answered = arguments.has("--answered")
    let answer = try Office(arguments).ask("marketing", .get, "/v1/questions\(answered ? "?answered=yes" : "")")
    if arguments.has("--json") { return Terminal.print(answer) }
    let questions = answer["questions"]?.array ?? []
    guard !questions.isEmpty else { return Terminal.print(answered ? "Nothing was answered yet." : "Nobody waits for an answer.") }
    for question in questions { tell(question) }
    let overdue = answer["overdue"]?.integer ?? 0
    if !answered, overdue > 0 {
      Terminal.print(
        "\(overdue) of \(questions.count) should have been answered by now; \(answer["owner"]?.string ?? "marketing") has them.")
    }
  }

  private static func tell(_ question: JSON) {
    let due =
      question["due_at"]?.string.map { ", due \($0)\(question["overdue"]?.bool == true ? " \(Terminal.alarm("OVERDUE"))" : "")" } ?? ""
    Terminal.print(
      "\(question["asked_id"]?.string ?? "?")  asked \(question["at"]?.string ?? "?") by \(question["agent_id"]?.string ?? "?") in case "
        + "\(question["case_id"]?.string ?? "?")\(due)")
    guard let answer = question["answer"]?.string else { return }
    Terminal.print(
      "    \(answer)\(question["answer_offer_id"]?.string.map { " (\($0))" } ?? ""): \(question["sentence"]?.string ?? "?")  "
        + "\(question["answered_by"]?.string ?? "?") at \(question["answered_at"]?.string ?? "?")")
  }

  static func answer(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("question")
    var body: [JSON.Member] = [
      .init("answer", .string(try arguments.required("--answer"))), .init("sentence", .string(try arguments.required("--sentence"))),
    ]
    if let offer = arguments.value("--offer") { body.append(.init("offer_id", .string(offer))) }
    let answer = try Office(arguments).ask(
      "marketing", .post, "/v1/questions/\(id.percentEncoded)/answer", headers: [("Idempotency-Key", Key.new())], body: .object(body))
    if arguments.has("--json") { return Terminal.print(answer) }
    if answer["outcome"]?.string == "exists" { return Terminal.print("\(id) was answered so before; nothing changed.") }
    Terminal.print("\(id) is answered. `accord why \(answer["message_id"]?.string ?? "?")` tells more.")
  }
}
