import Contracts
import HTTP
import Host
import Store
import TestKit

/// Who works here, whom customers are, what there is to sell: before anything of a story happens.
extension World {
  static func person(_ number: Int) -> String { "p-\(number)" }

  private static let staff: [(id: String, role: String)] = [
    ("agent/ines", "agent"), ("agent/bo", "agent"), ("agent/uma", "agent"), ("lead/ruth", "lead"), ("lead/tom", "lead"),
    ("supervisor/sam", "supervisor"), ("marketer/maya", "marketer"), ("marketer/noor", "marketer"),
  ]

  /// Does all of it, and everybody has heard of it.
  func begin() throws {
    var random = SeededRandom(seed: 7)
    for one in Self.staff {
      try post(
        ledger, "/v1/colleagues",
        [
          "colleague_id": .string(one.id), "roles": [.string(one.role)], "department": one.role == "marketer" ? "marketing" : "service",
          "locales": .array(GateWatch.locales.map { .string($0) }), "token_digest": .string(Self.digest(of: one.id)),
        ])
    }
    for number in 0..<WorldStep.people {
      try OpenBooks(ledger).tell(MarketingScene.person(Self.person(number)))
    }
    try OpenBooks(ledger).tell(
      .productsListed(
        ProductsListed(
          batchID: Identifier(restoring: "catalogue"),
          products: [
            .init(sku: Identifier(restoring: "KETTLE-17"), categories: ["KITCHEN"], list: Money(minor: 3_900, MarketingScene.usd)),
            .init(sku: Identifier(restoring: "SOFA-1"), categories: ["OVERSIZE"], list: Money(minor: 90_000, MarketingScene.usd)),
          ])))
    try publish()
    try post(
      marketing, "/v1/campaigns",
      ["campaign_id": "spring", "budget": ["amount_minor": 1_000_000, "currency": "USD"], "approved_by": "supervisor/sam"])
    try post(
      marketing, "/v1/audiences/newsletter-us/people",
      ["people": .array((0..<WorldStep.people).map { .string(Self.person($0)) })])
    try settle(using: &random)
    for channel in ["web", "phone"] {
      try post(
        service, "/v1/channels",
        ["channel": .string(channel), "counterpart": "phone", "opens": "08:00", "closes": "20:00", "time_zone": "America/New_York"])
    }
    try rosters()
    try capacity("contacts", 200)
    try capacity("kettles", 500)
    try settle(using: &random)
  }

  /// From eight to eight in New York, on each of the first three days.
  private func rosters() throws {
    var rows: [JSON] = []
    for agent in WorldStep.agents {
      for day in 10...12 {
        rows.append(
          WordScene.row(
            Int64(rows.count) + 2, agent, "2026-05-\(day)T12:00:00Z", "2026-05-\(day + 1)T00:00:00Z",
            .init("shift_id", .string(Self.shift(agent, day))),
            .init("locales", .array(GateWatch.locales.map { .string($0) })), .init("channels", ["phone", "web"])))
      }
    }
    _ = service.ask(
      .post, "/v1/imports/roster", headers: service.headers(key: "roster"),
      body: Array(([["file": "roster.csv"]] + rows).map(\.bytes).joined(separator: [0x0A])))
    try publish()
  }

  static func shift(_ agent: String, _ day: Int) -> String { "shift-\(agent.dropFirst(6))-\(day)" }

  /// What there is from now on, or from eight in the morning `day` days after the start.
  func capacity(_ what: String, _ quantity: Int64, from day: Int = 0) throws {
    let isContacts = what == "contacts"
    let hours: Int64 = isContacts || day > 0 ? 8 + 24 * Int64(day) : -28
    let from = max(now, GateWatch.starts.adding(.seconds(hours * 3_600)))
    var body: [JSON.Member] = [
      .init("kind", isContacts ? "contacts_per_hour" : "units"), .init("from", .string(from.description)),
      .init("to", isContacts ? "2026-05-14T00:00:00Z" : "2026-05-20T00:00:00Z"), .init("quantity", .integer(quantity)),
      .init("cause", "as things stand"),
    ]
    if !isContacts { body.append(.init("sku", "KETTLE-17")) }
    try post(service, "/v1/capacity", .object(body), as: "lead/ruth")
  }

  // MARK: Documents

  /// A version of the Sunday offer; each honours an hour longer than the one before, and so promises otherwise.
  static func sunday(_ version: Int) throws -> JSON {
    try MarketingScene.demandingOffer(
      ("version", .integer(Int64(version))), ("honour_for", .string("PT\(336 + version)H")))
  }

  /// What nobody may schedule: a window that ends before it begins, a campaign and an owner that there are not, days of a length that
  /// changes, and more off than there is.
  static let mistakes: [(String, JSON)] = [
    ("window", ["starts_at": "2026-05-10T00:00:00", "ends_at": "2026-05-09T00:00:00", "time_zone": "America/New_York"]),
    ("campaign_id", "autumn"), ("owner", "marketer/nobody"),
    ("look_back", ["duration": "P2D", "basis": "placed_at", "claim": "automatic"]),
    ("benefit", ["kind": "percent_off", "percent_off": "101"]),
  ]

  static func mistaken(_ number: Int) throws -> JSON {
    try MarketingScene.sundayOffer(("offer_id", .string(GateWatch.mistaken)), mistakes[number])
  }

  /// A kettle for 29.00 on somebody's first order, while others pay 39.00.
  static func welcome() throws -> JSON {
    let money: JSON = ["amount_minor": 150_000, "currency": "USD"]
    return try MarketingScene.sundayOffer(
      ("offer_id", .string(GateWatch.welcome)), ("title", ["en-US": "Kettle for 29.00 on your first order"]),
      ("also_called", ["first order kettle"]), ("look_back", ["duration": "PT0H", "basis": "placed_at", "claim": "automatic"]),
      (
        "eligibility",
        [
          "customers": "new", "new_means": ["no_captured_order_for": "PT8760H"], "anonymous_orders": false, "channels": ["web"],
          "countries": ["US"],
        ]
      ), ("applies_to", ["include": [["kind": "sku", "ids": ["KETTLE-17"]]], "exclude": []]),
      ("benefit", ["kind": "fixed_price", "price": ["amount_minor": 2_900, "currency": "USD"], "per": "unit"]),
      ("limits", ["per_order": ["units": 1], "per_customer": ["uses": 1], "total": .null]),
      ("stacking", ["group": "price", "combines_with": []]), ("add_items", .null), ("note", .null),
      ("budget", ["reserve": ["amount_minor": 0, "currency": "USD"], "desk_allowance": money]),
      (
        "parity_exception",
        [
          "reason": "welcome_offer", "sentence": "First order only.", "approved_by": "lead/ruth", "ends_at": "2026-05-13T00:00:00",
          "match": ["who": "existing", "how": "prompt", "per_customer": ["uses": 1], "max": money],
        ]
      ),
      (
        "promises",
        [
          [
            "promise_id": "contacts", "kind": "contacts_per_hour", "quantity": 70, "from": "2026-05-10T08:00:00",
            "to": "2026-05-13T20:00:00", "answer_by": "2026-05-09T17:00:00", "on_drop": "alarm",
          ]
        ]
      ))
  }
}
