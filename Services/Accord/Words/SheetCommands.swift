import Contracts
import Host

extension WordDesk {
  static let sheet: [Command] = [
    Command(
      "sheet draft", "Writes what agents say of an offer's version, in one language and voice. It is used once it is verified.",
      operands: "OFFER|OFFER@VERSION",
      options: [
        .init("--locale", "TAG", "the language, such as en-US"), .init("--voice", "WORD", "such as warm or plain"),
        .init("--words", "TEXT", "what to say"), .init("--file", "FILE", "what to say, in a file"),
        .init("--use", "WORDS", "words to use; may be repeated", repeats: true),
        .init("--avoid", "WORDS", "words to avoid; may be repeated", repeats: true),
        .init("--seen", "N", "the version of the sheet that you have seen: refused where there is a later one"), key,
      ],
      examples: [
        "accord sheet draft sunday-free-shipping --locale en-US --voice warm --words \"It is already on its way back to you.\" --avoid \"too late\""
      ], run: { arguments throws(Complaint) in try SheetCommands.draft(arguments) }),
    Command(
      "sheet verify", "Lets agents use a sheet. Whoever verifies answers for it, somebody else stands in.", operands: "SHEET",
      options: [
        .init("--deputy", "ID", "who stands in"), .init("--verifier", "ID", "who answers for it (default: you)"),
        .init("--review-at", "TIME", "when somebody looks at it again (default: the offer's end)"),
        .init("--version", "N", "the version that you have read"), key,
      ], examples: ["accord sheet verify sunday-free-shipping:en-US:warm --deputy lead/tom --as ruth.json"],
      run: { arguments throws(Complaint) in try SheetCommands.verify(arguments) }),
    Command(
      "sheet list", "Lists the sheets of an offer, or of all, with their versions and who answers for them.",
      options: [.init("--offer", "NAME", "of this offer")], run: { arguments throws(Complaint) in try SheetCommands.list(arguments) }),
    Command(
      "sheet show", "Shows what to say of an offer now: its sheet, or the facts card; or a sheet by its name, with all its versions.",
      operands: "OFFER|SHEET",
      options: [.init("--locale", "TAG", "the customer's language"), .init("--voice", "WORD", "the brand's voice")],
      examples: ["accord sheet show sunday-free-shipping --locale es-US", "accord sheet show sunday-free-shipping:en-US:warm"],
      run: { arguments throws(Complaint) in try SheetCommands.show(arguments) }),
    Command(
      "sheet stale", "Takes a sheet back. Where its words are wrong, who was answered from it is listed for a correction.",
      operands: "SHEET",
      options: [
        .init("--cause", "WORD", "wrong or outdated"), .init("--sentence", "TEXT", "what is wrong"),
        .init("--version", "N", "this version (default: the one that is used)"), key,
      ], examples: ["accord sheet stale sunday-free-shipping:en-US:warm --cause wrong --sentence \"it says three days\""],
      run: { arguments throws(Complaint) in try SheetCommands.stale(arguments) }),
    Command(
      "sheet hand-on", "Gives a sheet to another verifier or deputy; with --from and --to all that hang on somebody.", operands: "[SHEET]",
      options: [
        .init("--verifier", "ID", "who answers for it from now on"), .init("--deputy", "ID", "who stands in from now on"),
        .init("--from", "ID", "whose sheets, all of them"), .init("--to", "ID", "who takes them"), key,
      ],
      examples: [
        "accord sheet hand-on sunday-free-shipping:en-US:warm --verifier lead/tom", "accord sheet hand-on --from lead/ruth --to lead/tom",
      ],
      run: { arguments throws(Complaint) in try SheetCommands.handOn(arguments) }),
  ]
}

/// `accord sheet ...`: what agents say, bound to a version, a language and a voice.
enum SheetCommands {
  static func draft(_ arguments: Arguments) throws(Complaint) {
    var body: [JSON.Member] = [
      .init("offer", .string(try arguments.operand("offer"))),
      .init("words", .string(try WordDesk.text(arguments, "--words", file: "--file"))),
      .init("use", .array(arguments.all("--use").map { .string($0) })),
      .init("avoid", .array(arguments.all("--avoid").map { .string($0) })),
    ]
    body += WordDesk.members(arguments, ("locale", "--locale"), ("voice", "--voice"))
    if let seen = try arguments.integer("--seen") { body.append(.init("seen_version", .integer(seen))) }
    guard let answer = try WordDesk.give(arguments, "/v1/sheets", body), let sheet = answer["sheet"] else { return }
    tell(sheet)
    Terminal.print("Nobody uses it yet: accord sheet verify \(sheet.word("sheet_id")) --deputy ID")
  }

  static func verify(_ arguments: Arguments) throws(Complaint) {
    var body: [JSON.Member] = [.init("sheet_id", .string(try arguments.operand("sheet")))]
    body += WordDesk.members(arguments, ("deputy", "--deputy"), ("verifier", "--verifier"), ("review_at", "--review-at"))
    if let version = try arguments.integer("--version") { body.append(.init("sheet_version", .integer(version))) }
    guard let answer = try WordDesk.give(arguments, "/v1/sheets/verify", body), let sheet = answer["sheet"] else { return }
    tell(sheet)
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    guard let answer = try WordDesk.ask(arguments, "/v1/sheets" + WordDesk.query(arguments, ("offer", "--offer"))) else { return }
    let sheets = answer["sheets"]?.array ?? []
    if sheets.isEmpty { Terminal.print("There are no sheets: accord sheet draft OFFER --locale TAG --voice WORD --words TEXT writes one.") }
    for sheet in sheets { tell(sheet) }
  }

  static func show(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("offer or sheet")
    if name.contains(":") {
      guard let answer = try WordDesk.ask(arguments, "/v1/sheets?sheet=\(name.percentEncoded)") else { return }
      for sheet in answer["sheets"]?.array ?? [] { whole(sheet) }
      return
    }
    let query = WordDesk.query(arguments, ("locale", "--locale"), ("voice", "--voice"))
    guard let answer = try WordDesk.ask(arguments, "/v1/offers/\(name.percentEncoded)/card\(query)") else { return }
    card(answer)
  }

  /// What an agent has before them: the sheet, or the facts card with the sentence that holds until there is more.
  static func card(_ answer: JSON) {
    Terminal.print("\(answer.word("offer")) (\(answer.word("name"))), \(answer.word("state")), as of \(answer.word("at"))")
    if let sentence = answer["fallback_sentence"]?.string { Terminal.print("  NOT IN \(answer.word("wanted_locale")): \(sentence)") }
    if let changes = answer["changes"] { Terminal.print("  changes to \(changes.word("offer")) \(changes.word("when"))") }
    if let sheet = answer["sheet"] {
      if answer["review_overdue"]?.bool == true { Terminal.print("  was to be looked at again by \(sheet.word("review_at"))") }
      whole(sheet)
    } else {
      Terminal.print("FACTS CARD (\(answer.word("reason")))")
      Terminal.print("  Say: \(answer.word("holding"))")
      for fact in answer["facts"]?.strings ?? [] { Terminal.print("  \(fact)") }
    }
  }

  static func stale(_ arguments: Arguments) throws(Complaint) {
    var body: [JSON.Member] = [.init("sheet_id", .string(try arguments.operand("sheet")))]
    body += WordDesk.members(arguments, ("cause", "--cause"), ("sentence", "--sentence"))
    if let version = try arguments.integer("--version") { body.append(.init("sheet_version", .integer(version))) }
    guard let answer = try WordDesk.give(arguments, "/v1/sheets/stale", body), let sheet = answer["sheet"] else { return }
    tell(sheet)
    Terminal.print("Who was answered from it: accord answer correct list")
  }

  static func handOn(_ arguments: Arguments) throws(Complaint) {
    var body = WordDesk.members(arguments, ("verifier", "--verifier"), ("deputy", "--deputy"), ("from", "--from"), ("to", "--to"))
    if arguments.value("--from") == nil { body.append(.init("sheet_id", .string(try arguments.operand("sheet")))) }
    guard let answer = try WordDesk.give(arguments, "/v1/sheets/hand-on", body) else { return }
    if let sheet = answer["sheet"] { return tell(sheet) }
    let (handed, left) = (answer["sheets"]?.strings ?? [], answer["left"]?.strings ?? [])
    Terminal.print("\(handed.count) sheets are handed on\(handed.isEmpty ? "" : ": \(handed.joined(separator: ", "))")")
    if !left.isEmpty {
      Terminal.print(
        "These stay: the other one would stand in for themselves: \(left.joined(separator: ", ")); name a verifier and a deputy for each")
    }
  }

  private static func tell(_ sheet: JSON) {
    let owner = sheet["verifier"]?.string.map { "  \($0), deputy \(sheet.word("deputy"))" } ?? ""
    let review = sheet["review_at"]?.string.map { ", looked at again by \($0)" } ?? ""
    let cause = sheet["cause"]?.string.map { "  (\($0))" } ?? ""
    Terminal.print(
      "\(sheet.word("sheet_id"))  version \(sheet["sheet_version"]?.integer ?? 0) for \(sheet.word("offer"))  \(sheet.word("state"))\(owner)\(review)\(cause)"
    )
  }

  private static func whole(_ sheet: JSON) {
    tell(sheet)
    for line in sheet.word("words").split(separator: "\n", omittingEmptySubsequences: false) { Terminal.print("  \(line)") }
    let (use, avoid) = (sheet["use"]?.strings ?? [], sheet["avoid"]?.strings ?? [])
    if !use.isEmpty { Terminal.print("  use:   \(use.joined(separator: "; "))") }
    if !avoid.isEmpty { Terminal.print("  avoid: \(avoid.joined(separator: "; "))") }
  }
}
