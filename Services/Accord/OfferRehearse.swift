import Contracts
import HTTP
import Host

extension Command {
  static let offerRehearse = Command(
    "offer rehearse",
    "Rehearses an offer: orders and money for three lengths of look-back, who would be written to and who not, calls against capacity.",
    operands: "OFFER|FILE", options: [.init("--seed", "N", "which orders are taken at random (default 1)")],
    examples: ["accord offer rehearse sunday.json"],
    run: { arguments throws(Complaint) in try OfferRehearse.run(arguments) })
}

/// `accord offer rehearse`: what a launch would come to, by what is known now. Changes nothing.
enum OfferRehearse {
  static func run(_ arguments: Arguments) throws(Complaint) {
    var body: [JSON.Member] = [.init("seed", .integer(try arguments.integer("--seed") ?? 1))]
    switch try OfferFile.operand(try arguments.operand("offer")) {
    case .name(let name): body.append(.init("offer", .string(name)))
    case .file(_, let document): body.append(.init("document", document))
    }
    let answer = try Office(arguments).ask("marketing", .post, "/v1/offers/rehearse", body: .object(body), seconds: 120)
    if arguments.has("--json") { return Terminal.print(answer) }
    tell(answer)
  }

  private static func tell(_ answer: JSON) {
    Terminal.print("\(answer["offer"]?.string ?? "?"), by what is known at \(answer["at"]?.string ?? "?"):")
    for reach in answer["look_backs"]?.array ?? [] {
      Terminal.print(
        "  back \(reach["hours"]?.integer ?? 0) h: \(reach["orders"]?.integer ?? 0) orders, \(reach["granted"]?.integer ?? 0) granted, "
          + "\(OfferReport.money(reach["sum"]))\(nameless(reach["anonymous"]))")
    }
    if let looked = answer["looked"]?.integer, let orders = answer["orders"]?.integer, looked < orders {
      Terminal.print("  (\(looked) of \(orders) orders were looked at; the time did not suffice for all)")
    }
    orders("The largest", answer["largest"])
    orders("At random", answer["random"])
    orders("Just missed", answer["missed"])
    if let people = answer["people"] {
      let counts = ["send", "honour", "suppress", "defer"].map { "\($0) \(people["counts"]?[$0]?.integer ?? 0)" }
      Terminal.print("People: \(counts.joined(separator: ", "))")
      for reason in people["reasons"]?.object ?? [] { Terminal.print("  \(reason.name): \(reason.value.integer ?? 0)") }
      if people["whole"]?.bool == false { Terminal.print("  (the time did not suffice for everybody: there are more)") }
      if let atDesk = people["at_desk"]?.integer, atDesk > 0 {
        Terminal.print("  and \(atDesk) orders of nobody we know: whoever it is is told at the desk alone")
      }
    }
    contacts(answer["contacts"]?.array ?? [], all: answer["contacts_expected"]?.integer)
  }

  private static func nameless(_ part: JSON?) -> String {
    guard let part, let granted = part["granted"]?.integer, granted > 0 else { return "" }
    return " (of these \(granted) of nobody we know: \(OfferReport.money(part["sum"])))"
  }

  /// Hour by hour where customer service told what it can do; of the others only how many contacts there may be.
  private static func contacts(_ hours: [JSON], all: Int64?) {
    guard !hours.isEmpty else { return }
    let known = hours.filter { $0["available"]?.integer != nil }
    if !known.isEmpty { Terminal.print("Contacts expected, hour by hour, and what those at customer service can do who have read it:") }
    for hour in known {
      Terminal.print(
        "  \(hour["from"]?.string ?? "?")  \(hour["expected"]?.integer ?? 0) of \(hour["available"]?.integer ?? 0)"
          + (hour["once_briefed"]?.integer.map { ", \($0) more once whoever is there has read it" } ?? "")
          + (hour["short"]?.bool == true ? "  too many" : ""))
    }
    let others = hours.filter { $0["available"]?.integer == nil }
    guard !others.isEmpty else { return }
    // Each hour is rounded by itself: many small ones have more in sum.
    let sum = others.reduce(Int64(0)) { $0 + ($1["expected"]?.integer ?? 0) }
    let expected = known.isEmpty ? all ?? sum : sum
    let most = others.max { ($0["expected"]?.integer ?? 0) < ($1["expected"]?.integer ?? 0) }
    let busiest = most.map { expected > 0 ? ", at most \($0["expected"]?.integer ?? 0) in the hour from \($0["from"]?.string ?? "?")" : "" }
    Terminal.print(
      "Contacts expected in \(known.isEmpty ? "" : "the other ")\(others.count) h: \(expected)\(busiest ?? ""); what customer service can do then "
        + "is not known: `accord capacity set` tells it")
  }

  private static func orders(_ title: String, _ rows: JSON?) {
    guard let rows = rows?.array, !rows.isEmpty else { return }
    Terminal.print("\(title):")
    for row in rows {
      Terminal.print(
        "  \(row["order_id"]?.string ?? "?")  placed \(row["placed_at"]?.string ?? "?")  \(OfferReport.money(row["amount"]))  "
          + "\(row["reason"]?.string ?? "?")\(row["sentence"]?.string.map { ": \($0)" } ?? "")")
    }
  }
}
