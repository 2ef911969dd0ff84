import Contracts
import Glibc
import HTTP
import Host

extension Command {
  static let disconnects = Command(
    "disconnects", "Shows where the departments contradicted each other, or nearly: prevented, repaired or slipped, with the cause.",
    options: [
      .init("--since", "TIME", "what began since then, RFC 3339 (default: all)"),
      .init(
        "--kind", "KIND", "look_back, insult, unbriefed, wrong_words, promise, noisy, parity, unknown_offer, refused_then_granted, channel"),
      .init("--outcome", "OUTCOME", "prevented, repaired, slipped or unknown"),
      .init("--limit", "N", "so many of them (default 200, at most 1000)"),
      .init("--audit", nil, "look through the last sixty days first, as each night does by itself"),
    ],
    examples: ["accord disconnects --since 2026-05-09T00:00:00Z", "accord disconnects --audit --outcome slipped"],
    run: { arguments throws(Complaint) in try DisconnectCommands.show(arguments) })
}

/// `accord disconnects`: the number that two departments share.
enum DisconnectCommands {
  static func show(_ arguments: Arguments) throws(Complaint) {
    guard arguments.operands.isEmpty else { throw .usage("disconnects takes no operand", "say what to show by --kind, --outcome, --since") }
    let office = try Office(arguments)
    if arguments.has("--audit") { try audit(office) }
    let query = ["since", "kind", "outcome", "limit"].compactMap { name in
      arguments.value("--\(name)").map { "\(name)=\($0.percentEncoded)" }
    }
    let answer = try office.ask("ledger", .get, "/v1/disconnects" + (query.isEmpty ? "" : "?" + query.joined(separator: "&")))
    if arguments.has("--json") { return Terminal.print(answer) }
    let slipped = answer["slipped"]?.integer ?? 0
    Terminal.print(slipped == 0 ? "Nothing slipped." : "\(slipped) slipped.")
    for kind in answer["counts"]?.object ?? [] {
      let counts = (kind.value.object ?? []).map { "\($0.value.integer ?? 0) \($0.name)" }
      Terminal.print("  \(kind.name): \(counts.joined(separator: ", "))")
    }
    for one in answer["disconnects"]?.array ?? [] {
      Terminal.print(
        "\(one["outcome"]?.string ?? "?")  \(one["kind"]?.string ?? "?")  \(one["began_at"]?.string ?? "?")  \(one["cause"]?.string ?? "?")"
      )
    }
  }

  /// Begins an audit and waits for its end: a run of many small pieces, which gives way to everything else.
  private static func audit(_ office: Office) throws(Complaint) {
    var audit = try office.ask("ledger", .post, "/v1/disconnects/audit", headers: [("Idempotency-Key", Key.new())])
    let end = Clock.uptimeMilliseconds + patienceMilliseconds
    while audit["state"]?.string == "running" {
      guard Clock.uptimeMilliseconds < end else {
        throw Complaint(
          code: .temporary, happened: "the audit goes on (\(audit["rows"]?.integer ?? 0) rows so far)",
          advice: "`accord disconnects` shows what it has found whenever it is asked")
      }
      // The audit goes on in the ledger, whoever waits for it.
      Terminal.pause(milliseconds: 20)
      audit = try office.ask("ledger", .get, "/v1/disconnects/audits/\(audit["audit"]?.integer ?? 0)")
    }
  }

  /// A quarter of an hour: sixty days of a large shop.
  private static let patienceMilliseconds: Int64 = 900_000
}
