import Contracts
import Terms
import TestKit
import Zones

/// Offers of every kind over one week in May and both days of clock change; documents that may be saved, however odd.
struct RandomOffer {
  let document: JSON
  let terms: Terms
  let life: Life
  let now: Timestamp

  static let starts = [
    "2026-05-10T00:00:00", "2026-05-10T00:00:00", "2026-05-09T12:00:00", "2026-05-09T12:00:00", "2026-05-11T09:00:00",
    "2026-05-09T16:30:01", "2026-03-08T03:00:00",
    "2026-03-09T00:00:00",
    "2026-11-01T01:30:00", "2026-11-02T00:00:00", "2026-04-20T09:00:00",
  ]
  static let lookBacks = ["PT0H", "PT48H", "PT24H", "PT1H30M", "PT744H", "PT12H0.001S", "PT6H"]
  static let offers = ["offer-a", "offer-b", "offer-c"]
  static let groups = ["price", "shipping", "loyalty"]

  /// Instants at which something begins or ends: orders are put on them and beside them.
  static let edges: [Timestamp] = {
    let zone = Scene.zone("America/New_York")!
    return starts.flatMap { text -> [Timestamp] in
      guard let start = instant(text, zone) else { return [] }
      let backs = lookBacks.compactMap { try? Duration(iso8601: $0) }.map { start.adding(.zero - $0) }
      return [start, start.adding(.seconds(7_200)), start.adding(.seconds(86_400)), start.adding(.seconds(3 * 86_400))] + backs
    }
  }()

  private static func instant(_ text: String, _ zone: Zone) -> Timestamp? {
    guard let local = try? LocalTime(iso8601: text) else { return nil }
    switch zone.resolve(local) {
    case .unique(let instant), .ambiguous(let instant, _), .gap(_, let instant): return instant
    }
  }

  init(using random: inout SeededRandom) throws {
    var changes: [String: JSON] = [
      "/offer_id": .string(Self.offers.randomElement(using: &random)!),
      "/window/starts_at": .string(Self.starts.randomElement(using: &random)!),
      "/look_back/duration": .string(Self.lookBacks.randomElement(using: &random)!),
      "/look_back/basis": ["placed_at", "placed_at", "charged_at", "captured_at"].randomElement(using: &random)!,
      "/look_back/claim": random.chance(8) ? "on_request" : "automatic",
      "/in_window": Self.inWindow(&random),
      "/honour_for": ["PT0H", "PT336H", "PT720H", "PT2160H", "PT2160H"].randomElement(using: &random)!,
      "/eligibility": Self.eligibility(&random), "/applies_to": [:], "/benefit": [:],
      "/stacking/group": .string(Self.groups.randomElement(using: &random)!),
    ]
    let start = try LocalTime(iso8601: changes["/window/starts_at"]!.string!)
    let days = [1, 3, 30].randomElement(using: &random)!
    let end = CivilDate(daysSinceEpoch: start.date.daysSinceEpoch + days)
    if random.chance(6) {
      changes["/window/ends_at"] = JSON.null
      changes["/window/review_at"] = "2027-01-01T00:00:00"
    } else {
      changes["/window/ends_at"] = .string(LocalTime(date: end, hour: start.hour, minute: start.minute, second: start.second)!.description)
    }
    let ships = random.chance(4)
    changes["/benefit"] = ships ? Self.shipping(&random) : Self.benefit(&random)
    changes["/applies_to"] = ["include": Self.include(ships, &random), "exclude": Self.exclude(ships, &random)]
    if random.chance(3) {
      changes["/minimum"] =
        Bool.random(using: &random)
        ? ["subtotal": Scene.money([1, 2_000, 5_000, 3_875].randomElement(using: &random)!)]
        : ["quantity": .integer(Int64.random(in: 1...4, using: &random))]
    }
    changes["/limits"] = Self.limits(&random)
    if random.chance(3) {
      let group = changes["/stacking/group"]!.string!
      changes["/stacking/combines_with"] = .array(
        Self.groups.filter { $0 != group }.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)).map(JSON.string))
    }
    if random.chance(2) { changes["/add_items"] = ["until": "shipped", "benefit_on_added_lines": .bool(!random.chance(4))] }
    document = Scene.document(changes)
    terms = try Terms(OfferDocument(document), zone: Scene.zone("America/New_York")!)
    life = Self.life(terms, &random)
    let end2 = terms.honourUntil(life)
    now = random.chance(10) && end2 < .last ? end2.adding(.milliseconds(Int64.random(in: -1...1, using: &random))) : terms.startsAt
  }

  private static func inWindow(_ random: inout SeededRandom) -> JSON {
    ["applied_by": random.chance(2) ? "ledger" : "checkout", "code": random.chance(2) ? "CODE" : .null]
  }

  private static func eligibility(_ random: inout SeededRandom) -> JSON {
    var members: [JSON.Member] = [.init("anonymous_orders", .bool(random.chance(2)))]
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      members.append(.init("customers", "new"))
      if random.chance(2) { members.append(.init("new_means", ["no_captured_order_for": "PT720H"])) }
    case 1:
      members.append(.init("customers", "existing"))
      if random.chance(2) { members.append(.init("existing_means", ["captured_order_within": "PT720H"])) }
    case 2: members += [.init("customers", "segment"), .init("segment_id", "gold")]
    case 3: members += [.init("customers", "list"), .init("list_id", "guests")]
    default: members.append(.init("customers", "everyone"))
    }
    if random.chance(3) { members.append(.init("channels", random.chance(2) ? ["web"] : ["web", "phone", "store"])) }
    if random.chance(3) { members.append(.init("countries", random.chance(2) ? ["US"] : ["US", "CA"])) }
    if random.chance(3) { members.append(.init("subscription_changes", random.chance(2) ? ["started", "upgraded"] : ["renewed"])) }
    return .object(members)
  }

  private static func include(_ ships: Bool, _ random: inout SeededRandom) -> JSON {
    var goods: [JSON] = [
      ["kind": "all"], ["kind": "category", "ids": ["TEA", "KITCHEN"]], ["kind": "category", "ids": ["GIFTS"]],
      ["kind": "sku", "ids": ["KETTLE-17", "TEA-BOX", "TEA-MINT"]], ["kind": "brand", "ids": ["Halden", "Grisom"]],
      ["kind": "plan", "ids": ["pro-monthly", "basic-monthly"]],
    ]
    goods.shuffle(using: &random)
    guard ships else { return .array(Array(goods.prefix(Int.random(in: 1...3, using: &random)))) }
    let methods: JSON = [["standard"], ["standard", "express"], []].randomElement(using: &random)!
    return .array([["kind": "shipping", "methods": methods]] + (random.chance(4) ? [goods[0]] : []))
  }

  private static func exclude(_ ships: Bool, _ random: inout SeededRandom) -> JSON {
    var result: [JSON] = []
    if random.chance(3) { result.append(["kind": "category", "ids": ["OVERSIZE", "GIFTS"]]) }
    if random.chance(6) { result.append(["kind": "sku", "ids": ["TEA-MINT"]]) }
    if random.chance(8) { result.append(["kind": "brand", "ids": ["Halden"]]) }
    if ships, random.chance(4) { result.append(["kind": "shipping", "methods": ["express"]]) }
    return .array(result)
  }

  private static func shipping(_ random: inout SeededRandom) -> JSON {
    random.chance(2)
      ? ["kind": "free_shipping"] : ["kind": "free_shipping", "max": Scene.money(Int64.random(in: 1...2_000, using: &random))]
  }

  private static func benefit(_ random: inout SeededRandom) -> JSON {
    switch Int.random(in: 0..<10, using: &random) {
    case 0...4:
      let percent = ["15", "12.5", "33.33", "0.01", "100", "50", "10", "7.5"].randomElement(using: &random)!
      return ["kind": "percent_off", "percent_off": .string(percent)]
    case 5, 6:
      return [
        "kind": "amount_off", "amount": Scene.money(Int64.random(in: 1...3_000, using: &random)),
        "per": random.chance(2) ? "order" : "unit",
      ]
    case 7, 8:
      return [
        "kind": "fixed_price", "price": Scene.money(Int64.random(in: 0...4_000, using: &random)),
        "per": random.chance(3) ? "period" : "unit",
      ]
    default: return ["kind": "described", "text": "a surprise"]
    }
  }

  private static func limits(_ random: inout SeededRandom) -> JSON {
    func cap() -> JSON {
      guard random.chance(3) else { return .null }
      var members: [JSON.Member] = []
      if random.chance(2) { members.append(.init("amount", Scene.money(Int64.random(in: 1...3_000, using: &random)))) }
      if random.chance(3) { members.append(.init("uses", .integer(Int64.random(in: 1...4, using: &random)))) }
      if random.chance(3) || members.isEmpty { members.append(.init("units", .integer(Int64.random(in: 1...5, using: &random)))) }
      return .object(members)
    }
    return ["per_order": cap(), "per_customer": cap(), "total": cap()]
  }

  private static func life(_ terms: Terms, _ random: inout SeededRandom) -> Life {
    var life = Life(effectiveFrom: terms.startsAt)
    if random.chance(3) { life.effectiveFrom = terms.startsAt.adding(.seconds([1, 7_200, 86_400].randomElement(using: &random)!)) }
    if random.chance(3) {
      let begin = life.effectiveFrom.adding(.seconds(Int64.random(in: 0...7_200, using: &random)))
      life.pauses = [begin..<(random.chance(2) ? .last : begin.adding(.seconds(79_200)))]
    }
    if random.chance(8) { life.endedAt = terms.startsAt.adding(.seconds(86_400)) }
    if random.chance(8) { life.stoppedAt = terms.startsAt.adding(.seconds(7_200)) }
    life.isHistorical = random.chance(8)
    return life
  }

  /// The life as evaluator.py reads it.
  var lifeJSON: JSON {
    var members: [JSON.Member] = [
      .init("effective_from", .integer(life.effectiveFrom.milliseconds)),
      .init("pauses", .array(life.pauses.map { [.integer($0.lowerBound.milliseconds), .integer($0.upperBound.milliseconds)] })),
      .init("historical", .bool(life.isHistorical)),
    ]
    if let endedAt = life.endedAt { members.append(.init("ended_at", .integer(endedAt.milliseconds))) }
    if let stoppedAt = life.stoppedAt { members.append(.init("stopped_at", .integer(stoppedAt.milliseconds))) }
    return .object(members)
  }
}

extension SeededRandom {
  /// True once in `count` times.
  mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
