import Contracts
import HTTP
import Host
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

  private let house: BenchMeshHouse
  private let name: String
  private let watch: BenchWatch<Outcome>

  init(_ house: BenchMeshHouse, name: String, rate: Int, seconds: Int) {
    self.house = house
    self.name = name
    watch = BenchWatch(house, rate: rate, seconds: seconds, Outcome())
  }

  func run() throws(Complaint) -> Outcome {
    let name = name
    watch.begin("service", named: { "\(name)-\($0)-hold-1" }) { [self] session, input in
      let matter = "\(name)-\(input.number)"
      let body: JSON = [
        "case_id": .string(matter), "person_id": .string(input.isWatched ? "watched" : "C-\(input.number)"), "kind": "complaint",
        "channel": "phone",
      ]
      try BenchInput.confirm(
        session.send(.post, "/v1/cases", headers: house.headers([("Idempotency-Key", "case/\(matter)")]), body: body.bytes))
      let answered = Reactor.uptime()
      watch.measure { $0.answers.add(answered - input.intended) }
    }
    watch.watch(
      "marketing", { "/v1/customers/watched/holds?limit=\($0)" }, rows: "holds", id: "hold_id", seen: { $0.holds.add($1) })
    return try watch.end(within: 10, lacking: "holds did not reach marketing")
  }
}
