import Contracts
import HTTP
import Host
import TestKit
import Testing

/// Rows that a desk keeps ready are those that it would write now, whatever happened since; and an order says nothing about offers on other
/// things.
struct TableTopTests {
  private static let kettle = TaleOffer(
    "kettle", ("applies_to", ["include": [["kind": "sku", "ids": ["KETTLE"]]], "exclude": []]),
    ("benefit", ["kind": "percent_off", "percent_off": "10"]), ("stacking/group", "price"), ("briefing", .null))
  private static let pan = TaleOffer(
    "pan", ("applies_to", ["include": [["kind": "sku", "ids": ["PAN"]]], "exclude": []]),
    ("benefit", ["kind": "percent_off", "percent_off": "10"]), ("stacking/group", "pans"), ("briefing", .null))
  private static let guests = TaleOffer(
    "guests", ("eligibility/customers", "list"), ("eligibility/list_id", "guests"), ("eligibility/anonymous_orders", false),
    ("stacking/group", "guests"), ("briefing", .null))

  private typealias Step = (name: String, does: @Sendable (WordScene) throws -> Void)

  private static func order(_ id: String, of person: String, _ sku: String, at instant: Timestamp) throws -> DomainEvent {
    .orderCaptured(
      try Tale.orderDraft(id) { draft in
        (draft.personID, draft.placedAt, draft.capturedAt) = (person, instant, instant)
        draft.lines[0].sku = Identifier(restoring: sku)
      }.order())
  }

  private static let steps: [Step] = [
    ("people", { try $0.hire("agent/ines", .agent) }),
    ("leads", { try $0.hire("lead/ruth", .lead) }), ("deputy", { try $0.hire("lead/tom", .lead) }),
    ("scheduled", { scene in for draft in [TaleOffer(), kettle, pan, guests] { try scene.version(draft) } }),
    ("ordered", { try $0.tell(order("A", of: "ada", "KETTLE", at: Tale.friday)) }),
    ("ordered something else", { try $0.tell(order("B", of: "bob", "MUG", at: Tale.friday)) }),
    ("started", { $0.advance(to: Tale.sunday) }),
    ("launched", { scene in for draft in [TaleOffer(), kettle, pan] { try scene.turn(draft, .launched) } }),
    (
      "joined",
      { scene in
        try scene.tell(
          .membershipChanged(
            MembershipChanged(
              group: CustomerGroup(.list, Identifier(restoring: "guests")), revision: 1,
              members: [.init(personID: Identifier(restoring: "cleo"), from: Tale.friday, until: Tale.sunday.adding(.seconds(3_600)))])))
      }
    ),
    ("launched for guests", { try $0.turn(guests, .launched) }),
    ("given", { try $0.tell(Tale.remedy(.posted, "A", of: TaleOffer().offer)) }),
    ("put into words", { _ = try $0.sheet("sunday") }),
    ("read", { try $0.done("/v1/briefings/acknowledge", ["offer": "sunday", "seconds_open": 9], as: "agent/ines") }),
    ("left the list", { $0.advance(to: Tale.sunday.adding(.seconds(7_200))) }),
    ("paused", { try $0.turn(kettle, .paused) }), ("resumed", { try $0.turn(kettle, .resumed) }),
    ("stopped", { try $0.turn(pan, .stopped) }),
    ("over", { $0.advance(to: Tale.sunday.adding(.seconds(73 * 3_600))) }),
    ("over for good", { $0.advance(to: Tale.sunday.adding(.seconds((72 + 336) * 3_600))) }),
  ]

  private func tables(_ scene: WordScene) throws -> [String] {
    var found: [String] = []
    for person in ["ada", "bob", "cleo", "dora"] {
      for query in [[], [("locale", "es-US")], [("called", "guests")], [("limit", "2")]] {
        for who in [nil, "agent/ines"] {
          let answer = scene.get("/v1/customers/\(person)/offers", query, as: who)
          found.append("\(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
          if answer.status == 200 { _ = try answer.json }
        }
      }
    }
    return found
  }

  @Test func `a table that was asked for all along is the table of somebody who asks for the first time`() throws {
    let warm = try WordScene()
    for (number, step) in Self.steps.enumerated() {
      try step.does(warm)
      let seen = try tables(warm)
      let cold = try WordScene()
      for before in Self.steps[...number] { try before.does(cold) }
      #expect(try tables(cold) == seen, "after: \(step.name)")
      // Twice the same, too.
      #expect(try tables(warm) == seen, "again after: \(step.name)")
    }
  }

  private func rows(_ scene: WordScene, _ path: String) throws -> [String] {
    (try scene.get(path).json["offers"]?.array ?? []).map {
      "\($0["offer"]?.string ?? "?") \($0["yes"]?.bool == true ? "yes" : "no") \($0["reason"]?.string ?? "?")"
    }
  }

  @Test func `an order says nothing about offers on other things, and everything where it is asked about`() throws {
    let scene = try WordScene()
    for step in Self.steps.prefix(8) { try step.does(scene) }
    // Shipping is everybody's; the kettle is Ada's.
    #expect(
      try rows(scene, "/v1/customers/ada/offers") == [
        "kettle@1 yes granted", "pan@1 yes on_new_orders", "sunday@1 yes granted", "guests@1 no not_eligible_customer",
      ])
    #expect(
      try rows(scene, "/v1/customers/bob/offers") == [
        "kettle@1 yes on_new_orders", "pan@1 yes on_new_orders", "sunday@1 yes granted", "guests@1 no not_eligible_customer",
      ])
    #expect(
      try rows(scene, "/v1/orders/B/offers").sorted() == [
        "guests@1 no not_eligible_customer", "kettle@1 no excluded_item", "pan@1 no excluded_item", "sunday@1 yes granted",
      ])
    // Nor does one of the offer's own time: what the checkout took off was not this.
    try scene.tell(Self.order("C", of: "bob", "MUG", at: Tale.sunday.adding(.seconds(60))))
    #expect(try rows(scene, "/v1/customers/bob/offers").contains("kettle@1 yes on_new_orders"))
  }
}
