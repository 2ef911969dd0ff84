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
import Testing
import Wire

/// A department with one of its inlets: who is tried out.
struct Hearer: Sendable, CustomStringConvertible {
  let department: Department
  let makeInlet: @Sendable (DepartmentDesk) -> Inlet
  let description: String
  /// Columns that number rows in the order in which they came, and mean nothing else.
  var arrival: Set<String> = []

  static let marketing = Hearer(
    department: MarketingProgram.department, makeInlet: { MarketingProgram.department.subscriptions($0)[0].inlet },
    description: "marketing", arrival: ["purchase.number"])
  static let service = Hearer(
    department: ServiceProgram.department, makeInlet: { ServiceProgram.department.subscriptions($0)[0].inlet }, description: "service",
    arrival: ["heard_fact.number", "customer.number", "offer_fact.number"])
  /// The ledger with its own facts, into a store that is rebuilt.
  static let ledger = Hearer(
    department: LedgerProgram.department, makeInlet: LedgerProgram.department.ownFacts!, description: "the ledger, rebuilt",
    // Entries are numbered, hashed and put in time as they come; accounts as they are first met.
    arrival: [
      "entry.number", "entry.hash", "entry.recorded_at", "leg.id", "leg.previous", "leg.account", "account.number", "account.last_leg",
      "due.at",
    ])

  static let all = [marketing, service, ledger]
}

extension Premises {
  /// What this department's outbox holds, as the broker would deliver it to others, in order.
  func told() throws -> [Delivery] {
    try store.read { try Outbox.rows(after: 0, limit: 100_000, bytesMax: .max, in: $0) }.map { row in
      Delivery(
        handle: 1, number: row.sequence, position: row.sequence * 4_096, attempt: 1,
        producer: "\(department.name)/\(store.identity.lineage)", sequence: row.sequence, event: row.event)
    }
  }

  /// Takes deliveries as the department's consumer does: in batches of one transaction each, a savepoint around every message. `heard`
  /// counts those whose transaction is durable, also where a later one throws. Returns what became of each.
  @discardableResult
  func hear(_ deliveries: [Delivery], through hearer: Hearer, batch size: Int = 7, heard: inout Int) throws -> [Verdict] {
    let clock = clock
    let runner = BatchRun(store: store, inlet: hearer.makeInlet(desk), now: { clock.now() })
    var verdicts: [Verdict] = []
    while verdicts.count < deliveries.count {
      let parcels = try deliveries[verdicts.count...].prefix(size).map { delivery in
        let key = try Envelope(decoding: delivery.event).partitionKey
        return Parcel(
          number: delivery.number, position: delivery.position, key: Parcel<Delivery>.hash(key: key.utf8), attempt: delivery.attempt,
          bytes: delivery.event.count, contents: delivery)
      }
      // Fewer verdicts than messages where the batch's time was over: the rest comes in the next one.
      let outcome = try runner.run(Batch(token: UInt64(verdicts.count), parcels: parcels, deadKey: .pass))
      verdicts += outcome.verdicts.each.compactMap { $0 }
      heard = verdicts.count
    }
    return verdicts
  }

  @discardableResult
  func hear(_ deliveries: [Delivery], through hearer: Hearer) throws -> [Verdict] {
    var heard = 0
    return try hear(deliveries, through: hearer, heard: &heard)
  }

  /// Takes deliveries without an inbox: each comes to the handler, however often it came before.
  func hearUnmarked(_ deliveries: [Delivery], through hearer: Hearer) throws {
    let inlet = hearer.makeInlet(desk)
    for delivery in deliveries {
      let received = try Received(delivery)
      try store.write { transaction in
        let disposition = try transaction.savepoint { try inlet(received, &$0) }
        guard disposition == .done else { throw NotDone(disposition: disposition) }
      }
    }
  }

  struct NotDone: Error { let disposition: Disposition }

  /// Forgets which messages were handled.
  func emptyInbox() throws {
    try store.write { transaction in
      try transaction.run("DELETE FROM inbox")
      try transaction.run("DELETE FROM inbox_producer")
    }
  }
}

/// What the ledger has told: every fact once, as the journal would have it.
struct Facts: Sendable {
  let ledger: Premises
  let deliveries: [Delivery]

  /// A ledger that captured `count` orders of a few people, some of them told of by a second message later on, as a ledger does that
  /// was restored from a backup and captured the order anew.
  init(_ count: Int, retold: Int, using random: inout SeededRandom) throws {
    ledger = try Premises(LedgerProgram.department)
    for number in 0..<count {
      let draft = OrderDraft.any("order-\(number)", people: max(2, count / 5), using: &random)
      let answer = try ledger.capture(draft, key: "key-\(number)")
      guard answer.status == 201 else { throw Refused(answer: String(decoding: answer.body, as: UTF8.self)) }
      ledger.clock.advance(to: ledger.clock.now().adding(.seconds(1)))
    }
    let told = try ledger.told()
    deliveries =
      try told + told.shuffled(using: &random).prefix(retold).enumerated().map { try Self.again($0.element, $0.offset, after: told.count) }
  }

  struct Refused: Error { let answer: String }

  /// The same order by another message of another lineage, further back in the journal.
  private static func again(_ delivery: Delivery, _ number: Int, after count: Int) throws -> Delivery {
    var envelope = try Envelope(decoding: delivery.event)
    envelope.id = try Identifier("restored0000-\(number + 1)")
    envelope.recordedTime = envelope.recordedTime.adding(.seconds(86_400))
    let place = UInt64(count + number + 1)
    return Delivery(
      handle: 1, number: place, position: place * 4_096, attempt: 1, producer: "ledger/restored", sequence: UInt64(number + 1),
      event: envelope.bytes)
  }

  /// Any order in which a broker may deliver them: mixed across keys, in their own order within each.
  func shuffled(using random: inout SeededRandom) throws -> [Delivery] {
    let keys = try deliveries.map { try Envelope(decoding: $0.event).partitionKey }
    var queues = Dictionary(grouping: zip(keys, deliveries), by: \.0).mapValues { ArraySlice($0.map(\.1)) }
    return keys.shuffled(using: &random).compactMap { queues[$0]?.popFirst() }
  }
}
