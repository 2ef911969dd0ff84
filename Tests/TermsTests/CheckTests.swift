import Contracts
import Foundation
import Shop
import Terms
import TestKit
import Testing
import Zones

/// What `offer check` owes: each refusal with its field, a sentence and the next step.
@Suite struct CheckTests {
  static let now = Scene.instant("2026-05-01T12:00:00Z")

  /// Around the offers: a small catalogue, some people, an open campaign, policies.
  static func context(_ change: (inout OfferContext) -> Void = { _ in }) -> OfferContext {
    var context = OfferContext(
      now: now, zone: Scene.zone,
      catalogue: .init(
        skus: ["KETTLE", "TEA-MINT"], categories: ["KITCHEN", "OVERSIZE", "TEA"], brands: ["Halden"], plans: ["pro-monthly"],
        methods: ["standard", "express"], lists: ["KETTLE": Money(minor: 3_900, Scene.dollars)]),
      people: [
        .init(id: "marketer/maya"), .init(id: "marketer/otto", hasLeft: true), .init(id: "agent/ines"), .init(id: "supervisor/ruth"),
      ],
      campaign: .open, rehearsed: .init(sum: 50_000, looked: 20, of: 20), returnPeriod: .seconds(30 * 86_400),
      briefingNotice: .seconds(72 * 3_600), templates: ["applied-already", "applied-to-your-plan"],
      groups: [CustomerGroup(.list, Identifier(restoring: "spring-guests")), CustomerGroup(.segment, Identifier(restoring: "gold"))])
    change(&context)
    return context
  }

  @Test func `what a part of the orders comes to is refused, what all may come to is warned of`() throws {
    func findings(_ rehearsed: OfferContext.Rehearsal) -> [OfferFinding] {
      let document = Scene.document(["/budget/reserve/amount_minor": 50_000])
      return OfferCheck.check(document, in: Self.context { $0.rehearsed = rehearsed }).filter { $0.field == "/budget/reserve" }
    }
    #expect(findings(.init(sum: 50_000, looked: 9, of: 9)).isEmpty && findings(.init(sum: 0, looked: 0, of: 9)).isEmpty)
    let sure = try #require(findings(.init(sum: 50_001, looked: 10, of: 100)).first)
    #expect(sure.severity == .refusal && sure.sentence.contains("with 10 of 100 orders") && sure.nextStep.contains("500.01"))
    let likely = try #require(findings(.init(sum: 5_001, looked: 10, of: 100)).first)
    #expect(likely.severity == .warning && likely.sentence.contains("about 500.10 USD"), "\(likely)")
    #expect(findings(.init(sum: 5_000, looked: 10, of: 100)).isEmpty)
  }

  @Test(arguments: Refusal.all) func `refuses`(_ row: Refusal) throws {
    let document = Scene.document(row.also.merging([row.change: row.to]) { $1 })
    let findings = OfferCheck.check(document, in: Self.context())
    let field = row.field ?? row.change
    let found = try #require(findings.first { $0.field == field && $0.severity == .refusal }, "\(findings)")
    #expect(found.description.contains(row.says), "\(found)")
    #expect(!found.sentence.isEmpty && !found.nextStep.isEmpty && !found.sentence.contains("; "))
    #expect(
      findings.filter { $0.severity == .refusal }.allSatisfy { $0.field.hasPrefix(field) || field.hasPrefix($0.field) },
      "nothing else: \(findings)")
  }

  @Test func `the plain offer is in order`() throws { #expect(OfferCheck.check(Scene.document, in: Self.context()) == []) }

  @Test func `everything that is wrong is told at once`() {
    let document = Scene.document([
      "/benefit/percent_off": "15%", "/window/time_zone": "Nowhere", "/owner": "marketer/otto", "/limits/total": ["uses": 0],
      "/honour_for": "P1D",
      "/applies_to/include": [["kind": "sku", "ids": ["NOTHING"]]],
    ])
    let findings = OfferCheck.check(document, in: Self.context { $0.campaign = .closed })
    #expect(
      Set(findings.map(\.field)) == [
        "/benefit/percent_off", "/window/time_zone", "/owner", "/limits/total/uses", "/honour_for", "/applies_to/include/0/ids/0",
        "/campaign_id",
      ])
  }

  @Test func `no object at all is refused`() {
    for json in [.null, [], "x", 5, [:]] as [JSON] {
      #expect(OfferCheck.check(json, in: Self.context()).contains { $0.severity == .refusal }, "\(json.text)")
      #expect(throws: OfferRefusals.self) { try OfferDocument(json) }
    }
  }

  @Test func `a campaign is open`() {
    for (campaign, says) in [(OfferContext.Campaign.closed, "is closed"), (.unknown, "there is no campaign")] {
      let findings = OfferCheck.check(Scene.document, in: Self.context { $0.campaign = campaign })
      #expect(findings.count == 1 && findings[0].field == "/campaign_id" && findings[0].sentence.contains(says))
    }
  }

  @Test func `for new customers only needs an exception, before it is scheduled`() {
    let findings = OfferCheck.check(
      Scene.document(["/eligibility/customers": "new", "/eligibility/anonymous_orders": false]), in: Self.context())
    #expect(findings.map(\.severity) == [.blocksScheduling] && findings[0].field == "/parity_exception")
    // One that ends before the offer does leaves days of which nobody has said why.
    for (end, isDoubtful) in [("2026-05-13T00:00:00", false), ("2026-05-14T00:00:00", false), ("2026-05-12T00:00:00", true)] {
      let exception: JSON = [
        "reason": "welcome_offer", "sentence": "First order only.", "approved_by": "supervisor/ruth", "ends_at": .string(end),
      ]
      let found = OfferCheck.check(
        Scene.document(["/eligibility/customers": "new", "/parity_exception": exception]), in: Self.context()
      ).filter { $0.field == "/parity_exception/ends_at" }
      #expect(found.map(\.severity) == (isDoubtful ? [.warning] : []), "\(end) \(found)")
    }
  }

  @Test func `versions follow without a gap, keep what is for life, and say what is material`() throws {
    let first = try OfferDocument(Scene.document)
    func fields(_ changes: [String: JSON]) -> [String] {
      OfferCheck.check(Scene.document(changes), in: Self.context { $0.previous = first }).filter { $0.severity == .refusal }.map(\.field)
    }
    #expect(fields(["/version": 2]) == [] && fields(["/version": 3]) == ["/version"] && fields(["/version": 1]) == ["/version"])
    #expect(fields(["/version": 2, "/campaign_id": "other"]) == ["/campaign_id"])
    #expect(fields(["/version": 2, "/offer_id": "other"]) == ["/offer_id"])
    let minor: [String: JSON] = ["/version": 2, "/significance": "minor"]
    #expect(fields(minor.merging(["/title/en-US": "Fifteen", "/owner": "supervisor/ruth", "/note": nil]) { $1 }) == [])
    #expect(
      fields(minor.merging(["/benefit/percent_off": "20", "/look_back/duration": "PT24H", "/title/en-US": "20"]) { $1 })
        == ["/look_back/duration", "/benefit/percent_off"])
    let next = try OfferDocument(
      Scene.document(["/version": 2, "/benefit/percent_off": "20", "/also_called": ["x"], "/minimum": ["quantity": 2]]))
    #expect(next.changes(from: first) == ["/version", "/also_called", "/benefit/percent_off", "/minimum"])
    #expect(next.termsHash != first.termsHash && first.termsHash.count == 64)
    let reworded = try OfferDocument(Scene.document(["/version": 2, "/title/en-US": "Other words"]).without("minimum"))
    #expect(reworded.termsHash == first.termsHash, "other words, and an absent field instead of null, promise the same")
  }

  @Test(
    arguments: [
      ("/window/starts_at", true), ("/benefit", true), ("/benefit/percent_off", true), ("/budget/reserve/amount_minor", true),
      ("/currency", true),
      ("/promises/0/quantity", true), ("", true), ("/title/en-US", false), ("/targeting/locales", false), ("/note", false),
      ("/briefing/question", false),
      ("/owner", false), ("/also_called", false), ("/version", false), ("/x_note", false),
    ]) func `is material`(_ pointer: String, _ wanted: Bool)
  {
    #expect(OfferDocument.isMaterial(pointer) == wanted)
  }

  @Test func `policy says how far an offer looks back that does not say it`() throws {
    func filled(_ document: JSON) throws -> OfferDocument.LookBack {
      try OfferDocument(OfferDocument.filled(document, lookBackForGoods: .seconds(48 * 3_600), forPlans: .seconds(744 * 3_600))).lookBack
    }
    let none = Scene.document.without("look_back")
    #expect(try filled(none).duration == .seconds(48 * 3_600) && filled(none).basis == .placedAt)
    let plans = none.setting([["kind": "plan", "ids": ["pro"]]], at: "/applies_to/include")
    #expect(try filled(plans).duration == .seconds(744 * 3_600) && filled(plans).basis == .chargedAt)
    let asked = none.setting(["claim": "on_request", "duration": nil], at: "/look_back")
    #expect(try filled(asked) == .init(duration: .seconds(48 * 3_600), basis: .placedAt, claim: .onRequest))
    let given = Scene.document(["/look_back/duration": "PT0H"])
    #expect(OfferDocument.filled(given, lookBackForGoods: .seconds(1), forPlans: .seconds(1)) == given, "none at all is a choice")
    #expect(OfferDocument.filled(.string("x"), lookBackForGoods: .seconds(1), forPlans: .seconds(1)) == "x")
  }

  struct Doubt: CustomTestStringConvertible {
    let changes: [String: JSON]
    let field: String
    let says: String
    var testDescription: String { says }
  }

  @Test(arguments: [
    Doubt(changes: ["/lookback": ["duration": "PT24H"]], field: "/lookback", says: "did you mean \"look_back\"?"),
    Doubt(changes: ["/benefit/cap": 5], field: "/benefit/cap", says: "\"cap\" is not known here"),
    Doubt(
      changes: [
        "/benefit": ["kind": "fixed_price", "price": ["amount_minor": 3_901, "currency": "USD"]],
        "/applies_to/include": [["kind": "sku", "ids": ["KETTLE"]]],
      ], field: "/benefit/price", says: "more than the list price of KETTLE, 39.00 USD"),
    Doubt(changes: ["/title/es-US": "15 % menos"], field: "/title/es-US", says: "it is not targeted"),
    Doubt(changes: ["/targeting/locales": ["en-US", "fr-CA"]], field: "/targeting/locales/1", says: "no title in it"),
    Doubt(changes: ["/sheets_required/0/locale": "fr-CA"], field: "/sheets_required/0/locale", says: "not targeted"),
    Doubt(
      changes: ["/look_back/duration": "PT744H"], field: "/look_back/duration", says: "back 744 hours, goods may be returned for 720 hours"),
    Doubt(changes: ["/window/starts_at": "2026-05-04T07:59:00"], field: "/window/starts_at", says: "start at 2026-05-04T08:00:00 or later"),
    Doubt(changes: ["/in_window": ["applied_by": "ledger", "code": "X"]], field: "/in_window/code", says: "nobody needs the code"),
    Doubt(changes: ["/duration": ["kind": "forever"]], field: "/duration", says: "only plans"),
    Doubt(changes: ["/eligibility/customers": "existing"], field: "/eligibility/anonymous_orders", says: "gets nothing"),
    Doubt(changes: ["/also_called": ["a", "a"]], field: "/also_called/1", says: "stands twice"),
  ]) func `warns, and lets it through`(_ doubt: Doubt) throws {
    let findings = OfferCheck.check(Scene.document(doubt.changes), in: Self.context())
    #expect(findings.count == 1 && findings[0].severity == .warning && findings[0].field == doubt.field, "\(findings)")
    #expect(findings.first?.description.contains(doubt.says) == true, "\(findings)")
    let document = try OfferDocument(Scene.document(doubt.changes))
    #expect(document.json == Scene.document(doubt.changes), "what is not known is kept")
  }

  @Test func `a start just outside the notice, and one in the past, are no doubt`() {
    #expect(OfferCheck.check(Scene.document(["/window/starts_at": "2026-05-04T08:00:00"]), in: Self.context()) == [])
    let past = Scene.document(["/window/starts_at": "2025-05-04T08:00:00", "/window/ends_at": "2025-06-01T00:00:00"])
    #expect(OfferCheck.check(past, in: Self.context { $0.isHistorical = true }) == [])
  }

  @Test(arguments: Shop.offers) func `the built-in shop's offers are read, and read back`(_ offer: Shop.OfferText) throws {
    let document = try OfferDocument(JSON(parsing: Array(offer.text.utf8)))
    let terms = try Terms(document, zone: Scene.zone(document.window.zone)!)
    let sentences = terms.sentences()
    #expect(
      sentences.count >= 10 && sentences.allSatisfy { $0.hasSuffix(".") && !$0.contains("Optional") && !$0.contains("nil") }, "\(sentences)"
    )
    let context = OfferContext(
      now: Self.now, zone: Scene.zone, people: Shop.staff.map { .init(id: $0.id, hasLeft: !$0.isActive) }, campaign: .open)
    #expect(OfferCheck.check(document.json, in: context).filter { $0.severity != .warning } == [])
  }

  @Test func `an offer is read back with the time that its look-back reaches to`() throws {
    let document = try OfferDocument(JSON(parsing: Array(Shop.offer("sunday-free-shipping")!.text.utf8)))
    let said = try Terms(document, zone: Scene.zone("America/New_York")!).sentences().joined(separator: "\n")
    for sentence in [
      "It pays the shipping, up to 15.00 USD.",
      "It looks back 48 hours, to Friday 2026-05-08 00:00 on the clock (2026-05-08T04:00:00.000Z)",
      "Sunday 2026-05-10 00:00", "honoured for 336 hours longer", "by web or phone; in US",
      "shipping by standard, but not for the category OVERSIZE",
      "at most 5 uses for a customer", "what price gave lowers what it is taken of",
      "4000.00 USD are reserved for it, and 500.00 USD for the desk.",
    ] { #expect(said.contains(sentence), "\(sentence)\n\(said)") }
  }

  static let given: [String] = {
    guard let data = ProcessInfo.processInfo.environment["ACCORD_DATA"] else { return [] }
    return ((try? FileManager.default.contentsOfDirectory(atPath: data + "/offers")) ?? []).sorted().map { "\(data)/offers/\($0)" }
  }()

  @Test(.enabled(if: !given.isEmpty, "left out: offers is not in ACCORD_DATA"), arguments: given)
  func `a worked document is in order`(_ path: String) throws {
    let json = try JSON(parsing: Array(try Data(contentsOf: URL(filePath: path))))
    let context = OfferContext(now: Scene.instant("2026-05-01T12:00:00Z"), zone: Scene.zone, campaign: .open)
    #expect(OfferCheck.check(json, in: context) == [])
  }
}
