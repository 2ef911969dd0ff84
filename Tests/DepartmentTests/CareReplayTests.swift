import Contracts
import HTTP
import Host
import MeshMachines
import Store
import TestKit
import Testing
import Wire

/// Customer service's facts again, doubled, delayed and between those of others: no hold and no reservation is lost, and nothing is told twice.
struct CareReplayTests {
  /// What people said, and what the house keeps beside facts, is not in facts.
  private static let left: Set<String> = [
    "matter_word", "asked_word", "inbox", "inbox_producer", "idempotency", "outbox", "run", "run_counter", "due",
  ]
  private static let arrival: Set<String> = ["heard_fact.number", "customer.number", "offer_fact.number", "word_fact.number"]

  /// A random life at the desk: complaints, solutions, promises, drops, grants; what others said meanwhile is kept.
  private func lived(_ random: inout SeededRandom) throws -> (scene: CareScene, others: [Delivery]) {
    let scene = try CareScene()
    var others: [Delivery] = []
    func say(_ event: DomainEvent) throws {
      let delivery = scene.delivery(event)
      others.append(delivery)
      try scene.hear(delivery)
    }
    try say(TaleOffer().versioned)
    try say(TaleOffer().scheduled)
    try say(.orderCaptured(try Tale.orderDraft("FRIDAY-1").order()))
    var cases: [String] = []
    for number in 0..<40 {
      switch Int.random(in: 0..<9, using: &random) {
      case 0, 1:
        let kind = ["complaint", "question", "complaint"].randomElement(using: &random) ?? ""
        cases.append(
          try scene.open(kind, of: "p\(number % 5)", by: ["phone", "letter"].randomElement(using: &random) ?? "")["case_id"]?.string ?? "")
      case 2, 3:
        guard let id = cases.randomElement(using: &random) else { continue }
        let deed = ["answer", "solve", "reopen", "escalate"].randomElement(using: &random) ?? ""
        scene.post("/v1/cases/\(id)/\(deed)")
      case 4: scene.post("/v1/holds", ["person_id": .string("p\(number % 5)")])
      case 5:
        try say(
          .promiseDeclared(
            PromiseDeclared(
              offerID: Identifier(restoring: "o\(number % 3)"), version: 1, promiseID: Identifier(restoring: "contacts"),
              kind: .contactsPerHour, quantity: Int64(number), from: Tale.sunday, to: Tale.sunday.adding(.seconds(36_000)),
              answerBy: scene.clock.now().adding(.seconds(86_400)), onDrop: .pause, at: scene.clock.now())))
      case 6:
        scene.post(
          "/v1/capacity",
          [
            "quantity": .integer(Int64.random(in: 0..<200, using: &random)), "from": .string(Tale.sunday.description),
            "to": .string(Tale.sunday.adding(.seconds(Int64.random(in: 1..<20, using: &random) * 3_600)).description),
          ])
      case 7:
        scene.post(
          "/v1/promises/o\(number % 3)/contacts/answer",
          ["answer": .string(number % 2 == 0 ? "yes" : "no"), "expires_at": .string(Tale.sunday.adding(.seconds(999_999)).description)])
      default:
        if number % 3 == 0 { scene.post("/v1/honours/undo") }
        scene.post(
          "/v1/goodwill", ["to": .string("p\(number % 5)"), "amount": TaleOffer.euros(Int64.random(in: 1...3_000, using: &random))])
      }
      try scene.advance(by: .seconds(Int64.random(in: 1..<40_000, using: &random)))
    }
    try scene.advance(by: .seconds(3 * 3_600))
    // One can still be taken back, and one was a moment ago.
    for person in ["late", "later"] { scene.post("/v1/goodwill", ["to": .string(person), "amount": TaleOffer.euros(100)]) }
    #expect(scene.post("/v1/honours/undo").status == 200)
    return (scene, others)
  }

  private func rebuilt(_ scene: CareScene, _ others: [Delivery], doubled: Bool, _ random: inout SeededRandom) throws -> CareScene {
    let other = try CareScene(at: scene.clock.now())
    let ownFacts = try #require(other.premises.department.ownFacts)
    let inlet = ownFacts(other.premises.desk)
    let own = try scene.premises.told().map { ($0, true, try Envelope(decoding: $0.event).recordedTime) }
    let heard = try others.map { ($0, false, try Envelope(decoding: $0.event).recordedTime) }
    // As in the journal, by time; those of others before one's own where they are equal, for one's own followed from them.
    var all = (heard + own).sorted { $0.2 < $1.2 }
    if doubled { all += all.shuffled(using: &random).prefix(20) }
    for (delivery, isOwn, _) in all {
      if isOwn {
        try other.premises.hearUnmarkedAlone(delivery, inlet)
      } else {
        try other.premises.hearUnmarked([delivery], through: .service)
      }
    }
    return other
  }

  @Test(arguments: 0..<6) func `into an empty store, some of it twice and late: every table is the same`(round: Int) throws {
    var random = Seed.printed(for: "care \(round)")
    let (scene, others) = try lived(&random)
    let expected = try scene.premises.tables(but: Self.arrival).without(Self.left)
    for doubled in [false, true] {
      let other = try rebuilt(scene, others, doubled: doubled, &random)
      let name = String(scene.store.identity.lineage.prefix(12))
      let short = String(scene.store.identity.lineage.prefix(6))
      let found = try other.premises.tables(but: Self.arrival).without(Self.left)
        .mapped { $0.replacing(name, with: "LINEAGE").replacing(short, with: "SHORT") }
      let differences = found.differences(from: expected.mapped { $0.replacing(short, with: "SHORT") })
      #expect(differences == [], "\(differences.prefix(6))")
      // What was done when it fell due is not done again, and what waits is what waited.
      try other.advance(to: scene.clock.now())
      #expect(try other.due() == scene.due())
      #expect(try other.premises.tables().count("outbox") == 0)
    }
    #expect(try scene.premises.findings() == [])
  }

  /// As long as a complaint is open, and while it cools off, its customer has a hold, whatever else happens.
  @Test(arguments: 0..<6) func `no complaint is without its hold`(round: Int) throws {
    var random = Seed.printed(for: "holds \(round)")
    let (scene, _) = try lived(&random)
    for step in 0..<60 {
      for file in try scene.get("/v1/cases")["cases"]?.array ?? [] where file["kind"] == "complaint" {
        guard let person = file["person_id"]?.string else { continue }
        #expect(try !scene.holds(of: person).isEmpty, "\(file.text) at step \(step)")
      }
      try scene.advance(by: .seconds(86_400))
    }
  }
}
