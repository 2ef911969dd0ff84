import Contracts
import Glibc
import Host

extension Command {
  static let verify = Command(
    "verify", "Checks the journal and every store of a data folder, offline: stop the mesh first.",
    examples: ["accord verify --data /tmp/shop"],
    run: { arguments throws(Complaint) in try Verify.run(arguments) })
}

/// `accord verify`: opens nobody's store; each program checks its own.
enum Verify {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let data = try DataPath.of(arguments)
    guard access("\(data)/accord.json", R_OK) == 0 else {
      throw Complaint(
        code: .noInput, happened: "\(data) is no data folder of Accord (it has no accord.json)", advice: "name one with --data")
    }
    if let pid = FolderLock.holder(of: data) {
      throw Complaint(
        code: .temporary, happened: "the mesh runs on \(data) (process \(pid)), and a store that is being written cannot be judged",
        advice: "`accord down --data \(data)`, then verify")
    }
    mkdir("\(data)/logs", 0o750)
    var reports: [JSON.Member] = []
    var worst = ExitCode.success
    for name in Programs.all {
      let (report, code) = try ask(name, data)
      reports.append(.init(name, report))
      if code != 0 { worst = ExitCode(rawValue: code) ?? .refused }
      if !arguments.has("--json") { tell(name, report) }
    }
    let apart = differences(reports)
    if !apart.isEmpty { worst = .refused }
    if arguments.has("--json") {
      let told = reports.map { JSON.Member($0.name, .object(($0.value.object ?? []).filter { $0.name != "heads" })) }
      Terminal.print(.object(told + [.init("chain", .object([.init("findings", .array(apart.map { .string($0) }))]))]))
    } else {
      for finding in apart { Terminal.print("  - \(finding)") }
    }
    guard worst == .success else {
      throw Complaint(
        code: worst, happened: "not everything is in order",
        advice: "what was found stands above; restore a backup or heal before you start it again")
    }
  }

  /// Where the heads of the ledger's chain that others keep are not the ledger's own: whoever rewrote entries has to rewrite three stores.
  private static func differences(_ reports: [JSON.Member]) -> [String] {
    func heads(_ name: String) -> [Int64: String] {
      var heads: [Int64: String] = [:]
      for pair in reports.first(where: { $0.name == name })?.value["heads"]?.array ?? [] {
        if let pair = pair.array, pair.count == 2, let sequence = pair[0].integer, let head = pair[1].string { heads[sequence] = head }
      }
      return heads
    }
    let own = heads("ledger")
    var found: [String] = []
    for keeper in ["marketing", "service"] {
      for (sequence, head) in heads(keeper).sorted(by: { $0.key < $1.key }) where own[sequence] != head && found.count < findingsMax {
        let there = own[sequence].map { "stands at \($0.prefix(12))" } ?? "knows nothing of that"
        found.append(
          "chain: \(keeper) was told that the ledger's entries end at \(head.prefix(12)) after entry \(sequence), the ledger \(there): its entries were changed; restore the ledger from a backup"
        )
      }
    }
    return found
  }

  private static let findingsMax = 20

  /// What a program says of its own part of a folder on which it does not run.
  static func ask(_ name: String, _ data: String) throws(Complaint) -> (JSON, Int32) {
    let log = "\(data)/logs/verify-\(name).log"
    unlink(log)
    let child = try ChildProcess(path: Programs.path(name), arguments: ["verify", "--data", data, "--parent", "\(getpid())"], log: log)
    let bytes = child.wholeOutput()
    let code = child.end() ?? ExitCode.software.rawValue
    if let report = try? JSON(parsing: bytes) { return (report, code) }
    let finding = LastWords.of(log: log) ?? "accord-\(name) ended without a report"
    return (.object([.init("sound", .null), .init("findings", .array([.string(finding)]))]), code == 0 ? 1 : code)
  }

  private static func tell(_ name: String, _ report: JSON) {
    let verdict = report["sound"]?.bool.map { $0 ? "sound" : "NOT SOUND" } ?? "could not be checked"
    Terminal.print("\(name): \(verdict)" + (report["summary"]?.string.map { ", \($0)" } ?? ""))
    for finding in report["findings"]?.array ?? [] { Terminal.print("  - \(finding.string ?? "?")") }
  }
}
