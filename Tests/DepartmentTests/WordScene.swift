import Contracts
import HTTP
import Host
import Mesh
import MeshMachines
import ServiceRoom
import Store
import TestKit
import Testing
import Wire

/// Customer service at its desk with the people who work there, each with a token; and what the other departments tell it.
final class WordScene {
  let service: Premises
  private var tale = Tale()
  private var heard = 0
  private var commands = 0

  /// Friday 19:42 in New York, before the Sunday of the free shipping.
  init(at now: Timestamp = Tale.friday) throws { service = try Premises(ServiceProgram.department, at: now) }

  var now: Timestamp { service.clock.now() }

  func advance(to instant: Timestamp) { service.clock.advance(to: instant) }

  // MARK: What others tell

  func tell(_ event: DomainEvent) throws {
    try tale.tell(event, at: now)
    try hear()
  }

  private func hear() throws {
    let new = Array(tale.deliveries[heard...])
    heard = tale.deliveries.count
    let runner = BatchRun(
      store: service.store, inlet: service.department.subscriptions(service.desk)[0].inlet, now: { [clock = service.clock] in clock.now() })
    for delivery in new {
      let parcel = Parcel(
        number: delivery.number, position: delivery.position, key: delivery.number, attempt: 1, bytes: delivery.event.count,
        contents: delivery)
      let verdicts = try runner.run(Batch(token: delivery.number, parcels: [parcel], deadKey: .pass)).verdicts.each
      #expect(verdicts == [.done])
    }
  }

  func hire(
    _ id: String, _ roles: ColleagueChanged.Role..., locales: [String] = ["en-US"], active: Bool = true, to heir: String? = nil
  ) throws {
    try tell(
      .colleagueChanged(
        ColleagueChanged(
          colleagueID: Identifier(restoring: id), roles: roles, department: .service, active: active, locales: locales,
          tokenDigests: active ? [Hex.encode(Credential.digest(of: token(id)))] : [], handedTo: heir.map { Identifier(restoring: $0) },
          at: now)))
  }

  private func token(_ id: String) -> String { "token-of-\(id)" }

  func version(_ draft: TaleOffer, _ significance: OfferVersioned.Significance = .material, changed: [String] = []) throws {
    try tell(
      .offerVersioned(
        OfferVersioned(
          offerID: draft.offer.offer, version: draft.version, campaignID: Identifier(restoring: "spring"), document: draft.document,
          termsHash: String(repeating: "a", count: 64), changed: changed, significance: significance)))
    try tell(draft.scheduled)
  }

  func turn(_ draft: TaleOffer, _ turn: OfferTurned.Turn) throws { try tell(draft.turned(turn, at: now)) }

  // MARK: Asking

  private func headers(_ who: String?, key: String? = nil) -> Headers {
    guard let who else { return service.headers(key: key) }
    var headers: Headers = ["Authorization": "Bearer \(token(who))"]
    if let key { headers.set("Idempotency-Key", key) }
    return headers
  }

  /// A command; as the operator where nobody is named.
  func post(_ path: String, _ body: JSON, as who: String? = nil) -> Response {
    commands += 1
    return service.ask(.post, path, headers: headers(who, key: "key-\(commands)"), body: body.bytes)
  }

  @discardableResult
  func done(_ path: String, _ body: JSON, as who: String? = nil, _ place: SourceLocation = #_sourceLocation) throws -> JSON {
    let answer = post(path, body, as: who)
    #expect((200..<300).contains(answer.status), "\(String(decoding: answer.body, as: UTF8.self))", sourceLocation: place)
    return try answer.json
  }

  func get(_ path: String, _ query: [(String, String)] = [], as who: String? = nil) -> Response {
    service.ask(.get, path, query: query, headers: headers(who))
  }

  /// A case that answers are given in.
  func openCase(_ id: String) throws {
    try done("/v1/cases", ["kind": "question", "channel": "phone", "case_id": .string(id)])
  }

  /// The card of an offer as `who` gets it.
  func card(_ offer: String, _ locale: String? = nil, as who: String? = nil) throws -> JSON {
    try get("/v1/offers/\(offer)/card", locale.map { [("locale", $0)] } ?? [], as: who).json
  }

  /// Shifts as a file has them, by the lead.
  func roster(_ rows: [JSON]) throws -> JSON {
    commands += 1
    let lines: [JSON] = [["file": "roster.csv"]] + rows
    let body = lines.map(\.bytes).joined(separator: [0x0A])
    return try service.ask(.post, "/v1/imports/roster", headers: headers(nil, key: "key-\(commands)"), body: Array(body)).json
  }

  static func row(_ line: Int64, _ agent: String, _ from: String, _ to: String, _ more: JSON.Member...) -> JSON {
    .object(
      [.init("line", .integer(line)), .init("agent_id", .string(agent)), .init("from", .string(from)), .init("to", .string(to))] + more)
  }

  /// A sheet written and verified, by the operator for the two leads.
  func sheet(_ offer: String, _ locale: String = "en-US", words: String = "It is on its way back to you.", avoid: [String] = []) throws
    -> JSON
  {
    let drafted = try done(
      "/v1/sheets",
      [
        "offer": .string(offer), "locale": .string(locale), "voice": "warm", "words": .string(words),
        "avoid": .array(avoid.map { .string($0) }),
      ])
    return try done(
      "/v1/sheets/verify",
      ["sheet_id": drafted["sheet"]?["sheet_id"] ?? .null, "verifier": "lead/ruth", "deputy": "lead/tom"])["sheet"] ?? .null
  }

  /// What somebody was kept from saying, as it was told.
  func kept() throws -> [AnswerTurned] {
    try service.told().compactMap { delivery in
      let envelope = try Envelope(decoding: delivery.event)
      guard case .answerTurned(let fact)? = try DomainEvent.decode(type: envelope.type, data: envelope.data), fact.turn == .refused else {
        return nil
      }
      return fact
    }
  }

  // MARK: Again

  /// The store as it is rebuilt from all facts in the order in which they were told, its own included.
  func rebuilt() throws -> Premises {
    let other = try Premises(ServiceProgram.department, at: .first.adding(.seconds(1)))
    let desk = try DepartmentDesk(
      department: other.department, store: other.store, mesh: other.desk.mesh, clock: other.clock, log: other.desk.log,
      door: other.desk.door, isRebuilding: true)
    let all = (tale.deliveries + (try service.told())).map { ($0, try? Envelope(decoding: $0.event)) }
    // Facts of one instant: what was heard comes before what followed from it.
    let sorted = all.sorted { a, b in
      (a.1?.recordedTime ?? .first, a.0.producer.hasPrefix("service") ? 1 : 0, a.0.sequence) < (
        b.1?.recordedTime ?? .first, b.0.producer.hasPrefix("service") ? 1 : 0, b.0.sequence
      )
    }
    let rebuild = Rebuild(desk, clock: other.clock)
    let place = UInt64(1_000_000)
    try rebuild.take(
      sorted.enumerated().map { index, pair in
        Delivery(
          handle: 1, number: UInt64(index + 1), position: place + UInt64(index), attempt: 1, producer: pair.0.producer,
          sequence: pair.0.sequence, event: pair.0.event)
      })
    #expect(rebuild.findings == [])
    return other
  }
}
