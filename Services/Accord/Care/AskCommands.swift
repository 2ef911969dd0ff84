import Contracts
import Host

extension Command {
  static let ask = Command(
    "ask", "Asks what a customer means: a known offer is found by what they call it, any other reaches marketing.", operands: "WORDS",
    options: [
      .init("--case", "CASE", "the case in which they ask (default: it becomes one)"), .init("--customer", "ID", "who asks"),
      .init("--channel", "WORD", "how they ask (default: desk)"), CareReport.key,
    ], examples: ["accord ask \"the half price thing from the radio\" --customer ada"],
    run: { arguments throws(Complaint) in try AskCommands.ask(arguments) })

  static let askList = Command(
    "ask list", "Lists offers that nobody here knew, the most urgent first.",
    options: [.init("--all", nil, "those that were answered too")], run: { arguments throws(Complaint) in try AskCommands.list(arguments) })
}

/// `accord ask ...`: what customers call offers that nobody knows.
enum AskCommands {
  static func ask(_ arguments: Arguments) throws(Complaint) {
    let words = arguments.operands.joined(separator: " ")
    guard !words.isEmpty else { throw .usage("the customer's words are missing", "write accord ask \"the radio code\" --customer ada") }
    let body =
      [JSON.Member("words", .string(words))]
      + CareReport.members(arguments, [("--case", "case_id"), ("--customer", "person_id"), ("--channel", "channel")])
    let answer = try CareReport.command(arguments, "/v1/asked", body)
    if arguments.has("--json") { return Terminal.print(answer) }
    for offer in answer["offers"]?.array ?? [] { Terminal.print("\(CareReport.text(offer, "offer"))  \(CareReport.text(offer, "name"))") }
    Terminal.print(
      "\(CareReport.text(answer, "asked_id")): \(CareReport.text(answer, "sentence")) (case \(CareReport.text(answer, "case_id"))).")
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    let answer = try CareReport.question(arguments, "/v1/asked", [("all", arguments.has("--all") ? "true" : nil)])
    if arguments.has("--json") { return Terminal.print(answer) }
    let asked = answer["asked"]?.array ?? []
    if asked.isEmpty { Terminal.print("Nobody waits for marketing to know an offer.") }
    for one in asked {
      let answered = one["answered"].map { "\(CareReport.text($0, "answer")): \(CareReport.text($0, "sentence"))" }
      Terminal.print(
        "\(CareReport.text(one, "asked_id"))  “\(one["words"]?.string ?? "(the words are gone)")” (case \(CareReport.text(one, "case_id")))  "
          + (answered ?? "marketing answers by \(CareReport.text(one, "answer_by"))")
          + (one["overdue"]?.bool == true ? "  \(Terminal.alarm("OVERDUE"))" : ""))
    }
  }
}
