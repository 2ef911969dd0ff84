import Glibc
import Transport

/// One subscriber of the benchmark: compares every byte and every key's order, and settles each message. Belongs to the reactor's thread.
final class LoadSubscriber {
  let connection: Connection
  let subscription: LoadSubscription
  /// What it waits for; nobody waits for a slow one.
  let expected: UInt64
  private(set) var received: UInt64 = 0
  private(set) var settled: UInt64 = 0

  private let tongue: any SubscriberTongue
  private unowned let course: LoadCourse
  private let events: LoadEvents
  private let reactor: Reactor
  /// Last sequence by publisher and key: order per key, for as many keys as memory is set aside for.
  private var latest: [UInt32]
  private let latestKeys: Int
  private let scratch: UnsafeMutableRawPointer
  private var now: Int64 = 0
  private var isReady = false
  private var isDone = false

  /// Entries of `latest` of all subscribers together: 128 MiB.
  private static let latestMax = 32 << 20

  init(
    _ descriptor: consuming FileDescriptor, on reactor: Reactor, subscription: LoadSubscription, tongue: any SubscriberTongue,
    course: LoadCourse
  ) {
    self.subscription = subscription
    self.tongue = tongue
    self.course = course
    self.reactor = reactor
    events = course.plan.events
    expected = subscription.expected ?? course.plan.total
    let publishers = max(LoadEvents.publishers, course.plan.publishers)
    latestKeys = min(events.keys, Self.latestMax / course.plan.subscriptions.count / publishers)
    latest = [UInt32](repeating: 0, count: publishers * latestKeys)
    scratch = .allocate(byteCount: events.byteCount, alignment: 16)
    connection = Connection(
      adopting: descriptor, on: reactor, limits: ConnectionLimits(inboundBytesMax: 4 << 20, outboundBytesMax: 256 << 20))
    connection.onBytes = { [unowned self] in receive($0) }
    connection.onClose = { [unowned self] reason in if !isDone, isWaitedFor { failed("\(reason)") } }
    connection.send(tongue.opening)
    // At once: the broker lets those wait at the door only who say who they are.
    connection.flush()
    if let slow = subscription.slow { releaseLater(max(0, slow / 10)) }
  }

  deinit { scratch.deallocate() }

  var isWaitedFor: Bool { subscription.slow == nil }

  private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    now = Reactor.uptime()
    let taken = tongue.hear(bytes, self)
    course.heard()
    return taken
  }

  private func releaseLater(_ count: Int) {
    _ = reactor.after(.milliseconds(100)) { [weak self] in
      guard let self, connection.isOpen else { return }
      if count > 0 { tongue.release(count, self) }
      releaseLater(count)
    }
  }

  /// Asks again and again whether the last settles are durable.
  private func confirmLater() {
    _ = reactor.after(.milliseconds(1)) { [weak self] in
      guard let self, !isDone, connection.isOpen else { return }
      tongue.confirm(self)
      confirmLater()
    }
  }

  // MARK: What the tongue understood

  func ready() {
    guard !isReady else { return }
    isReady = true
    course.arrived()
  }

  /// HOT. One event has come: it must be the one that its id says, byte for byte, and later than the one before of its key.
  func event(_ event: UnsafeRawBufferPointer) {
    guard event.count == events.byteCount, let base = event.baseAddress else { return failed("an event has \(event.count) bytes") }
    let (publisher, sequence) = events.name(of: event)
    events.render(publisher: publisher, sequence: sequence, into: scratch)
    guard memcmp(base, scratch, event.count) == 0 else { return failed("event \(sequence) of publisher \(publisher) came changed") }
    let key = Int(events.key(publisher: publisher, sequence: sequence))
    if key < latestKeys {
      let place = publisher * latestKeys + key
      guard place < latest.count, latest[place] < UInt32(truncatingIfNeeded: sequence) else {
        return failed("event \(sequence) of publisher \(publisher) came out of the order of its key")
      }
      latest[place] = UInt32(truncatingIfNeeded: sequence)
    }
    received += 1
    if isWaitedFor { course.delivered(publisher: publisher, sequence: sequence, at: now) }
    if received == expected, settled < expected { confirmLater() }
  }

  /// So many further settles are known to be durable, or as good as sent where the server is asked for that at the end.
  func settled(_ further: UInt64) {
    settled += further
    guard settled == expected, !isDone, isWaitedFor else { return }
    isDone = true
    course.oneDone()
  }

  func failed(_ reason: String) { course.fail("the subscriber \(subscription.credential)/\(subscription.name): \(reason)") }
}
