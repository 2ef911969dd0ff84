import Contracts
import Foundation
import MarketingDomain
import Terms
import TestKit
import Testing
import Zones

/// The rows of a gate as a pure table: what is known, and how the row stands by it.
struct GateRowTests {
  static let asked = Timestamp(milliseconds: 1_778_000_000_000)
  static let start = asked.adding(.seconds(5 * 86_400))
  static let ines = Identifier<Colleague>(restoring: "agent/ines")
  static let tom = Identifier<Colleague>(restoring: "agent/tom")

  /// An offer that asks nothing of anybody.
  static func known(_ now: Timestamp = asked.adding(.seconds(60)), version: Int = 1) throws -> GateKnowledge {
    let document: JSON = [
      "schema": "accord.offer/1", "offer_id": "a", "version": .integer(Int64(version)), "significance": "material", "campaign_id": "spring",
      "title": ["en-US": "a"], "owner": "marketer/maya", "service_contact": "agent/ines", "also_called": [], "currency": "USD",
      "window": ["starts_at": "2026-05-10T00:00:00", "ends_at": "2026-05-13T00:00:00", "time_zone": "UTC"],
      "look_back": ["duration": "PT48H", "basis": "placed_at", "claim": "automatic"],
      "in_window": ["applied_by": "checkout", "code": .null], "honour_for": "PT336H",
      "eligibility": ["customers": "everyone", "anonymous_orders": true, "channels": ["web", "phone"]],
      "applies_to": ["include": [["kind": "all"]], "exclude": []], "benefit": ["kind": "percent_off", "percent_off": "10"],
      "duration": ["kind": "once"], "minimum": .null, "limits": ["per_order": .null, "per_customer": .null, "total": .null],
      "stacking": ["group": "price", "combines_with": []],
      "remedy": ["destinations": ["original_tender"], "claimable_for": "PT2160H", "clawback": ["on_return": true, "waive_below": .null]],
      "add_items": .null, "note": .null, "budget": ["reserve": ["amount_minor": 100, "currency": "USD"]], "parity_exception": .null,
      "promises": [], "sheets_required": [], "briefing": .null,
    ]
    let zone = try Zone(name: "UTC", bytes: Array(try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/UTC"))))
    return GateKnowledge(
      terms: try Terms(try OfferDocument(document), zone: zone), now: now, askedAt: asked, versions: version...version)
  }

  @Test func `where nothing is asked, nothing lacks`() throws {
    var known = try Self.known()
    for channel in ["web", "phone"] { known.counterparts[channel] = Self.named(channel) }
    known.roster = Self.staffed
    let rows = Gate.rows(
      terms: Gate.terms(refusals: [], at: Self.asked), budget: .init(check: .budget, state: .passed, since: Self.asked), known, waivers: [])
    #expect(rows.map(\.check) == Gate.kept && rows.allSatisfy { $0.state == .passed } && Gate.isOpen(rows))
    #expect(Gate.nextLook(try Self.known()) == nil)
  }

  // MARK: Parity and channels

  @Test func `a gap needs an exception that is accepted and not over`() throws {
    let nothing = try Self.known()
    func row(_ parity: GateKnowledge.Parity, left: Bool = false) -> Gate.Row {
      var known = nothing
      known.parity = parity
      if left { known.colleagues.take(ColleagueChanged(colleagueID: Self.ines, active: false, at: Self.asked)) }
      return Gate.parity(known)
    }
    let exception = GateKnowledge.Parity.Exception(reason: "welcome_offer", approver: Self.ines, endsAt: Self.start)
    func approval(_ approved: Bool, version: Int = 1) -> GateKnowledge.Parity.Approval {
      .init(version: version, approved: approved, by: Self.ines, at: Self.asked.adding(.seconds(3)))
    }
    #expect(row(.init()).state == .passed)
    #expect(row(.init(gaps: ["K"])).code == "parity_gap")
    #expect(row(.init(gaps: ["K"], exception: exception)).code == "parity_unapproved")
    #expect(row(.init(gaps: ["K"], exception: exception)).liftedBy?.hasPrefix("agent/ines") == true)
    #expect(row(.init(gaps: ["K"], exception: exception), left: true).code == "parity_unowned")
    #expect(row(.init(gaps: ["K"], exception: exception, approval: approval(true))).state == .passed)
    #expect(row(.init(gaps: ["K"], exception: exception, approval: approval(false))).code == "parity_refused")
    #expect(row(.init(gaps: ["K"], exception: exception, approval: approval(true, version: 2))).code == "parity_unapproved")
    let over = GateKnowledge.Parity.Exception(reason: "welcome_offer", approver: Self.ines, endsAt: Self.asked)
    let ended = row(.init(gaps: ["K"], exception: over, approval: approval(true)))
    var opened = GateKnowledge.Parity(gaps: ["K"], exception: over, approval: approval(true))
    opened.openedAt = Self.asked.adding(.seconds(9))
    #expect(row(opened).code == "parity_over" && row(opened).since == opened.openedAt)
    #expect(ended.code == "parity_over" && ended.state == .failed && ended.liftedBy?.hasPrefix("marketer/maya, by a new version") == true)
  }

  private static func named(_ channel: String) -> CounterpartNamed {
    CounterpartNamed(channel: channel, counterpart: "chat", opens: "08:00", closes: "20:00", timeZone: "UTC", by: tom, at: asked)
  }

  /// Somebody is at the chat in each hour.
  private static let staffed = RosterFold([
    RosterPublished(
      agentID: ines, shiftID: Identifier(restoring: "always"), from: start.adding(.seconds(-90 * 86_400)),
      to: start.adding(.seconds(90 * 86_400)), channels: ["chat"], absent: false, at: asked)
  ])

  @Test func `each channel before has one after; where nobody named any, somebody has to`() throws {
    var known = try Self.known()
    #expect(Gate.channels(known).code == "no_counterpart" && Gate.channels(known).liftedBy == "service: accord channel name")
    known.counterparts = ["web": Self.named("web")]
    #expect(Gate.channels(known).code == "no_counterpart")
    known.counterparts["phone"] = Self.named("phone")
    #expect(Gate.channels(known).code == "channel_unstaffed")
    known.roster = Self.staffed
    #expect(Gate.channels(known).state == .passed)
  }

  // MARK: Waivers and instants

  @Test func `what holds is not waived, the terms never are, and a row counts from when it came to stand so`() throws {
    var known = try Self.known()
    known.counterparts["app"] = Self.named("app")
    let terms = Gate.terms(refusals: ["/owner: has left"], at: Self.asked)
    let budget = Gate.Row(check: .budget, state: .passed, since: Self.asked)
    let waivers = [Gate.Check.terms, .budget, .channels].map { Gate.Waiver(check: $0, reason: "r", by: Self.tom, at: Self.asked) }
    let rows = Gate.rows(terms: terms, budget: budget, known, waivers: waivers)
    #expect(rows.first { $0.check == .terms }?.state == .failed && rows.first { $0.check == .budget }?.state == .passed)
    #expect(rows.first { $0.check == .channels }?.state == .waived && !Gate.isOpen(rows))
    #expect(!Gate.isOpen(Array(rows.dropLast())))

    let old = [Gate.Row(check: .sheets, state: .waiting, since: Self.asked, sentence: "one", code: "sheet_missing")]
    let new = [Gate.Row(check: .sheets, state: .waiting, since: Self.start, sentence: "two", code: "sheet_missing")]
    #expect(
      Gate.keepingSince(new, old, at: Self.start).first?.since == Self.asked
        && Gate.keepingSince(new, old, at: Self.start).first?.sentence == "two")
    let other = [Gate.Row(check: .sheets, state: .failed, since: Self.start, sentence: "two", code: "sheet_stale")]
    #expect(Gate.keepingSince(other, old, at: Self.start).first?.since == Self.start)
    let held = [Gate.Row(check: .sheets, state: .passed, since: Self.start)]
    #expect(Gate.keepingSince(old, held, at: Self.start.adding(.seconds(1))).first?.since == Self.start.adding(.seconds(1)))
    // It is looked at for something that happened a while ago: it broke then, but not before it held.
    #expect(Gate.keepingSince(old, held, at: Self.asked).first?.since == Self.start)
  }
}
