import Contracts
import Glibc
import Telemetry
import Transport

/// One running program from its command line to its exit code.
///
/// ```
/// configuration ─▸ data folder ─▸ lock ─▸ clock ─▸ log ─▸ body starts the parts ─▸ ready line on stdout
///                                                              │
///      exit code ◂─ log flushed ◂─ stops in order, 8 s at most ◂─ SIGTERM, SIGINT, supervisor gone, or end(_:_:)
/// ```
/// Whatever goes wrong before the ready line is one sentence on stderr and an exit code. A signal before the ready line ends the
/// process at once: everything on disk bears that, as it bears a power cut.
package struct Program: Sendable {
  package let name: String
  /// What the program keeps of the data folder; nil for the supervisor, which holds the folder as a whole.
  package let part: DataFolder.Part?
  package let summary: String
  private let settings: [any AnySetting]

  /// A program `accord-ledger` and its own settings, beside those that all have (CommonSettings).
  package init(_ name: String, part: DataFolder.Part?, summary: String, settings: [any AnySetting] = []) {
    self.name = name
    self.part = part
    self.summary = summary
    self.settings = CommonSettings.all + settings
  }

  /// Runs the program on the calling thread, which is the main one, and ends the process.
  ///
  /// `body` starts the parts and returns how to reach and how to stop them; it may block and throw. Its errors should be `Explained`.
  package func run(
    arguments: [String] = Array(CommandLine.arguments.dropFirst()), environment: [String: String] = Configuration.environment,
    _ body: (Start) throws -> Running
  ) -> Never {
    let begun = Clock.uptimeMilliseconds
    // Before the first thread: they inherit it.
    ShortTurns.take()
    let life = Life(signals: Signals.take(), program: name)
    do {
      let configuration = try configuration(arguments, environment)
      let start = try start(configuration, environment, life)
      let running = try body(start)
      life.becomesReady(reload: running.reload)
      Output.write(readyLine(running, milliseconds: Clock.uptimeMilliseconds - begun))
      start.log.info("program.ready", "\(name) is ready", ["milliseconds": .integer(Clock.uptimeMilliseconds - begun)])
      let ending = life.awaitEnding()
      start.log.info("program.stopping", "\(name) is stopping: \(ending)")
      let slow = running.stop(log: start.log)
      start.log.info("program.stopped", "\(name) has stopped", ["slow": .integer(Int64(slow.count))])
      start.log.flush()
      if case .asked(_, let sentence) = ending { Output.write("\(name): \(sentence)\n", to: STDERR_FILENO) }
      withExtendedLifetime(start) {}
      exitNow(ending.exitCode == .success && !slow.isEmpty ? .software : ending.exitCode)
    } catch {
      // The sentence comes last: it is what a supervisor shows of a program that did not start.
      life.flushLog()
      Output.write(FaultSentence.line(name, error), to: STDERR_FILENO)
      exitNow(FaultSentence.exitCode(of: error))
    }
  }

  private func configuration(_ arguments: [String], _ environment: [String: String]) throws(ConfigurationFault) -> Configuration {
    switch try Configuration.read(name, summary: summary, settings: settings, arguments: arguments, environment: environment) {
    case .values(let configuration): return configuration
    case .help(let text):
      Output.write(text)
      exitNow(.success)
    case .version:
      Output.write("\(name) \(Version.text)\n")
      exitNow(.success)
    }
  }

  private func start(_ configuration: Configuration, _ environment: [String: String], _ life: Life) throws -> Start {
    if let pid = configuration[CommonSettings.parent] {
      guard let watch = ParentWatch(parent: Int32(pid)) else { throw SupervisorGone(pid: pid) }
      life.watch(watch)
    }
    try OpenFiles.raiseLimit()
    let sandbox = configuration[CommonSettings.sandbox]
    let folder = try DataFolder.open(configuration[CommonSettings.data], sandbox: sandbox, now: Clock.systemNow)
    let lock = try FolderLock.take(part.map(folder.folder(of:)) ?? folder.path)
    let clock = try ManualClock.clock(configuration[CommonSettings.clock], sandbox: sandbox, in: folder)
    if clock.isManual, let part { try ClockControl.listen(for: clock, part: part, in: folder) }
    let log = Log(program: name, level: configuration[CommonSettings.logLevel]) { clock.now() }
    life.log(to: log)
    let metrics = Metrics(program: name)
    ProcessFigures.register(in: metrics, startedAt: Clock.systemNow.milliseconds / 1_000)
    metrics.reading("log_lines_dropped_total", help: "Log lines lost because stderr was not read fast enough.") { log.dropped }
    return Start(
      configuration: configuration, folder: folder, clock: clock, log: log, metrics: metrics,
      zones: ZoneFiles.system(environment: environment), life: life, lock: lock)
  }

  /// `{"ready":"ledger","http":{"host":"127.0.0.1","port":7081},"pid":4711,"milliseconds":42}`
  private func readyLine(_ running: Running, milliseconds: Int64) -> String {
    var members = [JSON.Member("ready", .string(part?.rawValue ?? name))]
    for (name, address) in running.endpoints {
      members.append(.init(name, .object([.init("host", .string(address.host)), .init("port", .integer(Int64(address.port)))])))
    }
    members += [.init("pid", .integer(Int64(getpid()))), .init("milliseconds", .integer(milliseconds))]
    return JSON.object(members).text + "\n"
  }
}

/// Past atexit and destructors: other threads still run, and nothing may pull their world from under them.
func exitNow(_ code: ExitCode) -> Never {
  fflush(nil)
  _exit(code.rawValue)
}

/// The supervisor ended while its child was starting.
struct SupervisorGone: Explained {
  let pid: Int
  var exitCode: ExitCode { .unavailable }
  var description: String {
    "not started; process \(pid), named by --parent, is not the one that started this; leave --parent to `accord up`"
  }
}
