import Contracts
import HTTP
import Host
import Store
import TestKit
import Testing

/// Who is not written to, and is told all the same; who is judged again when they may be written to.
struct NotesAtDeskTests {
  private func live(_ people: [DomainEvent]) throws -> MarketingScene {
    let scene = try MarketingScene()
    scene.openSpring()
    try scene.hear((MarketingScene.policies + people).map { try scene.delivery($0) })
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer()).status == 200)
    try scene.ledger(scene.reserve(.reserved, 450_000, entry: 2))
    try scene.advance(to: MarketingScene.sunday)
    return scene
  }

  private func verdict(_ scene: MarketingScene, _ person: String) throws -> String? {
    let rows = try scene.premises.ask(.get, "/v1/offers/sunday-free-shipping/audience", query: [("limit", "1000")]).json["verdicts"]
    return rows?.array?.first { $0["person_id"]?.string == person }.map {
      "\($0["verdict"]?.string ?? ""): \($0["reason"]?.string ?? "")"
    }
  }

  @Test(arguments: ["stranger", "no-contact", "declined", "unproven"])
  func `a note for whom nobody can write to is left with the desk, told and counted`(_ person: String) throws {
    let id = Identifier<Person>(restoring: person)
    let known: [DomainEvent] =
      switch person {
      case "no-contact": [.customerKnown(CustomerKnown(personID: id, locale: "en-US", contacts: []))]
      case "declined": MarketingScene.person(person, email: .declined)
      case "unproven": MarketingScene.person(person, email: .unverified)
      default: []
      }
    let scene = try live(known)
    try scene.ledger(MarketingScene.remedy("o-1", of: person), MarketingScene.lookBack(granted: 1))
    try scene.work()
    #expect(scene.spool().isEmpty)
    #expect(try scene.prepared().first?.reasons == ["honoured_look_back.at_desk": 1])
    #expect(try scene.prepared().first?.counts.honour == 1)
    #expect(try verdict(scene, person) == "honour: honoured_look_back.at_desk")
    let messages = try scene.messages()
    #expect(messages.map(\.turn) == [.suppressed] && messages.first?.channel == "desk")
    let audience = try scene.show()["versions"]?.array?[0]["audience"]
    #expect(audience?["messages"] == ["note_at_desk": 1] && audience?["waits"] == nil)
    // It is told once, also when the remedy is confirmed and when somebody asks again.
    try scene.ledger(MarketingScene.remedy("o-1", of: person, .posted))
    scene.offer("pause")
    scene.offer("resume")
    try scene.work()
    #expect(try scene.messages().count == 1)
    let fact = try scene.store.read {
      try $0.first("SELECT fact_id FROM message") { row throws(StoreFault) in try row.text(0) }
    }
    let story = try scene.premises.ask(.get, "/v1/messages/\(try #require(fact))").json
    #expect(story["sentences"]?.strings?.first?.contains("left with the desk") == true, "\(story)")
    #expect(try scene.premises.findings() == [])
  }

  @Test func `a planned note whose address is gone at the last moment is left with the desk`() throws {
    let scene = try live(MarketingScene.person("ada"))
    try scene.ledger(MarketingScene.remedy("o-1", of: "ada"), MarketingScene.lookBack(granted: 1))
    // One chunk at a time, until the note is planned.
    while try scene.messages().isEmpty { try scene.chunk() }
    #expect(try scene.messages().map(\.turn) == [.planned])
    try scene.ledger(MarketingScene.person("ada", email: .declined)[0])
    try scene.work()
    #expect(scene.spool().isEmpty)
    #expect(try scene.messages().map { "\($0.turn) \($0.channel)" } == ["planned email", "suppressed desk"])
    #expect(try verdict(scene, "ada") == "honour: honoured_look_back.at_desk")
    #expect(try scene.premises.findings() == [])
  }

  @Test func `whoever was left out for want of consent is judged again when they agree`() throws {
    let scene = try live(["ada", "bob"].flatMap { MarketingScene.person($0, consents: false) } + MarketingScene.person("cleo"))
    scene.post("/v1/audiences/newsletter-us/people", ["people": ["ada", "bob", "cleo"]])
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    try scene.work()
    #expect(scene.spool().map { $0["person_id"] } == ["cleo"])
    #expect(try verdict(scene, "ada") == "suppress: no_consent")
    try scene.ledger(MarketingScene.person("ada")[1])
    try scene.work()
    #expect(try verdict(scene, "ada") == "send: eligible")
    #expect(Set(scene.spool().compactMap { $0["person_id"]?.string }) == ["ada", "cleo"])
    // A later judgement has a later revision, and each message carries its own.
    #expect(try scene.messages().filter { $0.personID.text == "ada" }.map(\.revision) == [2, 2])
    // Agreed again changes nothing, and once the offer is over nobody is written to.
    try scene.ledger(MarketingScene.person("ada")[1])
    scene.offer("end")
    try scene.ledger(MarketingScene.person("bob")[1])
    try scene.work()
    #expect(scene.spool().count == 2)
    #expect(try verdict(scene, "bob") == "suppress: no_consent")
    #expect(try scene.premises.findings() == [])
  }

  @Test func `taken back between planning and sending, and given again, it is sent once`() throws {
    let scene = try live(MarketingScene.person("ada"))
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    while try scene.messages().isEmpty { try scene.chunk() }
    try scene.ledger(MarketingScene.person("ada", consents: false)[1])
    try scene.work()
    #expect(try scene.messages().map(\.turn) == [.planned, .suppressed] && scene.spool().isEmpty)
    #expect(try verdict(scene, "ada") == "suppress: no_consent")
    try scene.ledger(MarketingScene.person("ada")[1])
    try scene.work()
    #expect(try scene.messages().map(\.turn) == [.planned, .suppressed, .planned, .sent] && scene.spool().count == 1)
    #expect(try scene.messages().map(\.revision) == [1, 2, 3, 3])
    #expect(try scene.premises.findings() == [])
  }

  @Test func `an address that comes later makes reachable who agreed`() throws {
    let scene = try live(MarketingScene.person("ada", email: .unverified))
    try scene.ledger(MarketingScene.lookBack(granted: 0))
    try scene.work()
    #expect(try verdict(scene, "ada") == "suppress: unreachable")
    try scene.ledger(MarketingScene.person("ada")[0])
    try scene.work()
    #expect(scene.spool().map { $0["person_id"] } == ["ada"])
  }
}
