import Contracts
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
    if arguments.has("--audit") {
      _ = try office.ask("ledger", .post, "/v1/disconnects/audit", headers: [("Idempotency-Key", Key.new())], seconds: 120)
    }
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
}
