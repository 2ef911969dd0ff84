import Contracts
import Foundation
import Synchronization
import Terms
import TestKit
import Zones

/// What the tests of terms share: a plain offer to change field by field, orders in few words, the clock of New York.
enum Scene {
  /// 15 % off everything, from Sunday 10 May 2026 00:00 to Wednesday 00:00 in New York, 48 hours back.
  static let document: JSON = [
    "schema": "accord.offer/1", "offer_id": "spring", "version": 1, "significance": "material", "campaign_id": "campaign",
    "title": ["en-US": "15 % off"], "also_called": [], "owner": "marketer/maya", "service_contact": "agent/ines", "currency": "USD",
    "window": ["starts_at": "2026-05-10T00:00:00", "ends_at": "2026-05-13T00:00:00", "time_zone": "America/New_York"],
    "look_back": ["duration": "PT48H", "basis": "placed_at", "claim": "automatic"],
    "in_window": ["applied_by": "checkout", "code": nil], "honour_for": "PT336H",
    "eligibility": ["customers": "everyone", "anonymous_orders": true],
    "targeting": ["audience_id": "all", "purpose": "marketing", "channels": ["email"], "locales": ["en-US"], "voices": ["warm"]],
    "applies_to": ["include": [["kind": "all"]], "exclude": []], "benefit": ["kind": "percent_off", "percent_off": "15"],
    "duration": ["kind": "once"], "minimum": nil, "limits": ["per_order": nil, "per_customer": nil, "total": nil],
    "stacking": ["group": "price", "combines_with": []],
    "remedy": [
      "destinations": ["original_tender", "customer_credit"], "claimable_for": "PT2160H",
      "clawback": ["on_return": true, "waive_below": nil],
    ],
    "add_items": nil, "note": ["template_id": "applied-already", "replaces_campaign_message": true],
    "budget": ["reserve": ["amount_minor": 100_000, "currency": "USD"], "desk_allowance": ["amount_minor": 5_000, "currency": "USD"]],
    "parity_exception": nil, "promises": [], "sheets_required": [["locale": "en-US", "voice": "warm"]],
    "briefing": ["first_hours": 72, "question": nil],
  ]

  /// The plain offer with some fields changed.
  static func document(_ changes: [String: JSON]) -> JSON {
    changes.sorted { $0.key < $1.key }.reduce(document) { $0.setting($1.value, at: $1.key) }
  }

  static func terms(_ changes: [String: JSON] = [:]) throws -> Terms {
    let document = try OfferDocument(document(changes))
    return try Terms(document, zone: zone(document.window.zone)!)
  }

  static let dollars = Currency("USD")!

  static func money(_ minor: Int64) -> JSON { ["amount_minor": .integer(minor), "currency": "USD"] }

  /// Zones of the system; nil where it has none of that name. Each is read once.
  static let zone: @Sendable (String) -> Zone? = { name in
    zones.withLock { zones in
      if let known = zones[name] { return known }
      let data = try? Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))
      let zone = data.flatMap { try? Zone(name: name, bytes: Array($0)) }
      zones[name] = zone
      return zone
    }
  }
  private static let zones = Mutex<[String: Zone]>([:])

  static func instant(_ text: String) -> Timestamp {
    guard let instant = try? Timestamp(rfc3339: text) else { preconditionFailure("\(text) is no instant; correct the test") }
    return instant
  }

  /// The life of an offer that went live on time.
  static func life(_ terms: Terms) -> Life { Life(effectiveFrom: terms.startsAt) }

  /// Saturday noon in New York: inside the look-back.
  static let saturday = instant("2026-05-09T16:00:00Z")

  /// One thing bought, by somebody, on the web.
  static func purchase(
    _ lines: [OrderCaptured.Line] = [line("1", 10_000)], id: String = "order", at: Timestamp = saturday, person: String? = "ada",
    channel: String = "web", country: String? = "US", charges: [OrderCaptured.Charge] = [], discounts: [OrderCaptured.Discount] = [],
    known: Bool = false, precision: OrderCaptured.Precision = .instant, plan: (String, String)? = nil
  ) throws -> Purchase {
    Purchase(
      try OrderCaptured(
        orderID: Identifier(id), personID: person.map { try Identifier($0) }, channel: channel, country: country, placedAt: at,
        placedPrecision: precision, capturedAt: at.adding(.seconds(1)), lines: lines, charges: charges, discounts: discounts,
        discountsKnown: known, subscriptionID: plan.map { try Identifier($0.0) }, period: plan.map { try Identifier($0.1) }))
  }

  static func line(
    _ id: String, _ paid: Int64, sku: String = "KETTLE", categories: [String] = ["KITCHEN"], brand: String? = nil, quantity: Int64 = 1,
    list: Int64? = nil, addedAt: Timestamp? = nil, seller: String? = nil, under: String? = nil, tax: [OrderCaptured.Tax] = []
  ) -> OrderCaptured.Line {
    OrderCaptured.Line(
      lineID: Identifier(restoring: id), sku: Identifier(restoring: sku), categories: categories, brand: brand, quantity: quantity,
      list: list.map { Money(minor: $0, dollars) }, paid: Money(minor: paid, dollars), tax: tax, addedAt: addedAt,
      seller: seller.map { Identifier(restoring: $0) }, under: under.flatMap { OfferVersion($0) })
  }

  static func shipping(_ paid: Int64, _ method: String = "standard") -> OrderCaptured.Charge {
    OrderCaptured.Charge(method: method, paid: Money(minor: paid, dollars))
  }

  /// A remedy of `offer`, parts by line; a nil line is the shipping.
  static func given(
    _ offer: String?, _ group: String?, _ parts: [(String?, Int64)], number: Int = 1, state: Given.State = .posted, order: String = "order",
    units: Int64 = 0
  ) -> Given {
    Given(
      remedyID: RemedyID(key: RemedyKey(restoring: "\(offer ?? "goodwill")/\(order)"), ordinal: number),
      offer: offer.flatMap { OfferVersion("\($0)@1") }, group: group, amount: parts.reduce(0) { $0 + $1.1 },
      parts: parts.map { Given.Part(lineID: $0.0.map { Identifier(restoring: $0) }, amount: $0.1) }, state: state, at: saturday,
      by: "ledger",
      units: units)
  }
}

extension JSON: ExpressibleByNilLiteral {
  package init(nilLiteral: ()) { self = .null }
}

extension JSON {
  /// The value with another one at `pointer`, whose members are made where they are missing. Lists are counted from 0, `-` is behind the last.
  func setting(_ value: JSON, at pointer: String) -> JSON {
    guard let first = pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).first, !pointer.isEmpty else {
      return value
    }
    let rest = String(pointer.dropFirst(first.count + 1))
    if var elements = array {
      if first == "-" {
        elements.append(JSON.null.setting(value, at: rest))
      } else {
        elements[Int(first)!] = elements[Int(first)!].setting(value, at: rest)
      }
      return .array(elements)
    }
    var members = object ?? []
    if let index = members.firstIndex(where: { $0.name == first }) {
      members[index].value = members[index].value.setting(value, at: rest)
    } else {
      members.append(Member(String(first), JSON.null.setting(value, at: rest)))
    }
    return .object(members)
  }

  func without(_ name: String) -> JSON { .object((object ?? []).filter { $0.name != name }) }
}
