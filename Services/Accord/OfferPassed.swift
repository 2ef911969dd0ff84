import Contracts
import HTTP
import Host

extension Command {
  static let offerPassed = Command(
    "offer passed",
    "Reports what was let pass although it did not hold: checks of gates, emergencies, messages on old knowledge; by whom, when, why.",
    run: { arguments throws(Complaint) in try OfferPassed.run(arguments) })
}

/// `accord offer passed`.
enum OfferPassed {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let answer = try Office(arguments).ask("marketing", .get, "/v1/passed-over")
    if arguments.has("--json") { return Terminal.print(answer) }
    let rows = answer["passed"]?.array ?? []
    if rows.isEmpty { Terminal.print("Nothing was let pass: every offer went live because its gate held.") }
    for row in rows { tell(row) }
  }

  private static func tell(_ row: JSON) {
    func text(_ name: String) -> String { row[name]?.string ?? "?" }
    let checks = (row["checks"]?.strings ?? []).joined(separator: ", ")
    let what =
      switch row["kind"]?.string {
      case "emergency":
        row["confirmed_at"]?.string.map { "emergency launch over \(checks), confirmed by \(text("second")) at \($0)" }
          ?? "emergency launch over \(checks) asked for; \(text("second")) has not confirmed it"
      case "blind": "messages let go although the others were not heard"
      case _: "\(checks) waived"
      }
    Terminal.print("\(text("at"))  \(text("offer"))  \(what), by \(text("by")): \(text("reason"))")
  }
}
