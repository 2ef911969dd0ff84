import Contracts
import Host

extension Command {
  static let caseOpen = Command(
    "case open", "Opens a case, or takes it for one that is open already. A complaint quiets marketing at once.",
    options: [
      .init("--customer", "ID", "whose it is; without it nobody by name"),
      .init("--kind", "KIND", "question, request, complaint or thanks"),
      .init("--channel", "WORD", "how it came: counter, phone, email, chat, social, review, letter"),
      .init("--severity", "WORD", "low, normal or severe (default: normal)"),
      .init("--cause", "KIND=ID", "what brought it about: campaign, offer, policy, conduct or product"),
      .init("--same-as", "CASE", "the open case that this is told of again, over another channel"),
      .init("--rating", "STARS", "of a review: 1 to 5; few of them quiet marketing as a complaint does"),
      .init("--link", "CASE", "another case that has to do with it; repeat for more", repeats: true),
      .init("--words", "TEXT", "what the customer said; stays with the case"), .init("--case", "ID", "its name (default: a new one)"),
      CareReport.key,
    ],
    examples: ["accord case open --customer ada --kind complaint --channel phone --cause campaign=spring --words \"Three mails in a day\""],
    run: { arguments throws(Complaint) in try CaseCommands.open(arguments) })

  static let caseShow = Command(
    "case show", "Shows a case: its turns, what was said over every channel, its holds.", operands: "CASE",
    run: { arguments throws(Complaint) in try CaseCommands.show(arguments) })

  static let caseList = Command(
    "case list", "Lists cases by the rule of the queue: severe ones first, then whoever waits longest.",
    options: [
      .init("--customer", "ID", "only theirs"), .init("--state", "WORD", "unsolved, open, answered, solved or all (default: unsolved)"),
      .init("--cause", "ID", "only those because of this campaign, offer, policy or product"),
      .init("--limit", "N", "at most so many (default: 100)"),
    ], run: { arguments throws(Complaint) in try CaseCommands.list(arguments) })

  static let caseAnswer = turning("answer", "Notes that the customer was answered.")
  static let caseSolve = turning("solve", "Notes that a case is solved; what was held because of it cools off.")
  static let caseReopen = turning("reopen", "Opens a solved case again; a complaint quiets marketing again.")
  static let caseEscalate = turning("escalate", "Gives a case to somebody above.")

  private static func turning(_ deed: String, _ summary: String) -> Command {
    Command(
      "case \(deed)", summary, operands: "CASE",
      options: [
        .init("--channel", "WORD", "by which channel (default: the last one)"),
        .init("--words", "TEXT", "what was said; stays with the case"),
        .init("--severity", "WORD", "low, normal or severe (default: as it is)"),
        .init("--kind", "KIND", "question, request, complaint or thanks (default: as it is)"),
        .init("--cause", "KIND=ID", "what brought it about, where that is known by now"), CareReport.key,
      ], run: { arguments throws(Complaint) in try CaseCommands.turn(deed, arguments) })
  }
}

/// `accord case ...`: what customers bring up.
enum CaseCommands {
  static func open(_ arguments: Arguments) throws(Complaint) {
    _ = try CareReport.operands(arguments, 0, "case open --kind complaint --channel phone")
    _ = try arguments.required("--kind")
    _ = try arguments.required("--channel")
    var body = CareReport.members(
      arguments,
      [
        ("--customer", "person_id"), ("--kind", "kind"), ("--channel", "channel"), ("--severity", "severity"), ("--same-as", "same_as"),
        ("--words", "words"), ("--case", "case_id"),
      ])
    if let rating = try arguments.integer("--rating") { body.append(.init("rating", .integer(rating))) }
    if let cause = try cause(arguments) { body.append(.init("cause", cause)) }
    let linked = arguments.all("--link")
    if !linked.isEmpty { body.append(.init("linked", .array(linked.map { .string($0) }))) }
    let answer = try CareReport.command(arguments, "/v1/cases", body)
    if arguments.has("--json") { return Terminal.print(answer) }
    let id = CareReport.text(answer, "case_id")
    Terminal.print(answer["outcome"]?.string == "joined" ? "Case \(id) is the same matter; it goes on there." : "Case \(id) is open.")
    said(answer)
    if let hold = answer["hold_id"]?.string { Terminal.print("Marketing writes nothing to this customer meanwhile (hold \(hold)).") }
  }

  private static func cause(_ arguments: Arguments) throws(Complaint) -> JSON? {
    guard let text = arguments.value("--cause") else { return nil }
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw .usage("--cause takes a kind and an id, not “\(text)”", "write --cause campaign=spring") }
    return .object([.init("kind", .string(parts[0])), .init("id", .string(parts[1]))])
  }

  static func turn(_ deed: String, _ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("case")
    var body = CareReport.members(
      arguments, [("--channel", "channel"), ("--words", "words"), ("--severity", "severity"), ("--kind", "kind")])
    if let cause = try cause(arguments) { body.append(.init("cause", cause)) }
    let answer = try CareReport.command(arguments, "/v1/cases/\(id.percentEncoded)/\(deed)", body)
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print("Case \(id) is \(CareReport.text(answer, "state"))\(answer["escalated"]?.bool == true ? ", with somebody above" : "").")
    for hold in answer["holds"]?.array ?? [] where hold["in_force"]?.bool == true { HoldCommands.line(hold) }
  }

  static func show(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("case")
    let answer = try CareReport.question(arguments, "/v1/cases/\(id.percentEncoded)")
    if arguments.has("--json") { return Terminal.print(answer) }
    line(answer)
    for turn in answer["turns"]?.array ?? [] {
      Terminal.print(
        "  \(CareReport.text(turn, "at"))  \(CareReport.text(turn, "turn")) by \(CareReport.text(turn, "by")) (\(CareReport.text(turn, "channel")))  "
          + CareReport.text(turn, "message_id"))
    }
    said(answer)
    for hold in answer["holds"]?.array ?? [] { HoldCommands.line(hold) }
  }

  private static func said(_ answer: JSON) {
    for word in answer["said"]?.array ?? [] {
      Terminal.print(
        "  \(CareReport.text(word, "at"))  \(CareReport.text(word, "channel")), \(CareReport.text(word, "by")): “\(CareReport.text(word, "words"))”"
      )
    }
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    let answer = try CareReport.question(
      arguments, "/v1/cases",
      [
        ("customer", arguments.value("--customer")), ("state", arguments.value("--state")), ("cause", arguments.value("--cause")),
        ("limit", arguments.value("--limit")),
      ])
    if arguments.has("--json") { return Terminal.print(answer) }
    let cases = answer["cases"]?.array ?? []
    if cases.isEmpty { Terminal.print("No one is waiting.") }
    for one in cases { line(one) }
  }

  private static func line(_ file: JSON) {
    let cause = file["cause"].map { ", because of \(CareReport.text($0, "kind")) \(CareReport.text($0, "id"))" } ?? ""
    let channels = (file["channels"]?.strings ?? []).joined(separator: ", ")
    Terminal.print(
      "\(CareReport.text(file, "case_id"))  \(CareReport.text(file, "state"))\(file["escalated"]?.bool == true ? " (above)" : "")  "
        + "\(CareReport.text(file, "severity")) \(CareReport.text(file, "kind")) of \(file["person_id"]?.string ?? "nobody by name") by \(channels)\(cause)"
        + ", since \(CareReport.text(file, "opened_at"))")
  }
}
