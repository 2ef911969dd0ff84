import Contracts
import HTTP
import Host

extension Command {
  static let journalVerify = Command(
    "journal verify", "Reads every segment of the journal: is it as it was written? With or without the mesh running.",
    examples: ["accord journal verify", "accord journal verify --data /tmp/shop --json"],
    run: { arguments throws(Complaint) in try JournalDesk.verify(arguments) })

  static let journalList = Command(
    "journal list", "Tells the segments of the journal: where, since when, how many events, and, while the broker runs, why each is kept.",
    examples: ["accord journal list", "accord journal list --json"],
    run: { arguments throws(Complaint) in try JournalDesk.list(arguments) })

  static let journalHeal = Command(
    "journal heal",
    "Tells what the journal has lost and from whom it can be had again; with --accept-loss lets subscriptions pass what nobody has.",
    options: [
      .init("--accept-loss", "FROM-THROUGH", "two positions that hold whole holes: what stood there is lost, go on behind it"),
      .init("--dry-run", nil, "tell what would be accepted and change nothing"),
    ],
    examples: ["accord journal heal", "accord journal heal --accept-loss 71680-71767 --dry-run"],
    run: { arguments throws(Complaint) in try JournalDesk.heal(arguments) })
}

/// `accord journal`: the disk below the broker.
enum JournalDesk {
  static func verify(_ arguments: Arguments) throws(Complaint) {
    let data = try DataPath.of(arguments)
    let report: JSON
    var code = ExitCode.success.rawValue
    if FolderLock.holder(of: "\(data)/broker") != nil {
      report = try Office(arguments).ask("broker", .get, "/v1/journal/verify", seconds: 600)
    } else {
      (report, code) = try Verify.ask("broker", data)
    }
    let isSound = report["sound"]?.bool == true
    if arguments.has("--json") {
      Terminal.print(report)
    } else {
      Terminal.print("journal: \(isSound ? "sound" : "NOT SOUND")" + (report["summary"]?.string.map { ", \($0)" } ?? ""))
      for finding in report["findings"]?.array ?? [] { Terminal.print("  - \(finding.string ?? "?")") }
    }
    guard isSound else {
      throw Complaint(
        code: ExitCode(rawValue: code) == .success ? .refused : ExitCode(rawValue: code) ?? .refused,
        happened: "the journal is not as it was written",
        advice: "`accord journal heal` tells what can be had again while the mesh runs")
    }
  }

  static func list(_ arguments: Arguments) throws(Complaint) {
    let answer = try segments(arguments)
    if arguments.has("--json") { return Terminal.print(answer) }
    for row in answer["segments"]?.array ?? [] {
      let why = (row["kept_for"]?.array ?? []).compactMap(\.string).joined(separator: "; ")
      Terminal.print(
        "segment \(row["number"]?.integer ?? 0): positions \(row["from"]?.integer ?? 0) to \(row["through"]?.integer ?? 0), begun "
          + "\(row["begun"]?.string ?? "?"), \(row["events"]?.integer ?? 0) events, \(row["needed"]?.integer.map(String.init) ?? "?") needed; kept: \(why)"
      )
    }
    if let full = answer["full"]?.string { Terminal.print(full) }
  }

  /// Of the running broker, or read from the folder where none runs.
  private static func segments(_ arguments: Arguments) throws(Complaint) -> JSON {
    let data = try DataPath.of(arguments)
    if FolderLock.holder(of: "\(data)/broker") != nil { return try Office(arguments).ask("broker", .get, "/v1/journal", seconds: 600) }
    let (report, code) = try Verify.ask("broker", data)
    guard let rows = report["segments"], rows.array?.isEmpty == false || report["sound"]?.bool == true else {
      let findings = (report["findings"]?.array ?? []).compactMap(\.string)
      // A folder that never had a journal is no fault.
      if report["sound"]?.bool == true { return ["segment_bytes": .null, "segments": [], "full": .null] }
      throw Complaint(
        code: ExitCode(rawValue: code) == .success ? .refused : ExitCode(rawValue: code) ?? .refused,
        happened: findings.first ?? "the journal cannot be read", advice: "`accord journal verify` tells more")
    }
    return .object([.init("segment_bytes", report["segment_bytes"] ?? .null), .init("segments", rows), .init("full", .null)])
  }

  static func heal(_ arguments: Arguments) throws(Complaint) {
    var order: [JSON.Member] = [.init("dry_run", .bool(arguments.has("--dry-run")))]
    if let range = arguments.value("--accept-loss") {
      let parts = range.split(separator: "-").map { Int64($0) }
      guard parts.count == 2, let from = parts[0], let through = parts[1], from <= through else {
        throw .usage("“\(range)” is no range", "give two positions with a hyphen, such as 71680-71767")
      }
      order.append(.init("accept_loss", .array([.integer(from), .integer(through)])))
    }
    let answer = try Office(arguments).ask("broker", .post, "/v1/journal/heal", body: .object(order))
    if arguments.has("--json") { return Terminal.print(answer) }
    for hole in answer["accepted"]?.array ?? [] {
      Terminal.print("\(arguments.has("--dry-run") ? "would accept" : "accepted"): \(words(hole))")
    }
    let holes = answer["holes"]?.array ?? []
    if holes.isEmpty { return Terminal.print("nothing is missing") }
    for hole in holes { Terminal.print(words(hole)) }
  }

  private static func words(_ hole: JSON) -> String {
    var text = "\(hole["from"]?.integer ?? 0)-\(hole["through"]?.integer ?? 0): \(hole["lost"]?.integer ?? 0) events are gone"
    if hole["named"]?.bool != true { text += " and perhaps others" }
    for event in hole["events"]?.array ?? [] {
      let source = event["healable"]?.bool == true ? "asked of its store" : "its store has it no more"
      text += "\n  \(event["producer"]?.string ?? "?") number \(event["sequence"]?.integer ?? 0): \(source)"
    }
    return text
  }
}
