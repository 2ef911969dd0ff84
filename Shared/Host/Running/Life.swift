import CLinux
import Dispatch
import Glibc
import Synchronization
import Telemetry

/// Watches over a process from its first line to its last: a thread of its own reads signals, the supervisor's end and the last deadline.
///
/// | | starting | running | stopping |
/// |---|---|---|---|
/// | SIGTERM, SIGINT | end at once, 128 + signal | stop in order | a second SIGINT ends at once |
/// | SIGHUP | nothing | reload | nothing |
/// | supervisor gone | end at once | stop in order | nothing |
/// | 8 s and a little | | | end at once, 70 |
final class Life: Sendable {
  private enum Phase {
    case starting
    case running(reload: (@Sendable () -> Void)?)
    case stopping(Ending, deadline: Int64)
  }

  private struct State {
    var phase = Phase.starting
    var parent: Int32 = -1
    var log: Log?
  }

  private let state = Mutex(State())
  private let signals: Signals
  private let program: String
  private let changed: Int32
  private let ended = DispatchSemaphore(value: 0)

  init(signals: Signals, program: String) {
    self.signals = signals
    self.program = program
    changed = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(changed >= 0, "no eventfd (\(SystemText.of(errno))); raise the limit of open files and start again")
    OwnThread.start("signals") { self.run() }
  }

  func watch(_ parent: ParentWatch) {
    state.withLock { $0.parent = parent.descriptor }
    wake()
  }

  func log(to log: Log) { state.withLock { $0.log = log } }

  /// From now on an end is an ordered one. One that a part asked for while it was started stays asked for.
  func becomesReady(reload: (@Sendable () -> Void)?) {
    state.withLock { state in
      guard case .starting = state.phase else { return }
      state.phase = .running(reload: reload)
    }
  }

  /// Blocks until the program is to stop.
  func awaitEnding() -> Ending {
    ended.wait()
    return state.withLock { state in
      guard case .stopping(let ending, _) = state.phase else { preconditionFailure("woken without an ending") }
      return ending
    }
  }

  /// Begins the end; a second reason changes nothing.
  func end(_ ending: Ending) {
    let first = state.withLock { state in
      if case .stopping = state.phase { return false }
      state.phase = .stopping(ending, deadline: Clock.uptimeMilliseconds + HostLimits.stopMax.components.seconds * 1_000 + 500)
      return true
    }
    guard first else { return }
    wake()
    ended.signal()
  }

  /// Writes out the lines that wait, so that what is said next stands behind them.
  func flushLog() { state.withLock { $0.log }?.flush(within: .milliseconds(200)) }

  func abort(_ code: ExitCode, _ sentence: String) -> Never {
    let log = state.withLock { $0.log }
    log?.error("program.aborted", sentence)
    log?.flush(within: .milliseconds(200))
    Output.write("\(program): \(sentence)\n", to: STDERR_FILENO)
    _exit(code.rawValue)
  }

  private func wake() { eventfd_write(changed, 1) }

  private func run() {
    while true {
      let (parent, deadline) = state.withLock { state -> (Int32, Int64?) in
        if case .stopping(_, let deadline) = state.phase { return (-1, deadline) }
        return (state.parent, nil)
      }
      let rest = deadline.map { max(0, $0 - Clock.uptimeMilliseconds) }
      if rest == 0 { abort(.software, "did not stop within 8 s; a part hangs; its data is safe, its log says which") }
      // poll skips an entry whose descriptor is negative (man 2 poll).
      var wanted = [signals.descriptor, changed, parent].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&wanted, 3, Int32(rest ?? -1)) > 0 else { continue }
      var count: UInt64 = 0
      if wanted[1].revents != 0 { eventfd_read(changed, &count) }
      while let signal = signals.next() { received(signal) }
      if wanted[2].revents != 0 { parentEnded() }
    }
  }

  private func received(_ signal: Int32) {
    let phase = state.withLock { $0.phase }
    switch phase {
    case .starting:
      guard signal != SIGHUP else { return }
      _exit(128 + signal)
    case .running(let reload):
      if signal == SIGHUP { if let reload { OwnThread.start("reload", reload) } } else { end(.signal(signal)) }
    case .stopping(let ending, _):
      if signal == SIGINT, ending == .signal(SIGINT) { _exit(128 + signal) }
    }
  }

  private func parentEnded() {
    let phase = state.withLock { $0.phase }
    switch phase {
    case .starting: _exit(ExitCode.unavailable.rawValue)
    case .running: end(.supervisorGone)
    case .stopping: return
    }
  }
}

/// Why a program stops.
enum Ending: Sendable, Equatable, CustomStringConvertible {
  case signal(Int32)
  case supervisorGone
  case asked(ExitCode, String)

  var exitCode: ExitCode {
    switch self {
    case .signal, .supervisorGone: .success
    case .asked(let code, _): code
    }
  }

  var description: String {
    switch self {
    case .signal(let number): number == SIGINT ? "interrupted (SIGINT)" : "asked to (signal \(number))"
    case .supervisorGone: "its supervisor has ended"
    case .asked(_, let sentence): sentence
    }
  }
}
