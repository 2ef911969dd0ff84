import Synchronization

/// How far one chunk of long work goes: a bounded number of rows, a bounded time, and no further once somebody stands in line.
///
///     rows   ....|....|....|....|....|....|....|....|....      nobody waits: until `rowsMax` or `milliseconds`
///            ....|..X commit                                    somebody came: ends here, at the latest after the yield
///
/// So a person's command or a lone fact waits for a commit of a few rows instead of for a whole chunk; and work that yields to
/// everybody still gets on, since each of its chunks does at least the yield's worth.
package struct ChunkPace: ~Copyable {
  /// Rows admitted so far.
  package private(set) var rows = 0
  private var rowsMax: Int
  private let end: ContinuousClock.Instant
  private let yieldsFrom: ContinuousClock.Instant
  private let line: WritersLine
  private let turns: LongTurns

  /// On the thread that has the writer, as `turns` is.
  init(_ line: WritersLine, _ turns: LongTurns, rowsMax: Int, time: Duration, yieldsAfter: Duration) {
    let now = ContinuousClock.now
    self.line = line
    self.turns = turns
    self.rowsMax = rowsMax
    end = now + time
    yieldsFrom = now + yieldsAfter
  }

  /// Lets the chunk take `rows` where its caller left their number open: for heavy rows, whose common pages are written once a chunk.
  package mutating func allow(rows: Int) {
    if rowsMax == StoreLimits.rowsPerChunk { rowsMax = rows }
  }

  /// Whether the chunk takes another row now: whoever reads many of them at once asks before.
  package var isOpen: Bool {
    guard rows > 0 else { return true }
    guard rows < rowsMax else { return false }
    let now = ContinuousClock.now
    // The rest of it is waited for.
    if line.isWaitedShortly { turns.end() }
    return now < end && (now < yieldsFrom || !line.isWaited)
  }

  /// To be asked before each row: false where the chunk ends and the rest is the next one's. The first row is always admitted.
  package mutating func admitsRow() -> Bool {
    guard isOpen else { return false }
    rows += 1
    return true
  }
}

/// Counts those who wait for the store's one writing place with an errand, which is no chunk.
final class WritersLine: Sendable {
  private let waiting = Atomic<Int>(0)
  /// Of them those with long work, such as many facts at once.
  private let waitingLong = Atomic<Int>(0)

  /// Whether somebody stands in line now.
  var isWaited: Bool { waiting.load(ordering: .relaxed) > 0 }
  /// Whether somebody stands there with a short errand: a person's command, a lone fact.
  var isWaitedShortly: Bool { waiting.load(ordering: .relaxed) > waitingLong.load(ordering: .relaxed) }

  func join(asLongWork: Bool) {
    if asLongWork { waitingLong.add(1, ordering: .relaxed) }
    waiting.add(1, ordering: .relaxed)
  }

  /// It is their turn.
  func leave(asLongWork: Bool) {
    waiting.subtract(1, ordering: .relaxed)
    if asLongWork { waitingLong.subtract(1, ordering: .relaxed) }
  }
}
