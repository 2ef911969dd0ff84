/// How cost grows: one thing is varied, all else stays as in the measured work. Ours alone.
struct BenchCurves {
  /// One curve, as named after `--curves`.
  enum Curve: String, CaseIterable {
    case subscriptions, connections, size, keys, shapes, backlog, slow
  }

  private let bench: BenchBroker
  private let curves: [Curve]
  private let isQuick: Bool
  /// Messages of one point, where nothing asks for more or fewer.
  private let messages: UInt64

  init(_ bench: BenchBroker, _ names: String) throws(Complaint) {
    self.bench = bench
    isQuick = bench.arguments.has("--quick")
    messages = UInt64(max(1_000, try bench.arguments.integer("--messages") ?? (isQuick ? 20_000 : 400_000)))
    var curves: [Curve] = []
    for name in names == "all" ? Curve.allCases.map(\.rawValue) : names.split(separator: ",").map(String.init) {
      guard let curve = Curve(rawValue: name) else {
        throw .usage("there is no curve “\(name)”", "there is: all, \(Curve.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      curves.append(curve)
    }
    self.curves = curves
  }

  /// Runs the curves. A point that fails is told as a remark and has no figures; the first complaint comes at the end.
  func run(_ report: inout BenchReport) throws(Complaint) {
    var first: Complaint?
    for curve in curves {
      var rows: [[BenchReport.Cell]] = []
      let points = points(curve)
      for point in points {
        Terminal.note("\(curve.rawValue): \(point.name)")
        do throws(Complaint) { rows.append([.word(point.name)] + (try point.run())) } catch {
          Terminal.note("\(curve.rawValue) at \(point.name): \(error)")
          if first == nil { first = error }
          rows.append([.word(point.name)] + heads(curve).dropFirst().map { _ in .none })
        }
      }
      report.add(curve.rawValue, heads: heads(curve), rows: rows)
    }
    if let first {
      report.print(json: bench.json)
      throw first
    }
  }

  /// One place on a curve.
  struct Point {
    var name: String
    var run: () throws(Complaint) -> [BenchReport.Cell]
  }

  private func heads(_ curve: Curve) -> [String] {
    curve == .backlog ? [curve.rawValue] + BenchBacklog.heads : [curve.rawValue] + Self.heads
  }

  private static let heads = [
    "messages", "perSecond", "megabytesPerSecond", "brokerCpuMicroseconds", "loaderCpuMicroseconds", "messagesPerSync",
    "behindMilliseconds",
    "residentMegabytes", "residentMegabytesMax",
  ]

  private func points(_ curve: Curve) -> [Point] {
    switch curve {
    case .subscriptions: [1, 2, 4, 16, 64, 256].map { subscriptions($0) }
    case .connections: [1, 8, 64, 256, 1_000, 2_000].map { connections($0) }
    case .size: [128, 512, 2_048, 16_384, 131_072, 1_048_576].map { size($0) }
    case .keys: [1, 100, 10_000, 100_000, 1_000_000].map { keys($0) }
    case .shapes:
      [1, 4, 8, 16, 64].map { count in point("\(count)", plan(LoadEvents(shapes: count))) }
    case .backlog:
      (isQuick ? [0, 10_000, 100_000] : [0, 10_000, 100_000, 1_000_000, 10_000_000]).map { count in
        Point(name: "\(count)") { () throws(Complaint) in try BenchBacklog(bench, messages: UInt64(count)).run() }
      }
    case .slow: slow()
    }
  }

  // MARK: The curves

  /// So many subscriptions, each with a consumer of its own; fewer messages where they are many, so that a point takes about as long.
  private func subscriptions(_ count: Int) -> Point {
    var plan = plan()
    plan.messages = max(min(messages, 8_000), 2 * messages / UInt64(count))
    plan.subscriptions = (0..<count).map { LoadSubscription(credential: $0 % 2 == 0 ? "marketing" : "service", name: "bench-\($0)") }
    return point("\(count)", plan)
  }

  /// So many publishers. From eight on all windows together stay the same, so that only the connections grow.
  private func connections(_ count: Int) -> Point {
    var plan = plan()
    plan.publishers = count
    plan.window = max(2, min(256, 2_048 / UInt64(count)))
    plan.messages = max(messages, UInt64(count))
    return point("\(count)", plan)
  }

  /// Events of about so many bytes; a quarter of a gigabyte at most, and windows of two megabytes.
  private func size(_ bytes: Int) -> Point {
    let events = LoadEvents(bytes: bytes)
    var plan = plan(events)
    plan.messages = max(256, min(messages, (isQuick ? 32 << 20 : 256 << 20) / UInt64(events.byteCount)))
    plan.window = max(2, min(256, (2 << 20) / UInt64(events.byteCount)))
    plan.behindMax = max(64, min(plan.behindMax, (64 << 20) / UInt64(events.byteCount)))
    return point("\(events.byteCount)", plan)
  }

  /// So many keys, each as often as every other; enough messages that each comes.
  private func keys(_ count: Int) -> Point {
    var plan = plan(LoadEvents(keys: .even(count)))
    plan.messages = isQuick ? messages : max(messages, UInt64(count))
    return point("\(count)", plan)
  }

  /// A fast subscription alone, beside another fast one, beside a slow one, and beside one that settles nothing.
  private func slow() -> [Point] {
    let fast = LoadSubscription(credential: "marketing")
    return [
      ("alone", [fast]), ("beside a fast one", LoadSubscription.both),
      ("beside one of 1,000/s", [fast, LoadSubscription(credential: "service", slow: 1_000)]),
      ("beside a stuck one", [fast, LoadSubscription(credential: "service", slow: 0)]),
    ].map { name, subscriptions in
      var plan = plan()
      plan.subscriptions = subscriptions
      return point(name, plan)
    }
  }

  private func plan(_ events: LoadEvents? = nil) -> LoadPlan {
    LoadPlan(events: events ?? bench.plan.events, messages: messages, subscriptions: LoadSubscription.both)
  }

  private func point(_ name: String, _ plan: LoadPlan) -> Point {
    Point(name: name) { () throws(Complaint) in
      let round = try BenchRound.run(.accord, below: bench.folder, plan)
      return [
        .whole(Int64(plan.total)), .whole(Int64(round.perSecond)), .exact(round.perSecond * Double(plan.events.byteCount) / 1e6),
        .exact(round.serverMicroseconds), .exact(round.loaderMicroseconds), .exact(round.messagesPerSync ?? 0),
        .exact(round.lagMilliseconds), .exact(Double(round.outcome.residentBytes) / 1e6),
        .exact(Double(round.outcome.residentBytesMax) / 1e6),
      ]
    }
  }
}
