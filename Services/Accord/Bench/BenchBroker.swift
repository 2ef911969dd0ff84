import Contracts
import Glibc
import HTTP
import Host
import Transport

extension Command {
  static let benchBroker = Command(
    "bench broker", "Measures the broker on this machine: 8 publishers, two durable subscriptions, every message settled and compared.",
    options: [
      .init("--messages", "N", "messages of one round (default 400000)"),
      .init("--rounds", "N", "rounds; the median is told (default 3)"),
      .init("--window", "N", "unanswered publishes per publisher (default 256)"),
      .init("--folder", "DIR", "where the rounds put their data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench broker --json", "accord bench broker --messages 1000000 --rounds 5"],
    run: { arguments throws(Complaint) in try BenchBroker(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench broker`: starts a broker of its own on an empty folder for each round.
///
/// *Published*: until the last event is acknowledged, nobody subscribed. *End to end*: until the last settle of both subscriptions is
/// durable. The loader shares the machine's cores with the broker.
struct BenchBroker {
  private let messages: UInt64
  private let rounds: Int
  private let window: UInt64
  private let folder: String

  init(_ arguments: Arguments) throws(Complaint) {
    let publishers = Int64(LoadEvents.publishers)
    messages = UInt64(max(publishers, try arguments.integer("--messages") ?? 400_000)) / UInt64(publishers) * UInt64(publishers)
    rounds = Int(max(1, try arguments.integer("--rounds") ?? 3))
    window = UInt64(max(1, try arguments.integer("--window") ?? 256))
    folder = arguments.value("--folder") ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  }

  func run(json: Bool) throws(Complaint) {
    let events = LoadEvents()
    let probe = try SyncProbe(folder: folder)
    var published: [BenchRound] = []
    var endToEnd: [BenchRound] = []
    for round in 1...rounds {
      published.append(try BenchRound.run(folder: folder, messages: messages, window: window, events: events, subscribers: []))
      endToEnd.append(
        try BenchRound.run(folder: folder, messages: messages, window: window, events: events, subscribers: ["marketing", "service"]))
      Terminal.note(
        "round \(round) of \(rounds): \(Int(published[round - 1].perSecond)) published, \(Int(endToEnd[round - 1].perSecond)) end to end a second"
      )
    }
    let p = Self.median(published) { $0.perSecond }
    let e = Self.median(endToEnd) { $0.perSecond }
    let figures: [(String, Int64)] = [
      ("messages", Int64(messages)), ("rounds", Int64(rounds)), ("eventBytes", Int64(events.byteCount)),
      ("publishers", Int64(LoadEvents.publishers)),
      ("window", Int64(window)), ("keys", Int64(LoadEvents.keys)), ("publishedPerSecond", Int64(p)), ("endToEndPerSecond", Int64(e)),
      ("messagesPerSync", Int64(Self.median(endToEnd) { $0.messagesPerSync })),
    ]
    let exact: [(String, Double)] = [
      ("brokerCpuMicrosecondsPerMessage", Self.median(endToEnd) { $0.brokerMicroseconds }),
      ("brokerCpuMicrosecondsPerMessagePublishedOnly", Self.median(published) { $0.brokerMicroseconds }),
      ("loaderCpuMicrosecondsPerMessage", Self.median(endToEnd) { $0.loaderMicroseconds }),
      ("fdatasyncP50Microseconds", probe.p50Microseconds),
      ("fdatasyncP99Microseconds", probe.p99Microseconds),
    ]
    if json {
      Terminal.print(.object(figures.map { .init($0.0, .integer($0.1)) } + exact.map { .init($0.0, .number(Self.text($0.1))) }))
    } else {
      for (name, value) in figures { Terminal.print("\(name): \(value)") }
      for (name, value) in exact { Terminal.print("\(name): \(Self.text(value))") }
    }
  }

  private static func median(_ rounds: [BenchRound], _ value: (BenchRound) -> Double) -> Double {
    let sorted = rounds.map(value).sorted()
    return sorted[sorted.count / 2]
  }

  /// Two decimals, without Foundation's formatters.
  static func text(_ value: Double) -> String {
    let hundredths = Int64((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
