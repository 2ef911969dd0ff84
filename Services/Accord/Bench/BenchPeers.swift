/// The measured work, in rounds: in each round every contender in turn, first published only, then end to end, so that what the machine
/// does meanwhile meets them all.
struct BenchPeers {
  private let bench: BenchBroker
  private let contenders: [Contender]
  private let rounds: Int

  /// All rounds of one contender.
  private struct Results {
    var published: [BenchRound] = []
    var endToEnd: [BenchRound] = []
  }

  init(_ bench: BenchBroker, _ contenders: [Contender], rounds: Int) {
    self.bench = bench
    self.contenders = contenders
    self.rounds = rounds
  }

  func run(_ report: inout BenchReport) throws(Complaint) {
    var results = [Contender: Results]()
    var probes: [SyncProbe] = []
    for round in 1...rounds {
      probes.append(try SyncProbe(folder: bench.folder))
      for contender in contenders {
        var plan = bench.plan
        plan.messages = max(UInt64(plan.publishers), plan.messages / contender.share)
        let published = try BenchRound.run(contender, below: bench.folder, plan)
        plan.subscriptions = LoadSubscription.both
        let endToEnd = try BenchRound.run(contender, below: bench.folder, plan)
        results[contender, default: Results()].published.append(published)
        results[contender, default: Results()].endToEnd.append(endToEnd)
        Terminal.note(
          "round \(round) of \(rounds), \(contender.key): \(Int(published.perSecond)) published, \(Int(endToEnd.perSecond)) end to end a second"
        )
      }
    }
    tell(results, probes, &report)
  }

  private func tell(_ results: [Contender: Results], _ probes: [SyncProbe], _ report: inout BenchReport) {
    let plan = bench.plan
    report.add("messages", Int(plan.total))
    report.add("rounds", rounds)
    report.add("eventBytes", plan.events.byteCount)
    report.add("publishers", plan.publishers)
    report.add("window", Int(plan.window))
    report.add("keys", plan.events.keys)
    guard let ours = results[.accord] else { return }
    report.add("publishedPerSecond", Int(Self.rate(ours.published)))
    report.add("endToEndPerSecond", Int(Self.rate(ours.endToEnd)))
    report.add("messagesPerSync", Int(BenchFigures.median(ours.endToEnd.compactMap(\.messagesPerSync))))
    tell(
      ours, as: ("brokerCpuMicrosecondsPerMessage", "loaderCpuMicrosecondsPerMessage", "loaderCpuShare", "behindMillisecondsMax"), &report)
    for contender in contenders.dropFirst() {
      guard let theirs = results[contender] else { continue }
      let key = contender.key
      report.add(key + "PublishedPerSecond", Int(Self.rate(theirs.published)))
      report.add(key + "EndToEndPerSecond", Int(Self.rate(theirs.endToEnd)))
      tell(
        theirs,
        as: (
          key + "CpuMicrosecondsPerMessage", key + "LoaderCpuMicrosecondsPerMessage", key + "LoaderCpuShare", key + "BehindMillisecondsMax"
        ), &report)
    }
    for contender in contenders.dropFirst() {
      guard let theirs = results[contender] else { continue }
      report.add("ratioTo" + contender.middle, BenchFigures.ratio(ours.endToEnd.map(\.perSecond), theirs.endToEnd.map(\.perSecond)))
      report.add(
        "publishedRatioTo" + contender.middle, BenchFigures.ratio(ours.published.map(\.perSecond), theirs.published.map(\.perSecond)))
    }
    report.add("fdatasyncP50Microseconds", BenchFigures.median(probes.map(\.p50Microseconds)))
    report.add("fdatasyncP99Microseconds", BenchFigures.median(probes.map(\.p99Microseconds)))
  }

  /// What one message cost: of the server and of the loader end to end, of both where it was only published, and the worst lag.
  private func tell(
    _ results: Results, as keys: (server: String, loader: String, share: String, lag: String), _ report: inout BenchReport
  ) {
    report.add(keys.server, BenchFigures.median(results.endToEnd.map(\.serverMicroseconds)))
    report.add(keys.server + "PublishedOnly", BenchFigures.median(results.published.map(\.serverMicroseconds)))
    report.add(keys.loader, BenchFigures.median(results.endToEnd.map(\.loaderMicroseconds)))
    report.add(keys.loader + "PublishedOnly", BenchFigures.median(results.published.map(\.loaderMicroseconds)))
    report.add(keys.share, BenchFigures.median(results.endToEnd.map(\.loaderShare)))
    report.add(keys.lag, results.endToEnd.map(\.lagMilliseconds).max() ?? 0)
  }

  private static func rate(_ rounds: [BenchRound]) -> Double { BenchFigures.median(rounds.map(\.perSecond)) }
}
