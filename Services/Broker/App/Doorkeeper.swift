/// Counts wrong secrets, so that guessing is slow and its log lines are few.
///
/// A right secret is never kept waiting: a stranger who guesses at a department's name must not be able to lock that department out.
struct Doorkeeper {
  /// What to do about a wrong secret beside answering late.
  struct Verdict: Equatable {
    /// Worth a line in the log.
    var isLogged: Bool
    /// So many before it were not, and nobody has been told yet.
    var unlogged = 0
  }

  private var wrongs: [String: Int] = [:]
  private var since: Int64 = 0
  private var lines = 0
  private var unlogged = 0

  /// Each wrong one is answered so much later.
  static let answerAfter = Duration.seconds(1)
  /// Lines a minute for one name, and for all: who invents names must not fill the log.
  private static let linesPerName = 5
  private static let linesMax = 50
  private static let windowMilliseconds: Int64 = 60_000

  /// Takes note of a wrong secret for `name`.
  mutating func wrong(_ name: String, uptime: Int64) -> Verdict {
    var verdict = Verdict(isLogged: false)
    if uptime - since >= Self.windowMilliseconds {
      verdict.unlogged = unlogged
      (wrongs, lines, unlogged, since) = ([:], 0, 0, uptime)
    }
    // No more names are kept than lines are written.
    if lines < Self.linesMax {
      wrongs[name, default: 0] += 1
      verdict.isLogged = wrongs[name, default: 0] <= Self.linesPerName
    }
    if verdict.isLogged { lines += 1 } else { unlogged += 1 }
    return verdict
  }
}
