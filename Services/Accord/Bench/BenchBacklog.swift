/// A backlog: events are published while nobody consumes, then one subscription works it off; one of its keys is parked behind a dead
/// letter all the time.
///
///     1,000 events, one of them refused for good  ─▸  consumer leaves  ─▸  the backlog is published  ─▸  consumer comes back, takes all
///                   its key is parked from here on                                                      but the parked key's events
struct BenchBacklog {
  private let bench: BenchBroker
  private let messages: UInt64

  static let heads = [
    "published", "publishedPerSecond", "residentMegabytesPublished", "parked", "consumedPerSecond", "brokerCpuMicroseconds",
    "residentMegabytesConsuming", "residentMegabytesConsumed",
  ]

  /// Of each publisher, before the backlog begins.
  private static let before: UInt64 = 125
  private static let secondsMax = 900
  /// 1 / (rank * the sum of 1/n up to 100,000) is about a ten-thousandth.
  private static let rank: UInt32 = 826

  init(_ bench: BenchBroker, messages: UInt64) {
    self.bench = bench
    self.messages = messages / UInt64(LoadEvents.publishers) * UInt64(LoadEvents.publishers)
  }

  func run() throws(Complaint) -> [BenchReport.Cell] {
    let broker = try BenchTarget(existing: try BenchPlaces.data(below: bench.folder))
    defer { broker.stop() }
    let events = bench.plan.events
    let parked = parkedKey(events)
    var opening = LoadPlan(events: events, messages: Self.before * UInt64(LoadEvents.publishers))
    opening.subscriptions = [LoadSubscription(credential: "marketing", buries: parked)]
    _ = try LoadCourse(opening, against: broker).run()
    guard messages > 0 else {
      let resident = Double(broker.process.residentBytes) / 1e6
      return [.whole(0), .none, .exact(resident), .whole(0), .none, .none, .exact(resident), .exact(resident)]
    }

    var publishing = LoadPlan(events: events, messages: messages, sequenceBefore: Self.before, epoch: 2, secondsMax: Self.secondsMax)
    publishing.window = bench.plan.window
    let published = try BenchRound.run(publishing, against: broker)

    let left = count(of: parked, in: events)
    let subscription = LoadSubscription(credential: "marketing", expected: messages - left)
    let consuming = LoadPlan(
      events: events, messages: messages, publishers: 0, subscriptions: [subscription], sequenceBefore: Self.before,
      secondsMax: Self.secondsMax)
    let consumed = try BenchRound.run(consuming, against: broker)
    return [
      .whole(Int64(messages)), .whole(Int64(published.perSecond)), .exact(Double(published.outcome.residentBytes) / 1e6),
      .whole(Int64(left)), .whole(Int64(consumed.perSecond)), .exact(consumed.serverMicroseconds),
      .exact(Double(consumed.outcome.residentBytesMax) / 1e6), .exact(Double(consumed.outcome.residentBytes) / 1e6),
    ]
  }

  /// A key that comes once in the beginning and, by Zipf's law, in one of ten thousand events later: what is parked behind its dead letter
  /// is some, and fits the dead letters of ten million.
  private func parkedKey(_ events: LoadEvents) -> UInt32 {
    var counts: [UInt32: Int] = [:]
    for publisher in 0..<LoadEvents.publishers {
      for sequence in 1...Self.before { counts[events.key(publisher: publisher, sequence: sequence), default: 0] += 1 }
    }
    return counts.filter { $0.value == 1 && $0.key >= Self.rank }.keys.min() ?? 0
  }

  private func count(of key: UInt32, in events: LoadEvents) -> UInt64 {
    var count: UInt64 = 0
    let each = messages / UInt64(LoadEvents.publishers)
    for publisher in 0..<LoadEvents.publishers {
      for sequence in (Self.before + 1)...(Self.before + each) where events.key(publisher: publisher, sequence: sequence) == key {
        count += 1
      }
    }
    return count
  }
}
