import Contracts
import HTTP

/// What hangs on a colleague, as each department tells it for itself.
struct Hangings {
  private var rows: [JSON] = []
  /// Departments that did not answer: what hangs there is not known.
  private var silent: [String] = []

  var isEmpty: Bool { rows.isEmpty }

  init(of id: String, _ office: Office) {
    for department in ["marketing", "service", "ledger"] {
      guard let answer = office.askIfThere(department, "/v1/colleagues/\(id.percentEncoded)/hanging") else {
        silent.append(department)
        continue
      }
      rows += (answer["hanging"]?.array ?? []).map { .object([.init("department", .string(department))] + ($0.object ?? [])) }
    }
  }

  /// An answer with these at its end.
  func beside(_ answer: JSON) -> JSON {
    .object(
      (answer.object ?? []) + [
        .init("hanging", .array(rows)), .init("not_answered", .array(silent.map { .string($0) })),
      ])
  }

  func print() {
    if rows.isEmpty, silent.isEmpty { Terminal.print("Nothing hangs on them.") }
    for row in rows { Terminal.print("  \(row["department"]?.string ?? "?"): \(row["sentence"]?.string ?? "?")") }
    for department in silent { Terminal.note("\(department) does not answer; what hangs there is not known") }
  }
}
