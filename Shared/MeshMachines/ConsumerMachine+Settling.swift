import Contracts
import Wire

extension ConsumerMachine {
  /// Turns a batch's verdicts into one settlement, and puts back what the transaction did not reach.
  mutating func tell(_ verdicts: Verdicts, of running: Running, at now: Uptime) {
    var done = DeliveryGather()
    var exceptions: [Settlement.Exception] = []
    for (entry, verdict) in zip(running.entries, verdicts.each) where !running.revoked.contains(entry.parcel.number) {
      let parcel = entry.parcel
      switch verdict {
      case .done:
        release(parcel)
        done.add(parcel.number)
      case .later(let after):
        release(parcel)
        exceptions.append(.init(delivery: parcel.number, verdict: .later(after: after.map { min($0, WireLimits.laterMax) })))
        bars.raise(key: parcel.key, number: parcel.number, position: parcel.position, at: now)
      case .never(let reason):
        release(parcel)
        exceptions.append(.init(delivery: parcel.number, verdict: .never(reason: reason)))
        switch deadKey {
        case .park: bars.raise(key: parcel.key, number: parcel.number, position: parcel.position, at: now)
        // Followers pass at once: behind a dead letter they are in order, wherever the broker believes them to be.
        case .pass: break
        }
      case nil: passOver(parcel)
      }
    }
    putBack(running.entries.dropFirst(verdicts.each.count).filter { !running.revoked.contains($0.parcel.number) })
    if !exceptions.isEmpty { passOverBarred() }
    if !done.isEmpty || !exceptions.isEmpty { settlements.append(Settlement(done: done.ranges, exceptions: exceptions)) }
  }

  /// What waits behind a message that failed just now will be taken back by the broker.
  private mutating func passOverBarred() {
    for entry in queue where bars.bars(entry.parcel.key) { passOver(entry.parcel) }
    queue.removeAll { bars.bars($0.parcel.key) }
  }

  private mutating func passOver(_ parcel: Parcel<Contents>) {
    bars.drop(key: parcel.key, position: parcel.position)
    passedOver[parcel.number] = parcel
  }

  mutating func putBack(_ entries: some Collection<Entry>) {
    guard !entries.isEmpty else { return }
    for entry in entries { note(entry.leased) }
    queue.insert(contentsOf: entries, at: 0)
  }

  /// Settled: its credit is granted anew with the next top-up.
  private mutating func release(_ parcel: Parcel<Contents>) {
    inHandMessages -= 1
    inHandBytes -= parcel.bytes
  }

  /// Revoked: the broker gives the credit back by itself (PROTOCOL.md, revoke).
  mutating func takeBack(_ parcel: Parcel<Contents>) {
    release(parcel)
    grantedMessages += 1
    grantedBytes += parcel.bytes
  }

  /// More credit, once half the window is free.
  mutating func topUp() -> Action? {
    guard !isStoreStopped, !isDraining else { return nil }
    let messages = window.messages - grantedMessages - inHandMessages
    let bytes = window.bytes - grantedBytes - inHandBytes
    guard messages * 2 >= window.messages || bytes * 2 >= window.bytes else { return nil }
    grantedMessages += max(0, messages)
    grantedBytes += max(0, bytes)
    return .credit(messages: max(0, messages), bytes: max(0, bytes))
  }

  /// Restarts the leases that have run for half their time; not those of a batch that hangs.
  mutating func extend(_ lease: Duration, at now: Uptime) -> Action? {
    let due = lease / MeshLimits.extendAtShareOfLease
    guard let leasedFrom, now.since(leasedFrom) >= due else { return nil }
    defer { noteLeases(after: due) }
    var ranges = DeliveryGather()
    switch work {
    case .running(var running):
      for index in running.entries.indices {
        guard ranges.ranges.count < WireLimits.rangesMax, let when = running.extension(of: running.entries[index], after: due), now >= when
        else { continue }
        running.entries[index].leased = now
        ranges.add(running.entries[index].parcel.number)
      }
      if !ranges.isEmpty { work = .running(running) }
    case .resting, .orphaned, .heldBack: break
    }
    for index in queue.indices where now.since(queue[index].leased) >= due && ranges.ranges.count < WireLimits.rangesMax {
      queue[index].leased = now
      ranges.add(queue[index].parcel.number)
    }
    return ranges.isEmpty ? nil : .extend(ranges.ranges)
  }

  /// Looks at each lease in hand that may still be extended; between two such looks they only become younger.
  private mutating func noteLeases(after due: Duration) {
    leasedFrom = nil
    for index in queue.indices { note(queue[index].leased) }
    switch work {
    case .running(let running):
      for entry in running.entries where running.extension(of: entry, after: due) != nil { note(entry.leased) }
    case .resting, .orphaned, .heldBack: break
    }
  }

  private mutating func note(_ leased: Uptime) { leasedFrom = leasedFrom.map { min($0, leased) } ?? leased }

  // MARK: Seen from outside

  /// When `next` should be asked again even if nothing happens; nil where nothing is due by itself. HOT.
  package var wake: Uptime? {
    switch line {
    case .closed: return nil
    case .open(let lease):
      let look = leasedFrom?.adding(lease / MeshLimits.extendAtShareOfLease)
      switch work {
      case .heldBack(let until): return queue.isEmpty ? nil : look.map { min($0, until) } ?? until
      case .running: return look
      case .resting, .orphaned: return queue.isEmpty ? nil : look
      }
    }
  }

  /// Deliveries in hand, those with the store included.
  package var inHand: Int { inHandMessages }

  /// True while a batch is with the store.
  package var isBusy: Bool {
    switch work {
    case .running, .orphaned: true
    case .resting, .heldBack: false
    }
  }

  /// True since the store refused a batch, until it takes one.
  package var isHeldBack: Bool { storeRefusals > 0 }

  /// How long the running batch has been with the store.
  package func busy(at now: Uptime) -> Duration? {
    switch work {
    case .running(let running): now.since(running.begun)
    case .resting, .orphaned, .heldBack: nil
    }
  }

  /// True where nothing is running and nothing is left to tell.
  package var isQuiet: Bool { !isBusy && settlements.isEmpty }
}

extension ConsumerMachine.Running {
  /// When `entry`'s lease is to be restarted; nil for what was taken back, and for a batch that hangs.
  fileprivate func `extension`(of entry: ConsumerMachine.Entry, after due: Duration) -> Uptime? {
    guard !revoked.contains(entry.parcel.number) else { return nil }
    let when = entry.leased.adding(due)
    return when.since(begun) < MeshLimits.extendMax ? when : nil
  }
}
