import CLinux
import Contracts
import Glibc
import Host

/// What `accord up` is once everything is checked: it starts the broker, then the departments, starts again what dies, and at the end
/// stops the departments before the broker.
///
///     broker starting -> broker ready -> departments starting -> all ready ... -> departments stopping -> broker stopping -> done
///
/// One thread, one poll: the children's ready lines, their deaths and the signals that end it all arrive there.
struct Supervisor {
  /// Everything that one run of the mesh needs to know.
  struct Plan {
    var data: String
    /// Further arguments by program, such as ports.
    var arguments: [String: [String]]
  }

  private enum Stage {
    case idle
    case starting(ChildProcess, since: Int64, line: [UInt8])
    case ready(ChildProcess)
    case resting(until: Int64)
  }

  private struct Member {
    let name: String
    var stage: Stage = .idle
    /// Set by its first ready line and kept, so that a restart comes back at the same place.
    var endpoint: JSON?
    /// Deaths since it last stayed up for a minute.
    var deaths = 0
    var readySince: Int64 = 0
  }

  private let plan: Plan
  private var members = Programs.all.map { Member(name: $0) }
  private let signals: Int32

  /// Takes over SIGTERM, SIGINT and SIGCHLD of this process.
  init(_ plan: Plan) throws(Complaint) {
    self.plan = plan
    var mask = sigset_t()
    sigemptyset(&mask)
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGCHLD] { sigaddset(&mask, signal) }
    sigprocmask(SIG_BLOCK, &mask, nil)
    signals = signalfd(-1, &mask, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
    guard signals >= 0 else { throw .system("could not listen for signals", errno) }
  }

  /// What the endpoints are told for.
  enum News {
    /// Every program has said that it is ready: once.
    case allReady
    /// One came back after its death, as another process.
    case again
  }

  /// Runs the mesh until a signal ends it. `tell` is given where everybody listens, whenever that has become another.
  mutating func run(tell: (JSON, News) throws(Complaint) -> Void) throws(Complaint) {
    var announced = false
    do throws(Complaint) {
      try start(0)
      while true {
        if let signal = try wait(), signal != SIGCHLD { break }
        try reap(afterAnnouncement: announced)
        let hasNews = try readLines()
        try startWhatIsDue()
        if announced {
          try refuseEndlessDeaths()
          if hasNews { try tell(endpoints(), .again) }
        } else if members.allSatisfy({ if case .ready = $0.stage { true } else { false } }) {
          announced = true
          try tell(endpoints(), .allReady)
        }
      }
    } catch {
      stopAll()
      throw error
    }
    stopAll()
  }

  /// Where each program listens, as written to endpoints.json.
  func endpoints() -> JSON {
    var all: [JSON.Member] = [JSON.Member("supervisor", .object([JSON.Member("pid", .integer(Int64(getpid())))]))]
    for member in members { if let endpoint = member.endpoint { all.append(JSON.Member(member.name, endpoint)) } }
    return .object(all)
  }

  // MARK: Starting

  private mutating func start(_ index: Int) throws(Complaint) {
    let member = members[index]
    var settings = plan.arguments[member.name] ?? []
    // A program that comes back listens where it did before: its neighbours and the person at the browser still know that place.
    for (flag, door) in [("--port", "mesh"), ("--http-port", "http")] {
      guard let known = member.endpoint?[door]?["port"]?.integer, let place = settings.firstIndex(of: flag) else { continue }
      settings[place + 1] = String(known)
    }
    var arguments = ["--data", plan.data, "--parent", String(getpid())] + settings
    if member.name != "broker", let mesh = members[0].endpoint?["mesh"], let port = mesh["port"]?.integer {
      arguments += ["--broker", "\(mesh["host"]?.string ?? "127.0.0.1"):\(port)"]
    }
    let child = try ChildProcess(
      path: Programs.path(member.name), arguments: arguments, log: "\(plan.data)/logs/\(member.name).log")
    members[index].stage = .starting(child, since: Clock.uptimeMilliseconds, line: [])
  }

  private mutating func startWhatIsDue() throws(Complaint) {
    let now = Clock.uptimeMilliseconds
    guard members[0].endpoint != nil else { return }
    for index in members.indices {
      switch members[index].stage {
      case .idle where index > 0: try start(index)
      case .resting(let until) where until <= now: try start(index)
      case .starting(_, let since, _) where now - since > Self.readyMillisecondsMax:
        throw Complaint(
          code: .temporary, happened: "\(members[index].name) was not ready within \(Self.readyMillisecondsMax / 1000) s",
          advice: "its log says why: \(plan.data)/logs/\(members[index].name).log")
      case .idle, .resting, .starting, .ready: break
      }
    }
  }

  /// Takes what the starting programs say; returns whether one of them has become ready.
  private mutating func readLines() throws(Complaint) -> Bool {
    var hasNews = false
    for index in members.indices {
      guard case .starting(let child, let since, var line) = members[index].stage, let bytes = child.read() else { continue }
      line += bytes
      guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else {
        members[index].stage = .starting(child, since: since, line: line)
        continue
      }
      guard let said = try? JSON(parsing: Array(line[..<end])), said["ready"] != nil else {
        throw Complaint(
          code: .software, happened: "\(members[index].name) said something else than that it is ready",
          advice: "is it another version? Build again")
      }
      members[index].endpoint = said
      members[index].readySince = Clock.uptimeMilliseconds
      members[index].stage = .ready(child)
      hasNews = true
    }
    return hasNews
  }

  // MARK: Deaths

  private mutating func reap(afterAnnouncement announced: Bool) throws(Complaint) {
    var status: Int32 = 0
    while true {
      let pid = waitpid(-1, &status, WNOHANG)
      guard pid > 0 else { return }
      for index in members.indices {
        guard let child = child(of: index), child.pid == pid else { continue }
        close(child.output)
        let word = Self.ending(status)
        let exit = status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
        if !announced || exit == ExitCode.configuration.rawValue || exit == ExitCode.usage.rawValue {
          throw Complaint(
            code: ExitCode(rawValue: exit) ?? .unavailable, happened: "\(members[index].name) \(word) before it was ready",
            advice: lastWords(of: members[index].name))
        }
        if Clock.uptimeMilliseconds - members[index].readySince > 60_000 { members[index].deaths = 0 }
        let rest = Int64(100) << Int64(min(members[index].deaths, 6))
        members[index].deaths += 1
        members[index].stage = .resting(until: Clock.uptimeMilliseconds + rest)
        Terminal.note("\(members[index].name) \(word); starting it again in \(rest) ms (log: \(plan.data)/logs/\(members[index].name).log)")
      }
    }
  }

  /// A program that dies again and again is not helped by another start.
  private func refuseEndlessDeaths() throws(Complaint) {
    for member in members where member.deaths > Self.deathsMax {
      throw Complaint(
        code: .unavailable, happened: "\(member.name) died \(member.deaths) times within a minute of being ready",
        advice: lastWords(of: member.name))
    }
  }

  private func lastWords(of name: String) -> String {
    let path = "\(plan.data)/logs/\(name).log"
    guard let words = LastWords.of(log: path) else { return "see \(path)" }
    // The program names its own settings; whoever runs all four has another one.
    return "its last words: \(words)" + (words.contains("port in use") ? " (for all four: accord up --ephemeral)" : "")
  }

  // MARK: Stopping

  /// Departments first, each with its eight seconds, then the broker: what they still had to say finds somebody listening.
  private mutating func stopAll() {
    stop(Array(members.indices.dropFirst()))
    stop([0])
  }

  private mutating func stop(_ indices: [Int]) {
    for index in indices { if let child = child(of: index) { kill(child.pid, SIGTERM) } }
    let deadline = Clock.uptimeMilliseconds + Self.stopMillisecondsMax
    var alive = indices.filter { child(of: $0) != nil }
    while !alive.isEmpty {
      alive.removeAll { index in
        guard let child = child(of: index) else { return true }
        var status: Int32 = 0
        guard waitpid(child.pid, &status, WNOHANG) != 0 else { return false }
        close(child.output)
        members[index].stage = .idle
        return true
      }
      guard !alive.isEmpty else { return }
      if Clock.uptimeMilliseconds > deadline {
        for index in alive {
          guard let child = child(of: index) else { continue }
          Terminal.note("\(members[index].name) did not stop within \(Self.stopMillisecondsMax / 1000) s; it is killed")
          kill(child.pid, SIGKILL)
        }
      }
      var descriptor = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, 50)
      _ = drainSignals()
    }
  }

  // MARK: Waiting

  /// Sleeps until a signal, a child's word or the next thing due. Returns the signal, where it was one.
  private func wait() throws(Complaint) -> Int32? {
    var descriptors = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
    var timeout: Int64 = 60_000
    let now = Clock.uptimeMilliseconds
    for member in members {
      switch member.stage {
      case .starting(let child, _, _):
        descriptors.append(pollfd(fd: child.output, events: Int16(POLLIN), revents: 0))
        timeout = min(timeout, 1_000)
      case .resting(let until): timeout = min(timeout, max(0, until - now))
      case .idle, .ready: break
      }
    }
    poll(&descriptors, nfds_t(descriptors.count), Int32(timeout))
    return drainSignals()
  }

  /// The most important of the signals that wait: one that ends the run before SIGCHLD.
  private func drainSignals() -> Int32? {
    var result: Int32?
    var info = signalfd_siginfo()
    while read(signals, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size {
      let signal = Int32(info.ssi_signo)
      if result == nil || signal != SIGCHLD { result = signal }
    }
    return result
  }

  private func child(of index: Int) -> ChildProcess? {
    switch members[index].stage {
    case .starting(let child, _, _), .ready(let child): child
    case .idle, .resting: nil
    }
  }

  private static func ending(_ status: Int32) -> String {
    let signal = status & 0x7F
    return signal == 0 ? "ended with exit code \((status >> 8) & 0xFF)" : "was ended by signal \(signal)"
  }

  /// A journal of gigabytes recovers within this on a slow disk.
  private static let readyMillisecondsMax: Int64 = 60_000
  /// The programs promise eight seconds; two more before they are killed.
  private static let stopMillisecondsMax: Int64 = 10_000
  private static let deathsMax = 12
}
