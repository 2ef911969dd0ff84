extension RelayMachine {
  // MARK: What is next

  /// The next thing to do; nil when there is nothing to do now. HOT.
  @specialized(where Contents == [UInt8])
  package mutating func next(at now: Uptime) -> Action? {
    if highest != seen { (seen, seenSince) = (highest, now) }
    switch state {
    case .offline, .stopped: break
    case .checking(let sequence, let id, let isAsked):
      if !isAsked {
        state = .checking(sequence: sequence, id: id, isAsked: true)
        return .check(sequence: sequence)
      }
    case .waiting(let until):
      if now >= until {
        state = .flowing
        return flow()
      }
    case .flowing:
      if let action = flow() { return action }
    }
    if let action = healing() { return action }
    return trim(at: now)
  }

  /// When `next` should be asked again even if nothing happens.
  package var wake: Uptime? {
    let trim = !isTrimming && forgettable > trimmedThrough ? trimDue : nil
    switch state {
    case .waiting(let until): return trim.map { min($0, until) } ?? until
    case .offline, .checking, .flowing, .stopped: return trim
    }
  }

  private mutating func flow() -> Action? {
    if rowsHead < rows.count, published < accepted + UInt64(window) {
      let row = rows[rowsHead]
      rowsHead += 1
      if rowsHead == rows.count {
        rows.removeAll(keepingCapacity: true)
        rowsHead = 0
      }
      published = row.sequence
      return .publish(row)
    }
    if let mark = pendingMark, accepted >= mark.sequence {
      pendingMark = nil
      return .mark(through: mark.through)
    }
    if reading == nil, readThrough < highest || hasGrown, rows.count - rowsHead < MeshLimits.relayAhead {
      tokens += 1
      hasGrown = false
      reading = tokens
      return .read(token: tokens, after: readThrough, limit: MeshLimits.relayChunk)
    }
    return nil
  }

  /// What is told and what waits for the broker goes first: trimming takes turns of the store's writer.
  private var quietFrom: Uptime { seenSince.adding(MeshLimits.trimPause) }

  /// When there may be something to trim next, whatever is told until then.
  private var trimDue: Uptime {
    guard isDrained else { return lastTrim.adding(MeshLimits.trimEveryBusy) }
    let quiet = forgettable - trimmedThrough >= MeshLimits.trimRows ? quietFrom : max(quietFrom, lastTrim.adding(MeshLimits.trimEvery))
    return min(quiet, lastTrim.adding(MeshLimits.trimEveryBusy))
  }

  private mutating func trim(at now: Uptime) -> Action? {
    guard !isTrimming, forgettable > trimmedThrough else { return nil }
    let rows = forgettable - trimmedThrough
    let isQuiet = isDrained && now >= quietFrom
    let company = isQuiet ? MeshLimits.trimRows : MeshLimits.trimRowsBusy
    let every = isQuiet ? MeshLimits.trimEvery : MeshLimits.trimEveryBusy
    guard rows >= company || now.since(lastTrim) >= every else { return nil }
    isTrimming = true
    return .trim(through: trimmedThrough + min(rows, MeshLimits.trimRows))
  }
}
