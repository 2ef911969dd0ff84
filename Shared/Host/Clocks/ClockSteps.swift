package import Contracts

/// Moves the clocks of a whole mesh to an instant as if time had passed: from one thing that falls due to the next, and everybody comes
/// to rest in between. A pure machine: it is shown where all stand, and says what to do.
///
///     look ──▸ somebody is busy, or something changed since the last look ─────────────▸ look again
///          └─▸ at rest, same as before ─┬─▸ at the target ──────────────────────────────▸ arrived
///                                       ├─▸ the next due instant is far ─▸ move to just before it
///                                       └─▸ it is near, or there is none ─▸ move to it, or to the target
///
/// Two equal looks are needed because programs are asked one after another: a fact that was under way between them shows in the second,
/// at its author (`told`), at the broker, or at who works on it. Just before an instant all hear once more how far the others have come,
/// so that nobody decides at the instant itself on what he knew long ago: on a real clock he would have heard within the last second.
package struct ClockSteps: Sendable {
  package enum Step: Sendable, Equatable {
    case lookAgain
    /// Advance every clock to here, then look again.
    case move(Timestamp)
    case arrived(Timestamp)
    /// Nothing has moved for too long: whoever waits is told why.
    case stuck(String)
  }

  private let target: Timestamp
  private var last: [Standing]?
  /// Uptime of the last look that showed something new.
  private var changedAt: Int64
  /// How many times the clocks were moved.
  package private(set) var moves = 0

  /// Nearer than this, what others knew before is fresh enough: marks come every second.
  private static let near = Duration.seconds(1)
  /// A look-back over a million orders shows its progress far more often.
  package static let patienceMilliseconds: Int64 = 30_000
  /// Rows that set themselves anew each time would otherwise be followed for ever.
  package static let movesMax = 100_000

  /// `uptime` in milliseconds of the machine, as for every look.
  package init(to target: Timestamp, at uptime: Int64) {
    self.target = target
    changedAt = uptime
  }

  /// All present programs were asked one after another; `standings` is what they said.
  package mutating func looked(_ standings: [Standing], at uptime: Int64) -> Step {
    let isNew = standings != last
    if isNew { changedAt = uptime }
    last = standings
    let now = standings.compactMap(\.now).max()
    if let trouble = Self.trouble(standings, now) {
      guard uptime - changedAt >= Self.patienceMilliseconds else { return .lookAgain }
      return .stuck("\(now.map { "it is \($0), and " } ?? "")for \(Self.patienceMilliseconds / 1_000) s nothing has changed: \(trouble)")
    }
    guard let now else { return .arrived(target) }
    // Somebody came back while the others moved on.
    if standings.contains(where: { $0.now.map { $0 < now } ?? false }) { return move(to: now) }
    guard !isNew else { return .lookAgain }
    guard now < target else { return .arrived(now) }
    let next = standings.compactMap(\.next).min()
    guard let next, next <= target else { return move(to: target) }
    let before = next.adding(.milliseconds(-1))
    return move(to: next > now.adding(Self.near) && before > now ? before : next)
  }

  private mutating func move(to instant: Timestamp) -> Step {
    guard moves < Self.movesMax else {
      return .stuck("the clocks were moved \(Self.movesMax) times and something falls due again at \(instant); advance by less")
    }
    moves += 1
    last = nil
    return .move(instant)
  }

  /// Who is not at rest and why, or who has not heard the others as they are now; nil where all may move on.
  private static func trouble(_ standings: [Standing], _ now: Timestamp?) -> String? {
    for standing in standings { if let busy = standing.busy { return "\(standing.program) \(busy)" } }
    guard let now else { return nil }
    let present = Set(standings.filter { $0.now != nil }.map { "/" + $0.program })
    for standing in standings {
      for (source, through) in standing.heard.sorted(by: { $0.key < $1.key }) where present.contains(source) && through < now {
        return "\(standing.program) has heard \(source) through \(through) only"
      }
    }
    return nil
  }
}
