import Contracts
import Host

extension Command {
  static let holdPlace = Command(
    "hold place", "Sees to it that marketing leaves a customer in peace for now. Messages about money and safety still go.",
    operands: "CUSTOMER",
    options: [
      .init("--scope", "WORD", "all, campaign or channel (default: all)"), .init("--id", "ID", "which campaign or channel"),
      .init("--severity", "WORD", "low, normal or severe (default: normal)"), .init("--because", "TEXT", "why, without personal data"),
      CareReport.key,
    ], examples: ["accord hold place ada --scope campaign --id spring --because \"asked for it on the phone\""],
    run: { arguments throws(Complaint) in try HoldCommands.place(arguments) })

  static let holdList = Command(
    "hold list", "Lists the holds in force, the one that ends soonest first.",
    options: [
      .init("--customer", "ID", "only theirs"), .init("--all", nil, "those that were lifted too"),
      .init("--limit", "N", "at most so many (default: 100)"),
    ], run: { arguments throws(Complaint) in try HoldCommands.list(arguments) })

  static let holdLift = Command(
    "hold lift", "Lets marketing write to a customer again. A hold whose case is open is lifted by solving the case.", operands: "HOLD",
    options: [.init("--because", "TEXT", "why, without personal data"), CareReport.key],
    run: { arguments throws(Complaint) in try HoldCommands.lift(arguments) })
}

/// `accord hold ...`: who is left in peace, and until when.
enum HoldCommands {
  static func place(_ arguments: Arguments) throws(Complaint) {
    let person = try arguments.operand("customer")
    let body =
      [JSON.Member("person_id", .string(person))]
      + CareReport.members(arguments, [("--scope", "scope"), ("--id", "scope_id"), ("--severity", "severity"), ("--because", "cause")])
    let answer = try CareReport.command(arguments, "/v1/holds", body)
    if arguments.has("--json") { return Terminal.print(answer) }
    line(answer["hold"] ?? .null)
  }

  static func lift(_ arguments: Arguments) throws(Complaint) {
    let id = try arguments.operand("hold")
    let answer = try CareReport.command(
      arguments, "/v1/holds/\(id.percentEncoded)/lift", CareReport.members(arguments, [("--because", "cause")]))
    if arguments.has("--json") { return Terminal.print(answer) }
    Terminal.print(
      answer["outcome"]?.string == "exists" ? "The hold \(id) was lifted before." : "The hold \(id) is lifted; marketing may write again.")
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    let answer = try CareReport.question(
      arguments, "/v1/holds",
      [
        ("customer", arguments.value("--customer")), ("all", arguments.has("--all") ? "true" : nil), ("limit", arguments.value("--limit")),
      ])
    if arguments.has("--json") { return Terminal.print(answer) }
    let count = answer["in_force"]?.integer ?? 0
    Terminal.print(count == 1 ? "1 hold is in force." : "\(count) holds are in force.")
    for hold in answer["holds"]?.array ?? [] { line(hold) }
  }

  static func line(_ hold: JSON) {
    let scope = hold["scope_id"]?.string.map { " of \(CareReport.text(hold, "scope")) \($0)" } ?? ""
    let end =
      if let lifted = hold["lifted_at"]?.string { "lifted \(lifted)" } else if let until = hold["cool_off_until"]?.string {
        "until \(until), to cool off"
      } else { "until \(CareReport.text(hold, "expires_at"))\(hold["case_id"] == nil ? "" : ", longer while its case is open")" }
    Terminal.print(
      "\(CareReport.text(hold, "hold_id"))  nothing\(scope) to \(CareReport.text(hold, "person_id")) since \(CareReport.text(hold, "placed_at")), \(end)"
        + (hold["severity"]?.string == "severe" ? ", severe" : "") + (hold["case_id"]?.string.map { " (case \($0))" } ?? "")
        + (hold["cause"]?.string.map { ": \($0)" } ?? ""))
  }
}
