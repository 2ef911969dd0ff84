/// Counts wrong secrets, so that guessing is slow and its log lines are few.
///
/// A right secret is never kept waiting: a stranger who guesses at a department's name must not be able to lock that department out.
struct Doorkeeper {
  private var wrongs: [String: (count: Int, since: Int64)] = [:]

  /// Each wrong one is answered so much later.
  static let answerAfter = Duration.seconds(1)
  /// Lines logged per name and minute.
  private static let linesMax = 5
  private static let windowMilliseconds: Int64 = 60_000
  /// Names remembered: an attacker who invents them must not fill the memory.
  private static let namesMax = 1_024

  /// Takes note of a wrong secret; returns whether it is worth a line in the log.
  mutating func wrong(_ name: String, uptime: Int64) -> Bool {
    if wrongs.count >= Self.namesMax { wrongs = wrongs.filter { uptime - $0.value.since < Self.windowMilliseconds } }
    if wrongs.count >= Self.namesMax { wrongs.removeAll() }
    let known = wrongs[name].flatMap { uptime - $0.since < Self.windowMilliseconds ? $0 : nil }
    let count = (known?.count ?? 0) + 1
    wrongs[name] = (count, known?.since ?? uptime)
    return count <= Self.linesMax
  }
}
