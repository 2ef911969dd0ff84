import Contracts
import HTTP
import Host
import MeshMachines
import Store
import TestKit
import Testing
import Wire

/// Marketing's facts and those of others again, doubled, in another order, into an empty store: it ends where it was and says nothing twice.
struct MarketingReplayTests {
  /// A whole life: scheduled, live, looked back, judged, handed over, paused and ended. What the others said is kept.
  private func lived(doubled: Bool = false, remediesFirst: Bool = true) throws -> (scene: MarketingScene, ledger: [Delivery]) {
    let scene = try MarketingScene()
    var said: [Delivery] = []
    func say(_ events: [DomainEvent]) throws {
      let deliveries = try events.map { try scene.delivery($0) }
      said += deliveries
      let heard = doubled ? deliveries.flatMap { [$0, $0] } : deliveries
      #expect(try scene.hear(heard).allSatisfy { $0 == .done })
    }
    scene.openSpring(channels: [])
    try say(["web", "phone"].map { MarketingScene.counterpart($0) } + [MarketingScene.desk])
    try say(MarketingScene.policies + ["ada", "bob", "cleo"].flatMap { MarketingScene.person($0) })
    try say([
      MarketingScene.order("o-1", of: "ada"), MarketingScene.order("o-2", of: nil), MarketingScene.order("o-3", of: "cleo", channel: "app"),
    ])
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer()).status == 200)
    try say([scene.reserve(.reserved, 450_000, entry: 2)])
    try scene.advance(to: MarketingScene.sunday)
    let remedies = [MarketingScene.remedy("o-1", of: "ada"), MarketingScene.remedy("o-2", of: nil)]
    let completed = MarketingScene.lookBack(granted: 2)
    try say(remediesFirst ? remedies + [completed] : [completed] + remedies)
    try scene.work()
    try say([MarketingScene.remedy("o-1", of: "ada", .posted)])
    scene.offer("pause")
    scene.offer("resume")
    scene.offer("end")
    try scene.work()
    return (scene, said)
  }

  private static let handling: Set<String> = ["inbox", "inbox_producer", "idempotency", "outbox", "due", "run", "run_counter"]

  @Test func `doubled facts and another order across keys change nothing`() throws {
    let expected = try lived().scene.premises.tables().without(Self.handling)
    #expect(try lived(doubled: true).scene.premises.tables().without(Self.handling).differences(from: expected) == [])
    // The end of the look-back before its remedies: only their places in the journal differ.
    let other = try lived(remediesFirst: false).scene
    let moved: Set<String> = ["purchase_change.position", "look_back.message_id", "look_back.sequence", "preparation.content"]
    let known = try lived().scene.premises.tables(but: moved).without(Self.handling)
    #expect(try other.premises.tables(but: moved).without(Self.handling).differences(from: known) == [])
    #expect(try other.messages().count == 4)
  }

  @Test func `all facts again, own ones included, with the inbox emptied: nothing is told again`() throws {
    let (scene, ledger) = try lived()
    let before = try scene.premises.tables().without(["inbox", "inbox_producer"])
    try scene.premises.emptyTheInbox()
    try scene.hear(ledger)
    try scene.hearOwn(scene.outbox())
    try scene.work()
    let found = try scene.premises.tables().without(["inbox", "inbox_producer"]).differences(from: before)
    #expect(found == [], "\(found)")
  }

  @Test func `into an empty store: offers, money, people and messages are those of before, and nothing leaves again`() throws {
    let (scene, ledger) = try lived()
    let before = try scene.premises.tables()
    let rebuilt = try rebuild(scene, ledger)
    // What was over is over, and what waits is what waited; nothing has to run for it.
    let waiting = try rebuilt.waiting()
    let original = try scene.waiting()
    #expect(waiting == original, "\(waiting) \(original)")
    try rebuilt.work()
    #expect(try rebuilt.waiting() == waiting)
    let name = String(scene.store.identity.lineage.prefix(12))
    // Verdicts of people to whom nothing was sent are no facts: they are judged as they were judged then.
    let left = Self.handling
    #expect(before.count("verdict") == 3)
    let columns: Set<String> = ["preparation.hand_overs"]
    let now = try rebuilt.premises.tables(but: columns).without(left).replacingText(name, with: "LINEAGE")
    #expect(try now.differences(from: scene.premises.tables(but: columns).without(left)) == [])
    #expect(try rebuilt.premises.tables().count("outbox") == 0)
    #expect(rebuilt.spool().isEmpty && before.count("message") == 2)
    #expect(try rebuilt.premises.findings() == [])
  }
}

extension MarketingReplayTests {
  /// As in the journal: by the instants at which facts were recorded, the ledger's first where they are equal.
  private func rebuild(_ scene: MarketingScene, _ ledger: [Delivery]) throws -> MarketingScene {
    let place = Folder.temporary()
    var rebuilt = try MarketingScene(in: place, at: scene.clock.now(), isRebuilding: true)
    let own = try scene.outbox()
    let all = try (ledger.map { ($0, false) } + own.map { ($0, true) }).map {
      ($0.0, $0.1, try Envelope(decoding: $0.0.event).recordedTime)
    }
    for (delivery, isOwn, _) in all.sorted(by: { $0.2 < $1.2 }) {
      if isOwn { try rebuilt.hearOwn([delivery]) } else { try rebuilt.hear([delivery]) }
    }
    let desk = rebuilt.premises.desk
    try rebuilt.store.write { try desk.department.afterRebuild(desk, $0) }
    rebuilt.store.close()
    // As the program finds it when it starts again.
    rebuilt = try MarketingScene(in: place, at: scene.clock.now())
    return rebuilt
  }

  @Test func `who works here by an offer's file works here again`() throws {
    let scene = try MarketingScene()
    scene.openSpring()
    let named: (String, JSON) = ("people", ["marketer/otto", "agent/ines", ["id": "agent/bo", "left": true]])
    for _ in 1...2 {
      #expect(scene.offer("save", try MarketingScene.sundayOffer(("owner", "marketer/otto")), named).status == 200)
    }
    // Said again it is told once.
    #expect(try scene.words().filter { $0.contains("staff.named") }.count == 1)
    let rebuilt = try rebuild(scene, [])
    #expect(try rebuilt.premises.tables().only(["staff"]).differences(from: scene.premises.tables().only(["staff"])) == [])
    #expect(try scene.premises.tables().count("staff") == 3 && rebuilt.premises.tables().count("staff") == 3)
    // Whoever was here by it is, and the built-in shop's people are not.
    for (owner, status) in [("marketer/otto", 200), ("marketer/maya", 422), ("agent/bo", 422)] {
      let answer = rebuilt.offer("save", try MarketingScene.sundayOffer(("offer_id", "other"), ("owner", .string(owner))))
      #expect(answer.status == status, "\(owner): \(String(decoding: answer.body, as: UTF8.self))")
    }
  }

  @Test func `whoever was passed over without a word is left out again, and whoever waited waits`() throws {
    let scene = try MarketingScene()
    var said: [Delivery] = []
    func say(_ events: [DomainEvent]) throws {
      scene.clock.advance(to: scene.clock.now().adding(.milliseconds(1)))
      let deliveries = try events.map { try scene.delivery($0) }
      said += deliveries
      #expect(try scene.hear(deliveries).allSatisfy { $0 == .done })
      scene.clock.advance(to: scene.clock.now().adding(.milliseconds(1)))
    }
    scene.openSpring()
    let people = ["ada", "bob", "cleo", "zoe"]
    try say(MarketingScene.policies + people.flatMap { MarketingScene.person($0) } + MarketingScene.person("mute", email: .declined))
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer()).status == 200)
    try say([scene.reserve(.reserved, 450_000, entry: 2)])
    try scene.advance(to: MarketingScene.sunday)
    try say([MarketingScene.remedy("o-1", of: "stranger"), MarketingScene.lookBack(granted: 1)])
    // Judged on old knowledge: all wait, but for the note that is left with the desk.
    scene.deaf(true)
    scene.clock.advance(to: scene.clock.now().adding(.seconds(6)))
    try scene.work()
    func verdicts(_ scene: MarketingScene) throws -> [String] {
      try scene.store.read { snapshot in
        try snapshot.all("SELECT person_id || ' ' || kind || ' ' || reason || ' ' || revision || ' ' || ifnull(open, 0) FROM verdict") {
          row throws(StoreFault) in try row.text(0)
        }
      }
    }
    let waits = try verdicts(scene)
    #expect(waits.contains("bob defer blind 1 2") && waits.contains("stranger honour honoured_look_back.at_desk 1 0"), "\(waits)")
    #expect(waits.contains("mute suppress unreachable 1 0"))
    let early = try rebuild(scene, said)
    early.deaf(true)
    #expect(try verdicts(early) == waits)
    #expect(try early.waiting() == scene.waiting())

    // Two are left out at the last look, silently; the others are written to.
    try say([MarketingScene.person("bob", consents: false)[1], try MarketingScene.order("o-9", of: "cleo", channel: "app")])
    scene.deaf(false)
    try scene.work()
    #expect(scene.spool().compactMap { $0["person_id"]?.string }.sorted() == ["ada", "zoe"])
    let rebuilt = try rebuild(scene, said)
    #expect(try verdicts(rebuilt) == verdicts(scene))
    #expect(try rebuilt.waiting() == scene.waiting())
    try rebuilt.work()
    #expect(try verdicts(rebuilt) == verdicts(scene) && rebuilt.premises.tables().count("outbox") == 0 && rebuilt.spool().isEmpty)
  }
}

extension MarketingReplayTests {
  @Test func `a launch that waits for its gate waits in a rebuilt store too, and follows there by itself`() throws {
    let scene = try MarketingScene()
    var said: [Delivery] = []
    func say(_ events: [DomainEvent]) throws {
      let deliveries = try events.map { try scene.delivery($0) }
      said += deliveries
      #expect(try scene.hear(deliveries).allSatisfy { $0 == .done })
    }
    scene.openSpring(channels: [])
    try say(MarketingScene.policies + ["web", "phone"].map { MarketingScene.counterpart($0) } + [MarketingScene.desk])
    // Its money was never set aside: at its start it is blocked. Then somebody launches it, and it waits for the ledger's word.
    #expect(scene.offer("schedule", try MarketingScene.sundayOffer()).status == 200)
    try scene.advance(to: MarketingScene.sunday)
    #expect(try scene.state() == "blocked")
    #expect(scene.offer("launch").status == 200)
    let order = try scene.waiting().filter { $0.hasPrefix("launch_order") }
    #expect(try scene.state() == "scheduled" && order.count == 1)

    let rebuilt = try rebuild(scene, said)
    #expect(try rebuilt.state() == "scheduled" && rebuilt.waiting().filter { $0.hasPrefix("launch_order") } == order)
    try rebuilt.work()
    #expect(try rebuilt.state() == "scheduled")
    try rebuilt.hear([try scene.delivery(scene.reserve(.reserved, 450_000, entry: 7))])
    try rebuilt.work()
    #expect(try rebuilt.state() == "live")
    let launched = try #require(rebuilt.turns().last)
    #expect(launched.turn == .launched && launched.by.text == "operator")

    // What waits too long is blocked there as well, and an order that was carried out does not wait again.
    let silent = try rebuild(scene, said)
    try silent.advance(to: MarketingScene.sunday.adding(.seconds(901)))
    #expect(try silent.state() == "blocked" && silent.waiting().allSatisfy { !$0.hasPrefix("launch_order") })
    try say([scene.reserve(.reserved, 450_000, entry: 7)])
    try scene.work()
    #expect(try scene.state() == "live")
    #expect(try rebuild(scene, said).waiting().allSatisfy { !$0.hasPrefix("launch_order") })
  }
}

extension MarketingScene {
  /// What is due later and what is under way, in words.
  func waiting() throws -> [String] {
    try store.read { snapshot in
      try snapshot.all("SELECT kind || ' ' || subject || ' ' || at FROM due ORDER BY 1") { row throws(StoreFault) in try row.text(0) }
        + snapshot.all("SELECT kind || ' ' || subject FROM run WHERE state = 'running' ORDER BY 1") { row throws(StoreFault) in
          try row.text(0)
        }
    }
  }

  /// What marketing told, as it would be delivered to itself.
  func outbox() throws -> [Delivery] {
    try store.read { try Outbox.rows(after: 0, limit: 100_000, bytesMax: .max, in: $0) }.map { row in
      Delivery(
        handle: 1, number: row.sequence, position: 1 << 40 | row.sequence, attempt: 1, producer: "marketing/\(store.identity.lineage)",
        sequence: row.sequence, event: row.event)
    }
  }

  /// Takes back what was told.
  func hearOwn(_ deliveries: [Delivery]) throws {
    guard let own = premises.department.ownFacts?(premises.desk) else { return }
    for delivery in deliveries { try premises.hearUnmarkedAlone(delivery, own) }
  }
}

extension Premises {
  /// Forgets which messages were handled.
  func emptyTheInbox() throws {
    try store.write { transaction in
      try transaction.run("DELETE FROM inbox")
      try transaction.run("DELETE FROM inbox_producer")
    }
  }
}

extension Tables {
  /// The same with one text in place of another.
  func replacingText(_ text: String, with other: String) -> Tables { mapped { $0.replacing(text, with: other) } }
}
