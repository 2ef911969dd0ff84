import CLinux
import Contracts
import Glibc
import Host

extension Command {
  static let up = Command(
    "up", "Starts broker, ledger, marketing and service, and keeps them running until Ctrl-C.",
    options: [
      .init("--detach", nil, "return when all are ready; `accord down` ends them"),
      .init("--ephemeral", nil, "free ports instead of the usual ones"),
      .init("--sandbox", nil, "mark a new folder as a sandbox, where clocks may be set"),
      .init("--clock", "CLOCK", "system, or manual[@INSTANT] on a sandbox folder"),
      .init("--segment-mib", "N", "size of the journal's segments in MiB (4 to 1024, default 64)"),
      .init("--keep-for", "DURATION", "let go of what is older, such as 90d (default: kept while there is room)"),
      .init("--keep-mib", "N", "let go of the oldest beyond so many MiB of journal (default: as many as there is room)"),
      .init("--drop-unread", nil, "limits hold even for what a subscription has yet to read: it is moved on, and told"),
    ],
    examples: [
      "accord up", "accord up --data /tmp/shop --detach --ephemeral", "accord up --sandbox --clock manual@2026-05-08T19:00:00-04:00",
    ],
    run: { arguments throws(Complaint) in try Up(arguments).run(arguments) })
}

/// `accord up`: prepares the folder, then supervises; with `--detach` it leaves the supervising to a copy of itself.
struct Up {
  static let portFirst: Int64 = 4460
  /// Programs promise to end within eight seconds.
  private static let predecessorMillisecondsMax: Int64 = 10_000

  private let data: String
  private let ephemeral: Bool
  private let sandbox: Bool
  private let clock: String

  init(_ arguments: Arguments) throws(Complaint) {
    data = try DataPath.of(arguments)
    ephemeral = arguments.has("--ephemeral")
    sandbox = arguments.has("--sandbox")
    clock = arguments.value("--clock") ?? "system"
  }

  func run(_ arguments: Arguments) throws(Complaint) {
    if arguments.has("--detach") { return try detach(arguments) }
    let began = Clock.uptimeMilliseconds
    let lock = try prepare()
    defer {
      unlink("\(data)/endpoints.json")
      withExtendedLifetime(lock) {}
    }
    try awaitPredecessors()
    let plan = Supervisor.Plan(data: data, arguments: try programArguments(arguments))
    var supervisor = try Supervisor(plan)
    try supervisor.run { endpoints, news throws(Complaint) in
      do throws(FileFault) { try Files.write(endpoints.bytes + [UInt8(ascii: "\n")], to: "\(data)/endpoints.json") } catch {
        throw Complaint(host: error)
      }
      guard news == .allReady else { return }
      if arguments.has("--json") {
        Terminal.print(endpoints)
      } else {
        welcome(endpoints, milliseconds: Clock.uptimeMilliseconds - began)
      }
    }
    if !arguments.has("--json") { Terminal.print("All four have stopped. The data stays in \(data).") }
  }

  // MARK: Preparing

  /// Creates or checks the folder and takes the supervisor's lock.
  private func prepare() throws(Complaint) -> FolderLock {
    do {
      _ = try DataFolder.open(data, sandbox: sandbox, now: Clock.system().now())
      return try FolderLock.take(data)
    } catch { throw Complaint(host: error) }
  }

  /// Waits for the programs of a supervisor that was killed: they end by themselves, and until then their folders are theirs.
  private func awaitPredecessors() throws(Complaint) {
    let deadline = Clock.uptimeMilliseconds + Self.predecessorMillisecondsMax
    for name in Programs.all {
      var told = false
      while let pid = FolderLock.holder(of: "\(data)/\(name)") {
        if !told { Terminal.note("waiting for process \(pid), which still works in \(data)/\(name)") }
        told = true
        guard Clock.uptimeMilliseconds < deadline else {
          throw Complaint(
            code: .temporary, happened: "\(data)/\(name) is in use; process \(pid) works in it", advice: "end it, then start again")
        }
        usleep(20_000)
      }
    }
  }

  private func programArguments(_ arguments: Arguments) throws(Complaint) -> [String: [String]] {
    var result: [String: [String]] = [:]
    var port = Self.portFirst
    func next() -> String {
      defer { port += 1 }
      return ephemeral ? "0" : String(port)
    }
    result["broker"] = ["--port", next(), "--http-port", next()]
    if let size = try arguments.integer("--segment-mib") { result["broker"]? += ["--segment-mib", String(size)] }
    result["broker"]? += Self.retention(arguments)
    for name in Programs.departments {
      result[name] = ["--http-port", next()] + (sandbox ? ["--sandbox"] : []) + ["--clock", clock]
    }
    return result
  }

  /// What was said about letting go of old segments, for the broker, which judges it.
  private static func retention(_ arguments: Arguments) -> [String] {
    ["--keep-for", "--keep-mib"].flatMap { flag in arguments.value(flag).map { [flag, $0] } ?? [] }
      + (arguments.has("--drop-unread") ? ["--drop-unread"] : [])
  }

  // MARK: Detaching

  /// Starts the same command without `--detach` in a session of its own and waits for its first line.
  private func detach(_ arguments: Arguments) throws(Complaint) {
    do {
      _ = try DataFolder.open(data, sandbox: sandbox, now: Clock.system().now())
    } catch { throw Complaint(host: error) }
    var words = ["up", "--data", data, "--json", "--clock", clock]
    if ephemeral { words.append("--ephemeral") }
    if sandbox { words.append("--sandbox") }
    if let size = arguments.value("--segment-mib") { words += ["--segment-mib", size] }
    words += Self.retention(arguments)
    let log = "\(data)/logs/up.log"
    // Ctrl-C while this waits means the mesh that starts, so the signal is kept until that has ended.
    var ending = sigset_t()
    sigemptyset(&ending)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&ending, signal) }
    sigprocmask(SIG_BLOCK, &ending, nil)
    let signals = signalfd(-1, &ending, Int32(SFD_CLOEXEC))
    let child = try ChildProcess(path: Programs.own, arguments: words, log: log)
    guard let line = child.firstLine(unless: signals) else {
      // Where it has ended by itself, this changes nothing.
      kill(child.pid, SIGTERM)
      let code = child.end()
      // The signal that was kept, if there is one, ends this process here.
      sigprocmask(SIG_UNBLOCK, &ending, nil)
      let reason = LastWords.of(log: log) ?? "its log \(log) is empty"
      throw Complaint(
        code: code.flatMap(ExitCode.init) ?? .unavailable,
        happened: reason.hasPrefix("accord: ") ? String(reason.dropFirst(8)) : reason, advice: "the whole log is \(log)")
    }
    guard let endpoints = try? JSON(parsing: line) else {
      throw Complaint(code: .software, happened: "the supervisor answered with something else than its endpoints", advice: "see \(log)")
    }
    if arguments.has("--json") {
      Terminal.print(endpoints)
    } else {
      Terminal.print("Ready. Addresses: \(data)/endpoints.json. `accord down --data \(data)` ends it.")
    }
  }

  // MARK: Telling

  private func welcome(_ endpoints: JSON, milliseconds: Int64) {
    func address(_ name: String) -> String {
      guard let http = endpoints[name]?["http"] else { return "?" }
      return "http://\(http["host"]?.string ?? "?"):\(http["port"]?.integer ?? 0)"
    }
    // As it was called: whoever has it on no PATH can copy the lines all the same.
    let accord = CommandLine.arguments.first ?? "accord"
    let flag = data == "./data" ? "" : " --data \(data)"
    Terminal.print(
      """
      Accord is ready after \(milliseconds) ms. Data: \(data)

        broker     \(address("broker"))   /metrics /readyz
        ledger     \(address("ledger"))   POST /v1/orders
        marketing  \(address("marketing"))   GET /v1/offers
        service    \(address("service"))   GET /v1/customers/ID/timeline

      Try, in another terminal:

        \(accord) order capture --order FRIDAY-1 --customer ada --line sku=KETTLE,paid=49.95 --currency USD\(flag)
        \(accord) customer ada\(flag)
        \(accord) status\(flag)

      Ctrl-C stops all of it; the data stays.
      """)
  }
}

/// Where the data folder is.
enum DataPath {
  static func of(_ arguments: Arguments) throws(Complaint) -> String {
    let given = arguments.value("--data") ?? getenv("ACCORD_DATA_FOLDER").map { String(cString: $0) } ?? "./data"
    guard !given.isEmpty else { throw .usage("--data is empty", "name a folder") }
    return given.count > 1 && given.hasSuffix("/") ? String(given.dropLast()) : given
  }
}
