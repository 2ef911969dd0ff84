import Contracts
import Dispatch
import Glibc
import Host
import Mesh
import Store
import Synchronization
import Transport

/// Long work in a department's store, chunk after chunk without a pause, as a look-back over many orders would be: a pure decision and
/// one row each.
final class BenchDepartmentRun: Sendable {
  private let store: Store
  private let ended = Event()
  private let isStopped = Atomic<Bool>(false)
  private let trouble = Mutex<String?>(nil)
  let rows = Atomic<Int>(0)
  let chunks = Atomic<Int>(0)
  /// Goes through its whole chunk whoever waits: to compare with.
  private let deaf: Bool
  /// The data of an order.
  private let told: [UInt8]

  init(in store: Store, deaf: Bool) throws {
    self.store = store
    self.deaf = deaf
    told = try Envelope(decoding: BenchDepartmentFacts.fact(1, at: Clock.system().now()).bytes).data
  }

  func start(_ subject: String) {
    DispatchQueue(label: "accord.bench.run").async { [self] in
      do { try work(subject) } catch { trouble.withLock { $0 = "the run ended: \(error)" } }
      ended.happen()
    }
  }

  func stop() throws(Complaint) {
    isStopped.store(true, ordering: .relaxed)
    ended.wait()
    if let reason = trouble.withLock({ $0 }) { throw Complaint(code: .software, happened: reason, advice: "this is a bug worth a report") }
  }

  private func work(_ subject: String) throws {
    let now = Clock.system().now()
    var run = try store.write { try Runs.begin(kind: "bench", subject: subject, at: now, in: $0).run }.value
    while !isStopped.load(ordering: .relaxed) {
      let yield: Duration = deaf ? .seconds(1) : StoreLimits.chunkYieldTime
      run = try store.writeChunk(yieldsAfter: yield) { transaction, pace in
        while pace.admitsRow() { try decide(in: transaction) }
        guard try Runs.advance(run, to: run.cursor, adding: ["rows": Int64(pace.rows)], at: now, in: transaction),
          let next = try Runs.find(kind: "bench", subject: subject, in: transaction)
        else { throw Lost() }
        rows.add(pace.rows, ordering: .relaxed)
        return next
      }.value
      chunks.add(1, ordering: .relaxed)
    }
  }

  /// One row, as a look-back does it: read an order as it was told, look up its buyer, decide, and write down what was decided.
  private func decide(in transaction: borrowing Transaction) throws {
    guard case .orderCaptured(let order)? = try DomainEvent.decode(type: OrderCaptured.type, data: told) else { throw Lost() }
    let number = (try transaction.integer("SELECT ifnull(max(number), 0) FROM verdict") ?? 0) + 1
    let person = "C-\(number % Int64(BenchDepartmentFacts.persons))"
    let paid = order.lines.reduce(0) { $0 + $1.paid.minor }
    let orders = try transaction.integer("SELECT orders FROM buyer WHERE person_id = ?1", .text(person)) ?? 0
    try transaction.run(
      "INSERT INTO verdict (number, person_id, sentence) VALUES (?1, ?2, ?3)", .integer(number), .text(person),
      .text(orders > 10 ? "bought \(orders) times and is owed \(paid / 10)" : "bought \(orders) times and is owed nothing"))
  }

  private struct Lost: Error {}
}

/// Lone facts, one after the other, each told by another department, and how long this one takes from delivery to durable.
struct BenchDepartmentLone {
  let listener: BenchDepartmentDesk
  let teller: BenchDepartmentDesk
  let tap: BenchDepartmentTap

  /// Tells `count` facts with pauses of 2 to 12 ms, so that they fall anywhere into the chunks of a run.
  ///
  /// `begun`: until its handler begins inside the transaction, so the way there and the wait in the writer's line.
  func measure(_ count: Int) throws -> (begun: LoadHistogram, durable: LoadHistogram) {
    let probe = Probe()
    let listener = listener
    listener.store.afterEachWrite { [weak probe] in probe?.committed(listener.handled.load(ordering: .relaxed)) }
    var (begun, durable) = (LoadHistogram(), LoadHistogram())
    for _ in 0..<count {
      usleep(UInt32.random(in: 2_000...12_000))
      probe.wanted.store(listener.handled.load(ordering: .relaxed) + 1, ordering: .releasing)
      let through = try BenchDepartmentFacts.fill(teller.store, count: 1, at: Clock.system().now())
      teller.mesh.outboxGrew(through: through)
      guard probe.done.wait(within: .seconds(10)) else {
        throw Complaint(code: .temporary, happened: "a lone fact was not handled within 10 s", advice: "is the machine overloaded?")
      }
      let delivered = tap.deliveredAt.load(ordering: .acquiring)
      begun.add(listener.begunAt.load(ordering: .relaxed) - delivered)
      durable.add(probe.durableAt.load(ordering: .acquiring) - delivered)
    }
    return (begun, durable)
  }

  /// Notes when the transaction of the fact that is waited for is durable.
  private final class Probe: Sendable {
    /// How many facts are handled then; 0 while nobody waits.
    let wanted = Atomic<UInt64>(0)
    let durableAt = Atomic<Int64>(0)
    let done = Event()

    /// On the store's writer, after each commit.
    func committed(_ handled: UInt64) {
      let wanted = wanted.load(ordering: .acquiring)
      guard wanted != 0, handled >= wanted else { return }
      durableAt.store(Reactor.uptime(), ordering: .releasing)
      self.wanted.store(0, ordering: .relaxed)
      done.happen()
    }
  }
}
