import Contracts

extension LinkMachine {
  /// The link in words, for a status line: "connected for 3 min", "offline 4 min, 12 waiting: the broker cannot be reached (...)".
  ///
  /// `waiting`: facts in the outbox that the broker has not confirmed.
  package func words(at now: Uptime, waiting: UInt64) -> String {
    let age = since.map { Self.words(for: now.since($0)) } ?? "0 s"
    let behind = waiting == 0 ? "" : ", \(waiting) waiting"
    switch state {
    case .idle: return "not started\(behind)"
    case .up: return "connected for \(age)\(behind)"
    case .draining: return "stopping\(behind)"
    case .leaving, .ended: return "stopped\(behind)"
    case .connecting, .greeting, .backingOff:
      let why = trouble.map { ": \($0)" } ?? ""
      return "offline \(age)\(behind)\(why)"
    }
  }

  /// A length of time as people say it, in its largest whole unit: "45 s", "4 min", "3 h", "2 d".
  package static func words(for duration: Duration) -> String {
    let seconds = max(0, duration.milliseconds / 1_000)
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3_600 { return "\(seconds / 60) min" }
    if seconds < 86_400 { return "\(seconds / 3_600) h" }
    return "\(seconds / 86_400) d"
  }
}
