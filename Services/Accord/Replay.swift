import Contracts
import Glibc
import Host

extension Command {
  static let replay = Command(
    "replay", "Rebuilds every store from the facts in the journal, into a new data folder.",
    options: [Arguments.Option("--into", "DIR", "the folder to make; it must not exist, or be empty")],
    examples: ["accord replay --data /tmp/shop --into /tmp/shop-again"],
    run: { arguments throws(Complaint) in try Replay.run(arguments) })
}

/// `accord replay`: the broker tells its journal to each department, which makes its store of it and tells nothing.
///
/// Opens nobody's store or journal itself. What was written but had not reached the broker is not in the journal.
enum Replay {
  static func run(_ arguments: Arguments) throws(Complaint) {
    let data = try DataPath.of(arguments)
    guard let into = arguments.value("--into") else {
      throw .usage("a folder to rebuild into is needed", "accord replay --data DIR --into NEW")
    }
    guard access("\(data)/accord.json", R_OK) == 0 else {
      throw Complaint(
        code: .noInput, happened: "\(data) is no data folder of Accord (it has no accord.json)", advice: "name one with --data")
    }
    if let pid = FolderLock.holder(of: data) {
      throw Complaint(
        code: .temporary, happened: "the mesh runs on \(data) (process \(pid)), and its journal still grows",
        advice: "`accord down --data \(data)`, then replay")
    }
    guard access("\(into)/accord.json", F_OK) != 0 else {
      throw Complaint(code: .refused, happened: "\(into) is a data folder already", advice: "name one that does not exist yet")
    }
    do {
      let source = try DataFolder.existing(data)
      _ = try DataFolder.open(into, sandbox: source.isSandbox, now: Clock.system().now())
    } catch { throw Complaint(code: .noInput, happened: "\(error)", advice: "") }
    var reports: [JSON.Member] = []
    var worst = ExitCode.success
    for name in Programs.departments {
      let (report, code) = try rebuild(name, from: data, into: into)
      reports.append(.init(name, report))
      if code != .success { worst = code }
      if !arguments.has("--json") { tell(name, report) }
    }
    if arguments.has("--json") { Terminal.print(.object(reports)) }
    guard worst == .success else {
      throw Complaint(
        code: worst, happened: "not every store could be rebuilt as it should", advice: "what was found stands above and in \(into)/logs")
    }
  }

  private static func rebuild(_ name: String, from data: String, into: String) throws(Complaint) -> (JSON, ExitCode) {
    let log = "\(into)/logs/replay-\(name).log"
    let broker = try ChildProcess(path: Programs.path("broker"), arguments: ["journal", "--data", data], log: log)
    let department = try broker.pipe { input throws(Complaint) in
      try ChildProcess(path: Programs.path(name), arguments: ["replay", "--data", into], log: log, input: input)
    }
    let bytes = department.wholeOutput()
    let codes = [department.end(), broker.end()].map { $0.map { ExitCode(rawValue: $0) ?? .software } ?? .software }
    let worst = codes.first { $0 != .success } ?? .success
    if let report = try? JSON(parsing: bytes) { return (report, worst) }
    let finding = LastWords.of(log: log) ?? "accord-\(name) ended without a report"
    return (.object([.init("sound", .null), .init("findings", .array([.string(finding)]))]), worst == .success ? .software : worst)
  }

  private static func tell(_ name: String, _ report: JSON) {
    let verdict = report["sound"]?.bool.map { $0 ? "rebuilt" : "rebuilt, but NOT SOUND" } ?? "could not be rebuilt"
    Terminal.print("\(name): \(verdict)" + (report["summary"]?.string.map { ", \($0)" } ?? ""))
    for finding in report["findings"]?.array ?? [] { Terminal.print("  - \(finding.string ?? "?")") }
  }
}
