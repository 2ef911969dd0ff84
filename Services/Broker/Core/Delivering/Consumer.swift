/// One connection's share in a subscription: its credit, and which event each of its delivery numbers means. HOT.
struct Consumer: Sendable {
  let connection: ConnectionID
  /// The connection's place in the machine's tables.
  let slot: Int
  let handle: UInt32
  var creditMessages: Int
  var creditBytes: Int
  var inFlight = 0
  /// False: the place is free.
  var isOpen = true
  /// Says farewell or is drained: gets nothing more.
  var isLeaving = false
  /// When leases are looked at next; uptime.
  var leaseCheck = Int64.max

  /// Low ordinals by delivery number; a number is in flight when the window's entry agrees.
  private var ring: [UInt32] = []
  private var mask: UInt64 = 0
  /// The oldest number that may be in flight, and the next to be given.
  private(set) var oldest: UInt64 = 1
  private(set) var next: UInt64 = 1

  init(connection: ConnectionID, slot: Int, handle: UInt32, messages: Int, bytes: Int) {
    self.connection = connection
    self.slot = slot
    self.handle = handle
    creditMessages = messages
    creditBytes = bytes
  }

  var span: Int { Int(next - oldest) }

  /// Gives the next number to an event.
  mutating func number(_ ordinal: UInt64) -> UInt64 {
    if span == ring.count { grow() }
    let number = next
    ring[Int(truncatingIfNeeded: number & mask)] = UInt32(truncatingIfNeeded: ordinal)
    next += 1
    return number
  }

  /// What `number` was given to; only for numbers from `oldest` to before `next`.
  func low(_ number: UInt64) -> UInt32 { ring[Int(truncatingIfNeeded: number & mask)] }

  /// Numbers up to before `number` are no longer in flight.
  mutating func pass(to number: UInt64) { oldest = number }

  private mutating func grow() {
    let size = max(64, ring.count * 2)
    var larger = [UInt32](repeating: 0, count: size)
    let newMask = UInt64(size - 1)
    var number = oldest
    while number < next {
      larger[Int(truncatingIfNeeded: number & newMask)] = low(number)
      number += 1
    }
    ring = larger
    mask = newMask
  }
}

/// What a connection may still be sent, over all its handles.
struct Outlet: Sendable {
  /// Delivered or queued since the last flush was reported.
  var queuedBytes = 0
  var inFlight = 0
  /// The connection's limit of deliveries in flight, by its credential's quota.
  var inFlightMax = 0
}
