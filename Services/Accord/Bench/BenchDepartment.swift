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
    folder = BenchPlaces.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    // The departments of this benchmark live in its own process and stand as they do in theirs.
    ShortTurns.take()
    let data = try BenchPlaces.data(below: folder)
    let broker = try BenchTarget(existing: data)
    defer { broker.stop() }
    var report = BenchReport()
    report.add("facts", facts)
    report.add("loneFacts", lone)
    do {
      try report.addSync(in: data)
      try relay(data, broker, &report)
      try handling(data, broker, &report)
      try loneFacts(data, broker, &report)
    } catch let complaint as Complaint {
      throw complaint
    } catch { throw Complaint(host: error) }
    report.print(json: json)
  }

  // MARK: Part 1

  private func relay(_ data: String, _ broker: BenchTarget, _ report: inout BenchReport) throws {
    let ledger = try BenchDepartmentDesk("ledger", in: data, secret: broker.secret(of: "ledger"), port: broker.port, listens: false)
    defer { ledger.stop() }
    let now = Clock.system().now()
    Terminal.note("writing \(facts) facts into an outbox")
    try BenchDepartmentFacts.fill(ledger.store, count: facts, at: now)
    let (began, used) = (Reactor.uptime(), BenchDepartmentCore.microsecondsUsed())
    try ledger.start()
    try wait("the outbox is told") { ledger.isTold }
    let (seconds, cpu) = (Double(Reactor.uptime() - began) / 1e9, BenchDepartmentCore.microsecondsUsed() - used)
    report.add("factBytes", try BenchDepartmentFacts.fact(UInt64(facts), at: now).bytes.count)
    report.add("relayPerSecond", Int(Double(facts) / seconds))
    report.add("relayCpuMicrosecondsPerFact", cpu / Double(facts))
  }

  // MARK: Part 2

  private func handling(_ data: String, _ broker: BenchTarget, _ report: inout BenchReport) throws {
    let marketing = try BenchDepartmentDesk(
      "marketing", in: data, secret: broker.secret(of: "marketing"), port: broker.port, listens: true)
    defer { marketing.stop() }
    let cores = BenchDepartmentCore.allowed()
    let brokers = cores.count > 1 ? Array(cores.dropFirst()) : cores
    try BenchDepartmentCore.confine(broker.process.pid, to: brokers)
    try BenchDepartmentCore.confine(getpid(), to: Array(cores.prefix(1)))
    defer {
      try? BenchDepartmentCore.confine(getpid(), to: cores)
      try? BenchDepartmentCore.confine(broker.process.pid, to: cores)
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
    report.add("factsPerSecond", Int(Double(facts) / handled))
    report.add("factsHandledAndToldPerSecond", Int(Double(facts) / told))
    report.add("cpuMicrosecondsPerFact", cpu / Double(facts))
    report.add("factsPerCommit", facts / max(1, batches))
    report.add("brokerOnCoresOfItsOwn", cores.count > 1 ? "yes" : "no")
  }

  // MARK: Part 3

  private func loneFacts(_ data: String, _ broker: BenchTarget, _ report: inout BenchReport) throws {
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
    for (name, deaf) in [("lone", nil), ("loneBesideRun", false)] + (comparesDeaf ? [("loneBesideDeafRun", true)] : []) {
      let run = try deaf.map { try BenchDepartmentRun(in: listener.store, deaf: $0) }
      run?.start(name)
      let began = Reactor.uptime()
      let times = try course.measure(lone)
      let seconds = Double(Reactor.uptime() - began) / 1e9
      try run?.stop()
      report.add(name, times.durable)
      report.add(name + "UntilBegun", times.begun)
      guard let run else { continue }
      let (rows, chunks) = (run.rows.load(ordering: .relaxed), run.chunks.load(ordering: .relaxed))
      report.add(name + "RunRowsPerSecond", Int(Double(rows) / seconds))
      report.add(name + "RunRowsPerChunk", rows / max(1, chunks))
    }
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
