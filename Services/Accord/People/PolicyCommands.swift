import Contracts
import HTTP
import Host

extension Command {
  static let policies: [Command] = [
    Command(
      "policy list", "Shows the numbers that decisions go by, and what is proposed.",
      run: { arguments throws(Complaint) in try PolicyCommands.list(arguments) }),
    Command(
      "policy show", "Shows one of them, as it is or as it was.", operands: "NAME", options: [.init("--version", "N", "as it was then")],
      examples: ["accord policy show limits", "accord policy show limits --version 1"],
      run: { arguments throws(Complaint) in try PolicyCommands.show(arguments) }),
    Command(
      "policy propose", "Proposes other numbers; they count when another named person confirms them.", operands: "NAME FILE",
      options: [
        .init("--because", "SENTENCE", "why"), .init("--seen", "N", "the version that you looked at: refused where another counts by now"),
        .init("--instead", nil, "in place of what somebody else has proposed"),
      ],
      examples: ["accord policy propose cool-off cool-off.json --because 'Ten days are calmer.' --as ruth.json"],
      run: { arguments throws(Complaint) in try PolicyCommands.propose(arguments) }),
    Command(
      "policy confirm", "Confirms what another proposed: decisions go by it from now on.", operands: "NAME",
      options: [.init("--version", "N", "the version that was looked at: refused where another is proposed by now")],
      examples: ["accord policy confirm cool-off --version 2 --as maya.json"],
      run: { arguments throws(Complaint) in try PolicyCommands.confirm(arguments) }),
    Command(
      "import limits", "Proposes what each role may give at the desk, from a file; another named person confirms it.", operands: "FILE",
      options: [.init("--because", "SENTENCE", "why")],
      examples: [
        "accord import limits limits.csv --as ruth.json   # role,case,day,customer,within in cents: agent,2500,20000,10000,PT2160H"
      ],
      run: { arguments throws(Complaint) in try PolicyCommands.limits(arguments) }),
  ]
}

/// `accord policy ...`: the numbers that decisions go by are data, changed by two named people.
enum PolicyCommands {
  static func list(_ arguments: Arguments) throws(Complaint) {
    let answer = try Office(arguments).ask("ledger", .get, "/v1/policies")
    if arguments.has("--json") { return Terminal.print(answer) }
    for one in answer["policies"]?.array ?? [] { print(one) }
  }

  static func show(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("policy's name")
    let version = try arguments.integer("--version").map { "?version=\($0)" } ?? ""
    let answer = try Office(arguments).ask("ledger", .get, "/v1/policies/\(name.percentEncoded)\(version)")
    if arguments.has("--json") { return Terminal.print(answer) }
    print(answer)
  }

  static func propose(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.count == 2 else { throw .usage("a policy's name and a file are needed", "accord policy propose NAME FILE") }
    try propose(arguments.operands[0], try document(arguments.operands[1]), arguments)
  }

  static func confirm(_ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("policy's name")
    let version = try arguments.integer("--version").map { [JSON.Member("version", .integer($0))] } ?? []
    let answer = try Office(arguments).ask(
      "ledger", .post, "/v1/policies/\(name.percentEncoded)/confirm", headers: [("Idempotency-Key", Key.new())], body: .object(version))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print("Decisions go by this from now on:")
    print(answer)
  }

  static func limits(_ arguments: Arguments) throws(Complaint) {
    let path = try arguments.operand("file of limits")
    let text = String(decoding: try bytes(path), as: UTF8.self)
    var members: [JSON.Member] = []
    for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingBlanks }
      if number == 0, cells.first == "role" { continue }
      guard cells.count == 5, let perCase = Int64(cells[1]), let perDay = Int64(cells[2]), let perCustomer = Int64(cells[3]) else {
        throw Complaint(
          code: .usage, happened: "\(path):\(number + 1): a row has role, case, day, customer and within, amounts in minor units",
          advice: "such as agent,2500,20000,10000,PT2160H")
      }
      members.append(
        .init(
          cells[0],
          .object([
            .init("case", .integer(perCase)), .init("day", .integer(perDay)),
            .init("customer", .object([.init("amount", .integer(perCustomer)), .init("within", .string(cells[4]))])),
          ])))
    }
    let current = try Office(arguments).ask("ledger", .get, "/v1/policies/limits")["document"]
    // What the file does not speak of stays.
    let kept = (current?.object ?? []).filter { member in !members.contains { $0.name == member.name } }
    try propose("limits", .object(members + kept), arguments)
  }

  private static func propose(_ name: String, _ document: JSON, _ arguments: Arguments) throws(Complaint) {
    var because = arguments.value("--because").map { [JSON.Member("sentence", .string($0))] } ?? []
    if let seen = try arguments.integer("--seen") { because.append(.init("seen_version", .integer(seen))) }
    if arguments.has("--instead") { because.append(.init("instead", true)) }
    let answer = try Office(arguments).ask(
      "ledger", .post, "/v1/policies/\(name.percentEncoded)/propose", headers: [("Idempotency-Key", Key.new())],
      body: .object([.init("document", document)] + because))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(
      "Proposed; it counts when somebody else confirms it: accord policy confirm \(name) --version \(answer["proposed"]?["version"]?.integer ?? 0)"
    )
    print(answer)
  }

  private static func bytes(_ path: String) throws(Complaint) -> [UInt8] {
    try TypedFile.read(path)
  }

  private static func document(_ path: String) throws(Complaint) -> JSON {
    try TypedFile.json(try bytes(path), of: path, otherwise: "no JSON", "`accord policy show NAME --json` shows how it is written")
  }

  private static func print(_ one: JSON) {
    let by = one["confirmed_by"]?.string.map { ", proposed by \(one["proposed_by"]?.string ?? "?") and confirmed by \($0)" } ?? ""
    Terminal.print(
      "\(one["name"]?.string ?? "?")  version \(one["version"]?.integer ?? 0)\(by)  \(one["document"]?.text ?? "")")
    guard let proposed = one["proposed"] else { return }
    let why = proposed["sentence"]?.string.map { ": \($0)" } ?? ""
    Terminal.print(
      "  proposed by \(proposed["by"]?.string ?? "?") as version \(proposed["version"]?.integer ?? 0)\(why)  \(proposed["document"]?.text ?? "")"
    )
  }
}

extension Substring {
  /// Without blanks at both ends.
  fileprivate var trimmingBlanks: String {
    var rest = self
    while rest.first == " " || rest.first == "\t" || rest.first == "\r" { rest.removeFirst() }
    while rest.last == " " || rest.last == "\t" || rest.last == "\r" { rest.removeLast() }
    return String(rest)
  }
}
