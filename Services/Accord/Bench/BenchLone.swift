/// One message at a time: publish to durable acknowledgement, ours, the peers' and a bare loop's, in turns of one run.
///
/// All servers are up from the beginning, idle but for the one whose turn it is.
struct BenchLone {
  private let bench: BenchBroker
  private let contenders: [Contender]
  private let rounds: Int
  private let messages: Int

  /// Messages of one turn: short, so that what else happens on the machine meets all, and no server thinks its client dead.
  private static let turn = 250
  /// Said before each turn and not counted: whoever waited for its turn may have been put to sleep.
  private static let warmUp = 50

  init(_ bench: BenchBroker, _ contenders: [Contender], rounds: Int) throws(Complaint) {
    self.bench = bench
    self.contenders = contenders
    self.rounds = rounds
    messages = Int(max(10, try bench.arguments.integer("--messages") ?? 2_000))
  }

  func run(_ report: inout BenchReport) throws(Complaint) {
    var servers: [any BenchServer] = []
    defer { for server in servers { server.process.stop() } }
    var plan = bench.plan
    plan.publishers = 1
    var clients: [(key: String, client: LoadLone)] = []
    for contender in contenders {
      let server = try contender.start(below: bench.folder)
      servers.append(server)
      try server.prepare(plan)
      clients.append((contender.key, try LoadLone(server.publisherTongue(0, plan), port: server.port)))
    }
    let bare = try LoadBare(folder: bench.folder, messageBytes: plan.events.byteCount)
    defer { bare.stop() }
    clients.append(("bare", try LoadLone(BareTongue(plan.events), port: bare.port)))
    // The bare loop ends when its client does, which must be before it is waited for.
    defer { clients.removeAll() }
    for round in 1...rounds {
      for begin in stride(from: 0, to: messages, by: Self.turn) {
        for (_, client) in clients {
          try client.publish(Self.warmUp, isMeasured: false)
          try client.publish(min(Self.turn, messages - begin), isMeasured: true)
        }
      }
      let times = clients.map { "\($0.key) \(BenchFigures.text(Self.figures(rounded($0.client, round - 1)).p50))" }
      Terminal.note("round \(round) of \(rounds), p50 in us: \(times.joined(separator: ", "))")
    }
    report.add("loneMessages", messages * rounds)
    report.add("rounds", rounds)
    tell(clients, &report)
  }

  private func tell(_ clients: [(key: String, client: LoadLone)], _ report: inout BenchReport) {
    guard let ours = clients.first?.client, let bare = clients.last?.client else { return }
    for (key, client) in clients {
      let head = key == "accord" ? "lone" : key + "Lone"
      let figures = Self.figures(client.nanoseconds)
      report.add(head + "P50Microseconds", figures.p50)
      report.add(head + "P99Microseconds", figures.p99)
      report.add(head + "MaxMicroseconds", figures.max)
    }
    func p50s(_ client: LoadLone) -> [Double] { (0..<rounds).map { Self.figures(rounded(client, $0)).p50 } }
    for (contender, entry) in zip(contenders, clients).dropFirst() {
      report.add("loneRatioTo" + contender.middle, BenchFigures.ratio(p50s(ours), p50s(entry.client)))
    }
    let (own, least) = (Self.figures(ours.nanoseconds), Self.figures(bare.nanoseconds))
    report.add("loneAboveBareMicroseconds", own.p50 - least.p50)
    report.add("loneP99RatioToBare", own.p99 / max(0.001, least.p99))
  }

  /// The times of one round.
  private func rounded(_ client: LoadLone, _ round: Int) -> [Int64] {
    Array(client.nanoseconds[(round * messages)..<((round + 1) * messages)])
  }

  private static func figures(_ nanoseconds: [Int64]) -> (p50: Double, p99: Double, max: Double) {
    let sorted = nanoseconds.sorted()
    guard let last = sorted.last else { return (0, 0, 0) }
    return (Double(sorted[sorted.count / 2]) / 1_000, Double(sorted[sorted.count * 99 / 100]) / 1_000, Double(last) / 1_000)
  }
}
