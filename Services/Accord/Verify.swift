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
    if arguments.has("--json") { Terminal.print(.object(reports)) }
    guard worst == .success else {
      throw Complaint(
        code: worst, happened: "not everything is in order",
        advice: "what was found stands above; restore a backup or heal before you start it again")
    }
  }

  private static func ask(_ name: String, _ data: String) throws(Complaint) -> (JSON, Int32) {
    let log = "\(data)/logs/verify-\(name).log"
    unlink(log)
    let child = try ChildProcess(path: Programs.path(name), arguments: ["verify", "--data", data], log: log)
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
