import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Mesh
import MeshMachines
import Shop
import Store
import Synchronization
import TestKit
import Testing
import Wire

/// Marketing at its desk, and a ledger that says what a test wants to be said. No thread: what is due and what takes long is done by `work`.
final class MarketingScene: Sendable {
  let premises: Premises
  private let deafSince: Box
  private let spoken = Mutex<UInt64>(0)

  final class Box: Sendable {
    let instant = Mutex<Timestamp?>(nil)
  }

  /// 2026-05-08T23:00Z, Friday evening before the Sunday of the free shipping.
  static let friday = OrderDraft.day.adding(.seconds(14 * 3_600))
  /// 2026-05-10T04:00Z: Sunday 00:00 in New York.
  static let sunday = Timestamp(milliseconds: 1_778_385_600_000)
  static let usd = Currency("USD")!

  init(in place: Folder = .temporary(), at now: Timestamp = MarketingScene.friday, isRebuilding: Bool = false) throws {
    let box = Box()
    deafSince = box
    premises = try Premises(
      MarketingProgram.department(hearing: Hearing { desk in box.instant.withLock { $0 } ?? desk.clock.now() }), in: place, at: now,
      isRebuilding: isRebuilding)
  }

  var store: Store { premises.store }
  var clock: Clock { premises.clock }

  /// From now on nothing new is heard of the ledger, or everything again.
  func deaf(_ isDeaf: Bool) { deafSince.instant.withLock { $0 = isDeaf ? clock.now() : nil } }

  // MARK: The ledger

  /// The delivery of a fact of the ledger; each has the next place in the journal.
  func delivery(_ event: DomainEvent, id: String? = nil, at: Timestamp? = nil) throws -> Delivery {
    let number = spoken.withLock { number in
      number += 1
      return number
    }
    let at = at ?? clock.now()
    let envelope = Envelope(
      id: Identifier(restoring: id ?? "ledger-\(number)"), source: "/ledger", type: event.type, subject: event.key, time: at,
      recordedTime: at, correlationID: "c-1", causationID: "command/x", partitionKey: event.key, authType: "service_account",
      authID: "operator", data: event.encode())
    return Delivery(
      handle: 1, number: number, position: number * 4_096, attempt: 1, producer: "ledger/lineage", sequence: number, event: envelope.bytes)
  }

  /// Customer service says one thing after another.
  @discardableResult
  func service(_ events: DomainEvent...) throws -> [MeshMachines.Verdict] { try hear(events.map { try delivery($0) }) }

  /// Hears deliveries, each through the subscription that takes its type.
  @discardableResult
  func hear(_ deliveries: [Delivery]) throws -> [MeshMachines.Verdict] {
    let subscriptions = premises.department.subscriptions(premises.desk)
    return try deliveries.flatMap { delivery in
      let type = try Envelope(decoding: delivery.event).type
      guard let subscription = subscriptions.first(where: { $0.filters.contains(type) }) else { return [MeshMachines.Verdict]() }
      let parcel = Parcel(
        number: delivery.number, position: delivery.position,
        key: Parcel<Delivery>.hash(key: try Envelope(decoding: delivery.event).partitionKey.utf8), attempt: delivery.attempt,
        bytes: delivery.event.count, contents: delivery)
      let runner = BatchRun(store: store, inlet: subscription.inlet, now: { self.clock.now() })
      let outcome = try runner.run(Batch(token: delivery.number, parcels: [parcel], deadKey: .pass))
      return outcome.verdicts.each.compactMap { $0 }
    }
  }

  /// The ledger says one thing after another.
  @discardableResult
  func ledger(_ events: DomainEvent...) throws -> [MeshMachines.Verdict] { try hear(events.map { try delivery($0) }) }

  func reserve(_ kind: BudgetChanged.Kind, _ minor: Int64, of offer: String = "sunday-free-shipping", entry: Int64? = nil) -> DomainEvent {
    .budgetChanged(
      BudgetChanged(
        kind: kind, campaignID: Identifier(restoring: "spring"), offerID: Identifier(restoring: offer),
        amount: Money(minor: minor, Self.usd),
        entry: entry, cause: kind == .refused ? "the campaign has too little" : nil))
  }

  /// Policies as the ledger seeds them.
  static let policies: [DomainEvent] = [
    .policyPublished(PolicyPublished(name: "blind", version: 1, document: ["after": "PT5S"])),
    .policyPublished(PolicyPublished(name: "frequency", version: 1, document: ["messages": 3, "within": "PT168H"])),
  ]

  /// Somebody who may be written to by email, or may not.
  static func person(_ id: String, consents: Bool = true, email: CustomerKnown.Contact.State = .verified) -> [DomainEvent] {
    let person = Identifier<Person>(restoring: id)
    return [
      .customerKnown(CustomerKnown(personID: person, locale: "en-US", contacts: [.init(channel: "email", state: email)])),
      .consentChanged(ConsentChanged(given: consents, personID: person, purpose: .marketing, channel: "email", source: "desk")),
    ]
  }

  /// An order with shipping paid, as the Sunday offer looks for it.
  static func order(
    _ id: String, of person: String?, placed: Timestamp = friday, channel: String = "web", shipping: Int64 = 995
  ) throws -> DomainEvent {
    var draft = OrderDraft(id)
    draft.personID = person
    draft.placedAt = placed
    draft.channel = channel
    draft.country = "US"
    draft.lines = [
      OrderCaptured.Line(
        lineID: Identifier(restoring: "1"), sku: Identifier(restoring: "KETTLE-17"), categories: ["KITCHEN"], quantity: 1,
        paid: Money(minor: 3_900, usd))
    ]
    draft.charges = [.init(method: "standard", paid: Money(minor: shipping, usd))]
    return .orderCaptured(try draft.order())
  }

  static func remedy(
    _ order: String, of person: String?, _ change: RemedyChanged.Change = .granted, basis: RemedyChanged.Basis = .lookBack, version: Int = 1
  ) -> DomainEvent {
    let offer = OfferVersion(offer: Identifier(restoring: "sunday-free-shipping"), version: version)!
    return .remedyChanged(
      RemedyChanged(
        change: change, remedyID: RemedyID(key: RemedyKey(offer: offer.offer, order: Identifier(restoring: order)), ordinal: 1),
        offer: offer,
        campaignID: Identifier(restoring: "spring"), orderID: Identifier(restoring: order),
        personID: person.map(Identifier.init(restoring:)),
        kind: .shippingRefund, basis: basis, amount: Money(minor: 995, usd), lines: [.init(amount: Money(minor: 995, usd))],
        destination: .init(.originalTender, tenders: [TenderAmount(kind: .card, amount: Money(minor: 995, usd))]),
        state: change == .posted ? .posted : .pending, reason: "granted"))
  }

  static func lookBack(granted: Int64, version: Int = 1) -> DomainEvent {
    .lookBackCompleted(
      LookBackCompleted(
        offerID: Identifier(restoring: "sunday-free-shipping"), version: version, from: sunday.adding(.seconds(-48 * 3_600)), to: sunday,
        considered: granted, eligible: granted, granted: granted, cut: 0, sum: Money(minor: 995 * granted, usd)))
  }

  // MARK: People at the doors

  private let keys = Mutex(0)

  @discardableResult
  func post(_ path: String, _ body: JSON, key: String? = nil, token: String? = nil) -> Response {
    let number = keys.withLock { number in
      number += 1
      return number
    }
    var headers = premises.headers(key: key ?? "key-\(number)")
    if let token { headers.set("Authorization", "Bearer \(token)") }
    return premises.ask(.post, path, headers: headers, body: body.bytes)
  }

  /// Does something to the Sunday offer by its name, or with a document.
  @discardableResult
  func offer(_ deed: String, _ document: JSON? = nil, _ more: (String, JSON)...) -> Response {
    var members: [JSON.Member] = [document.map { .init("document", $0) } ?? .init("offer", "sunday-free-shipping")]
    for (name, value) in more { members.append(.init(name, value)) }
    return post("/v1/offers" + (deed == "save" ? "" : "/\(deed)"), .object(members))
  }

  /// Somebody who is where those are answered who bought by any channel, in each hour of a long time.
  static let desk: DomainEvent = .rosterPublished(
    RosterPublished(
      agentID: Identifier(restoring: "agent/desk"), shiftID: Identifier(restoring: "agent/desk/always"),
      from: sunday.adding(.seconds(-400 * 86_400)), to: sunday.adding(.seconds(400 * 86_400)), channels: ["chat"], locales: ["und"],
      absent: false, at: friday))

  /// A campaign with money, in a shop that has named where customers are answered who buy by `channels`, and somebody is there.
  func openSpring(_ minor: Int64 = 1_000_000, channels: [String] = ["web", "phone", "store", "app"]) {
    do {
      for channel in channels { try service(Self.counterpart(channel)) }
      if !channels.isEmpty { try service(Self.desk) }
    } catch { Issue.record(error) }
    let answer = post(
      "/v1/campaigns",
      ["campaign_id": "spring", "budget": ["amount_minor": .integer(minor), "currency": "USD"], "approved_by": "supervisor/ruth"])
    #expect(answer.status == 201)
  }

  /// The Sunday offer with parts of it replaced, which asks nothing of customer service.
  static func sundayOffer(_ changes: (String, JSON)...) throws -> JSON {
    try offer([("promises", []), ("sheets_required", []), ("briefing", .null)] + changes)
  }

  /// The whole Sunday offer, with parts of it replaced: two promises, two sheets, a briefing.
  static func demandingOffer(_ changes: (String, JSON)...) throws -> JSON {
    let promises: JSON = [
      [
        "promise_id": "contacts", "kind": "contacts_per_hour", "quantity": 120, "from": "2026-05-10T08:00:00", "to": "2026-05-13T20:00:00",
        "answer_by": "2026-05-09T17:00:00", "on_drop": "alarm",
      ],
      [
        "promise_id": "kettles", "kind": "units", "sku": "KETTLE-17", "quantity": 100, "answer_by": "2026-05-09T17:00:00",
        "on_drop": "pause",
      ],
      ["promise_id": "lead", "kind": "lead_time", "duration": "PT96H", "answer_by": "2026-05-09T17:00:00", "on_drop": "alarm"],
    ]
    let sheets: JSON = [["locale": "en-US", "voice": "warm"], ["locale": "es-US", "voice": "warm"]]
    return try offer([("promises", promises), ("sheets_required", sheets)] + changes)
  }

  private static func offer(_ changes: [(String, JSON)]) throws -> JSON {
    guard case .object(var members) = try JSON(parsing: #require(Shop.offer("sunday-free-shipping")).text) else { return .null }
    for (name, value) in changes {
      members.removeAll { $0.name == name }
      members.append(.init(name, value))
    }
    return .object(members)
  }

  func show(_ id: String = "sunday-free-shipping") throws -> JSON { try premises.ask(.get, "/v1/offers/\(id)").json }

  func state(_ version: Int = 1) throws -> String? {
    try show()["versions"]?.array?.first { $0["version"]?.integer == Int64(version) }?["state"]?.string
  }

  // MARK: Time

  /// Does what is due and what takes long, until nothing is left to do now.
  func work() throws {
    let (due, runs) = (premises.department.dueRules(premises.desk), premises.department.runRules(premises.desk))
    var isAnyDone = true
    while isAnyDone {
      isAnyDone = false
      while let next = try store.read({ try Due.next(in: $0) }), next <= clock.now() {
        try store.write { transaction in
          guard let row = try Due.elapsed(at: clock.now(), limit: 1, in: transaction).first, let rule = due[row.kind] else {
            throw Nobody()
          }
          _ = try Due.remove(row.number, in: transaction)
          try rule(row, clock.now(), &transaction)
        }
        isAnyDone = true
      }
      for run in try store.read({ try Runs.running(limit: 10, in: $0) }) {
        guard let rule = runs[run.kind] else { throw Nobody() }
        if try step(run, rule) { isAnyDone = true }
      }
    }
  }

  /// One chunk of each run under way.
  func chunk() throws {
    let runs = premises.department.runRules(premises.desk)
    for run in try store.read({ try Runs.running(limit: 10, in: $0) }) {
      guard let rule = runs[run.kind] else { throw Nobody() }
      _ = try step(run, rule)
    }
  }

  private struct Waits: Error {}
  private struct Nobody: Error {}

  private func step(_ run: Runs.Run, _ rule: RunRule) throws -> Bool {
    do {
      try store.writeChunk(rowsMax: 3) { transaction, pace in
        switch try rule(run, clock.now(), &transaction, &pace) {
        case .goOn(let cursor, let counts):
          let isMoved = try Runs.advance(run, to: cursor, adding: counts, at: clock.now(), in: transaction)
          guard isMoved, cursor != run.cursor || pace.rows > 0 else { throw Nobody() }
        case .finished(let counts):
          guard try Runs.finish(run, adding: counts, at: clock.now(), in: transaction) != nil else { throw Nobody() }
        case .waits: throw Waits()
        }
      }
      return true
    } catch is Waits { return false }
  }

  func advance(to instant: Timestamp) throws {
    clock.advance(to: instant)
    try work()
  }
}

extension Premises {
  /// Takes one delivery without an inbox.
  func hearUnmarkedAlone(_ delivery: Delivery, _ inlet: Inlet) throws {
    let received = try Received(delivery)
    try store.write { transaction in _ = try transaction.savepoint { try inlet(received, &$0) } }
  }
}
