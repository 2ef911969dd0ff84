import Contracts
import Foundation
import HTTP
import Host
import MarketingRoom
import Store
import TestKit
import Testing

/// What customer service says about what the whole Sunday offer asks of it, at a marketing that hears it.
extension MarketingScene {
  static let sheets = ["en-US", "es-US"]
  static let agents = ["agent/ines", "agent/tom", "agent/uma"]
  static let offerID = Identifier<Offer>(restoring: "sunday-free-shipping")
  static let service = Identifier<Colleague>(restoring: "supervisor/ruth")

  static func answered(
    _ promise: String, _ answer: PromiseAnswered.Answer = .yes, _ quantity: Int64? = nil, expires: Timestamp? = nil, version: Int = 1,
    at: Timestamp? = nil
  ) -> DomainEvent {
    .promiseAnswered(
      PromiseAnswered(
        offerID: offerID, version: version, promiseID: Identifier(restoring: promise), answer: answer, quantity: quantity,
        expiresAt: expires ?? sunday.adding(.seconds(10 * 86_400)), by: service, at: at ?? friday))
  }

  static func sheet(
    _ locale: String, _ turn: SheetTurned.Turn = .verified, version: Int = 1, verifier: String = "agent/uma", deputy: String = "agent/tom",
    review: Timestamp? = nil, at: Timestamp? = nil
  ) -> DomainEvent {
    .sheetTurned(
      SheetTurned(
        turn: turn, offerID: offerID, sheetID: Identifier(restoring: "sheet-\(locale)-\(version)"), offerVersion: version, sheetVersion: 1,
        locale: locale, voice: "warm", words: turn == .drafted ? "Shipping is free." : nil, verifier: Identifier(restoring: verifier),
        deputy: Identifier(restoring: deputy), reviewAt: review, by: service, at: at ?? friday))
  }

  /// A shift over the whole of the first days, in both languages, at the phone and where those are answered who bought by it.
  static func shift(
    _ agent: String, absent: Bool = false, channels: [String] = ["phone", "chat"], locales: [String] = sheets, at: Timestamp? = nil
  ) -> DomainEvent {
    .rosterPublished(
      RosterPublished(
        agentID: Identifier(restoring: agent), shiftID: Identifier(restoring: "shift-\(agent.dropFirst(6))"),
        from: sunday.adding(.seconds(-3_600)),
        to: sunday.adding(.seconds(4 * 86_400)), channels: channels, locales: locales, absent: absent, at: at ?? friday))
  }

  static func read(_ agent: String, version: Int = 1, correct: Bool? = nil, at: Timestamp? = nil) -> DomainEvent {
    .briefingAcknowledged(
      BriefingAcknowledged(
        offerID: offerID, version: version, agentID: Identifier(restoring: agent), secondsOpen: 30, answerCorrect: correct, at: at ?? friday
      ))
  }

  static func counterpart(_ channel: String, _ counterpart: String = "chat", at: Timestamp? = nil) -> DomainEvent {
    .counterpartNamed(
      CounterpartNamed(
        channel: channel, counterpart: counterpart, opens: "08:00", closes: "20:00", timeZone: "America/New_York", by: service,
        at: at ?? friday)
    )
  }

  static func colleague(_ id: String, active: Bool = true, handedTo: String? = nil, at: Timestamp? = nil) -> DomainEvent {
    .colleagueChanged(
      ColleagueChanged(
        colleagueID: Identifier(restoring: id), roles: [.agent], department: .service, active: active, locales: sheets,
        handedTo: handedTo.map(Identifier.init(restoring:)), at: at ?? friday))
  }

  static func capacity(
    _ slot: String, _ quantity: Int64, _ kind: PromiseKind = .contactsPerHour, sku: String? = nil, from: Timestamp? = nil,
    to: Timestamp? = nil,
    at: Timestamp? = nil
  ) -> DomainEvent {
    .capacityChanged(
      CapacityChanged(
        slotID: Identifier(restoring: slot), from: from ?? sunday, to: to ?? sunday.adding(.seconds(4 * 86_400)), kind: kind,
        sku: sku.map(Identifier.init(restoring:)), quantity: quantity, cause: "two agents are sick", by: service, at: at ?? friday))
  }

  /// The whole Sunday offer, scheduled on Friday, with all that the others say about it but what `left` names.
  static func demanding(but left: Set<String> = []) throws -> MarketingScene {
    let scene = try MarketingScene()
    scene.openSpring(channels: [])
    try scene.hear(try policies.map { try scene.delivery($0) })
    try scene.ledger(
      .policyPublished(PolicyPublished(name: "opening-hours", version: 1, document: ["from": "08:00", "to": "20:00"])))
    #expect(scene.offer("schedule", try demandingOffer()).status == 200)
    if !left.contains("budget") { try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2)) }
    try scene.service(
      capacity("s-0", left.contains("capacity") ? 60 : 200), capacity("s-2", 100, .units, sku: "KETTLE-17"))
    if !left.contains("promises") { try scene.service(answered("contacts"), answered("lead"), answered("kettles")) }
    if !left.contains("sheets") { try scene.service(sheet("en-US"), sheet("es-US")) }
    for agent in agents { try scene.service(shift(agent)) }
    if !left.contains("briefings") { for agent in agents { try scene.service(read(agent)) } }
    try scene.service(counterpart("web"))
    if !left.contains("channels") { try scene.service(counterpart("phone")) }
    try scene.work()
    return scene
  }

  /// A colleague whom marketing has heard of, and what they come in by.
  func token(of id: String, _ role: ColleagueChanged.Role) throws -> String {
    let token = "token-of-\(id)"
    try ledger(
      .colleagueChanged(
        ColleagueChanged(
          colleagueID: Identifier(restoring: id), roles: [role], active: true,
          tokenDigests: [Hex.encode(SHA256.hash(Array(token.utf8)))], at: clock.now())))
    return token
  }

  /// The rows of a version's gate as doors show them.
  func gate(_ version: Int = 1) throws -> [JSON] {
    try show()["versions"]?.array?.first { $0["version"]?.integer == Int64(version) }?["gate"]?.array ?? []
  }

  func row(_ check: String, _ version: Int = 1) throws -> JSON { try gate(version).first { $0["check"]?.string == check } ?? .null }

  /// The checks that do not hold.
  func lacking(_ version: Int = 1) throws -> [String] {
    try gate(version).filter { !["passed", "waived"].contains($0["state"]?.string ?? "") }.compactMap { $0["check"]?.string }
  }
}
