import Contracts
import Foundation
import Terms
import TestKit
import Testing
import Zones

/// 200 offers over the published Complete Journey panel, each reading out of the raw rows by itself.
@Suite struct PanelTests {
  static let folder: String? = {
    guard let data = ProcessInfo.processInfo.environment["ACCORD_DATA"] else { return nil }
    let folder = data + "/completejourney"
    return FileManager.default.fileExists(atPath: folder + "/transactions.csv.gz") ? folder : nil
  }()

  @Test(.enabled(if: folder != nil, "left out: completejourney is not in ACCORD_DATA"))
  func `two readings decide alike on the panel`() throws {
    let source = try #require(Self.folder)
    var random = Seed.printed(for: "the panel")
    let panel = try Panel(source)
    #expect(panel.baskets.count == 155_848)
    let cases = try (0..<200).map { try Case($0, panel, using: &random) }
    let folder = Folder.temporary()
    let first = JSON.object([.init("panel", .string(source))]).text
    let reading = try Differential.start([first] + cases.map(\.question), in: folder, named: "panel")
    var granted = 0
    let own = try cases.map { each in
      try each.answers(panel).map { outcome in
        if outcome.isGranted { granted += 1 }
        return Differential.line(outcome)
      }
    }
    let answers = try reading.wait()
    #expect(answers.first == #"{"baskets": 155848}"#)
    let differences = Differential.differences(own, Array(answers.dropFirst())) { number, place in
      "basket \(panel.baskets[cases[number].places[place]].id)\n\(cases[number].document.text)"
    }
    #expect(differences.isEmpty, "\(differences.map(\.description).joined(separator: "\n\n"))")
    #expect(granted > 1_000, "too few grants to show anything")
    print("the panel: \(cases.count) offers, \(own.reduce(0) { $0 + $1.count }) decisions, \(granted) granted")
  }

  /// One offer, and the baskets it is tried on: those in its reach, or an even sample of them, and some beside.
  struct Case {
    let document: JSON
    let terms: Terms
    let life: Life
    let places: [Int]
    let question: String

    static let samples = 300

    init(_ number: Int, _ panel: Panel, using random: inout SeededRandom) throws {
      let day = Int64.random(in: 0..<350, using: &random)
      let starts = Scene.instant("2017-01-02T00:00:00Z").adding(.seconds(86_400 * day + 3_600 * Int64.random(in: 0..<24, using: &random)))
      let zone = Scene.zone("America/New_York")!
      let hours = [0, 48, 12, 168, 744].randomElement(using: &random)!
      var changes: [String: JSON] = [
        "/window/starts_at": .string(zone.local(at: starts).description),
        "/window/ends_at": .string(zone.local(at: starts.adding(.seconds(86_400 * 3 + 7_200))).description),
        "/look_back/duration": .string("PT\(hours)H"), "/in_window": ["applied_by": "ledger"],
        "/applies_to/include": Self.include(panel, &random),
      ]
      if random.chance(3) { changes["/applies_to/exclude"] = [["kind": "brand", "ids": ["Private"]]] }
      changes["/benefit"] =
        [
          ["kind": "percent_off", "percent_off": .string(["15", "12.5", "33.33", "7.25"].randomElement(using: &random)!)],
          ["kind": "percent_off", "percent_off": "20"],
          [
            "kind": "amount_off", "amount": Scene.money(Int64.random(in: 1...1_000, using: &random)),
            "per": random.chance(2) ? "order" : "unit",
          ],
          ["kind": "fixed_price", "price": Scene.money(Int64.random(in: 0...300, using: &random)), "per": "unit"],
        ].randomElement(using: &random)!
      if random.chance(3) { changes["/minimum"] = ["subtotal": Scene.money(2_000)] }
      if random.chance(3) { changes["/limits/per_order"] = ["amount": Scene.money(Int64.random(in: 50...500, using: &random))] }
      if random.chance(3) { changes["/limits/per_customer"] = ["uses": 1] }
      if random.chance(4) { changes["/limits/total"] = ["amount": Scene.money(20_000), "units": 400] }
      if random.chance(4) {
        changes["/eligibility"] = [
          "customers": "existing", "existing_means": ["captured_order_within": "PT240H"], "anonymous_orders": false,
        ]
      }
      document = Scene.document(changes)
      terms = try Terms(OfferDocument(document), zone: zone)
      life = Life(effectiveFrom: terms.startsAt.adding(.seconds(random.chance(2) ? 0 : 90_000)), isHistorical: random.chance(3))
      places = panel.places(
        from: terms.lookBackFrom.adding(.seconds(-3_600)), to: terms.endsAt!.adding(.seconds(3_600)), atMost: Self.samples)
      let question: JSON = [
        "case": .integer(Int64(number)), "offer": document,
        "life": ["effective_from": .integer(life.effectiveFrom.milliseconds), "historical": .bool(life.isHistorical)],
        "now": .integer(terms.startsAt.milliseconds), "of": .array(places.map { .string(panel.baskets[$0].id) }), "batch": true,
      ]
      self.question = question.text
    }

    private static func include(_ panel: Panel, _ random: inout SeededRandom) -> JSON {
      if random.chance(3) { return [["kind": "all"]] }
      let departments = ["GROCERY", "PASTRY", "DRUG GM", "PRODUCE", "MEAT"].shuffled(using: &random).prefix(2)
      return [["kind": "category", "ids": .array(departments.map(JSON.string))], ["kind": "sku", "ids": .array(panel.someSKUs(&random))]]
    }

    func answers(_ panel: Panel) throws -> [Outcome] {
      var decisions = Decisions()
      return try decisions.decide(places.map { try panel.purchase($0) }, terms, life: life, at: terms.startsAt)
    }
  }
}
