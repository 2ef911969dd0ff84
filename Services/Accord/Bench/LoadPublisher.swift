import Transport

/// One publisher of the benchmark: a connection with a window of unanswered publishes. Belongs to the reactor's thread.
final class LoadPublisher: PublisherEar {
  private let connection: Connection
  private let tongue: any PublisherTongue
  private unowned let course: any PublisherCourse
  private let index: Int
  private let count: UInt64
  private let window: UInt64
  /// Publishes that may be made by now; all of them unless the course has a rate.
  private var due: UInt64
  private(set) var sent: UInt64 = 0
  private(set) var acknowledged: UInt64 = 0
  private var isWelcome = false
  /// Nobody publishes before all are welcome.
  private var hasBegun = false

  init(_ descriptor: consuming FileDescriptor, on reactor: Reactor, index: Int, tongue: any PublisherTongue, course: any PublisherCourse) {
    self.index = index
    self.tongue = tongue
    self.course = course
    count = course.plan.perPublisher
    window = course.plan.window
    due = course.plan.rate == nil ? count : 0
    connection = Connection(
      adopting: descriptor, on: reactor, limits: ConnectionLimits(inboundBytesMax: 4 << 20, outboundBytesMax: 256 << 20))
    connection.onBytes = { [unowned self] in receive($0) }
    connection.onClose = { [unowned self] reason in if acknowledged < count { failed("\(reason)") } }
    connection.send(tongue.opening)
    // At once: the broker lets those wait at the door only who say who they are.
    connection.flush()
  }

  func begin() {
    hasBegun = true
    fill()
  }

  /// The instant of one further publish has come.
  func oneMoreDue() { due += 1 }

  /// Publishes as far as what is due, the window and the slowest subscription allow.
  func fill() {
    guard hasBegun else { return }
    var room = min(due - sent, window - min(window, sent - acknowledged), course.allowance())
    guard room > 0 else { return }
    course.stamp(publisher: index, from: sent + 1, count: room)
    while room > 0 {
      room -= 1
      sent += 1
      let sequence = course.plan.sequenceBefore + sent
      connection.append(room: tongue.publishBytesMax) { room in
        guard let base = room.baseAddress else { return 0 }
        return tongue.publish(sequence, into: base)
      }
    }
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    let taken = tongue.hear(bytes, self)
    fill()
    return taken
  }

  // MARK: What the server says

  func welcomed() {
    guard !isWelcome else { return }
    isWelcome = true
    course.arrived()
  }

  func accepted(_ further: UInt64) {
    guard acknowledged + further <= sent else { return failed("was told that \(acknowledged + further) are durable after \(sent)") }
    if course.plan.rate != nil { course.acknowledged(publisher: index, from: acknowledged + 1, count: further) }
    acknowledged += further
    if further > 0, acknowledged == count { course.oneDone() }
  }

  func answer(_ bytes: [UInt8]) { connection.send(bytes) }
  func failed(_ reason: String) { course.fail("publisher \(index): \(reason)") }
}

/// What a publisher is part of: it is told how far it may go, and tells how far it has come. Belongs to the reactor's thread.
protocol PublisherCourse: AnyObject {
  var plan: LoadPlan { get }
  /// The publisher is welcome: it begins when it is told to.
  func arrived()
  /// Everything is acknowledged.
  func oneDone()
  func fail(_ reason: String)
  /// How many more publishes all may make at this moment.
  func allowance() -> UInt64
  /// Publishes `first` and the `count` - 1 behind it are about to be sent.
  func stamp(publisher: Int, from first: UInt64, count: UInt64)
  /// The same are durable; told in an open loop only.
  func acknowledged(publisher: Int, from first: UInt64, count: UInt64)
}

extension PublisherCourse {
  func allowance() -> UInt64 { .max }
  func stamp(publisher: Int, from first: UInt64, count: UInt64) {}
  func acknowledged(publisher: Int, from first: UInt64, count: UInt64) {}
}
