import Contracts
import Host

extension Command {
  static let benchMesh = Command(
    "bench mesh", "Measures the whole mesh: from an order at the ledger's door to its effect at customer service.",
    options: [
      .init("--rate", "N", "orders a second, open loop (default 200)"),
      .init("--seconds", "N", "of each course (default 10)"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench mesh --json", "accord bench mesh --seconds 30"],
    run: { arguments throws(Complaint) in try BenchMesh(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench mesh`: one mesh, two courses: by itself, and with a bulk of captures in the background on another connection.
struct BenchMesh {
  private let rate: Int
  private let seconds: Int
  private let folder: String

  init(_ arguments: Arguments) throws(Complaint) {
    rate = Int(min(10_000, max(1, try arguments.integer("--rate") ?? 200)))
    seconds = Int(max(1, try arguments.integer("--seconds") ?? 10))
    folder = BenchPlaces.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data)
    defer { house.stop() }
    // The first requests of a mesh pay for pages and statements that later ones find.
    _ = try BenchMeshCourse(house, name: "warm", rate: rate, seconds: 1, bulk: false).run()
    var report = BenchReport()
    report.add("perSecond", rate)
    report.add("seconds", seconds)
    try report.addSync(in: data)
    for (name, bulk) in [("quiet", false), ("besideBulk", true)] {
      let outcome = try BenchMeshCourse(house, name: name, rate: rate, seconds: seconds, bulk: bulk).run()
      report.add(name + "Effects", Int(outcome.effects.count))
      report.add(name + "CaptureToEffect", outcome.effects)
      report.add(name + "CaptureToAnswer", outcome.captures)
      report.add(name + "AskingPerSecond", outcome.polls / seconds)
      if bulk { report.add("bulkPerSecond", outcome.bulk / seconds) }
    }
    report.print(json: json)
  }
}
