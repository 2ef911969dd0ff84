import Contracts
import Dispatch
import Glibc
import Host
import Synchronization
import Transport

/// What happens in one course of load: everybody connects, the subscribers subscribe, then the publishers begin at once.
///
/// What is not constant belongs to the reactor's thread while that runs; `run` looks at it before and after, and through the reactor.
final class LoadCourse: PublisherCourse, @unchecked Sendable {
  let plan: LoadPlan
  private let server: any BenchServer
  private let publisherTongues: [any PublisherTongue]
  private let subscriberTongues: [any SubscriberTongue]

  private var publishers: [LoadPublisher] = []
  private var subscribers: [LoadSubscriber] = []
  private var waitingFor = 0
  /// Publishers that are on their way or here.
  private var connecting = 0
  private var unfinished = 0
  private var began: Int64 = 0
  private var ended: Int64 = 0
  /// When every sixteenth event of each publisher was sent; empty in a course with a rate, whose instants are known.
  private var stamps: [Int64] = []
  private var stampsEach = 0
  private var sentTotal: UInt64 = 0
  private var isHeldBack = false
  private var lagMax: Int64 = 0
  private var deliveries = LoadHistogram()
  private var acknowledgements = LoadHistogram()
  private var metronome: LoadMetronome?
  private var nextDue: UInt64 = 0
  private let finished = DispatchSemaphore(value: 0)
  private let failure = Mutex<String?>(nil)

  init(_ plan: LoadPlan, against server: any BenchServer) throws(Complaint) {
    self.plan = plan
    self.server = server
    try server.prepare(plan)
    var publishing: [any PublisherTongue] = []
    for index in 0..<plan.publishers { publishing.append(try server.publisherTongue(index, plan)) }
    var subscribing: [any SubscriberTongue] = []
    for subscription in plan.subscriptions { subscribing.append(try server.subscriberTongue(subscription, plan)) }
    publisherTongues = publishing
    subscriberTongues = subscribing
  }

  /// Runs from the first publish until everything is acknowledged, and settled durably where somebody subscribed.
  func run() throws(Complaint) -> LoadOutcome {
    var memoryMax = server.process.residentBytes
    let deadline = Reactor.uptime() + Int64(plan.secondsMax) * 1_000_000_000
    let reactor: Reactor
    do throws(SystemError) {
      reactor = try Reactor()
      try reactor.start(name: "loader")
    } catch { throw Complaint(host: error) }
    reactor.post { [self] in connect(reactor) }
    let waited = Result { () throws(Complaint) in try wait(until: deadline, &memoryMax) }
    let now = Reactor.uptime()
    let progress = reactor.perform { [self] in progressText() } ?? ""
    // Connections that end now are no failure any more.
    let reason = failure.withLock { $0 }
    reactor.stop()
    reactor.join()
    if let reason {
      throw Complaint(code: .refused, happened: "\(server.title): \(reason)", advice: "this is a bug worth a report")
    }
    let isComplete = try waited.get()
    // An open loop that cannot keep up is a result; anything else that takes so long is none.
    guard isComplete || plan.rate != nil else {
      throw Complaint(
        code: .temporary, happened: "\(server.title) did not end a course within \(plan.secondsMax) s: \(progress)",
        advice: "try fewer --messages")
    }
    return LoadOutcome(
      seconds: Double((isComplete && plan.subscriptions.isEmpty ? ended : now) - began) / 1e9, isComplete: isComplete, lagMax: lagMax,
      deliveries: deliveries, acknowledgements: acknowledgements, residentBytes: server.process.residentBytes, residentBytesMax: memoryMax)
  }

  /// Waits until everything is done or something failed; false where that is not so at `deadline`.
  private func wait(until deadline: Int64, _ memoryMax: inout Int64) throws(Complaint) -> Bool {
    while finished.wait(timeout: .now() + .milliseconds(50)) != .success {
      memoryMax = max(memoryMax, server.process.residentBytes)
      if Reactor.uptime() > deadline { return false }
    }
    guard !plan.subscriptions.isEmpty, failure.withLock({ $0 == nil }) else { return true }
    while try !server.isDrained(plan) {
      memoryMax = max(memoryMax, server.process.residentBytes)
      if Reactor.uptime() > deadline { return false }
      usleep(500)
    }
    return true
  }

  private func progressText() -> String {
    let acknowledged = publishers.reduce(0) { $0 + $1.acknowledged }
    let subscribed = subscribers.map { "\($0.received) received and \($0.settled) settled of \($0.expected)" }.prefix(4)
    let waiting = waitingFor > 0 ? "; \(waitingFor) of the loader's connections were not welcomed" : ""
    return (["\(acknowledged) of \(plan.total) acknowledged"] + subscribed).joined(separator: ", ") + waiting
  }

  // MARK: Connecting

  private func connect(_ reactor: Reactor) {
    waitingFor = plan.publishers + plan.subscriptions.count
    unfinished = plan.publishers + plan.subscriptions.count { $0.slow == nil }
    if plan.rate == nil, !plan.subscriptions.isEmpty {
      stampsEach = Int(plan.perPublisher >> 4) + 1
      stamps = [Int64](repeating: 0, count: stampsEach * plan.publishers)
    }
    // Without publishers what is waited for begins to come as soon as somebody subscribes.
    began = Reactor.uptime()
    let connector = Connector(on: reactor)
    for (index, subscription) in plan.subscriptions.enumerated() {
      connector.connect(host: "127.0.0.1", port: server.port, timeout: .seconds(20)) { [self] result in
        guard case .success(let socket) = result else { return fail("a subscriber could not connect") }
        subscribers.append(
          LoadSubscriber(socket, on: reactor, subscription: subscription, tongue: subscriberTongues[index], course: self))
      }
    }
    for _ in 0..<min(plan.publishers, Self.connectingMax) { connectPublisher(connector, reactor) }
  }

  /// One more of them; each that has come makes room for the next.
  private func connectPublisher(_ connector: Connector, _ reactor: Reactor) {
    guard connecting < plan.publishers else { return }
    let index = connecting
    connecting += 1
    connector.connect(host: "127.0.0.1", port: server.port, timeout: .seconds(20)) { [self] result in
      guard case .success(let socket) = result else { return fail("a publisher could not connect") }
      publishers.append(LoadPublisher(socket, on: reactor, index: index, tongue: publisherTongues[index], course: self))
      connectPublisher(connector, reactor)
      if publishers.count == plan.publishers, let rate = plan.rate { keepTime(rate, on: reactor) }
    }
  }

  /// At the same moment: the broker has room for 1,024 that have not said who they are.
  private static let connectingMax = 256

  private func keepTime(_ rate: Double, on reactor: Reactor) {
    do throws(SystemError) {
      metronome = try LoadMetronome(on: reactor) { [self] in
        guard waitingFor == 0 else { return }
        let due = min(plan.total, UInt64(Double(Reactor.uptime() - began) * rate / 1e9))
        while nextDue < due {
          publishers[Int(nextDue % UInt64(plan.publishers))].oneMoreDue()
          nextDue += 1
        }
        for publisher in publishers { publisher.fill() }
      }
    } catch { fail("\(error)") }
  }

  // MARK: What publishers and subscribers tell

  func arrived() {
    waitingFor -= 1
    guard waitingFor == 0, plan.publishers > 0 else { return }
    began = Reactor.uptime()
    for publisher in publishers { publisher.begin() }
  }

  func oneDone() {
    unfinished -= 1
    guard unfinished == 0 else { return }
    ended = Reactor.uptime()
    finished.signal()
  }

  func fail(_ reason: String) {
    failure.withLock { if $0 == nil { $0 = reason } }
    finished.signal()
  }

  /// How many more may be published before the slowest subscription is further behind than the plan lets it be.
  func allowance() -> UInt64 {
    guard plan.rate == nil, !subscribers.isEmpty else { return .max }
    var slowest = UInt64.max
    for subscriber in subscribers where subscriber.isWaitedFor { slowest = min(slowest, subscriber.received) }
    guard slowest < sentTotal else { return plan.behindMax }
    let behind = sentTotal - slowest
    isHeldBack = behind >= plan.behindMax
    return isHeldBack ? 0 : plan.behindMax - behind
  }

  /// A subscriber has taken a batch: publishers that waited for it may go on.
  func heard() {
    guard isHeldBack else { return }
    isHeldBack = false
    for publisher in publishers { publisher.fill() }
  }

  func stamp(publisher: Int, from first: UInt64, count: UInt64) {
    sentTotal += count
    guard !stamps.isEmpty else { return }
    let now = Reactor.uptime()
    var sequence = (first + 15) & ~15
    while sequence < first + count {
      stamps[publisher * stampsEach + Int(sequence >> 4)] = now
      sequence += 16
    }
  }

  /// HOT. Notes how long an event was under way: with a rate each, counted from its own instant, else the worst of every sixteenth.
  func delivered(publisher: Int, sequence: UInt64, at now: Int64) {
    guard plan.publishers > 0, sequence > plan.sequenceBefore else { return }
    let own = sequence - plan.sequenceBefore
    if plan.rate != nil {
      deliveries.add(now - instant(publisher, own))
    } else if own & 15 == 0 {
      lagMax = max(lagMax, now - stamps[publisher * stampsEach + Int(own >> 4)])
    }
  }

  func acknowledged(publisher: Int, from first: UInt64, count: UInt64) {
    let now = Reactor.uptime()
    for sequence in first..<(first + count) { acknowledgements.add(now - instant(publisher, sequence)) }
  }

  /// When publish `sequence` of `publisher` was to be made, whether or not it could be.
  private func instant(_ publisher: Int, _ sequence: UInt64) -> Int64 {
    let place = (sequence - 1) * UInt64(plan.publishers) + UInt64(publisher)
    return began + Int64(Double(place) * 1e9 / (plan.rate ?? 1))
  }
}

/// What one course of load showed.
struct LoadOutcome {
  var seconds: Double
  /// False where an open loop did not keep up and was cut short.
  var isComplete: Bool
  /// The longest that a sampled event took from being sent to its slowest subscriber; nanoseconds.
  var lagMax: Int64
  /// From the intended instant of each publish to its delivery, and to its acknowledgement; filled in an open loop.
  var deliveries: LoadHistogram
  var acknowledgements: LoadHistogram
  /// The server's, at the end and at most.
  var residentBytes: Int64
  var residentBytesMax: Int64
}
