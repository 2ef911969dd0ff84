import Contracts
import HTTP
import Host

extension Command {
  static let list = group(.list, "on")
  static let segment = group(.segment, "in")

  private static func group(_ kind: CustomerGroup.Kind, _ place: String) -> Command {
    Command(
      kind.rawValue, "Shows which \(kind.rawValue)s there are by which offers can be had, or who is \(place) one and from when until when.",
      operands: "[NAME]",
      options: [
        .init("--at", "TIME", "as of then (default: now)"), .init("--customer", "ID", "this customer alone"),
        .init("--limit", "N", "so many rows at once (default 100, at most 1000)"),
        .init("--after", "NEXT", "the rows behind those of an earlier answer"),
      ], examples: ["accord \(kind.rawValue)", "accord \(kind.rawValue) spring-8 --customer ada"],
      run: { arguments throws(Complaint) in try Groups.show(kind, arguments) })
  }
}

/// `accord list` and `accord segment`.
enum Groups {
  static func show(_ kind: CustomerGroup.Kind, _ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.isEmpty else { return try members(kind, arguments) }
    for flag in ["--at", "--customer"] where arguments.value(flag) != nil {
      throw .usage("\(flag) asks about one \(kind.rawValue), and none is named", "name it after the command")
    }
    let answer = try Office(arguments).ask("ledger", .get, "/v1/groups?kind=\(kind.rawValue)" + query(arguments, ["limit", "after"]))
    if arguments.has("--json") { return Terminal.print(answer) }
    let groups = answer["groups"]?.array ?? []
    guard !groups.isEmpty else {
      return Terminal.print("There is no \(kind.rawValue) yet: accord import \(kind.rawValue)s FILE makes them.")
    }
    for group in groups {
      Terminal.print(
        "\(group["group_id"]?.string ?? "?")  \(ImportProgress.grouped(group["people"]?.integer ?? 0)) people so far, changed "
          + "\(group["changed_at"]?.string ?? "?")")
    }
    more(answer)
  }

  private static func members(_ kind: CustomerGroup.Kind, _ arguments: Arguments) throws(Complaint) {
    let name = try arguments.operand("\(kind.rawValue)'s NAME")
    let answer = try Office(arguments).ask(
      "ledger", .get,
      "/v1/groups/\(kind.rawValue)/\(name.percentEncoded)?"
        + query(arguments, ["at", "customer", "limit", "after"]).drop { $0 == "&" })
    if arguments.has("--json") { return Terminal.print(answer) }
    let count = ImportProgress.grouped(answer["members_at"]?.integer ?? 0)
    let place = kind == .list ? "on the list" : "in the segment"
    Terminal.print(
      "\(count) are \(place) \(name) at \(answer["at"]?.string ?? "?"), of \(ImportProgress.grouped(answer["people"]?.integer ?? 0)) who "
        + "ever were told to be; changed \(answer["changed_at"]?.string ?? "?")")
    let rows = answer["members"]?.array ?? []
    if rows.isEmpty, let customer = arguments.value("--customer") { Terminal.print("  \(customer) never was told to be") }
    for row in rows {
      let from = row["from"]?.string.map { "from \($0)" } ?? "ever since"
      let until = row["until"]?.string.map { " until \($0)" } ?? ""
      Terminal.print("  \(row["person_id"]?.string ?? "?")  \(from)\(until)\(row["is_member"] == true ? "" : "  (not at that time)")")
    }
    more(answer)
  }

  private static func query(_ arguments: Arguments, _ names: [String]) -> String {
    names.compactMap { name in arguments.value("--\(name)").map { "&\(name)=\($0.percentEncoded)" } }.joined()
  }

  private static func more(_ answer: JSON) {
    if let next = answer["next"]?.string { Terminal.print("  ... and more: --after \(next)") }
  }
}
