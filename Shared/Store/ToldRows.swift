/// What one transaction appended to the outbox, for whoever carries it on: rows that were just written need not be read again.
///
/// ```
/// append ─▸ append ─▸ … ─▸ commit ─▸ taken, in their order
///                └ a savepoint that goes back takes its part back; a rollback all of it
/// ```
struct ToldRows {
  /// Whether somebody carries them on.
  var isWanted = false
  private(set) var rows: [Outbox.Waiting] = []
  private var bytes = 0
  /// More than may be held came: what follows is read from the outbox.
  private var isFull = false

  /// HOT.
  mutating func note(_ row: Outbox.Waiting) {
    guard isWanted, !isFull else { return }
    bytes += row.event.count
    guard bytes <= StoreLimits.outboxBytes else { return isFull = true }
    rows.append(row)
  }

  /// Back to the first `count` rows.
  mutating func goBack(to count: Int) {
    // Full before the savepoint: still full, and nothing was noted since.
    guard count < rows.count else { return }
    rows.removeLast(rows.count - count)
    bytes = rows.reduce(0) { $0 + $1.event.count }
    isFull = false
  }

  /// Hands the rows out; none are left.
  mutating func take() -> [Outbox.Waiting] {
    defer { (rows, bytes, isFull) = ([], 0, false) }
    return rows
  }
}
