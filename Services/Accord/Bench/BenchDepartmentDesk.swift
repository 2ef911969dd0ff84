import Contracts
import Dispatch
import Host
import Mesh
import Store
import Synchronization
import Telemetry
import Transport
import Wire

/// A department inside this process, of the parts that the real ones are made of: a store, a reactor, a mesh client.
///
/// The one that listens does with each order what departments do: mark it in the inbox, change one row, append one event that it tells of.
final class BenchDepartmentDesk: Sendable {
  static let tables = [
    Migration(
      1, "buyers and verdicts",
      """
      CREATE TABLE buyer (person_id TEXT PRIMARY KEY NOT NULL, orders INTEGER NOT NULL, spent_minor INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE verdict (number INTEGER PRIMARY KEY, person_id TEXT NOT NULL, sentence TEXT NOT NULL) STRICT;
      """)
  ]

  let store: Store
  let mesh: MeshClient
  private let reactor: Reactor
  private let source: String
  /// Facts handled so far, those of a transaction under way included.
  let handled = Atomic<UInt64>(0)
  /// Nanoseconds of `Reactor.uptime` when the handler of the latest fact began, inside its transaction.
  let begunAt = Atomic<Int64>(0)
  /// The number of the fact handled last, and how many did not follow the one before.
  private let last = Atomic<UInt64>(0)
  let outOfOrder = Atomic<UInt64>(0)

  /// `name` is the credential's; `port` that of the broker or of what stands before it.
  init(_ name: String, in folder: String, secret: String, port: UInt16, listens: Bool) throws(Complaint) {
    let clock = Clock.system()
    do {
      store = try Store.open(StoreOptions(path: "\(folder)/bench-\(name).sqlite", applicationID: 0x4143_4245, migrations: Self.tables))
      reactor = try Reactor()
    } catch { throw Complaint(host: error) }
    source = "/\(name)"
    mesh = MeshClient(
      MeshConfiguration(host: "127.0.0.1", port: port, credential: name, secret: secret, program: "accord-bench"), store: store,
      reactor: reactor, log: Log(program: "accord-bench", level: .error, now: { clock.now() }), metrics: Metrics(program: "bench"),
      now: { clock.now() })
    guard listens else { return }
    mesh.subscribe(
      MeshSubscription(name: "bench", filters: [OrderCaptured.type]) { [unowned self] in try hear($0, at: clock.now(), in: &$1) })
  }

  func start() throws(Complaint) {
    mesh.start()
    do throws(SystemError) { try reactor.start(name: "bench") } catch { throw Complaint(host: error) }
  }

  /// Ends in order: the outbox is told, the store is closed.
  func stop() {
    let done = Event()
    mesh.drain { done.happen() }
    done.wait(within: .seconds(5))
    reactor.stop()
    reactor.join()
    store.close()
  }

  /// Whether the broker has confirmed all of the outbox.
  var isTold: Bool {
    let state = mesh.state
    return state.isUp && state.waiting == 0
  }

  private func hear(_ received: Received, at now: Timestamp, in transaction: inout Transaction) throws -> Disposition {
    begunAt.store(Reactor.uptime(), ordering: .relaxed)
    guard case .orderCaptured(let order)? = received.event, let person = order.personID else { return .never(reason: "no order") }
    if last.exchange(received.sequence, ordering: .relaxed) + 1 != received.sequence { outOfOrder.add(1, ordering: .relaxed) }
    try transaction.run(
      """
      INSERT INTO buyer (person_id, orders, spent_minor) VALUES (?1, 1, ?2)
      ON CONFLICT DO UPDATE SET orders = orders + 1, spent_minor = spent_minor + excluded.spent_minor
      """, .text(person.text), .integer(order.lines.reduce(0) { $0 + $1.paid.minor }))
    let id = Identifier<Message>(restoring: "heard-\(received.sequence)")
    var data = JSONWriter(reserving: 128)
    data.beginObject()
    data.member("order_id", order.orderID.text)
    data.member("person_id", person.text)
    data.endObject()
    let event = Envelope(
      id: id, source: source, type: "marketing.bench.heard.v1", subject: person.text, time: order.placedAt, recordedTime: now,
      causationID: received.envelope.id.text, partitionKey: person.text, data: data.bytes
    ).bytes
    try EventScan.check(event)
    try Outbox.append(event: event, id: id, at: now, in: transaction)
    handled.add(1, ordering: .relaxed)
    return .done
  }

  /// What is wrong with the effects of `count` facts; nil where each happened once, in order.
  func fault(after count: UInt64) throws -> String? {
    let orders = try store.read { UInt64(clamping: try $0.integer("SELECT ifnull(sum(orders), 0) FROM buyer") ?? 0) }
    let marks = try store.read { UInt64(clamping: try $0.integer("SELECT count(*) FROM inbox") ?? 0) }
    let told = try store.read { try Outbox.highest(in: $0) }
    if orders != count || marks != count || told != count {
      return "\(count) facts made \(orders) orders, \(marks) inbox marks and \(told) events"
    }
    let strays = outOfOrder.load(ordering: .relaxed)
    return strays == 0 ? nil : "\(strays) facts came out of order"
  }
}
