import Contracts
import Dispatch
import Foundation
import HTTP
import Host
import TestKit
import Testing

extension MeshTests {
  /// Two agents press for the same order at the same moment, and what they asked for reaches the ledger while it looks back.
  ///
  /// 1,000 orders with `ACCORD_PRESSES=1000`; 200 otherwise.
  @Suite struct PressTests {
    private static let agents = ["agent/ines", "agent/jonas"]
    private static let starts = "2026-05-10T00:00:00-04:00"

    /// Two agents with tokens of their own, whose limits two others have raised: nobody gives so much on a day as here.
    private static func hire(_ shop: CampaignShop) throws {
      func file(_ id: String) -> String { shop.folder.file("token-\(id.replacing("/", with: "-")).json") }
      for (id, role) in [(agents[0], "agent"), (agents[1], "agent"), ("supervisor/ruth", "supervisor"), ("marketer/maya", "marketer")] {
        try shop.done("colleague", "add", id, "--role", role, "--token-file", file(id))
      }
      try shop.folder.write(
        #"{"agent":{"case":2500,"day":100000000,"customer":{"amount":10000,"within":"PT2160H"}},"supervisor_times":10}"#, to: "limits.json")
      try shop.done(
        "policy", "propose", "limits", shop.folder.file("limits.json"), "--because", "a thousand at once", "--as", file("supervisor/ruth"))
      try shop.done("policy", "confirm", "limits", "--version", "2", "--as", file("marketer/maya"))
    }

    private static func token(_ id: String, _ shop: CampaignShop) throws -> String {
      let path = shop.folder.file("token-\(id.replacing("/", with: "-")).json")
      return try JSON(parsing: Array(Data(contentsOf: URL(filePath: path))))["secret"]?.string ?? ""
    }

    /// What somebody who pressed was told: who gave it, when, how much.
    private struct Answer: Sendable {
      let order: String
      let outcome: String
      let by: String
      let at: String
      let cents: Int64

      init?(_ order: String, _ json: JSON) {
        guard let outcome = json["outcome"]?.string, let by = json["agent"]?.string ?? json["by"]?.string, let at = json["at"]?.string,
          let cents = json["amount"]?["amount_minor"]?.integer
        else { return nil }
        (self.order, self.outcome, self.by, self.at, self.cents) = (order, outcome, by, at, cents)
      }
    }

    /// Both press for each order at the same moment.
    private static func press(_ orders: [String], _ shop: CampaignShop, round: Int = 1) throws -> [Answer] {
      let tokens = try agents.map { try token($0, shop) }
      let port = try shop.caller.port("service")
      let answers = Seen<Answer>()
      let refused = Seen<String>()
      for order in orders {
        let body: JSON = ["order_id": .string(order), "offer_id": .string(CampaignShop.offer)]
        DispatchQueue.concurrentPerform(iterations: 2) { place in
          do {
            let answer = try HTTPClient.send(
              .post, host: "127.0.0.1", port: port, path: "/v1/honours",
              headers: ["Authorization": "Bearer \(tokens[place])", "Idempotency-Key": "press/\(round)/\(order)/\(place)"], body: body.bytes
            )
            let json = try JSON(parsing: answer.body)
            if let told = Answer(order, json) { answers.note(told) } else { refused.note("\(agents[place]) for \(order): \(json.text)") }
          } catch { refused.note("\(agents[place]) for \(order): \(error)") }
        }
      }
      #expect(refused.all == [])
      return answers.all
    }

    @Test func `two agents and the look-back press at once: one remedy for each order, and everybody is told who gave it`() throws {
      let count = Int(ProcessInfo.processInfo.environment["ACCORD_PRESSES"] ?? "") ?? 200
      let patience = Duration.seconds(60 + count / 20)
      let folder = Folder.temporary()
      _ = try DataFolder.open(folder.file("data"), sandbox: true, now: Timestamp(milliseconds: 0))
      let mesh = try LooseMesh(on: folder, ["--sandbox", "--clock", "manual@2026-05-08T19:00:00-04:00"])
      let shop = CampaignShop(caller: mesh.caller, folder: folder)
      try shop.open(people: count)
      try Self.hire(shop)
      try shop.schedule(from: "2026-05-10T00:00:00", to: "2026-05-13T00:00:00")
      try shop.done("clock", "advance", "24h")
      let orders = (1...count).map { "O-\($0)" }
      try shop.orders(orders, of: (1...count).map(CampaignShop.person), placed: "2026-05-09T10:00:00Z")
      try mesh.caller.awaitHeard(count, within: patience)
      try shop.done("clock", "advance", "--to", "2026-05-09T23:59:59-04:00", within: patience)

      // The ledger is away at the start; both press meanwhile, and ten seconds later it has been asked for everything.
      try mesh.kill("ledger")
      try shop.done("clock", "advance", "--to", Self.starts, within: patience)
      let answers = try Self.press(orders, shop)
      #expect(answers.count == 2 * count)
      for (order, both) in Dictionary(grouping: answers, by: \.order) {
        #expect(both.map(\.outcome).sorted() == ["already", "given"] && Set(both.map(\.by)).count == 1, "\(order): \(both)")
        #expect(both.allSatisfy { $0.cents == 995 && Self.agents.contains($0.by) && !$0.at.isEmpty }, "\(order): \(both)")
      }
      try shop.done("clock", "advance", "10s", within: patience)
      // Back again it hears of the launch and of all requests at once: it looks back while it answers them.
      try mesh.start("ledger")
      try eventually("each request is answered, and service knows of each remedy", within: patience) {
        let byHand = try shop.caller.events("&type=ledger.remedy.posted.v1").count { $0["event"]?["data"]?["basis"] == "desk" }
        let declined = try shop.caller.events("&type=ledger.remedy.declined.v1").count
        let requests = try shop.caller.get("service", "/v1/honours?limit=1000")["requests"]?.array ?? []
        return byHand + declined >= count && requests.allSatisfy { $0["state"] == "given" }
      }
      try eventually("the look-back is over", within: patience) {
        try shop.caller.get("ledger", "/v1/look-backs/\(CampaignShop.offer)")["look_backs"]?.array?.first?["state"] == "completed"
      }
      try Self.judge(count, shop)
      // Whoever presses once more is told so at once, whoever gave it.
      let again = try Self.press(Array(orders.prefix(20)), shop, round: 2)
      let other = again.filter { $0.outcome != "already" || $0.cents != 995 || $0.at.isEmpty }
      #expect(again.count == 40 && other.isEmpty, "\(other)")
      try mesh.stopAll()
      #expect(try shop.caller.accord(["verify"], within: patience).exit == .code(0))
    }

    /// One remedy for each order, of 9.95; and one answer to each request, which says who gave it, when, and how much.
    private static func judge(_ count: Int, _ shop: CampaignShop) throws {
      let given = try shop.caller.events("&type=ledger.remedy.posted.v1").compactMap { $0["event"]?["data"] }
      #expect(given.count == count && Set(given.compactMap { $0["order_id"]?.string }).count == count)
      #expect(given.allSatisfy { $0["amount"]?["amount_minor"]?.integer == 995 })
      #expect(try shop.caller.events("&type=ledger.remedy.granted.v1").isEmpty)
      let declined = try shop.caller.events("&type=ledger.remedy.declined.v1").compactMap { $0["event"]?["data"] }
      let byHand = given.filter { $0["basis"] == "desk" }
      #expect(byHand.count + declined.count == count, "each request has one answer")
      #expect(byHand.allSatisfy { agents.contains($0["inputs"]?["agent_id"]?.string ?? "") })
      #expect(
        declined.allSatisfy { fact in
          let already = fact["already"]
          return already?["by"]?.string?.isEmpty == false && already?["at"]?.string != nil
            && already?["amount"]?["amount_minor"]?.integer == 995
        }, "\(declined.first?.text ?? "")")
      let run = try shop.caller.get("ledger", "/v1/look-backs/\(CampaignShop.offer)")["look_backs"]?.array?.first
      print(
        "press: \(count) orders, \(byHand.count) given by agents, \(count - byHand.count) by the look-back: \(run?.text.prefix(300) ?? "")")
    }
  }
}
