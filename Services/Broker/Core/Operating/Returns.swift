/// What an operator has called back to a subscription: dead letters that are redriven, and events that are replayed. Durable.
///
/// ```
///   dead letters ──recalled──▶ ┌─────────┐  read from the disk, as rate and credit allow    settled ──▶ gone (`returned`)
///   the journal  ──replayed──▶ │ returns │ ───────────────────▶ window, in key order ──────┤
///                              └─────────┘                                                failed  ──▶ dead again (`dead`)
/// ```
/// A restart of the broker begins again with all that are left: their inbox marks absorb what had been done.
struct Returns: Sendable {
  struct Event: Sendable {
    var position: UInt64
    var key: UInt64
    var sequence: UInt64
    var producer: UInt32
    /// The intervention that called it back.
    var by: UInt64
    /// Counted since then.
    var attempts: UInt32 = 0
    /// Wall clock, milliseconds since 1970.
    var notBefore: Int64 = 0
    var isSuspect = false
    /// What it was among the dead; nil for what is replayed.
    var letter: DeadLetters.Letter?
    /// Of this run: stands in the window.
    fileprivate(set) var isHere = false
  }

  /// By position.
  private(set) var list: [Event] = []

  // Of this run.

  /// How many stand in the window.
  var here = 0
  /// By key, in order, those that do not stand in the window yet.
  private var awaited: [UInt64: [UInt64]] = [:]
  /// All before this place of the list stand in the window.
  private var next = 0
  /// What was read from the disk last, for those that come next.
  var read: [IndexedEvent] = []
  /// Cannot be read, and why.
  var lost: (position: UInt64, why: String)?
  var pace = Pace()
  /// When the next may come, where the pace holds it back; uptime.
  var due = Int64.max

  var isEmpty: Bool { list.isEmpty }
  var count: Int { list.count }
  /// The next that belongs into the window.
  var awaitedNext: Event? { next < list.count ? list[next] : nil }
  var awaitedCount: Int { awaited.isEmpty ? 0 : list.count { !$0.isHere } }

  init(_ list: [Event] = []) { add(list) }

  func find(_ position: UInt64) -> Event? {
    let i = index(position)
    return i < list.count && list[i].position == position ? list[i] : nil
  }

  func contains(_ position: UInt64) -> Bool { find(position) != nil }

  /// Whether an event of `key` that stands before `position` is still to be read.
  func isAwaited(before position: UInt64, key: UInt64) -> Bool { awaited[key]?.first.map { $0 < position } ?? false }

  func trouble(_ position: UInt64) -> Troubles.Trouble? {
    find(position).map { Troubles.Trouble(position: position, notBefore: $0.notBefore, attempts: $0.attempts, isSuspect: $0.isSuspect) }
  }

  /// Takes note of a failure; false where it is none of these.
  mutating func note(_ trouble: Troubles.Trouble) -> Bool {
    let i = index(trouble.position)
    guard i < list.count, list[i].position == trouble.position else { return false }
    list[i].attempts = trouble.attempts
    list[i].notBefore = trouble.notBefore
    list[i].isSuspect = trouble.isSuspect
    return true
  }

  mutating func add(_ events: [Event]) {
    list = (list + events).sorted { $0.position < $1.position }
    seek()
  }

  /// Takes one out; returns it.
  mutating func remove(_ position: UInt64) -> Event? {
    let i = index(position)
    guard i < list.count, list[i].position == position else { return nil }
    if i < next { next -= 1 }
    let event = list.remove(at: i)
    stopAwaiting(event)
    return event
  }

  /// The next one stands in the window now.
  mutating func admitNext() {
    list[next].isHere = true
    here += 1
    stopAwaiting(list[next])
    while next < list.count, list[next].isHere { next += 1 }
  }

  /// The window was dropped.
  mutating func beginAnew() {
    here = 0
    read = []
    lost = nil
    for i in list.indices { list[i].isHere = false }
    seek()
  }

  private mutating func seek() {
    next = list.firstIndex { !$0.isHere } ?? list.count
    awaited = [:]
    for event in list[next...] where !event.isHere { awaited[event.key, default: []].append(event.position) }
  }

  private mutating func stopAwaiting(_ event: Event) {
    awaited[event.key]?.removeAll { $0 == event.position }
    if awaited[event.key]?.isEmpty == true { awaited[event.key] = nil }
  }

  private func index(_ position: UInt64) -> Int {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle].position < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// How fast what was called back may come: so many a second, saved up for a tenth of one.
struct Pace: Sendable {
  /// In thousandths of an event.
  private var saved: Int64 = 0
  private var at: Int64?

  /// Whether one more may come at `uptime`; `rate` a second, 0 for as many as there are.
  mutating func allows(_ rate: UInt32, at uptime: Int64) -> Bool {
    if rate == 0 { return true }
    let most = max(1_000, Int64(rate) * 100)
    saved = min(most, at.map { saved + (uptime - $0) * Int64(rate) } ?? 1_000)
    at = uptime
    return saved >= 1_000
  }

  /// One has come.
  mutating func took(_ rate: UInt32) { if rate > 0 { saved -= 1_000 } }

  /// When the next may come, behind an `allows` that said no; uptime.
  func due(_ rate: UInt32) -> Int64 { (at ?? 0) + (1_000 - saved + Int64(rate) - 1) / Int64(max(1, rate)) }
}

/// Past events that are delivered once more, beside the live flow: as far as it has come.
struct Replay: Sendable {
  /// The intervention that asked for it.
  let by: UInt64
  /// Events from here on have not been called back yet; a record or a segment begins here. Durable.
  var cursor: UInt64
  /// The last position that is meant.
  let through: UInt64
  /// Only what was accepted from then on and until then; milliseconds since 1970.
  let since: Int64
  let until: Int64
  /// Only what stands behind this position.
  let behind: UInt64
  var types: TypeSet
  /// Of this run: how far it was looked through without finding anything. Not before `cursor`.
  var looked: UInt64 = 0
  /// Of this run: what was read from the disk and not looked through yet, and where the next begins.
  var piece: (events: [IndexedEvent], next: UInt64)?
  /// Of this run: why it ends before its time.
  var obstacle: String?
}
