import Contracts
import Host

extension WordDesk {
  static let roster: [Command] = [
    Command(
      "roster show", "Shows who works when; without a time, in the coming week.",
      options: [
        .init("--from", "TIME", "from then on (default: now)"), .init("--to", "TIME", "until then (default: a week later)"),
        .init("--agent", "ID", "this agent alone"),
      ], examples: ["accord roster show --from 2026-05-10T04:00:00Z --to 2026-05-13T04:00:00Z"],
      run: { arguments throws(Complaint) in try RosterCommands.show(arguments) }),
    Command(
      "roster absent", "Says that an agent does not come to a shift, or comes again: whoever must be briefed is counted anew at once.",
      operands: "AGENT",
      options: [
        .init("--shift", "ID", "this shift"), .init("--from", "TIME", "all shifts from then"), .init("--to", "TIME", "until then"),
        .init("--back", nil, "they come again"), key,
      ], examples: ["accord roster absent agent/ines --shift sunday-early", "accord roster absent agent/ines --shift sunday-early --back"],
      run: { arguments throws(Complaint) in try RosterCommands.absent(arguments) }),
    Command(
      "roster swap", "Gives a shift of one agent to another.", operands: "SHIFT FROM-AGENT TO-AGENT", options: [key],
      examples: ["accord roster swap sunday-early agent/ines agent/tom"],
      run: { arguments throws(Complaint) in try RosterCommands.swap(arguments) }),
  ]
}

/// `accord roster ...`: who works when.
enum RosterCommands {
  static func show(_ arguments: Arguments) throws(Complaint) {
    let query = WordDesk.query(arguments, ("from", "--from"), ("to", "--to"), ("agent", "--agent"))
    guard let answer = try WordDesk.ask(arguments, "/v1/roster\(query)") else { return }
    let shifts = answer["shifts"]?.array ?? []
    Terminal.print("\(shifts.count) shifts from \(answer.word("from")) until \(answer.word("to"))")
    for shift in shifts { tell(shift) }
  }

  static func absent(_ arguments: Arguments) throws(Complaint) {
    let agent = try arguments.operand("agent's ID")
    var body = WordDesk.members(arguments, ("shift_id", "--shift"), ("from", "--from"), ("to", "--to"))
    body += [.init("agent_id", .string(agent)), .init("absent", .bool(!arguments.has("--back")))]
    guard let answer = try WordDesk.give(arguments, "/v1/roster/absent", body) else { return }
    Terminal.print(answer["outcome"]?.string == "exists" ? "It was told so before; nothing changed." : "It is told:")
    for shift in answer["shifts"]?.array ?? [] { tell(shift) }
    for short in answer["short"]?.array ?? [] { PromiseCommands.short(short) }
  }

  static func swap(_ arguments: Arguments) throws(Complaint) {
    let words = try WordDesk.operands(arguments, 3, "roster swap SHIFT FROM-AGENT TO-AGENT")
    let body: [JSON.Member] = [
      .init("shift_id", .string(words[0])), .init("from_agent", .string(words[1])), .init("to_agent", .string(words[2])),
    ]
    guard let answer = try WordDesk.give(arguments, "/v1/roster/swap", body) else { return }
    Terminal.print(answer["outcome"]?.string == "exists" ? "It was told so before; nothing changed." : "The shift is swapped:")
    for shift in answer["shifts"]?.array ?? [] { tell(shift) }
    for short in answer["short"]?.array ?? [] { PromiseCommands.short(short) }
  }

  private static func tell(_ shift: JSON) {
    let languages = (shift["locales"]?.strings ?? []).joined(separator: " ")
    Terminal.print(
      "  \(shift.word("from"))  \(shift.word("to"))  \(shift.word("agent_id"))  \(shift.word("shift_id"))"
        + (languages.isEmpty ? "" : "  \(languages)") + (shift["absent"]?.bool == true ? "  ABSENT" : ""))
  }
}
