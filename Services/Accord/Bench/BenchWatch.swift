import Contracts
import Dispatch
import Glibc
import HTTP
import Host
import Synchronization
import Transport

/// What courses at a fixed rate have in common: connections that put something in at instants written down beforehand, and one that looks
/// again and again for what comes of every fourth, until nothing is missing.
final class BenchWatch<Outcome: Sendable>: Sendable {
  private struct State: Sendable {
    /// What is watched for and was not seen yet, with its intended instant.
    var missing: [String: Int64] = [:]
    var outcome: Outcome
    /// How often was looked.
    var looks = 0
    var trouble: String?
  }

  private let house: BenchMeshHouse
  private let rate: Int
  private let count: Int
  private let state: Mutex<State>
  private let over = Atomic<Bool>(false)
  private let (putting, beside) = (DispatchGroup(), DispatchGroup())

  init(_ house: BenchMeshHouse, rate: Int, seconds: Int, _ empty: Outcome) {
    self.house = house
    self.rate = rate
    count = rate * seconds
    state = Mutex(State(outcome: empty))
  }

  /// Whether everything that was watched for was seen, or somebody gave up.
  var isOver: Bool { over.load(ordering: .relaxed) }

  /// How often was looked for what is missing.
  var looks: Int { state.withLock(\.looks) }

  /// Writes down what was measured.
  func measure(_ body: (inout Outcome) -> Void) { state.withLock { body(&$0.outcome) } }

  /// Begins the connections: each has a session with `program` and calls `put` at its instants. What is watched for is seen under the name
  /// that `named` gives its number.
  func begin(
    _ program: String, named: @escaping @Sendable (Int) -> String,
    put: @escaping @Sendable (inout HTTPSession, BenchInput) throws -> Void
  ) {
    let began = Reactor.uptime() + 100_000_000
    for connection in 0..<BenchInput.connections {
      start("input \(connection)", putting) { [self] in
        var session = try house.session(with: program)
        for number in stride(from: connection, to: count, by: BenchInput.connections) {
          let input = BenchInput(number: number, intended: began + Int64(number) * 1_000_000_000 / Int64(rate))
          BenchInput.sleep(until: input.intended)
          if input.isWatched { state.withLock { $0.missing[named(number)] = input.intended } }
          try put(&session, input)
        }
      }
    }
  }

  /// Looks at `path` of `program` while something is missing, whose list `rows` names what there is by `id`; `seen` takes down how long it
  /// took. `path` is given how many rows to ask for.
  func watch(
    _ program: String, _ path: @escaping @Sendable (Int) -> String, rows: String, id: String,
    seen: @escaping @Sendable (inout Outcome, Int64) -> Void
  ) {
    accompany("watch") { [self] in
      var session = try house.session(with: program)
      let headers = house.headers()
      while !isOver {
        let missing = state.withLock { $0.missing.count }
        if missing > 0 {
          let answer = try session.send(.get, path(min(1_000, missing + 20)), headers: headers)
          let now = Reactor.uptime()
          let found = ((try? JSON(parsing: answer.body))?[rows]?.array ?? []).compactMap { $0[id]?.string }
          state.withLock { state in
            state.looks += 1
            for name in found { if let intended = state.missing.removeValue(forKey: name) { seen(&state.outcome, now - intended) } }
          }
        }
        usleep(BenchInput.pauseMicroseconds)
      }
    }
  }

  /// What goes on beside, until it is over.
  func accompany(_ what: String, _ body: @escaping @Sendable () throws -> Void) { start(what, beside, body) }

  /// Waits until all is put in and seen. Throws where something failed, or where `lacking` is said of what was not seen in time.
  func end(within seconds: Int64, lacking: String) throws(Complaint) -> Outcome {
    putting.wait()
    let end = Reactor.uptime() + seconds * 1_000_000_000
    while state.withLock({ !$0.missing.isEmpty && $0.trouble == nil }), Reactor.uptime() < end { usleep(1_000) }
    over.store(true, ordering: .relaxed)
    beside.wait()
    let state = state.withLock { $0 }
    if let trouble = state.trouble { throw Complaint(code: .refused, happened: trouble, advice: "see \(house.data)/logs") }
    guard state.missing.isEmpty else {
      throw Complaint(
        code: .refused, happened: "\(state.missing.count) \(lacking) within \(seconds) s", advice: "see \(house.data)/logs")
    }
    return state.outcome
  }

  private func start(_ what: String, _ group: DispatchGroup, _ body: @escaping @Sendable () throws -> Void) {
    DispatchQueue(label: "accord.bench.\(what)").async(group: group) { [self] in
      do { try body() } catch { state.withLock { $0.trouble = $0.trouble ?? "\(what): \(error)" } }
    }
  }
}

/// One thing that is put in.
struct BenchInput {
  static let connections = 8
  private static let watchedEvery = 4
  static let pauseMicroseconds: UInt32 = 500

  let number: Int
  /// When it is due, in nanoseconds of the uptime.
  let intended: Int64
  /// Every fourth is looked for.
  var isWatched: Bool { number % Self.watchedEvery == 0 }

  static func sleep(until instant: Int64) {
    var time = timespec(tv_sec: Int(instant / 1_000_000_000), tv_nsec: Int(instant % 1_000_000_000))
    while clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, nil) == EINTR {}
  }

  /// Throws unless a door took it.
  static func confirm(_ answer: Response) throws {
    guard answer.status == 201 else { throw Refused(status: answer.status, body: String(decoding: answer.body, as: UTF8.self)) }
  }

  private struct Refused: Error {
    let status: Int
    let body: String
  }
}
