import Contracts
package import Wire

/// One subscription's deliveries on their way through a department: in under credit, out in batches, settled once durable.
///
/// ```
///                 credit ◀───────────── top-up ◀──────────────┐
///                                                             │
///   deliver ─▶ queue ─▶ begin(batch), working ─▶ transaction ─┼─ committed ─▶ settle
///     revoke ─▶ ✕  ▲                                          │
///                  └── not reached within 5 ms ◀──────────────┤
///                  └── rolled back (store full, failing): again after a pause
/// ```
/// At most one batch is with the store at a time. A lost connection forgets the queue: the broker sends it again.
/// What the shell does next comes out of `next(at:)`, one action after the other until nil.
package struct ConsumerMachine<Contents: Sendable>: Sendable {
  /// What the shell does next, in this order.
  package enum Action: Sendable {
    case settle(Settlement)
    case credit(messages: Int, bytes: Int)
    case extend(DeliveryRanges)
    /// Say `working` for the ranges (where there are any), then run the batch in one transaction.
    case begin(Batch<Contents>, working: DeliveryRanges)
  }

  /// What became of an arriving delivery.
  package enum Intake: Sendable, Equatable {
    case queued
    /// Not asked for now: it comes again.
    case dropped
    /// The broker does not keep the protocol: numbers out of order, or far more than the credit in hand.
    case illegal
  }

  /// How much a consumer takes in hand.
  package struct Window: Sendable, Equatable {
    package var messages: Int
    package var bytes: Int
    package var batchMessages: Int
    package var batchBytes: Int

    /// The usual window. A batch takes at most half of it, so that the next one gathers meanwhile.
    package init(
      messages: Int = MeshLimits.creditMessages, bytes: Int = MeshLimits.creditBytes,
      batchMessages: Int = MeshLimits.batchMessages, batchBytes: Int = MeshLimits.batchBytes
    ) {
      self.messages = messages
      self.bytes = bytes
      // A frame names at most so many ranges; in the worst case every delivery is one.
      self.batchMessages = max(1, min(batchMessages, messages / 2, WireLimits.rangesMax))
      self.batchBytes = batchBytes
    }
  }

  enum Line: Sendable, Equatable {
    case closed
    case open(lease: Duration)
  }

  enum Work: Sendable {
    case resting
    case running(Running)
    /// The batch's connection is gone: its verdicts settle nothing.
    case orphaned(token: UInt64)
    /// The store refused; the queue waits.
    case heldBack(until: Uptime)
  }

  struct Running: Sendable {
    let token: UInt64
    var entries: [Entry]
    let begun: Uptime
    /// Numbers that the broker took back meanwhile.
    var revoked: Set<UInt64> = []
  }

  struct Entry: Sendable {
    let parcel: Parcel<Contents>
    var leased: Uptime
    var isAnnounced = false
  }

  package let window: Window
  let deadKey: Subscribe.DeadKey
  var line: Line = .closed
  var work: Work = .resting
  var queue: [Entry] = []
  var bars = KeyBars()
  /// What the broker may still send, and what is in hand: together never more than the window.
  var grantedMessages = 0
  var grantedBytes = 0
  var inHandMessages = 0
  var inHandBytes = 0
  /// Passed over or dropped behind a failed message: the broker takes them back, and with them their credit.
  var passedOver: [UInt64: Parcel<Contents>] = [:]
  var lastNumber: UInt64 = 0
  var settlements: [Settlement] = []
  var tokens: UInt64 = 0
  var storeRefusals = 0
  /// No lease in hand is older: so long none of them needs a look.
  var leasedFrom: Uptime?
  /// The store asks for less (full disk, large write-ahead log): no new credit.
  package internal(set) var isStoreStopped = false
  package internal(set) var isDraining = false

  /// `deadKey` as in the subscribe frame: where a dead letter's followers park, they are not let in before the broker says so.
  package init(window: Window = Window(), deadKey: Subscribe.DeadKey = .park) {
    self.window = window
    self.deadKey = deadKey
  }

  // MARK: The line

  /// The link is up; the credit for the subscribe frame.
  package mutating func opened(lease: Duration) -> (messages: Int, bytes: Int) {
    forget()
    line = .open(lease: lease)
    guard !isStoreStopped, !isDraining else { return (0, 0) }
    grantedMessages = window.messages
    grantedBytes = window.bytes
    return (window.messages, window.bytes)
  }

  /// The link is down: everything undelivered is forgotten, a running batch settles nothing.
  package mutating func lost() {
    forget()
    line = .closed
  }

  private mutating func forget() {
    queue.removeAll(keepingCapacity: true)
    bars.clear()
    passedOver.removeAll()
    settlements.removeAll()
    leasedFrom = nil
    lastNumber = 0
    grantedMessages = 0
    grantedBytes = 0
    inHandMessages = 0
    inHandBytes = 0
    switch work {
    case .running(let running): work = .orphaned(token: running.token)
    case .resting, .orphaned, .heldBack: break
    }
  }

  /// HOT: one delivery.
  @specialized(where Contents == Delivery)
  package mutating func delivered(_ parcel: Parcel<Contents>, at now: Uptime) -> Intake {
    switch line {
    case .closed: return .dropped
    case .open(let lease): return take(parcel, lease, at: now)
    }
  }

  private mutating func take(_ parcel: Parcel<Contents>, _ lease: Duration, at now: Uptime) -> Intake {
    guard parcel.number > lastNumber else { return .illegal }
    lastNumber = parcel.number
    guard inHandMessages < window.messages * 4 else { return .illegal }
    // A settle and a revoke that cross on the way give one credit twice: then the broker has more left than is known here. The last
    // delivery may take more bytes than are left, so these may fall below zero on both sides.
    grantedMessages = max(0, grantedMessages - 1)
    grantedBytes -= parcel.bytes
    inHandMessages += 1
    inHandBytes += parcel.bytes
    if !bars.isEmpty, !bars.admits(key: parcel.key, position: parcel.position, lease: lease, at: now) {
      passedOver[parcel.number] = parcel
      return .dropped
    }
    // What was passed over and not taken back yet comes again: nothing of its key overtakes it, though its bar may be gone meanwhile.
    if !passedOver.isEmpty, passedOver.values.contains(where: { $0.key == parcel.key && $0.position < parcel.position }) {
      passedOver[parcel.number] = parcel
      return .dropped
    }
    queue.append(Entry(parcel: parcel, leased: now))
    if leasedFrom == nil { leasedFrom = now }
    return .queued
  }

  /// The broker takes deliveries back, and gives their credit to itself again.
  package mutating func revoked(_ ranges: DeliveryRanges) {
    bars.revoked(ranges)
    switch work {
    case .running(var running):
      for entry in running.entries where holds(ranges, entry.parcel.number) {
        if running.revoked.insert(entry.parcel.number).inserted { takeBack(entry.parcel) }
      }
      work = .running(running)
    case .resting, .orphaned, .heldBack: break
    }
    for (number, parcel) in passedOver where holds(ranges, number) {
      passedOver[number] = nil
      takeBack(parcel)
    }
    for entry in queue where holds(ranges, entry.parcel.number) { takeBack(entry.parcel) }
    queue.removeAll { holds(ranges, $0.parcel.number) }
  }

  // MARK: The store

  /// The batch's transaction is durable: its verdicts may be told.
  package mutating func committed(_ proof: some Proof, at now: Uptime) { proven(proof.verdicts, at: now) }

  @specialized(where Contents == Delivery)
  private mutating func proven(_ verdicts: Verdicts, at now: Uptime) {
    storeRefusals = 0
    switch work {
    case .running(let running) where running.token == verdicts.token:
      work = .resting
      tell(verdicts, of: running, at: now)
    case .orphaned(let token) where token == verdicts.token: work = .resting
    case .running, .orphaned, .resting, .heldBack: preconditionFailure("a batch is committed once, while it is with the store")
    }
  }

  /// The batch was rolled back because the store could not write: nothing is settled, no attempt is counted, all of it comes again.
  package mutating func rolledBack(token: UInt64, at now: Uptime, jitter: UInt32) {
    storeRefusals += 1
    let pause = Backoff.delay(
      failures: storeRefusals, jitter: jitter, first: MeshLimits.storePause, cap: MeshLimits.storePauseMax)
    switch work {
    case .running(let running) where running.token == token:
      putBack(running.entries.filter { !running.revoked.contains($0.parcel.number) })
    case .orphaned(let orphan) where orphan == token: break
    case .running, .orphaned, .resting, .heldBack: preconditionFailure("a batch is rolled back once, while it is with the store")
    }
    work = .heldBack(until: now.adding(pause))
  }

  /// No new credit until `storeReady`.
  package mutating func storeStopped() { isStoreStopped = true }

  package mutating func storeReady() { isStoreStopped = false }

  /// No new batch and no new credit any more; what is running ends as usual.
  package mutating func drain() { isDraining = true }

  // MARK: What is next

  /// The next thing to do; nil when there is nothing to do now. HOT.
  @specialized(where Contents == Delivery)
  package mutating func next(at now: Uptime) -> Action? {
    switch line {
    case .closed: return nil
    case .open(let lease):
      if !settlements.isEmpty { return .settle(settlements.removeFirst()) }
      if let credit = topUp() { return credit }
      if let extend = extend(lease, at: now) { return extend }
      return begin(at: now)
    }
  }

  private mutating func begin(at now: Uptime) -> Action? {
    switch work {
    case .running, .orphaned: return nil
    case .heldBack(let until): if now < until { return nil }
    case .resting: break
    }
    guard !queue.isEmpty, !isDraining else { return nil }
    var count = 0
    var bytes = 0
    while count < queue.count, count < window.batchMessages {
      bytes += queue[count].parcel.bytes
      if count > 0, bytes > window.batchBytes { break }
      count += 1
    }
    var working = DeliveryGather()
    var entries = Array(queue[..<count])
    var parcels: [Parcel<Contents>] = []
    parcels.reserveCapacity(count)
    for index in entries.indices {
      parcels.append(entries[index].parcel)
      guard !entries[index].isAnnounced else { continue }
      entries[index].isAnnounced = true
      working.add(entries[index].parcel.number)
    }
    queue.removeFirst(count)
    tokens += 1
    work = .running(Running(token: tokens, entries: entries, begun: now))
    return .begin(Batch(token: tokens, parcels: parcels, deadKey: deadKey), working: working.ranges)
  }
}
