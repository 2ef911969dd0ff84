import Contracts
import Host
import Store
import Terms

/// What hangs on a colleague at customer service: the sheets that they answer for or stand in for.
enum HangingWork {
  static func all(of id: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> [Hanging] {
    try Sheets.hanging(on: id, in: reading).map { sheet in
      let role = sheet.verified?.verifier == id ? "verifier" : "deputy"
      return Hanging(
        kind: "sheet", id: sheet.id.text, role: role, of: id,
        "version \(sheet.version) of \(sheet.id) names \(id) as its \(role); accord sheet hand-on gives it to somebody else")
    }
  }
}
