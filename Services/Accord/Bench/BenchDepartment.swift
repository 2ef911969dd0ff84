import Contracts
import Glibc
import Host
import Store
import Synchronization
import Transport

extension Command {
  static let benchDepartment = Command(
    "bench department", "Measures a department on this machine: relay, inbox with state and outbox, a lone fact beside a run.",
    options: [
      .init("--facts", "N", "facts in the outbox, and through the inbox (default 200000)"),
      .init("--lone", "N", "lone facts, alone and beside a run (default 300)"),
      .init("--deaf", nil, "also beside a run that does not end its chunks when somebody waits"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench department --json", "accord bench department --facts 20000 --lone 50"],
    run: { arguments throws(Complaint) in try BenchDepartment(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench department`: a broker of its own, and two departments inside this process.
///
///     ledger's outbox ──relay──▶ broker ──▶ marketing: inbox + one row + one event, every commit durable ──relay──▶ broker
///     (filled before)  part 1                part 2, this process on one core                    part 3: one fact at a time, with a run
struct BenchDepartment {
  private let facts: Int
  private let lone: Int
  private let folder: String
  private let comparesDeaf: Bool

  init(_ arguments: Arguments) throws(Complaint) {
    facts = Int(max(1_000, try arguments.integer("--facts") ?? 200_000))
    lone = Int(max(10, try arguments.integer("--lone") ?? 300))
    comparesDeaf = arguments.has("--deaf")
    folder = BenchFolder.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    let data = BenchFolder.fresh(in: folder)
    defer { Files.remove(data) }
    let broker = try BenchTarget(data)
    defer { broker.stop() }
    var figures: [JSON.Member] = [.init("facts", .integer(Int64(facts))), .init("loneFacts", .integer(Int64(lone)))]
    do {
      figures += try relay(data, broker)
      figures += try handling(data, broker)
      figures += try loneFacts(data, broker)
    } catch let complaint as Complaint {
      throw complaint
    } catch { throw Complaint(host: error) }
    BenchMeshFigures.print(figures, json: json)
  }

  // MARK: Part 1

  private func relay(_ data: String, _ broker: BenchTarget) throws -> [JSON.Member] {
    let ledger = try BenchDepartmentDesk("ledger", in: data, secret: broker.secret(of: "ledger"), port: broker.port, listens: false)
    defer { ledger.stop() }
    let now = Clock.system().now()
    Terminal.note("writing \(facts) facts into an outbox")
    try BenchDepartmentFacts.fill(ledger.store, count: facts, at: now)
    let (began, used) = (Reactor.uptime(), BenchDepartmentCore.microsecondsUsed())
    try ledger.start()
    try wait("the outbox is told") { ledger.isTold }
    let (seconds, cpu) = (Double(Reactor.uptime() - began) / 1e9, BenchDepartmentCore.microsecondsUsed() - used)
    return [
      .init("factBytes", .integer(Int64(try BenchDepartmentFacts.fact(UInt64(facts), at: now).bytes.count))),
      .init("relayPerSecond", .integer(Int64(Double(facts) / seconds))),
      .init("relayCpuMicrosecondsPerFact", .number(BenchFigures.text(cpu / Double(facts)))),
    ]
  }

  // MARK: Part 2

  private func handling(_ data: String, _ broker: BenchTarget) throws -> [JSON.Member] {
    let marketing = try BenchDepartmentDesk(
      "marketing", in: data, secret: broker.secret(of: "marketing"), port: broker.port, listens: true)
    defer { marketing.stop() }
    let cores = BenchDepartmentCore.allowed()
    let brokers = cores.count > 1 ? Array(cores.dropFirst()) : cores
    let brokerProcess = FolderLock.holder(of: data + "/broker")
    if let brokerProcess { try BenchDepartmentCore.confine(brokerProcess, to: brokers) }
    try BenchDepartmentCore.confine(getpid(), to: Array(cores.prefix(1)))
    defer {
      try? BenchDepartmentCore.confine(getpid(), to: cores)
      if let brokerProcess { try? BenchDepartmentCore.confine(brokerProcess, to: cores) }
    }
    Terminal.note("handling \(facts) facts on one core")
    let (began, used) = (Reactor.uptime(), BenchDepartmentCore.microsecondsUsed())
    let count = UInt64(facts)
    let commits = marketing.store.statistics.commits
    try marketing.start()
    try wait("every fact is handled") { marketing.handled.load(ordering: .relaxed) >= count && marketing.store.handledDurably == count }
    let handled = Double(Reactor.uptime() - began) / 1e9
    let batches = marketing.store.statistics.commits - commits
    try wait("every effect is told") { marketing.isTold }
    let (told, cpu) = (Double(Reactor.uptime() - began) / 1e9, BenchDepartmentCore.microsecondsUsed() - used)
    if let fault = try marketing.fault(after: count) {
      throw Complaint(code: .refused, happened: fault, advice: "this is a bug worth a report")
    }
    return [
      .init("factsPerSecond", .integer(Int64(Double(facts) / handled))),
      .init("factsHandledAndToldPerSecond", .integer(Int64(Double(facts) / told))),
      .init("cpuMicrosecondsPerFact", .number(BenchFigures.text(cpu / Double(facts)))),
      .init("factsPerCommit", .integer(Int64(facts / max(1, batches)))),
      .init("brokerOnCoresOfItsOwn", .bool(cores.count > 1 && brokerProcess != nil)),
    ]
  }

  // MARK: Part 3

  private func loneFacts(_ data: String, _ broker: BenchTarget) throws -> [JSON.Member] {
    let tap = try BenchDepartmentTap(before: broker.port)
    defer { tap.stop() }
    let teller = try BenchDepartmentDesk("ledger", in: data, secret: broker.secret(of: "ledger"), port: broker.port, listens: false)
    defer { teller.stop() }
    let listener = try BenchDepartmentDesk("marketing", in: data, secret: broker.secret(of: "marketing"), port: tap.port, listens: true)
    defer { listener.stop() }
    try teller.start()
    try listener.start()
    try wait("both departments are there") { teller.isTold && listener.isTold }
    let course = BenchDepartmentLone(listener: listener, teller: teller, tap: tap)
    var figures: [JSON.Member] = []
    for (name, deaf) in [("lone", nil), ("loneBesideRun", false)] + (comparesDeaf ? [("loneBesideDeafRun", true)] : []) {
      let run = try deaf.map { try BenchDepartmentRun(in: listener.store, deaf: $0) }
      run?.start(name)
      let began = Reactor.uptime()
      let times = try course.measure(lone)
      let seconds = Double(Reactor.uptime() - began) / 1e9
      try run?.stop()
      figures += times.durable.figures(name) + times.begun.figures(name + "UntilBegun")
      guard let run else { continue }
      let (rows, chunks) = (run.rows.load(ordering: .relaxed), run.chunks.load(ordering: .relaxed))
      figures += [
        .init(name + "RunRowsPerSecond", .integer(Int64(Double(rows) / seconds))),
        .init(name + "RunRowsPerChunk", .integer(Int64(rows / max(1, chunks)))),
      ]
    }
    return figures
  }

  /// Looks every millisecond, for five minutes at most.
  private func wait(_ what: String, until isSo: () -> Bool) throws(Complaint) {
    let end = Reactor.uptime() + 300_000_000_000
    while !isSo() {
      guard Reactor.uptime() < end else {
        throw Complaint(code: .temporary, happened: "after five minutes it is not so that \(what)", advice: "fewer --facts")
      }
      usleep(1_000)
    }
  }
}

extension Store {
  /// Inbox marks that are durable, counted over all producers.
  fileprivate var handledDurably: UInt64 {
    (try? read { UInt64(clamping: try $0.integer("SELECT ifnull(sum(orders), 0) FROM buyer") ?? 0) }) ?? 0
  }
}
