import Contracts
import HTTP
import Host
import Mesh
import MeshMachines
import ServiceRoom
import Store
import Synchronization
import TestKit
import Testing
import Wire

/// Customer service alone at its desk: customers' matters come in at its doors, the facts of others by hand, and its clock is set.
final class CareScene: Sendable {
  let premises: Premises
  var store: Store { premises.store }
  var clock: Clock { premises.clock }
  private let keys = Mutex(0)
  private let heard = Mutex<UInt64>(0)

  /// Friday noon in New York.
  static let noon = Tale.sunday.adding(.seconds(-36 * 3_600))

  init(at now: Timestamp = noon) throws { premises = try Premises(ServiceProgram.department, at: now) }

  private func next() -> Int {
    keys.withLock { number in
      number += 1
      return number
    }
  }

  // MARK: People

  /// Lets somebody work here; the token is their name.
  func hire(_ id: String, _ roles: ColleagueChanged.Role..., person: String? = nil, household: [String] = [], active: Bool = true) throws {
    try hear(
      .colleagueChanged(
        ColleagueChanged(
          colleagueID: Identifier(restoring: id), roles: roles, department: .service, active: active,
          personID: person.map(Identifier.init(restoring:)), household: household.map(Identifier.init(restoring:)),
          tokenDigests: [Hex.encode(Credential.digest(of: id))], at: clock.now())))
  }

  // MARK: At the doors

  private func headers(_ who: String?, _ key: String?) -> Headers {
    var headers = premises.headers(key: key)
    if let who { headers.set("Authorization", "Bearer \(who)") }
    return headers
  }

  @discardableResult
  func post(_ path: String, _ body: JSON = .object([]), as who: String? = nil, key: String? = nil) -> Response {
    premises.ask(.post, path, headers: headers(who, key ?? "key-\(next())"), body: body.bytes)
  }

  func get(_ path: String, _ query: (String, String)..., as who: String? = nil) throws -> JSON {
    let answer = premises.ask(.get, path, query: query, headers: headers(who, nil))
    #expect(answer.status == 200, "\(path): \(String(decoding: answer.body, as: UTF8.self))")
    return try answer.json
  }

  /// Opens a case and gives its answer.
  @discardableResult
  func open(
    _ kind: String = "complaint", of person: String? = "ada", by channel: String = "phone", as who: String? = nil,
    _ more: (String, JSON)...
  ) throws -> JSON {
    var members: [JSON.Member] = [.init("kind", .string(kind)), .init("channel", .string(channel))]
    if let person { members.append(.init("person_id", .string(person))) }
    members += more.map { JSON.Member($0.0, $0.1) }
    let answer = post("/v1/cases", .object(members), as: who)
    #expect([200, 201].contains(answer.status), "\(String(decoding: answer.body, as: UTF8.self))")
    return try answer.json
  }

  func holds(of person: String = "ada", all: Bool = false) throws -> [JSON] {
    try get("/v1/holds", ("customer", person), ("all", all ? "true" : "false"))["holds"]?.array ?? []
  }

  // MARK: Time and others

  /// Moves the clock, from one thing that falls due to the next.
  func advance(to instant: Timestamp) throws {
    let rules = premises.department.dueRules(premises.desk)
    while let next = try store.read({ try Due.next(in: $0) }), next <= instant {
      clock.advance(to: max(next, clock.now()))
      try store.write { transaction in
        guard let row = try Due.elapsed(at: clock.now(), limit: 1, in: transaction).first else { return }
        guard let rule = rules[row.kind] else { throw Nobody() }
        _ = try Due.remove(row.number, in: transaction)
        try rule(row, clock.now(), &transaction)
      }
    }
    clock.advance(to: instant)
  }

  func advance(by duration: Duration) throws { try advance(to: clock.now().adding(duration)) }

  private struct Nobody: Error {}

  /// Others tell something.
  func hear(_ events: DomainEvent..., cause: String? = nil) throws { for event in events { try hear(delivery(event, cause: cause)) } }

  func delivery(_ event: DomainEvent, cause: String? = nil) -> Delivery {
    let number = heard.withLock { number in
      number += 1
      return number
    }
    let department = event.type.split(separator: ".").first.map(String.init) ?? ""
    let envelope = Envelope(
      id: Identifier(restoring: "\(department)-\(number)"), source: "/\(department)", type: event.type, subject: event.key,
      time: clock.now(),
      recordedTime: clock.now(), correlationID: "\(department)-\(number)", causationID: cause, partitionKey: event.key,
      authType: "service_account", authID: "operator", data: event.encode())
    return Delivery(
      handle: 1, number: number, position: number * 4_096, attempt: 1, producer: "\(department)/scene", sequence: number,
      event: envelope.bytes)
  }

  func hear(_ delivery: Delivery) throws { try premises.hear([delivery], through: .service) }

  /// A shop with one offer, live since Sunday, and an order that it reaches back to; told as the ledger and marketing tell it.
  func openShop(_ draft: TaleOffer = TaleOffer(), launched: Bool = true) throws {
    try hear(draft.versioned, draft.scheduled)
    try hear(.orderCaptured(try Tale.orderDraft("FRIDAY-1").order()))
    guard launched else { return }
    try advance(to: max(clock.now(), Tale.sunday.adding(.seconds(60))))
    try hear(draft.turned(.launched, at: Tale.sunday))
  }

  // MARK: Looking

  /// What customer service has told, in order.
  func told() throws -> [DomainEvent] {
    try store.read { try Outbox.rows(after: 0, limit: 100_000, bytesMax: .max, in: $0) }.map { row in
      let envelope = try Envelope(decoding: row.event)
      return try #require(try DomainEvent.decode(type: envelope.type, data: envelope.data))
    }
  }

  /// The types that it has told, without what stands around the words: `case.opened`.
  func words() throws -> [String] { try told().map { $0.type.split(separator: ".").dropFirst().dropLast().joined(separator: ".") } }

  /// What the ledger was asked for or told that it is refused; what waits for somebody above stands among it.
  func asked() throws -> [RemedyAsked] { try requests().filter { $0.undoUntil == nil && $0.turn != .withdrawn } }

  /// Those too that can still be taken back, or were.
  func requests() throws -> [RemedyAsked] { try told().compactMap { if case .remedyAsked(let fact) = $0 { fact } else { nil } } }

  func due() throws -> [String] {
    try store.read { snapshot in
      try snapshot.all("SELECT kind || ' ' || subject || ' ' || at FROM due ORDER BY at, 1") { row throws(StoreFault) in try row.text(0) }
    }
  }
}
