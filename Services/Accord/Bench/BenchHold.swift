import Contracts
import Dispatch
import Glibc
import HTTP
import Host
import Synchronization
import Transport

extension Command {
  static let benchHold = Command(
    "bench hold", "Measures how soon a complaint quiets marketing: from customer service's door until marketing has committed the hold.",
    options: [
      .init("--rate", "N", "cases a second, open loop (default 200)"), .init("--seconds", "N", "of the course (default 10)"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench hold --json"],
    run: { arguments throws(Complaint) in try BenchHold(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench hold`: complaints at a fixed rate into customer service's door, whatever becomes of those before.
///
///     intended instants   |    |    |    |    |    |    |    |       written down beforehand; a late one is late from its instant on
///     8 connections       POST a complaint each: the case and its hold are one transaction
///     every fourth is one customer's, whose holds at marketing one connection reads again and again while one is missing
///
/// A hold counts as committed when an answer of marketing shows it: it reads durable snapshots, so the time that is told is too long by at
/// most one pause and one question.
struct BenchHold {
  private let rate: Int
  private let seconds: Int
  private let folder: String

  init(_ arguments: Arguments) throws(Complaint) {
    rate = Int(min(10_000, max(1, try arguments.integer("--rate") ?? 200)))
    seconds = Int(min(600, max(1, try arguments.integer("--seconds") ?? 10)))
    folder = BenchPlaces.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data)
    defer { house.stop() }
    // The first requests of a mesh pay for pages and statements that later ones find.
    _ = try BenchHoldCourse(house, name: "warm", rate: rate, seconds: 1).run()
    let outcome = try BenchHoldCourse(house, name: "hold", rate: rate, seconds: seconds).run()
    var report = BenchReport()
    report.add("perSecond", rate)
    report.add("seconds", seconds)
    try report.addSync(in: data)
    report.add("holdsSeen", Int(outcome.holds.count))
    report.add("caseToAnswer", outcome.answers)
    report.add("caseToHoldAtMarketing", outcome.holds)
    report.print(json: json)
  }
}

/// One course of complaints.
final class BenchHoldCourse: Sendable {
  struct Outcome {
    var answers = LoadHistogram()
    var holds = LoadHistogram()
  }

  private static let connections = 8
  private static let watchedEvery = 4
  private static let pauseMicroseconds: UInt32 = 500

  private let house: BenchMeshHouse
  private let name: String
  private let rate: Int
  private let seconds: Int
  private let state = Mutex(State())
  private let isOver = Atomic<Bool>(false)

  private struct State {
    /// Watched cases whose hold was not seen yet, with their intended instants.
    var missing: [String: Int64] = [:]
    var outcome = Outcome()
    var trouble: String?
  }

  init(_ house: BenchMeshHouse, name: String, rate: Int, seconds: Int) {
    self.house = house
    self.name = name
    self.rate = rate
    self.seconds = seconds
  }

  func run() throws(Complaint) -> Outcome {
    let began = Reactor.uptime() + 100_000_000
    let (opening, watching) = (DispatchGroup(), DispatchGroup())
    for connection in 0..<Self.connections { start("case \(connection)", opening) { try self.open(connection, from: began) } }
    start("watch", watching) { try self.watch() }
    opening.wait()
    let end = Reactor.uptime() + 10_000_000_000
    while state.withLock({ !$0.missing.isEmpty && $0.trouble == nil }), Reactor.uptime() < end { usleep(1_000) }
    isOver.store(true, ordering: .relaxed)
    watching.wait()
    let (outcome, missing, trouble) = state.withLock { ($0.outcome, $0.missing.count, $0.trouble) }
    if let trouble { throw Complaint(code: .refused, happened: trouble, advice: "see \(house.data)/logs") }
    guard missing == 0 else {
      throw Complaint(code: .refused, happened: "\(missing) holds did not reach marketing within 10 s", advice: "see \(house.data)/logs")
    }
    return outcome
  }

  private func start(_ what: String, _ group: DispatchGroup, _ body: @escaping @Sendable () throws -> Void) {
    DispatchQueue(label: "accord.bench.\(what)").async(group: group) { [self] in
      do { try body() } catch { state.withLock { $0.trouble = $0.trouble ?? "\(what): \(error)" } }
    }
  }

  private func open(_ connection: Int, from began: Int64) throws {
    var session = try house.session(with: "service")
    for number in stride(from: connection, to: rate * seconds, by: Self.connections) {
      let intended = began + Int64(number) * 1_000_000_000 / Int64(rate)
      Self.sleep(until: intended)
      let (matter, isWatched) = ("\(name)-\(number)", number % Self.watchedEvery == 0)
      if isWatched { state.withLock { $0.missing["\(matter)-hold-1"] = intended } }
      let body: JSON = [
        "case_id": .string(matter), "person_id": .string(isWatched ? "watched" : "C-\(number)"), "kind": "complaint", "channel": "phone",
      ]
      let answer = try session.send(
        .post, "/v1/cases", headers: house.headers([("Idempotency-Key", "case/\(matter)")]), body: body.bytes)
      guard answer.status == 201 else { throw Refused(status: answer.status, body: String(decoding: answer.body, as: UTF8.self)) }
      let answered = Reactor.uptime()
      state.withLock { $0.outcome.answers.add(answered - intended) }
    }
  }

  private func watch() throws {
    var session = try house.session(with: "marketing")
    let headers = house.headers()
    while !isOver.load(ordering: .relaxed) {
      let count = state.withLock { $0.missing.count }
      if count > 0 {
        let answer = try session.send(.get, "/v1/customers/watched/holds?limit=\(min(1_000, count + 20))", headers: headers)
        let now = Reactor.uptime()
        let holds = (try? JSON(parsing: answer.body))?["holds"]?.array ?? []
        state.withLock { state in
          for hold in holds {
            guard let id = hold["hold_id"]?.string, let intended = state.missing.removeValue(forKey: id) else { continue }
            state.outcome.holds.add(now - intended)
          }
        }
      }
      usleep(Self.pauseMicroseconds)
    }
  }

  private struct Refused: Error {
    let status: Int
    let body: String
  }

  static func sleep(until instant: Int64) {
    var time = timespec(tv_sec: Int(instant / 1_000_000_000), tv_nsec: Int(instant % 1_000_000_000))
    while clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, nil) == EINTR {}
  }
}
