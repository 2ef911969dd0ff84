import Glibc

extension Command {
  static let benchBroker = Command(
    "bench broker", "Measures the broker on this machine: 8 publishers, two durable subscriptions, every message settled and compared.",
    options: [
      .init("--messages", "N", "messages of one round (default 400000; 2000 with --lone)"),
      .init("--rounds", "N", "rounds; the median is told (default 3, with peers 5)"),
      .init("--window", "N", "unanswered publishes per publisher (default 256)"),
      .init("--folder", "DIR", "where the rounds put their data (default: below $TMPDIR, else /tmp)"),
      .init("--peers", nil, "the same work against redis-server and nats-server, in turns"),
      .init("--redis", "FILE", "the redis-server (default: on PATH)"),
      .init("--nats", "FILE", "the nats-server, 2.14 or later (default: on PATH)"),
    ],
    examples: [
      "accord bench broker --json", "accord bench broker --messages 1000000 --rounds 5", "accord bench broker --peers --folder /var/tmp",
    ],
    run: { arguments throws(Complaint) in try BenchBroker(arguments).run() })
}

/// `accord bench broker`: starts servers of its own on empty folders, one at a time.
///
/// *Published*: until the last event is acknowledged, nobody subscribed. *End to end*: until the last settle of both subscriptions is
/// durable. The loader shares the machine's cores with the server.
struct BenchBroker {
  let arguments: Arguments
  let folder: String
  let json: Bool
  /// With events, messages and window; no subscription.
  let plan: LoadPlan

  init(_ arguments: Arguments) throws(Complaint) {
    self.arguments = arguments
    json = arguments.has("--json")
    folder = arguments.value("--folder") ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var plan = LoadPlan(events: LoadEvents(), messages: 400_000)
    if let messages = try arguments.integer("--messages") { plan.messages = UInt64(max(messages, Int64(LoadEvents.publishers))) }
    if let window = try arguments.integer("--window") { plan.window = UInt64(max(1, window)) }
    self.plan = plan
  }

  func run() throws(Complaint) {
    var report = BenchReport()
    let contenders = arguments.has("--peers") ? try peers(&report) : [.accord]
    try BenchPeers(self, contenders, rounds: try rounds(contenders.count > 1 ? 5 : 3)).run(&report)
    report.print(json: json)
  }

  /// Ours and the peers that are installed; tells of their versions, and how to install those that are not.
  private func peers(_ report: inout BenchReport) throws(Complaint) -> [Contender] {
    let programs = try PeerPrograms(redisPath: arguments.value("--redis"), natsPath: arguments.value("--nats"))
    if let missing = programs.missing { Terminal.note(missing) }
    if let redis = programs.redis { report.add("redisVersion", redis.version) }
    if let nats = programs.nats { report.add("natsVersion", nats.version) }
    return Contender.all(programs)
  }

  private func rounds(_ usual: Int) throws(Complaint) -> Int { Int(max(1, try arguments.integer("--rounds") ?? Int64(usual))) }
}
