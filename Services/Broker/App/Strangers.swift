import BrokerCore

/// The connections that have not said hello, oldest first.
struct Strangers {
  private struct Stranger {
    let id: ConnectionID
    /// Uptime in milliseconds.
    let since: Int64
  }

  /// Those before `first` are gone; so are some behind it, found when their turn comes.
  private var line: [Stranger] = []
  private var first = 0
  private var waiting: Set<ConnectionID> = []
  /// Bytes that all of them have sent and that are no whole frame yet.
  private(set) var bytes = 0
  private var held: [ConnectionID: Int] = [:]

  var count: Int { waiting.count }
  var isOverfull: Bool { count > DoorLimits.strangersMax || bytes > DoorLimits.strangerBytesMax }

  mutating func came(_ id: ConnectionID, at uptime: Int64) {
    line.append(Stranger(id: id, since: uptime))
    waiting.insert(id)
  }

  /// It said hello, or is gone.
  mutating func left(_ id: ConnectionID) {
    guard waiting.remove(id) != nil else { return }
    bytes -= held.removeValue(forKey: id) ?? 0
  }

  /// So many of its bytes wait to become a hello.
  mutating func holds(_ id: ConnectionID, _ count: Int) {
    bytes += count - (held[id] ?? 0)
    held[id] = count == 0 ? nil : count
  }

  /// The one that has waited longest, if it came at `before` or earlier.
  mutating func oldest(before: Int64 = .max) -> ConnectionID? {
    while first < line.count, !waiting.contains(line[first].id) { first += 1 }
    if first > 1_024, first * 2 > line.count {
      line.removeFirst(first)
      first = 0
    }
    guard first < line.count, line[first].since <= before else { return nil }
    return line[first].id
  }
}
