import Contracts
import Dispatch
import Glibc
import Host
import Synchronization
import Transport

/// What happens in one round: everybody connects, the subscribers subscribe, then the publishers begin at once.
final class LoadCourse: @unchecked Sendable {
  private let events: LoadEvents
  private let messages: UInt64
  private let window: UInt64
  private let names: [String]

  // Everything below belongs to the reactor's thread while it runs.
  private var publishers: [LoadPublisher] = []
  private var subscribers: [LoadSubscriber] = []
  private var waitingFor = 0
  private var unfinished = 0
  private var began: Int64 = 0
  private let finished = DispatchSemaphore(value: 0)
  private let failure = Mutex<String?>(nil)

  init(events: LoadEvents, messages: UInt64, window: UInt64, subscribers: [String]) {
    self.events = events
    self.messages = messages
    self.window = window
    names = subscribers
  }

  /// Seconds from the first publish until everything is acknowledged, and settled where somebody subscribed.
  func run(against broker: BenchTarget) throws(Complaint) -> Double {
    let publisherSecret = try broker.secret(of: "ledger")
    var secrets: [String] = []
    for name in names { secrets.append(try broker.secret(of: name)) }
    let reactor: Reactor
    do throws(SystemError) {
      reactor = try Reactor()
      try reactor.start(name: "loader")
    } catch { throw Complaint(host: error) }
    defer {
      reactor.stop()
      reactor.join()
    }
    let port = broker.port
    reactor.post { [self, secrets] in connect(reactor, port, publisherSecret, secrets) }
    guard finished.wait(timeout: .now() + .seconds(300)) == .success else {
      throw Complaint(code: .temporary, happened: "the round did not end within five minutes", advice: "fewer --messages")
    }
    if let reason = failure.withLock({ $0 }) { throw Complaint(code: .refused, happened: reason, advice: "this is a bug worth a report") }
    while !names.isEmpty, try !broker.isDrained(subscriptions: names.count) {
      guard Reactor.uptime() - began < Self.roundNanosecondsMax else {
        throw Complaint(
          code: .temporary, happened: "the last settles are not durable after five minutes", advice: "this is a bug worth a report")
      }
      usleep(1_000)
    }
    return Double(Reactor.uptime() - began) / 1e9
  }

  private static let roundNanosecondsMax: Int64 = 300_000_000_000

  private func connect(_ reactor: Reactor, _ port: UInt16, _ publisherSecret: String, _ secrets: [String]) {
    waitingFor = LoadEvents.publishers + names.count
    unfinished = waitingFor
    let connector = Connector(on: reactor)
    for (index, name) in names.enumerated() {
      connector.connect(host: "127.0.0.1", port: port) { [self] result in
        guard case .success(let socket) = result else { return fail("a subscriber could not connect") }
        subscribers.append(
          LoadSubscriber(
            socket, on: reactor, credential: name, secret: secrets[index], total: messages, events: events, ready: { [self] in arrived() },
            done: { [self] in oneDone() }, failed: { [self] in fail($0) }))
      }
    }
    for index in 0..<LoadEvents.publishers {
      connector.connect(host: "127.0.0.1", port: port) { [self] result in
        guard case .success(let socket) = result else { return fail("a publisher could not connect") }
        publishers.append(
          LoadPublisher(
            socket, on: reactor, index: index, count: messages / UInt64(LoadEvents.publishers), window: window, secret: publisherSecret,
            events: events, welcomed: { [self] in arrived() }, done: { [self] in oneDone() }, failed: { [self] in fail($0) }))
      }
    }
  }

  private func arrived() {
    waitingFor -= 1
    guard waitingFor == 0 else { return }
    began = Reactor.uptime()
    for publisher in publishers { publisher.begin() }
  }

  private func oneDone() {
    unfinished -= 1
    if unfinished == 0 { finished.signal() }
  }

  private func fail(_ reason: String) {
    failure.withLock { if $0 == nil { $0 = reason } }
    finished.signal()
  }
}
