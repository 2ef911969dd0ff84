import Contracts
import HTTP
import Host
import LedgerRoom
import Store
import TestKit
import Testing
import Wire

/// Numbers that decisions go by are changed by two named people, and every decision says for ever which ones it went by.
struct PolicyTests {
  /// Somebody with a token of their own.
  private func hire(_ house: LedgerHouse, _ id: String, _ role: String) -> Headers {
    let token = "token-of-\(id)"
    let body: JSON = [
      "colleague_id": .string(id), "roles": [.string(role)], "token_digest": .string(Hex.encode(SHA256.hash(Array(token.utf8)))),
    ]
    #expect(house.post("/v1/colleagues", body).status == 201)
    return ["Authorization": "Bearer \(token)"]
  }

  private func say(_ house: LedgerHouse, _ path: String, _ body: JSON, as who: Headers, key: String) -> Response {
    var headers = who
    headers.set("Idempotency-Key", key)
    return house.premises.ask(.post, path, headers: headers, body: body.bytes)
  }

  @Test func `of two who change the same, the second hears what the first one changed`() throws {
    let house = try LedgerHouse()
    let (ruth, maya) = (hire(house, "supervisor/ruth", "supervisor"), hire(house, "marketer/maya", "marketer"))
    func wish(_ usual: String, _ more: (String, JSON)...) -> JSON {
      .object([.init("document", ["usual": .string(usual), "severe": "PT720H"])] + more.map { JSON.Member($0.0, $0.1) })
    }
    let path = "/v1/policies/cool-off/propose"
    #expect(say(house, path, wish("PT240H", ("seen_version", 1)), as: ruth, key: "1").status == 201)
    let second = try say(house, path, wish("PT300H"), as: maya, key: "2").json
    #expect(second["code"] == "policy_proposed")
    #expect(second["detail"]?.string?.hasPrefix("supervisor/ruth proposed cool-off at") == true)
    #expect(second["detail"]?.string?.contains(#"/usual "PT168H" -> "PT240H""#) == true, "\(second.text)")
    #expect(say(house, path, wish("PT300H", ("instead", true)), as: maya, key: "3").status == 201)
    #expect(say(house, "/v1/policies/cool-off/confirm", ["version": 2], as: ruth, key: "4").status == 200)
    // Whoever still looks at version 1 is told what counts by now.
    let late = try say(house, path, wish("PT400H", ("seen_version", 1)), as: ruth, key: "5").json
    #expect(late["code"] == "policy_changed" && late["detail"]?.string?.contains(#"/usual "PT168H" -> "PT300H""#) == true, "\(late.text)")
  }

  @Test func `one named person proposes, another confirms; nobody does it alone, and nobody without a name`() throws {
    let house = try LedgerHouse()
    let (ruth, maya) = (hire(house, "supervisor/ruth", "supervisor"), hire(house, "marketer/maya", "marketer"))
    let ines = hire(house, "agent/ines", "agent")
    let wish: JSON = ["document": ["usual": "PT240H", "severe": "PT720H"], "sentence": "Ten days are calmer."]
    func code(_ answer: Response) throws -> String? { try answer.json["code"]?.string }

    #expect(try code(house.post("/v1/policies/cool-off/propose", wish)) == "named_person")
    #expect(try code(say(house, "/v1/policies/cool-off/propose", wish, as: ines, key: "1")) == "role")
    #expect(try code(say(house, "/v1/policies/cooloff/propose", wish, as: ruth, key: "2")) == "no_policy")
    for (number, document)
      in ([["usual": "PT240H"], ["usual": "ten days", "severe": "PT720H"], ["usual": 10, "severe": "PT720H"]] as [JSON])
      .enumerated()
    {
      #expect(
        try code(say(house, "/v1/policies/cool-off/propose", ["document": document], as: ruth, key: "bad\(number)")) == "policy_unreadable")
    }
    // Limits of somebody who is no role would bind nobody.
    let limit: JSON = ["case": 100, "day": 900, "customer": ["amount": 300, "within": "PT24H"]]
    let stranger = try say(
      house, "/v1/policies/limits/propose", ["document": ["agent": limit, "supervisor_times": 10, "agnet": limit]], as: ruth, key: "l1"
    ).json
    #expect(
      stranger["code"] == "policy_unreadable" && stranger["detail"]?.string?.contains("/agnet is no role") == true, "\(stranger.text)")
    #expect(try code(say(house, "/v1/policies/cool-off/confirm", [:], as: maya, key: "3")) == "nothing_proposed")
    #expect(say(house, "/v1/policies/cool-off/propose", wish, as: ruth, key: "4").status == 201)
    // Nothing counts yet.
    #expect(try house.premises.ask(.get, "/v1/policies/cool-off").json["version"]?.integer == 1)
    #expect(try code(say(house, "/v1/policies/cool-off/confirm", [:], as: ruth, key: "5")) == "second_person")
    #expect(try code(say(house, "/v1/policies/cool-off/confirm", ["version": 3], as: maya, key: "6")) == "policy_overtaken")
    #expect(say(house, "/v1/policies/cool-off/confirm", ["version": 2], as: maya, key: "7").status == 200)
    let now = try house.premises.ask(.get, "/v1/policies/cool-off").json
    #expect(
      now["version"]?.integer == 2 && now["proposed_by"]?.string == "supervisor/ruth" && now["confirmed_by"]?.string == "marketer/maya")
    #expect(now["document"]?["usual"]?.string == "PT240H" && now["proposed"] == nil)
    #expect(try house.premises.ask(.get, "/v1/policies/cool-off", query: [("version", "1")]).json["document"]?["usual"]?.string == "PT168H")
    #expect(
      try house.told("ledger.policy.published.v1").contains { if case .policyPublished(let fact) = $0 { fact.version == 2 } else { false } }
    )
    #expect(try house.findings() == [])
  }

  @Test func `how many must have read an offer is changed like any other number, though nobody has said it before`() throws {
    let house = try LedgerHouse()
    let (ruth, maya) = (hire(house, "supervisor/ruth", "supervisor"), hire(house, "marketer/maya", "marketer"))
    for (number, percent) in ([0, 101, "80"] as [JSON]).enumerated() {
      let wrong: JSON = ["document": ["notice": "PT72H", "quorum_percent": percent]]
      #expect(try say(house, "/v1/policies/briefing/propose", wrong, as: ruth, key: "bad\(number)").json["code"] == "policy_unreadable")
    }
    let wish: JSON = ["document": ["notice": "PT72H", "quorum_percent": 80]]
    #expect(say(house, "/v1/policies/briefing/propose", wish, as: ruth, key: "1").status == 201)
    #expect(say(house, "/v1/policies/briefing/confirm", [:], as: maya, key: "2").status == 200)
    #expect(try house.premises.ask(.get, "/v1/policies/briefing").json["document"]?["quorum_percent"] == 80)
    // Once it was said it stays said.
    let less: JSON = ["document": ["notice": "PT48H"]]
    #expect(try say(house, "/v1/policies/briefing/propose", less, as: ruth, key: "3").json["code"] == "policy_unreadable")
  }

  @Test func `years and a hundred versions later a decision still says its version, its inputs and its sentence`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(500_000)
    let offer = PlannedOffer.shipping()
    try house.capture(.dollars("FRIDAY", at: house.now, [("LAMP", 4_000)], shipping: 995))
    try house.launch(offer)
    try house.advance(to: offer.startsAt)
    let remedy = try #require(
      house.premises.told().first { try Envelope(decoding: $0.event).type == "ledger.remedy.granted.v1" })
    let message = try Envelope(decoding: remedy.event).id.text
    func why() throws -> [String] {
      (try house.premises.ask(.get, "/v1/messages/\(message)").json["sentences"]?.array ?? []).compactMap(\.string)
    }
    let before = try why()
    #expect(before.contains { $0.contains("policy/look-back/1") && $0.contains("PT48H") })

    let people = [hire(house, "supervisor/ruth", "supervisor"), hire(house, "marketer/maya", "marketer")]
    for number in 1...100 {
      let document: JSON = ["goods": .string("PT\(48 + number)H"), "shipping": "PT48H", "plans": "PT744H"]
      let (first, second) = (people[number % 2], people[(number + 1) % 2])
      #expect(say(house, "/v1/policies/look-back/propose", ["document": document], as: first, key: "p\(number)").status == 201)
      #expect(say(house, "/v1/policies/look-back/confirm", [:], as: second, key: "c\(number)").status == 200)
    }
    #expect(try house.premises.ask(.get, "/v1/policies/look-back").json["version"]?.integer == 101)
    try house.advance(by: .seconds(3 * 365 * 86_400))
    let after = try why()
    let rule = try #require(after.first { $0.contains("policy/look-back/1:") })
    #expect(rule.contains(#""goods":"PT48H""#) && rule.contains("by now 101 is in force"))
    #expect(after.contains { $0.hasPrefix("decided as granted") })
    #expect(after.contains { $0.hasPrefix("it looked at {") && $0.contains("placed_at") })
    #expect(Set(before.filter { !$0.contains("policy/") }).isSubset(of: Set(after)))
    #expect(try house.findings() == [])
  }
}
