import Contracts
import Dispatch
import Glibc
import HTTP
import Host
import Synchronization
import Transport

/// Orders at a fixed rate into the ledger's door, whatever becomes of those before, and how long each takes.
///
///     intended instants   |    |    |    |    |    |    |    |       200 a second, written down beforehand
///     8 connections       POST each at its instant; one that is late is late from its instant on, not from when it was sent
///     every fourth order is one customer's, whose timeline at service one connection reads again and again while one is missing
///
/// An effect counts as committed when an answer of service shows it: reading is from durable snapshots, so the wait that is told is too
/// long by at most one pause and one question, and by what this asking costs the machine.
final class BenchMeshCourse: Sendable {
  private static let connections = 8
  private static let watchedEvery = 4
  private static let pauseMicroseconds: UInt32 = 500
  static let watched = "watched"

  /// What a course measured.
  struct Outcome {
    var captures = LoadHistogram()
    var effects = LoadHistogram()
    var bulk = 0
    var polls = 0
  }

  private let house: BenchMeshHouse
  private let name: String
  private let rate: Int
  private let seconds: Int
  private let hasBulk: Bool
  private let state = Mutex(State())
  private let isOver = Atomic<Bool>(false)

  private struct State {
    /// Watched orders whose effect was not seen yet, with their intended instants.
    var missing: [String: Int64] = [:]
    var outcome = Outcome()
    var trouble: String?
  }

  init(_ house: BenchMeshHouse, name: String, rate: Int, seconds: Int, bulk: Bool) {
    self.house = house
    self.name = name
    self.rate = rate
    self.seconds = seconds
    hasBulk = bulk
  }

  func run() throws(Complaint) -> Outcome {
    let began = Reactor.uptime() + 100_000_000
    let (capturing, others) = (DispatchGroup(), DispatchGroup())
    for connection in 0..<Self.connections { start("capture \(connection)", capturing) { try self.capture(connection, from: began) } }
    start("watch", others) { try self.watch() }
    if hasBulk { start("bulk", others) { try self.pour() } }
    capturing.wait()
    let end = Reactor.uptime() + 5_000_000_000
    while state.withLock({ !$0.missing.isEmpty && $0.trouble == nil }), Reactor.uptime() < end { usleep(1_000) }
    isOver.store(true, ordering: .relaxed)
    others.wait()
    let (outcome, missing, trouble) = state.withLock { ($0.outcome, $0.missing.count, $0.trouble) }
    if let trouble { throw Complaint(code: .refused, happened: trouble, advice: "see \(house.data)/logs") }
    guard missing == 0 else {
      throw Complaint(code: .refused, happened: "\(missing) orders had no effect after 5 s", advice: "see \(house.data)/logs")
    }
    return outcome
  }

  private func start(_ what: String, _ group: DispatchGroup, _ body: @escaping @Sendable () throws -> Void) {
    DispatchQueue(label: "accord.bench.\(what)").async(group: group) { [self] in
      do { try body() } catch { state.withLock { $0.trouble = $0.trouble ?? "\(what): \(error)" } }
    }
  }

  // MARK: The three that work

  private func capture(_ connection: Int, from began: Int64) throws {
    var session = try house.session(with: "ledger")
    for number in stride(from: connection, to: rate * seconds, by: Self.connections) {
      let intended = began + Int64(number) * 1_000_000_000 / Int64(rate)
      Self.sleep(until: intended)
      let (order, isWatched) = ("\(name)-\(number)", number % Self.watchedEvery == 0)
      if isWatched { state.withLock { $0.missing[order] = intended } }
      try post(order, of: isWatched ? Self.watched : "C-\(number)", over: &session)
      let answered = Reactor.uptime()
      state.withLock { $0.outcome.captures.add(answered - intended) }
    }
  }

  private func watch() throws {
    var session = try house.session(with: "service")
    let headers = house.headers()
    while !isOver.load(ordering: .relaxed) {
      let count = state.withLock { $0.missing.count }
      if count > 0 {
        let path = "/v1/customers/\(Self.watched)/timeline?limit=\(min(1_000, count + 20))"
        let answer = try session.send(.get, path, headers: headers)
        let now = Reactor.uptime()
        let entries = (try? JSON(parsing: answer.body))?["entries"]?.array ?? []
        state.withLock { state in
          state.outcome.polls += 1
          for entry in entries {
            guard let order = entry["order_id"]?.string, let intended = state.missing.removeValue(forKey: order) else { continue }
            state.outcome.effects.add(now - intended)
          }
        }
      }
      usleep(Self.pauseMicroseconds)
    }
  }

  /// The background: captures of others' orders on one connection, one behind the other without a pause.
  private func pour() throws {
    var session = try house.session(with: "ledger")
    var number = 0
    while !isOver.load(ordering: .relaxed) {
      try post("\(name)-bulk-\(number)", of: "B-\(number % 10_000)", over: &session)
      number += 1
    }
    let count = number
    state.withLock { $0.outcome.bulk = count }
  }

  private func post(_ order: String, of customer: String, over session: inout HTTPSession) throws {
    let body = """
      {"order_id":"\(order)","person_id":"\(customer)","channel":"web","country":"US","lines":[{"line_id":"1","sku":"KETTLE-17",\
      "quantity":1,"paid":{"amount_minor":4995,"currency":"USD"}}]}
      """
    let answer = try session.send(
      .post, "/v1/orders", headers: house.headers([("Idempotency-Key", "order/\(order)")]), body: Array(body.utf8))
    guard answer.status == 201 else { throw Refused(status: answer.status, body: String(decoding: answer.body, as: UTF8.self)) }
  }

  private struct Refused: Error {
    let status: Int
    let body: String
  }

  private static func sleep(until instant: Int64) {
    var time = timespec(tv_sec: Int(instant / 1_000_000_000), tv_nsec: Int(instant % 1_000_000_000))
    while clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, nil) == EINTR {}
  }
}
