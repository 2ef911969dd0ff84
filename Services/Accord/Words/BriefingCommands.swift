import Contracts
import Host

extension WordDesk {
  static let briefing: [Command] = [
    Command(
      "briefing list", "Shows the offers that are to be read, how many of those who must have read them, and who has not.",
      run: { arguments throws(Complaint) in try BriefingCommands.list(arguments) }),
    Command(
      "briefing show", "Shows what there is to read of an offer, and its question.", operands: "OFFER|OFFER@VERSION",
      examples: ["accord briefing show sunday-free-shipping"],
      run: { arguments throws(Complaint) in try BriefingCommands.show(arguments) }),
    Command(
      "briefing due", "Shows what whoever asks has to read: of a live offer before its card opens.",
      options: [.init("--agent", "ID", "what somebody else has to read, for leads")], examples: ["accord briefing due --as ines.json"],
      run: { arguments throws(Complaint) in try BriefingCommands.due(arguments) }),
    Command(
      "briefing acknowledge", "Says that you have read an offer's briefing, and answers its question.", operands: "OFFER|OFFER@VERSION",
      options: [
        .init("--answer", "NUMBER", "the choice that is right, counted from 0"),
        .init("--seconds", "N", "for how long it was open (default: 0)"),
        .init("--agent", "ID", "who has read it, where the operator says so"), key,
      ], examples: ["accord briefing acknowledge sunday-free-shipping --answer 0 --seconds 90 --as ines.json"],
      run: { arguments throws(Complaint) in try BriefingCommands.acknowledge(arguments) }),
  ]
}

/// `accord briefing ...`: nobody speaks of an offer that they have not read.
enum BriefingCommands {
  static func list(_ arguments: Arguments) throws(Complaint) {
    guard let answer = try WordDesk.ask(arguments, "/v1/briefings") else { return }
    let briefings = answer["briefings"]?.array ?? []
    if briefings.isEmpty { Terminal.print("No offer is to be read now.") }
    for briefing in briefings { standing(briefing) }
  }

  static func show(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("offer")
    guard let answer = try WordDesk.ask(arguments, "/v1/briefings/\(name.percentEncoded)") else { return }
    Terminal.print(
      "Briefing of \(answer.word("offer")), which is \(answer.word("state"))\(answer["read"]?.bool == true ? "; you have read it" : "")")
    for sentence in answer["sentences"]?.strings ?? [] { Terminal.print("  \(sentence)") }
    if let changed = answer["changed"]?.strings { Terminal.print("Changed since the version before: \(changed.joined(separator: ", "))") }
    if let question = answer["question"] {
      Terminal.print("Question: \(question.word("text"))")
      for (number, choice) in (question["choices"]?.strings ?? []).enumerated() { Terminal.print("  \(number): \(choice)") }
    }
    standing(answer)
  }

  static func due(_ arguments: Arguments) throws(Complaint) {
    guard let answer = try WordDesk.ask(arguments, "/v1/my/briefings" + WordDesk.query(arguments, ("agent", "--agent"))) else { return }
    let due = answer["briefings"]?.array ?? []
    if due.isEmpty { Terminal.print("\(answer.word("agent_id")) has read everything.") }
    for briefing in due {
      let when =
        briefing["before_its_card_opens"]?.bool == true ? "is live: its card opens once it is read" : "begins \(briefing.word("from"))"
      Terminal.print("  \(briefing.word("offer")) \(when): accord briefing show \(briefing.word("offer"))")
    }
  }

  static func acknowledge(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("offer")
    var body: [JSON.Member] = [
      .init("offer", .string(name)), .init("seconds_open", .integer(try arguments.integer("--seconds") ?? 0)),
    ]
    if let answer = try arguments.integer("--answer") { body.append(.init("answer", .integer(answer))) }
    body += WordDesk.members(arguments, ("agent_id", "--agent"))
    guard let answer = try WordDesk.give(arguments, "/v1/briefings/acknowledge", body) else { return }
    switch answer["outcome"]?.string {
    case "wrong_answer":
      throw Complaint(
        code: .refused, happened: "That was not right, so \(answer.word("offer")) does not count as read: \(answer.word("why"))",
        advice: "read it again and answer once more")
    case "exists": Terminal.print("\(answer.word("agent_id")) had read \(answer.word("offer")) before.")
    default: Terminal.print("\(answer.word("agent_id")) has read \(answer.word("offer")).")
    }
  }

  private static func standing(_ briefing: JSON) {
    let outstanding = briefing["outstanding"]?.strings ?? []
    Terminal.print(
      "\(briefing.word("offer"))  \(briefing.word("state"))  \(briefing["acknowledged"]?.integer ?? 0) of \(briefing["required"]?.integer ?? 0) have read it"
        + (outstanding.isEmpty ? "" : "; not yet: \(outstanding.joined(separator: ", "))"))
    if let sentence = briefing["sentence"]?.string { Terminal.print("  \(sentence) (\(briefing.word("lifted_by")))") }
  }
}
