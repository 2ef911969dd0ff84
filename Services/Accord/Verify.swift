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
        code: .tryAgain, happened: "the mesh runs on \(data) (process \(pid)), and a store that is being written cannot be judged",
        advice: "`accord down --data \(data)`, then verify")
    }
    mkdir("\(data)/logs", 0o750)
    var reports: [JSON.Member] = []
    var worst = ExitCode.done
    for name in ["broker"] + Supervisor.departments {
      let (report, code) = try ask(name, data)
      reports.append(.init(name, report))
      if code != 0 { worst = ExitCode(rawValue: code) ?? .refused }
      if !arguments.has("--json") { tell(name, report) }
    }
    if arguments.has("--json") { Terminal.print(.object(reports)) }
    guard worst == .done else {
      throw Complaint(
        code: worst, happened: "not everything is in order",
        advice: "what was found stands above; restore a backup or heal before you start it again")
    }
  }

  private static func ask(_ name: String, _ data: String) throws(Complaint) -> (JSON, Int32) {
    let log = "\(data)/logs/verify-\(name).log"
    unlink(log)
    let child = try ChildProcess(path: "\(LocalFiles.programFolder())/accord-\(name)", arguments: ["verify", "--data", data], log: log)
    var bytes: [UInt8] = []
    while true {
      var descriptor = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, -1)
      guard let more = child.read() else { break }
      bytes += more
    }
    close(child.output)
    var status: Int32 = 0
    while waitpid(child.pid, &status, 0) < 0, errno == EINTR {}
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : ExitCode.bug.rawValue
    if let report = try? JSON(parsing: bytes) { return (report, code) }
    let said = String(decoding: LocalFiles.read(log) ?? [], as: UTF8.self).split(separator: "\n").last.map(String.init)
    let finding = said ?? "accord-\(name) ended without a report"
    return (.object([.init("sound", .null), .init("findings", .array([.string(finding)]))]), code == 0 ? 1 : code)
  }

  private static func tell(_ name: String, _ report: JSON) {
    let verdict = report["sound"]?.bool.map { $0 ? "sound" : "NOT SOUND" } ?? "could not be checked"
    Terminal.print("\(name): \(verdict)" + (report["summary"]?.string.map { ", \($0)" } ?? ""))
    for finding in report["findings"]?.array ?? [] { Terminal.print("  - \(finding.string ?? "?")") }
  }
}
