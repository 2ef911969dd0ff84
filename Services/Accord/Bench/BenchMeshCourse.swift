import Contracts
import HTTP
import Host
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
  private let hasBulk: Bool
  private let watch: BenchWatch<Outcome>

  init(_ house: BenchMeshHouse, name: String, rate: Int, seconds: Int, bulk: Bool) {
    self.house = house
    self.name = name
    hasBulk = bulk
    watch = BenchWatch(house, rate: rate, seconds: seconds, Outcome())
  }

  func run() throws(Complaint) -> Outcome {
    let name = name
    watch.begin("ledger", named: { "\(name)-\($0)" }) { [self] session, input in
      try post("\(name)-\(input.number)", of: input.isWatched ? Self.watched : "C-\(input.number)", over: &session)
      let answered = Reactor.uptime()
      watch.measure { $0.captures.add(answered - input.intended) }
    }
    watch.watch(
      "service", { "/v1/customers/\(Self.watched)/timeline?limit=\($0)" }, rows: "entries", id: "order_id",
      seen: { $0.effects.add($1) })
    if hasBulk { watch.accompany("bulk") { [self] in try pour() } }
    var outcome = try watch.end(within: 5, lacking: "orders had no effect")
    outcome.polls = watch.looks
    return outcome
  }

  /// The background: captures of others' orders on one connection, one behind the other without a pause.
  private func pour() throws {
    var session = try house.session(with: "ledger")
    var number = 0
    while !watch.isOver {
      try post("\(name)-bulk-\(number)", of: "B-\(number % 10_000)", over: &session)
      number += 1
    }
    let count = number
    watch.measure { $0.bulk = count }
  }

  private func post(_ order: String, of customer: String, over session: inout HTTPSession) throws {
    let body = """
      {"order_id":"\(order)","person_id":"\(customer)","channel":"web","country":"US","lines":[{"line_id":"1","sku":"KETTLE-17",\
      "quantity":1,"paid":{"amount_minor":4995,"currency":"USD"}}]}
      """
    try BenchInput.confirm(
      session.send(.post, "/v1/orders", headers: house.headers([("Idempotency-Key", "order/\(order)")]), body: Array(body.utf8)))
  }
}
