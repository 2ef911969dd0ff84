import Contracts
import Foundation
import HTTP
import Host
import TestKit
import Testing

extension MeshTests {
  /// Marketing hears nobody for half an hour while mail is due, on the real processes by a manual clock.
  @Suite struct BlindTests {
    private static let starts = "2026-05-10T00:00:00-04:00"
    private static let people = 40
    private static let buyers = 5
    private static let quiet = CampaignShop.person(40)

    /// Until the start, where everybody is judged and nothing could leave yet: something lies where marketing puts its messages.
    private static func begin() throws -> (mesh: LooseMesh, shop: CampaignShop) {
      let folder = Folder.temporary()
      _ = try DataFolder.open(folder.file("data"), sandbox: true, now: Timestamp(milliseconds: 0))
      let mesh = try LooseMesh(on: folder, ["--sandbox", "--clock", "manual@2026-05-08T19:00:00-04:00"])
      let shop = CampaignShop(caller: mesh.caller, folder: folder)
      try shop.open(people: people)
      try shop.schedule(from: "2026-05-10T00:00:00", to: "2026-05-13T00:00:00")
      try shop.done("clock", "advance", "24h")
      let buying = (1...buyers).map(CampaignShop.person)
      try shop.orders(buying.map { "O-\($0)" }, of: buying, placed: "2026-05-09T10:00:00Z")
      // An agent leaves somebody in peace, for as long as such a hold lasts.
      let hold = try mesh.caller.send(
        "service", .post, "/v1/holds", headers: ["Idempotency-Key": "hold"], body: ["person_id": .string(quiet)])
      try #require(hold.status == 201)
      try shop.awaitCaughtUp()
      try folder.write("in the way", to: "data/marketing/spool")
      try shop.done("clock", "advance", "--to", starts, "--jump")
      try eventually("everybody is judged", within: .seconds(30)) {
        try shop.version()["audience"]?["state"] == "prepared"
      }
      return (mesh, shop)
    }

    private static func verdicts(_ shop: CampaignShop, _ kind: String) throws -> [JSON] {
      try shop.caller.get("marketing", "/v1/offers/\(CampaignShop.offer)/audience?kind=\(kind)&limit=1000")["verdicts"]?.array ?? []
    }

    @Test(arguments: ["stopped", "frozen"])
    func `the broker is away for half an hour: notes leave, marketing waits, and then goes on with what it did not know`(how: String) throws
    {
      let (mesh, shop) = try Self.begin()
      #expect(try Self.verdicts(shop, "send").count == Self.people - Self.buyers - 1)
      #expect(try Self.verdicts(shop, "honour").count == Self.buyers && shop.handedOver() == 0)

      let broker = try #require(mesh.pid("broker"))
      if how == "frozen" { Foundation.kill(broker, SIGSTOP) } else { try mesh.stop("broker") }
      try shop.done("clock", "advance", "1m", "--jump")
      let cut = try Timestamp(rfc3339: Self.starts).adding(.seconds(60))
      try FileManager.default.removeItem(atPath: shop.caller.data + "/marketing/spool")
      for minute in 2...30 {
        try shop.done("clock", "advance", "1m", "--jump")
        guard minute == 15 else { continue }
        // Business goes on, and marketing hears nothing of it.
        #expect(try shop.complain(CampaignShop.person(10)).status == 201)
        #expect(try shop.withdraw(CampaignShop.person(11)).status == 200)
        #expect(try shop.order("LATE", of: CampaignShop.person(12), placed: "2026-05-09T12:00:00Z").status == 201)
      }
      let during = try shop.spool()
      #expect(during.map(\.person).sorted() == (1...Self.buyers).map(CampaignShop.person))
      #expect(during.allSatisfy { $0.purpose == "transaction" && !$0.invites && $0.handedOverAt > cut.adding(.seconds(-1)) })
      // Each of those who wait is deferred, and says why.
      let waiting = try Self.verdicts(shop, "defer")
      #expect(waiting.count == Self.people - Self.buyers - 1 && waiting.allSatisfy { $0["reason"] == "blind" && $0["open"] == true })
      #expect(try shop.version()["audience"]?["waits"]?.string?.contains("blind") == true)

      if how == "frozen" { Foundation.kill(broker, SIGCONT) } else { try mesh.start("broker") }
      let back = try Timestamp(rfc3339: Self.starts).adding(.seconds(1_800))
      // Four of them want, or have, something else by now; the one who was left in peace still is.
      let sent = Self.people - Self.buyers - 1 - 3
      try eventually("the mail has left", within: .seconds(60)) { shop.handedOver() >= Self.buyers + sent + 1 }
      try shop.done("clock", "advance", "1s")
      let letters = try shop.spool()
      let campaign = letters.filter { $0.purpose == "marketing" }
      let left = Set([Self.quiet] + (1...Self.buyers).map(CampaignShop.person) + [10, 11, 12].map(CampaignShop.person))
      #expect(Set(campaign.map(\.person)) == Set((1...Self.people).map(CampaignShop.person)).subtracting(left))
      #expect(campaign.count == sent && campaign.allSatisfy { $0.handedOverAt >= back })
      #expect(
        letters.count == Self.buyers + sent + 1 && letters.contains { $0.person == CampaignShop.person(12) && $0.purpose == "transaction" })

      // What was told in the half hour stands in the journal before anything that was sent on it.
      let events = try shop.caller.events()
      func place(_ type: String, _ person: Int? = nil) -> [Int64] {
        events.filter { event in
          event["event"]?["type"]?.string == type
            && (person.map { event["event"]?["data"]?["person_id"]?.string == CampaignShop.person($0) } ?? true)
        }.compactMap { $0["position"]?.integer }
      }
      let known = [
        place("service.hold.placed.v1", 10), place("ledger.consent.withdrawn.v1", 11), place("ledger.order.captured.v1", 12),
      ].compactMap(\.last)
      let first = events.first {
        $0["event"]?["type"]?.string == "marketing.message.sent.v1" && $0["event"]?["data"]?["purpose"]?.string == "marketing"
      }?["position"]?.integer
      #expect(known.count == 3 && first.map { (known.max() ?? .max) < $0 } == true, "\(known) \(first ?? 0)")
      try mesh.stopAll()
      #expect(try shop.caller.accord("verify").exit == .code(0))
    }
  }
}
