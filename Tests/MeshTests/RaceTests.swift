import Contracts
import Dispatch
import Foundation
import HTTP
import TestKit
import Testing

extension MeshTests {
  /// While messages leave, people order, complain and want no more mail: on the real processes, by the system's clock.
  ///
  /// 10,000 messages with `ACCORD_RACE_MESSAGES=10000`, of whose people 500 order, 500 complain and 100 withdraw; 1,000 otherwise.
  @Suite struct RaceTests {
    private enum Deed: String { case order, complain, withdraw }

    /// What becomes known of somebody while messages leave.
    private struct Disturbance {
      let person: String
      let deed: Deed
    }

    private static func local(_ instant: Timestamp) -> String { String(instant.description.prefix(19)) }

    private static func disturbances(_ scale: Int) -> [Disturbance] {
      var random = Seed.printed(for: "the race at hand-over, on real processes")
      let people = (1...scale).map(CampaignShop.person).shuffled(using: &random)
      let (twentieth, hundredth) = (scale / 20, scale / 100)
      let deeds =
        Array(repeating: Deed.order, count: twentieth) + Array(repeating: .complain, count: twentieth)
        + Array(repeating: .withdraw, count: hundredth)
      return zip(people, deeds).map { Disturbance(person: $0, deed: $1) }.shuffled(using: &random)
    }

    @Test func `orders, complaints and withdrawals while sending: no message leaves after marketing knew better`() throws {
      let scale = Int(ProcessInfo.processInfo.environment["ACCORD_RACE_MESSAGES"] ?? "") ?? 1_000
      let patience = Duration.seconds(60 + scale / 50)
      let mesh = try RunningMesh()
      let shop = CampaignShop(caller: mesh.caller, folder: mesh.folder)
      try shop.open(people: scale)
      let starts = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970) * 1_000 + 10_000)
      try shop.schedule(from: Self.local(starts), to: Self.local(starts.adding(.seconds(3 * 86_400))), zone: "Etc/UTC")
      let placed = starts.adding(.seconds(-3_600)).description
      let disturbances = Self.disturbances(scale)
      try eventually("the first tenth has left", within: patience) { shop.handedOver() >= scale / 10 }

      let refused = Seen<String>()
      DispatchQueue.concurrentPerform(iterations: 3) { place in
        for one in disturbances[...].enumerated().filter({ $0.offset % 3 == place }).map(\.element) {
          do {
            let answer =
              switch one.deed {
              case .order: try shop.order("O-\(one.person)", of: one.person, placed: placed)
              case .complain: try shop.complain(one.person)
              case .withdraw: try shop.withdraw(one.person)
              }
            if answer.status >= 300 { refused.note("\(one) \(answer.status) \(String(decoding: answer.body, as: UTF8.self))") }
          } catch { refused.note("\(one) \(error)") }
        }
      }
      #expect(refused.all == [])
      try shop.awaitCaughtUp(within: patience)
      try eventually("nothing is left to hand over", within: patience) {
        let audience = try shop.version()["audience"]
        return audience?["state"] == "prepared" && audience?["waits"] == nil && audience?["messages"]?["marketing_planned"] == nil
      }
      // Everybody who ordered late has a note by now, or gets it at the desk.
      let heard = try Self.places(mesh.caller)
      #expect(try mesh.stop() == .code(0))
      try mesh.awaitNobody()
      try Self.judge(scale, disturbances, heard, shop)
      #expect(try mesh.caller.accord(["verify"], within: patience).exit == .code(0))
    }

    /// Where the journal has what became known of each of those who were disturbed, first of all.
    private static func places(_ caller: Caller) throws -> [String: Int64] {
      var places: [String: Int64] = [:]
      for type in ["ledger.order.captured.v1", "service.hold.placed.v1", "ledger.consent.withdrawn.v1"] {
        for event in try caller.events("&type=\(type)") {
          guard let person = event["event"]?["data"]?["person_id"]?.string, let position = event["position"]?.integer else { continue }
          places[person] = min(places[person] ?? .max, position)
        }
      }
      return places
    }

    /// Holds every message's hand-over against the moment at which marketing had committed that it was wrong.
    private static func judge(_ scale: Int, _ disturbances: [Disturbance], _ places: [String: Int64], _ shop: CampaignShop) throws {
      let committed = try shop.heardAtMarketing()
      let letters = try shop.spool().filter { $0.purpose == "marketing" }
      #expect(Set(letters.map(\.person)).count == letters.count, "somebody has two messages")
      let left = Dictionary(letters.map { ($0.person, $0.handedOverAt) }) { first, _ in first }
      var (before, held) = (0, 0)
      var wrong: [String] = []
      for one in disturbances {
        let place = try #require(places[one.person], "nobody told of \(one)")
        let known = try #require(committed[place], "marketing never heard of \(one)")
        guard let at = left[one.person] else {
          held += 1
          continue
        }
        before += 1
        if at > known { wrong.append("\(one.person) was written to at \(at), and marketing knew of the \(one.deed) at \(known)") }
      }
      #expect(wrong == [])
      #expect(left.count == scale - held, "undisturbed people have each their message")
      #expect(before > 0 && held > 0, "nothing raced: \(before) had left, \(held) were held back")
      print(
        "race: \(scale) messages, \(disturbances.count) people disturbed: \(before) had left before, \(held) did not leave, \(wrong.count) wrong"
      )
    }
  }
}
