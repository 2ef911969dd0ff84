import Glibc

/// One measured course of load against a server of its own, which is started before and removed after.
struct BenchRound {
  var perSecond: Double
  /// Nil where the server does not count its syncs.
  var messagesPerSync: Double?
  /// CPU time per message of the server, and of the loader with publishers and subscribers in it.
  var serverMicroseconds: Double
  var loaderMicroseconds: Double
  var outcome: LoadOutcome

  /// The loader's part of all the CPU time that was spent.
  var loaderShare: Double { loaderMicroseconds / max(0.001, serverMicroseconds + loaderMicroseconds) }
  var lagMilliseconds: Double { Double(outcome.lagMax) / 1e6 }

  /// Starts `contender` on an empty folder and runs `plan` against it.
  static func run(_ contender: Contender, below folder: String, _ plan: LoadPlan) throws(Complaint) -> BenchRound {
    let server = try contender.start(below: folder)
    defer { server.process.stop() }
    return try run(plan, against: server)
  }

  /// Runs `plan` against a server that is up.
  static func run(_ plan: LoadPlan, against server: any BenchServer) throws(Complaint) -> BenchRound {
    let course = try LoadCourse(plan, against: server)
    let before = (server: server.process.cpuMicroseconds, loader: ownCPU(), syncs: try server.syncs())
    let outcome = try course.run()
    let after = (server: server.process.cpuMicroseconds, loader: ownCPU(), syncs: try server.syncs())
    // Where nothing is published, what counts is what is delivered.
    let count = Double(plan.publishers > 0 ? plan.total : plan.subscriptions.compactMap(\.expected).max() ?? 0)
    var messagesPerSync: Double?
    if let first = before.syncs, let last = after.syncs { messagesPerSync = count / max(1, last - first) }
    return BenchRound(
      perSecond: count / outcome.seconds, messagesPerSync: messagesPerSync, serverMicroseconds: (after.server - before.server) / count,
      loaderMicroseconds: (after.loader - before.loader) / count, outcome: outcome)
  }

  private static func ownCPU() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  }
}

/// Middles and spreads of figures that were measured in rounds.
enum BenchFigures {
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return sorted.count % 2 == 1 ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
  }

  /// The ratio of the medians, and the lowest and highest ratio of one round.
  static func ratio(_ ours: [Double], _ theirs: [Double]) -> (middle: Double, low: Double, high: Double) {
    let each = zip(ours, theirs).map { $0 / max($1, .leastNormalMagnitude) }
    return (median(ours) / max(median(theirs), .leastNormalMagnitude), each.min() ?? 0, each.max() ?? 0)
  }

  /// Two decimals, without Foundation's formatters.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "0.00" }
    let hundredths = Int64((abs(value) * 100).rounded())
    let rest = hundredths % 100
    return "\(value < 0 && hundredths > 0 ? "-" : "")\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
