import Glibc
import Transport

extension Command {
  static let benchBroker = Command(
    "bench broker", "Measures the broker on this machine: 8 publishers, two durable subscriptions, every message settled and compared.",
    options: [
      .init("--messages", "N", "messages of one round (default 400000; 2000 with --lone)"),
      .init("--rounds", "N", "rounds; the median is told (default 3, with peers 5)"),
      .init("--window", "N", "unanswered publishes per publisher (default 256)"),
      .init("--folder", "DIR", "where the rounds put their data (default: below $TMPDIR, else /tmp)"),
      .init("--peers", nil, "the same work against redis-server and nats-server, in turns"),
      .init("--lone", nil, "one message at a time instead: publish to durable acknowledgement, beside the peers and a bare loop"),
      .init("--open-loop", nil, "each message at its own instant instead: publish to delivery, beside the peers"),
      .init("--rate", "N", "messages a second of the open loop (default: half the peak, which is measured first)"),
      .init("--seconds", "N", "length of the open loop (default 10)"),
      .init("--curves", "NAME", "how cost grows instead: all, or some of subscriptions,connections,size,keys,shapes,backlog,slow"),
      .init("--quick", nil, "curves with fewer messages and no backlog above 100,000"),
      .init("--redis", "FILE", "the redis-server (default: on PATH)"),
      .init("--nats", "FILE", "the nats-server, 2.14 or later (default: on PATH)"),
    ],
    examples: [
      "accord bench broker --json", "accord bench broker --messages 1000000 --rounds 5", "accord bench broker --peers --folder /var/tmp",
      "accord bench broker --lone", "accord bench broker --open-loop --rate 50000",
      "accord bench broker --curves size,backlog --quick",
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
    do throws(SystemError) { try OpenFiles.raiseLimit() } catch { throw Complaint(host: error) }
    var report = BenchReport()
    if let names = arguments.value("--curves") {
      try BenchCurves(self, names).run(&report)
    } else if arguments.has("--lone") {
      try BenchLone(self, peers(&report), rounds: rounds(5)).run(&report)
    } else if arguments.has("--open-loop") {
      try BenchOpenLoop(self, peers(&report)).run(&report)
    } else {
      let contenders = arguments.has("--peers") ? try peers(&report) : [.accord]
      try BenchPeers(self, contenders, rounds: rounds(contenders.count > 1 ? 5 : 3)).run(&report)
    }
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
