import Contracts
import HTTP
import Host
import LedgerRoom
import Mesh
import MeshMachines
import Store
import TestKit
import Testing
import Wire

/// A ledger at its desk, with marketing's words put into its ear and its clerks' work done by hand: no process, no thread, a manual clock.
final class LedgerHouse {
  let premises: Premises
  /// What marketing said, in order; the journal would hold it beside the ledger's own facts.
  private(set) var said: [Delivery] = []
  private var keys = 0

  /// 2026-05-08T23:00:00Z: Friday, 19:00 in New York.
  static let friday = Timestamp(milliseconds: 1_778_281_200_000)

  init(at now: Timestamp = LedgerHouse.friday) throws { premises = try Premises(LedgerProgram.department, at: now) }

  var store: Store { premises.store }
  var now: Timestamp { premises.clock.now() }

  // MARK: Time

  /// Moves the clock and does what that brings.
  func advance(to instant: Timestamp, rows: Int = 1_000) throws {
    premises.clock.advance(to: instant)
    try work(rows: rows)
  }

  func advance(by duration: Duration) throws { try advance(to: now.adding(duration)) }

  /// Does what is due, and all runs to their end, in chunks of at most `rows`.
  func work(rows: Int = 1_000) throws { while try doDue() || chunk(rows: rows) {} }

  /// The earliest row that is due; false where there is none.
  func doDue() throws -> Bool {
    let rules = premises.department.dueRules(premises.desk)
    return try store.write { transaction in
      guard let row = try Due.elapsed(at: now, limit: 1, in: transaction).first else { return false }
      guard try Due.remove(row.number, in: transaction) else { return false }
      guard let rule = rules[row.kind] else { throw Unknown(kind: row.kind) }
      try rule(row, now, &transaction)
      return true
    }.value
  }

  /// One chunk of the first run under way; false where there is none.
  @discardableResult
  func chunk(rows: Int = 1_000) throws -> Bool {
    let rules = premises.department.runRules(premises.desk)
    guard let run = try store.read({ try Runs.running(limit: 1, in: $0) }).first else { return false }
    guard let rule = rules[run.kind] else { throw Unknown(kind: run.kind) }
    try store.writeChunk(rowsMax: rows) { transaction, pace in
      switch try rule(run, now, &transaction, &pace) {
      case .goOn(let cursor, let counts): _ = try Runs.advance(run, to: cursor, adding: counts, at: now, in: transaction)
      case .finished(let counts): _ = try Runs.finish(run, adding: counts, at: now, in: transaction)
      case .waits: throw Unknown(kind: run.kind)
      }
    }
    return true
  }

  struct Unknown: Error { let kind: String }

  // MARK: Marketing speaks

  /// An event of marketing's, or of service's, as the broker would deliver it.
  func delivery(_ event: DomainEvent, source: String = "/marketing", at instant: Timestamp? = nil) throws -> Delivery {
    let number = UInt64(said.count + 1)
    let envelope = Envelope(
      id: Identifier(restoring: "marketing-\(number)"), source: source, type: event.type, subject: event.key, time: instant ?? now,
      recordedTime: instant ?? now, correlationID: "story-\(number)", partitionKey: event.key, authType: "service_account",
      authID: "operator", data: event.encode())
    let delivery = Delivery(
      handle: 1, number: number, position: number * 64, attempt: 1, producer: "marketing/x", sequence: number, event: envelope.bytes)
    said.append(delivery)
    return delivery
  }

  /// The ledger at the subscription that hears `type`.
  func hearer(of type: String) throws -> Hearer {
    let heard = LedgerProgram.department.subscriptions(premises.desk)
    let place = try #require(
      heard.firstIndex { $0.filters.contains { Manifest.Read($0).matches(type) } }, "the ledger does not hear \(type)")
    return Hearer(
      department: LedgerProgram.department, makeInlet: { LedgerProgram.department.subscriptions($0)[place].inlet },
      description: "the ledger, hearing \(heard[place].name)")
  }

  /// Says it to the ledger, and lets it do what follows at once.
  func say(_ event: DomainEvent, source: String = "/marketing", working: Bool = true) throws {
    let verdicts = try premises.hear([try delivery(event, source: source)], through: hearer(of: event.type))
    guard verdicts == [.done] else { throw NotTaken(verdict: verdicts.first) }
    if working { try work() }
  }

  struct NotTaken: Error { let verdict: Verdict? }

  func openCampaign(_ minor: Int64, _ campaign: String = "spring", currency: String = "USD") throws {
    try say(
      .budgetChanged(
        BudgetChanged(
          kind: .opened, publisher: .marketing, campaignID: Identifier(campaign),
          amount: Money(minor: minor, try #require(Currency(currency))),
          approvedBy: Identifier("maya"))))
  }

  func openService(_ minor: Int64, currency: String = "USD") throws {
    try say(
      .budgetChanged(
        BudgetChanged(kind: .opened, publisher: .service, amount: Money(minor: minor, try #require(Currency(currency))))),
      source: "/service")
  }

  /// The facts of an offer from its version to its launch.
  func facts(of offer: PlannedOffer, effectiveFrom: Timestamp? = nil, historical: Bool = false) throws -> [DomainEvent] {
    [
      .offerVersioned(try offer.versioned()), .offerScheduled(try offer.scheduled()),
      .offerTurned(try offer.turned(.launched, at: now, effectiveFrom: effectiveFrom ?? max(offer.startsAt, now), historical: historical)),
    ]
  }

  func launch(_ offer: PlannedOffer, effectiveFrom: Timestamp? = nil, historical: Bool = false) throws {
    for fact in try facts(of: offer, effectiveFrom: effectiveFrom, historical: historical) { try say(fact) }
  }

  // MARK: Customers buy

  @discardableResult
  func capture(_ draft: OrderDraft) throws -> Response {
    keys += 1
    return try premises.capture(draft, key: "capture-\(keys)")
  }

  /// A command at one of the ledger's doors.
  @discardableResult
  func post(_ path: String, _ body: JSON = .object([])) -> Response {
    keys += 1
    return premises.ask(.post, path, headers: premises.headers(key: "command-\(keys)"), body: body.bytes)
  }

  /// Looks through the last sixty days, in chunks of at most `rows`.
  func audit(rows: Int = 1_000) throws {
    let answer = post("/v1/disconnects/audit")
    guard answer.status == 202 else { throw NotAudited(answer: String(decoding: answer.body, as: UTF8.self)) }
    try work(rows: rows)
  }

  struct NotAudited: Error { let answer: String }

  /// Takes in the journal's events as `accord replay --into` does; nothing is told.
  func rebuild(from deliveries: [Delivery]) throws {
    let desk = premises.desk
    let rebuilding = try DepartmentDesk(
      department: premises.department, store: desk.store, mesh: desk.mesh, clock: desk.clock, log: desk.log, door: desk.door,
      isRebuilding: true)
    let rebuild = Rebuild(rebuilding, clock: premises.clock)
    for delivery in deliveries { try rebuild.take([delivery]) }
    try rebuild.end()
    guard rebuild.findings.isEmpty else { throw NotRebuilt(findings: rebuild.findings) }
  }

  struct NotRebuilt: Error { let findings: [String] }

  // MARK: Looking

  func remedies(of order: String) throws -> [JSON] {
    try #require(try premises.ask(.get, "/v1/remedies", query: [("order", order)]).json["remedies"]?.array)
  }

  /// What an order has under all offers, claw-backs taken off.
  func given(to order: String) throws -> Int64 {
    try remedies(of: order).filter { ["pending", "posted"].contains($0["state"]?.string) }.reduce(0) {
      $0 + ($1["amount"]?["amount_minor"]?.integer ?? 0) - ($1["clawed_back"]?["amount_minor"]?.integer ?? 0)
    }
  }

  func why(_ offer: String, _ order: String) throws -> JSON { try premises.ask(.get, "/v1/offers/\(offer)/orders/\(order)").json }

  func lookBacks(_ offer: String) throws -> [JSON] { try premises.ask(.get, "/v1/look-backs/\(offer)").json["look_backs"]?.array ?? [] }

  /// All balances, a debit above zero, with what waits.
  func balances() throws -> [String: Int64] {
    try store.read { snapshot in
      var found: [String: Int64] = [:]
      try snapshot.rows("SELECT path, posted_debit - posted_credit, pending_debit - pending_credit FROM account ORDER BY path") { row in
        if try row.integer(1) != 0 { found[try row.text(0)] = try row.integer(1) }
        if try row.integer(2) != 0 { found[try row.text(0) + " waiting"] = try row.integer(2) }
      }
      return found
    }
  }

  /// The chain's head, in hexadecimal digits.
  func head() throws -> String {
    try store.read { snapshot in
      try snapshot.first("SELECT hash FROM entry ORDER BY number DESC LIMIT 1") { row in Hex.encode(try row.blob(0)) } ?? ""
    }
  }

  /// The facts that the ledger told, of one type or of all.
  func told(_ type: String? = nil) throws -> [DomainEvent] {
    try premises.told().compactMap { delivery in
      let envelope = try Envelope(decoding: delivery.event)
      guard type == nil || envelope.type == type else { return nil }
      return try DomainEvent.decode(type: envelope.type, data: envelope.data)
    }
  }

  /// Everything that the checks find wrong.
  func findings() throws -> [String] { try premises.findings().map(\.description) }
}

extension Envelope {
  init(of delivery: Delivery) throws { self = try Envelope(decoding: delivery.event) }
}
