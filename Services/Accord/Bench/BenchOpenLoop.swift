/// An open loop: every message has its own instant, whether or not the server keeps up, and its time counts from there.
///
/// So a pause of the server is told in full (no coordinated omission). Ours runs at half its peak, which is measured first, or at the
/// rate that was asked for; the peers run at the same rate.
struct BenchOpenLoop {
  private let bench: BenchBroker
  private let contenders: [Contender]
  private let seconds: Int

  /// The window of an open loop: what the broker offers at most. What does not fit waits, and its time runs.
  private static let window: UInt64 = 1_024

  init(_ bench: BenchBroker, _ contenders: [Contender]) throws(Complaint) {
    self.bench = bench
    self.contenders = contenders
    seconds = Int(max(1, try bench.arguments.integer("--seconds") ?? 10))
  }

  func run(_ report: inout BenchReport) throws(Complaint) {
    var plan = bench.plan
    plan.subscriptions = LoadSubscription.both
    let rate: Double
    if let asked = try bench.arguments.integer("--rate") {
      guard asked > 0 else { throw .usage("--rate takes messages a second, not \(asked)", "write a number above zero") }
      rate = Double(asked)
    } else {
      var peaks: [Double] = []
      for _ in 1...3 { peaks.append(try BenchRound.run(.accord, below: bench.folder, plan).perSecond) }
      report.add("openLoopPeakPerSecond", Int(BenchFigures.median(peaks)))
      rate = BenchFigures.median(peaks) / 2
    }
    report.add("openLoopRate", Int(rate))
    report.add("openLoopSeconds", seconds)
    plan.rate = rate
    plan.messages = UInt64(rate * Double(seconds))
    plan.window = Self.window
    // One that is three times slower than the rate is not waited for to the end.
    plan.secondsMax = 3 * seconds + 10
    for contender in contenders {
      let round = try BenchRound.run(contender, below: bench.folder, plan)
      tell(contender, round.outcome, &report)
    }
  }

  private func tell(_ contender: Contender, _ outcome: LoadOutcome, _ report: inout BenchReport) {
    let key = contender == .accord ? "openLoop" : contender.key + "OpenLoop"
    for (name, times) in [("Delivery", outcome.deliveries), ("Acknowledgement", outcome.acknowledgements)] {
      report.add("\(key)\(name)P50Microseconds", times.microseconds(at: 0.5))
      report.add("\(key)\(name)P99Microseconds", times.microseconds(at: 0.99))
      report.add("\(key)\(name)P999Microseconds", times.microseconds(at: 0.999))
      report.add("\(key)\(name)MaxMicroseconds", Double(times.maxNanoseconds) / 1_000)
    }
    report.add("\(key)KeptUp", outcome.isComplete && outcome.seconds < Double(seconds) * 1.1 + 1 ? "yes" : "no")
    Terminal.note(
      "\(contender.key): publish to delivery p50 \(BenchFigures.text(outcome.deliveries.microseconds(at: 0.5))), "
        + "p99 \(BenchFigures.text(outcome.deliveries.microseconds(at: 0.99))) us")
  }
}
