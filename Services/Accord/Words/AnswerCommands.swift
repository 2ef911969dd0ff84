import Contracts
import HTTP
import Host

extension WordDesk {
  private static let customer: [Arguments.Option] = [
    .init("--locale", "TAG", "the customer's language"), .init("--voice", "WORD", "the brand's voice"),
    .init("--text", "TEXT", "what is to be sent"), .init("--file", "FILE", "what is to be sent, in a file"),
  ]

  static let answer: [Command] = [
    Command(
      "answer check", "Points out which words of a draft the offer's sheet asks to avoid; nothing is recorded.", operands: "OFFER",
      options: customer, examples: ["accord answer check sunday-free-shipping --locale en-US --text \"Sorry, too late.\""],
      run: { arguments throws(Complaint) in try AnswerCommands.check(arguments) }),
    Command(
      "answer give", "Records what a customer is told of an offer, with the version of the words that it comes from.", operands: "OFFER",
      options: customer + [
        .init("--case", "ID", "the case that it answers"), .init("--customer", "ID", "whose case it is"),
        .init("--sheet", "ID", "the sheet that you answer from: refused where it does not hold now"),
        .init("--sheet-version", "N", "its version"), .init("--facts-card", nil, "you answer from the facts card"),
        .init("--despite-words", nil, "send it although it has words to avoid"), key,
      ], examples: ["accord answer give sunday-free-shipping --case case-7 --customer ada --locale en-US"],
      run: { arguments throws(Complaint) in try AnswerCommands.give(arguments) }),
    Command(
      "answer correct", "Lists who was answered from words that turned out wrong, or says that somebody was told better.",
      operands: "list | done ANSWER",
      options: [
        .init("--offer", "NAME", "of this offer alone"), .init("--all", nil, "those too who were told better already"), key,
      ], examples: ["accord answer correct list", "accord answer correct done 5f0c3b2a9d8e7f6a5b4c3d2e"],
      run: { arguments throws(Complaint) in try AnswerCommands.correct(arguments) }),
  ]
}

/// `accord answer ...`: every answer is bound to the words that it came from.
enum AnswerCommands {
  static func check(_ arguments: Arguments) throws(Complaint) {
    var body: [JSON.Member] = [
      .init("offer", .string(try arguments.operand("offer"))),
      .init("text", .string(try WordDesk.text(arguments, "--text", file: "--file"))),
    ]
    body += WordDesk.members(arguments, ("locale", "--locale"), ("voice", "--voice"))
    guard let answer = try WordDesk.give(arguments, "/v1/answers/check", body) else { return }
    let found = answer["avoid"]?.array ?? []
    for one in found {
      Terminal.print("  avoid “\(one.word("phrase"))”: …\(one.word("place"))…\(count(one["count"]?.integer ?? 1))")
    }
    let unused = answer["not_used"]?.strings ?? []
    if !unused.isEmpty { Terminal.print("  not used: \(unused.joined(separator: "; "))") }
    guard found.isEmpty else {
      throw Complaint(
        code: .refused, happened: "the draft has words that \(answer.word("from")) asks to avoid", advice: "write it otherwise")
    }
    Terminal.print("Nothing in it is to be avoided (\(answer.word("from"))).")
  }

  private static func count(_ count: Int64) -> String { count > 1 ? " (\(count) times)" : "" }

  static func give(_ arguments: Arguments) throws(Complaint) {
    var body: [JSON.Member] = [.init("offer", .string(try arguments.operand("offer")))]
    body += WordDesk.members(
      arguments, ("locale", "--locale"), ("voice", "--voice"), ("case_id", "--case"), ("person_id", "--customer"), ("sheet_id", "--sheet"))
    if arguments.value("--text") != nil || arguments.value("--file") != nil {
      body.append(.init("text", .string(try WordDesk.text(arguments, "--text", file: "--file"))))
    }
    if let version = try arguments.integer("--sheet-version") { body.append(.init("sheet_version", .integer(version))) }
    if arguments.has("--facts-card") { body.append(.init("facts_card", true)) }
    if arguments.has("--despite-words") { body.append(.init("despite_words", true)) }
    guard let answer = try WordDesk.give(arguments, "/v1/answers", body) else { return }
    let source =
      answer["facts_card"]?.bool == true
      ? "the facts card" : "version \(answer["sheet_version"]?.integer ?? 0) of \(answer.word("sheet_id"))"
    Terminal.print("Answer \(answer.word("answer_id")) is recorded, from \(source) of \(answer.word("offer")).")
    if let sentence = answer["said"]?["fallback_sentence"]?.string { Terminal.print("  \(sentence)") }
  }

  static func correct(_ arguments: Arguments) throws(Complaint) {
    switch (arguments.operands.first, arguments.operands.count) {
    case ("list", 1): try list(arguments)
    case ("done", 2):
      let body: [JSON.Member] = [.init("answer_id", .string(arguments.operands[1]))]
      guard let answer = try WordDesk.give(arguments, "/v1/answers/corrected", body) else { return }
      Terminal.print("Answer \(answer.word("answer_id")) is corrected.")
    default: throw .usage("that is not what it takes", "write accord answer correct list, or accord answer correct done ANSWER")
    }
  }

  private static func list(_ arguments: Arguments) throws(Complaint) {
    var query = WordDesk.query(arguments, ("offer", "--offer"))
    if arguments.has("--all") { query += (query.isEmpty ? "?" : "&") + "corrected=true" }
    guard let answer = try WordDesk.ask(arguments, "/v1/answers/wrong\(query)") else { return }
    Terminal.print("\(answer["to_correct"]?.integer ?? 0) to correct, \(answer["corrected"]?.integer ?? 0) corrected")
    for one in answer["answers"]?.array ?? [] {
      Terminal.print(
        "  \(one.word("answer_id"))  \(one["person_id"]?.string ?? "somebody without a name"), case \(one.word("case_id")): \(one.word("offer")) "
          + "by \(one.word("agent_id")) at \(one.word("at")): \(one.word("cause"))"
          + (one["corrected_at"]?.string.map { "; corrected at \($0)" } ?? ""))
    }
  }
}
