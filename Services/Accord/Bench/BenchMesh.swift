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
    folder = BenchFolder.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    let data = BenchFolder.fresh(in: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data)
    defer { house.stop() }
    // The first requests of a mesh pay for pages and statements that later ones find.
    _ = try BenchMeshCourse(house, name: "warm", rate: rate, seconds: 1, bulk: false).run()
    var figures: [JSON.Member] = [.init("perSecond", .integer(Int64(rate))), .init("seconds", .integer(Int64(seconds)))]
    for (name, bulk) in [("quiet", false), ("besideBulk", true)] {
      let outcome = try BenchMeshCourse(house, name: name, rate: rate, seconds: seconds, bulk: bulk).run()
      figures.append(.init(name + "Effects", .integer(Int64(outcome.effects.count))))
      figures += outcome.effects.figures(name + "CaptureToEffect") + outcome.captures.figures(name + "CaptureToAnswer")
      figures.append(.init(name + "AskingPerSecond", .integer(Int64(outcome.polls / seconds))))
      if bulk { figures.append(.init("bulkPerSecond", .integer(Int64(outcome.bulk / seconds)))) }
    }
    BenchMeshFigures.print(figures, json: json)
  }
}
