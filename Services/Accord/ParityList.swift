import Contracts
import HTTP
import Host

extension Command {
  static let parityList = Command(
    "parity list",
    "Shows where new customers are better off than those who are there: why, who approved it, how many are affected and untold.",
    run: { arguments throws(Complaint) in
      let answer = try Office(arguments).ask("marketing", .get, "/v1/parity")
      if arguments.has("--json") { return Terminal.print(answer) }
      let rows = answer["offers"]?.array ?? []
      guard !rows.isEmpty else { return Terminal.print("Nobody who is there already pays more than somebody new.") }
      for row in rows { ParityReport.tell(row) }
    })
}

/// Gaps in words.
enum ParityReport {
  static func tell(_ row: JSON) {
    Terminal.print("\(row["offer"]?.string ?? "?")  \(row["state"]?.string ?? "?")")
    for gap in row["gaps"]?.array ?? [] { Terminal.print("  \(gap["sentence"]?.string ?? "?")") }
    if let exception = row["exception"] {
      let approved =
        switch exception["approved"]?.bool {
        case true: "accepted by \(exception["approved_by"]?.string ?? "?")"
        case false: "not accepted by \(exception["approved_by"]?.string ?? "?")"
        case nil: "waits for \(exception["approver"]?.string ?? "?")"
        }
      let isOver = exception["over"]?.bool == true
      Terminal.print(
        "  exception \(exception["reason"]?.string ?? "?") until \(exception["ends_at"]?.string ?? "?")\(isOver ? ", which is over" : ""), "
          + "\(approved): \(exception["sentence"]?.string ?? "?")")
    } else {
      Terminal.print("  nobody has said why that is right")
    }
    Terminal.print(
      "  \(row["people"]?.integer ?? 0) people who are there bought it or carry it meanwhile, \(row["matched"]?.integer ?? 0) were matched, "
        + "\(row["untold"]?.integer ?? 0) were not told")
  }
}
