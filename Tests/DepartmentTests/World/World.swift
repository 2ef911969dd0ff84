import Contracts
import HTTP
import Host
import LedgerRoom
import MarketingRoom
import Mesh
import MeshMachines
import ServiceRoom
import Store
import TestKit
import Wire

/// The three departments at their desks, and between them a broker made of nothing but what it promises: facts of one key in their order,
/// all others in any, late, and now and then twice.
///
/// ```
/// outboxes ─▸ journal ─▸ what each has yet to hear ─▸ one of the first of each key ─▸ its inlet
/// ```
final class World {
  let houses: [Premises]
  private(set) var journal: [Fact] = []
  /// How much of each outbox the journal has.
  private var taken = [0, 0, 0]
  /// What each department has yet to hear, as places in the journal.
  private var waiting: [[Int]] = [[], [], []]
  /// What each department has heard, in the order in which it last did.
  private var heard: [[Int]] = [[], [], []]
  private let subscriptions: [[MeshSubscription]]
  private var keys = 0
  var keysOfOrders = 0
  /// Facts that never arrive, where a test plants a loss.
  var loses: (@Sendable (DomainEvent, Department) -> Bool)?
  var watch = Watch()
  /// What came of each step so far; kept only where somebody wants to tell it.
  var diary: [[Entry]]?

  /// Somebody heard something, or told it.
  struct Entry {
    let department: String
    let isHeard: Bool
    let fact: String
  }

  /// A fact as the journal has it.
  struct Fact {
    let event: DomainEvent
    let key: String
    let by: Int
    let delivery: Delivery
  }

  static let friday = MarketingScene.friday

  var ledger: Premises { houses[0] }
  var marketing: Premises { houses[1] }
  var service: Premises { houses[2] }
  var now: Timestamp { ledger.clock.now() }

  /// How far marketing has heard the others in the world is not a matter of time: it hears what it hears.
  init() throws {
    houses = [
      try Premises(LedgerProgram.department, at: Self.friday),
      try Premises(MarketingProgram.department(hearing: Hearing { $0.clock.now() }), at: Self.friday),
      try Premises(ServiceProgram.department, at: Self.friday),
    ]
    subscriptions = houses.map { $0.department.subscriptions($0.desk) }
  }

  // MARK: People

  /// A command at a door, as `who`, else as the operator; what is refused is refused.
  @discardableResult
  func post(_ house: Premises, _ path: String, _ body: JSON = .object([]), as who: String? = nil) throws -> Response {
    keys += 1
    var headers = house.headers(key: "world-\(keys)")
    if let who { headers.set("Authorization", "Bearer \(Self.token(of: who))") }
    let answer = house.ask(.post, path, headers: headers, body: body.bytes)
    if let who, (200..<300).contains(answer.status) { watch.letIn(who, at: house.department, path) }
    try publish()
    return answer
  }

  /// What `who` is answered.
  func get(_ house: Premises, _ path: String, as who: String) throws -> JSON {
    try house.ask(.get, path, headers: ["Authorization": "Bearer \(Self.token(of: who))"]).json
  }

  private static func token(of who: String) -> String { "token-of-\(who)" }

  static func digest(of who: String) -> String { Hex.encode(SHA256.hash(Array(token(of: who).utf8))) }

  // MARK: The broker

  /// Takes in what the outboxes hold.
  func publish() throws {
    for place in houses.indices {
      let house = houses[place]
      let rows = try house.store.read { try Outbox.rows(after: UInt64(taken[place]), limit: 100_000, bytesMax: .max, in: $0) }
      taken[place] += rows.count
      for row in rows {
        let envelope = try Envelope(decoding: row.event)
        guard let event = try DomainEvent.decode(type: envelope.type, data: envelope.data) else { continue }
        let number = UInt64(journal.count + 1)
        let delivery = Delivery(
          handle: 1, number: number, position: number * 4_096, attempt: 1,
          producer: "\(house.department.name)/\(house.store.identity.lineage)", sequence: row.sequence, event: row.event)
        journal.append(Fact(event: event, key: "\(envelope.source) \(envelope.partitionKey)", by: place, delivery: delivery))
        note(event, house, isHeard: false)
        watch.told(event, by: house.department, as: envelope.authID)
        for other in houses.indices where other != place {
          guard subscription(other, envelope.type) != nil else { continue }
          if let loses, loses(event, houses[other].department) { continue }
          waiting[other].append(journal.count - 1)
        }
      }
    }
  }

  private func note(_ event: DomainEvent, _ house: Premises, isHeard: Bool) {
    guard let last = diary?.indices.last else { return }
    // Each fact has one version so far, which says nothing to whoever reads a story; nor does it that somebody tells of their own.
    let own = "\(house.department.name)."
    let name = event.type.hasSuffix(".v1") ? String(event.type.dropLast(3)) : event.type
    let fact = !isHeard && name.hasPrefix(own) ? String(name.dropFirst(own.count)) : name
    diary?[last].append(Entry(department: house.department.name, isHeard: isHeard, fact: fact))
  }

  private func subscription(_ house: Int, _ type: String) -> MeshSubscription? {
    subscriptions[house].first { $0.filters.contains { Manifest.Read($0).matches(type) } }
  }

  /// Delivers one fact to somebody; false where nothing waits.
  @discardableResult
  func deliver(using random: inout SeededRandom) throws -> Bool {
    let open = waiting.indices.filter { !waiting[$0].isEmpty }
    guard let house = open.randomElement(using: &random) else { return false }
    // The first of each key may come next.
    var seen: Set<String> = []
    let first = waiting[house].indices.filter { seen.insert(journal[waiting[house][$0]].key).inserted }
    guard let choice = first.randomElement(using: &random) else { return false }
    let place = waiting[house].remove(at: choice)
    try hear(place, house)
    // Now and then the acknowledgement is lost and it comes again, while nothing newer of its key has come.
    if Int.random(in: 0..<8, using: &random) == 0 { try hear(place, house) }
    try publish()
    return true
  }

  /// Everything that waits, in any order, and all that follows.
  func settle(using random: inout SeededRandom) throws {
    repeat {
      while try deliver(using: &random) {}
      try work()
    } while waiting.contains { !$0.isEmpty }
  }

  private func hear(_ place: Int, _ house: Int) throws {
    let (fact, premises) = (journal[place], houses[house])
    guard let subscription = subscription(house, fact.event.type) else { return }
    let parcel = Parcel(
      number: fact.delivery.number, position: fact.delivery.position, key: Parcel<Delivery>.hash(key: fact.event.key.utf8), attempt: 1,
      bytes: fact.delivery.event.count, contents: fact.delivery)
    note(fact.event, premises, isHeard: true)
    let clock = premises.clock
    let runner = BatchRun(store: premises.store, inlet: subscription.inlet, now: { clock.now() })
    let verdicts = try runner.run(Batch(token: fact.delivery.number, parcels: [parcel], deadKey: .pass)).verdicts.each
    guard verdicts == [.done] else {
      watch.broken(.notTaken, "\(premises.department.name) does not take \(fact.event.type): \(verdicts)")
      return
    }
    if let before = heard[house].lastIndex(of: place) {
      heard[house].remove(at: before)
    } else {
      watch.heard(fact.event, by: premises.department)
    }
    heard[house].append(place)
  }

  /// The last of what `department` has heard comes to it again, as when its acknowledgement was lost with the link: each key's in their
  /// order, and before what is newer of it.
  func comeAgain(_ count: Int, to department: String) {
    guard let house = houses.firstIndex(where: { $0.department.name == department }) else { return }
    waiting[house] = Set(waiting[house]).union(heard[house].suffix(count)).sorted()
  }

  // MARK: Time

  /// Lets all clocks go on, from one thing that falls due to the next, whoever's it is.
  func advance(to instant: Timestamp) throws {
    while let next = try houses.compactMap({ house in try house.store.read { try Due.next(in: $0) } }).min(), next <= instant {
      for house in houses { house.clock.advance(to: max(next, now)) }
      try work()
    }
    for house in houses { house.clock.advance(to: instant) }
    try work()
  }

  /// What is due now and what takes long, everywhere.
  func work() throws {
    var isAnyDone = true
    while isAnyDone {
      isAnyDone = false
      for house in houses { if try doDue(house) || runs(house) { isAnyDone = true } }
      try publish()
    }
    watch.isWorked(at: now)
  }

  private func doDue(_ house: Premises) throws -> Bool {
    let rules = house.department.dueRules(house.desk)
    return try house.store.write { transaction in
      guard let row = try Due.elapsed(at: house.clock.now(), limit: 1, in: transaction).first else { return false }
      _ = try Due.remove(row.number, in: transaction)
      try rules[row.kind]?(row, house.clock.now(), &transaction)
      return true
    }.value
  }

  private struct Waits: Error {}

  private func runs(_ house: Premises) throws -> Bool {
    let rules = house.department.runRules(house.desk)
    var isAnyDone = false
    for run in try house.store.read({ try Runs.running(limit: 10, in: $0) }) {
      guard let rule = rules[run.kind] else { continue }
      do {
        try house.store.writeChunk(rowsMax: 3) { transaction, pace in
          switch try rule(run, house.clock.now(), &transaction, &pace) {
          case .goOn(let cursor, let counts):
            _ = try Runs.advance(run, to: cursor, adding: counts, at: house.clock.now(), in: transaction)
          case .finished(let counts): _ = try Runs.finish(run, adding: counts, at: house.clock.now(), in: transaction)
          case .waits: throw Waits()
          }
        }
        isAnyDone = true
      } catch is Waits {}  // nothing can be done as things stand
    }
    return isAnyDone
  }
}
