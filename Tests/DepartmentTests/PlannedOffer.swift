import Contracts
import TestKit
import Terms
import Testing
import Zones
import Host

/// An offer that a test writes down field by field, as marketing would tell of it.
struct PlannedOffer {
  var id = "free-ship"
  var version = 1
  var significance = OfferVersioned.Significance.material
  var campaign = "spring"
  var currency = "USD"
  /// Local in New York.
  var starts = "2026-05-10T00:00:00"
  var ends: String? = "2026-05-13T00:00:00"
  var zone = "America/New_York"
  var lookBack = "PT48H"
  var basis = "placed_at"
  var claim = "automatic"
  var appliedBy = "checkout"
  var honourFor = "PT336H"
  var customers: JSON = "everyone"
  /// The list or segment that it is for, in place of `customers`.
  var only: CustomerGroup?
  var anonymous = true
  var include: JSON = [["kind": "all"]]
  var exclude: JSON = []
  var benefit: JSON = ["kind": "percent_off", "percent_off": "15"]
  var duration: JSON = ["kind": "once"]
  var minimum: JSON = .null
  var limits: JSON = ["per_order": .null, "per_customer": .null, "total": .null]
  var group = "price"
  var combinesWith: JSON = []
  var destinations: JSON = ["original_tender", "customer_credit"]
  var waiveBelow: JSON = .null
  var addItems: JSON = .null
  var reserve: Int64 = 40_000
  var channels: JSON = ["web", "store", "phone"]
  var countries: JSON = ["US", "DE"]
  /// Why it may be worse for those who are there already.
  var exception: JSON = .null

  /// 2026-05-10T04:00:00Z.
  var startsAt: Timestamp { Self.instant(starts) }
  var endsAt: Timestamp? { ends.map(Self.instant) }

  static func instant(_ local: String) -> Timestamp {
    // New York in May is four hours behind.
    (try? Timestamp(rfc3339: local + "-04:00")) ?? .first
  }

  static func shipping(_ id: String = "free-ship") -> PlannedOffer {
    var draft = PlannedOffer()
    draft.id = id
    draft.include = [["kind": "shipping", "methods": ["standard"]]]
    draft.benefit = ["kind": "free_shipping", "max": ["amount_minor": 1500, "currency": "USD"]]
    draft.group = "shipping"
    draft.combinesWith = ["price"]
    return draft
  }

  private var eligibility: JSON {
    guard let only else {
      return ["customers": customers, "anonymous_orders": .bool(anonymous), "channels": channels, "countries": countries]
    }
    return [
      "customers": .string(only.kind.rawValue), "\(only.kind.rawValue)_id": .string(only.id.text), "anonymous_orders": .bool(anonymous),
      "channels": channels, "countries": countries,
    ]
  }

  var document: JSON {
    [
      "schema": "accord.offer/1", "offer_id": .string(id), "version": .integer(Int64(version)),
      "significance": .string(significance.rawValue),
      "campaign_id": .string(campaign), "title": ["en-US": .string(id)], "owner": "marketer/maya", "service_contact": "agent/ines",
      "also_called": [], "currency": .string(currency),
      "window": [
        "starts_at": .string(starts), "ends_at": ends.map { .string($0) } ?? .null, "time_zone": .string(zone),
        "review_at": ends == nil ? "2027-01-01T00:00:00" : .null,
      ],
      "look_back": ["duration": .string(lookBack), "basis": .string(basis), "claim": .string(claim)],
      "in_window": ["applied_by": .string(appliedBy), "code": .null], "honour_for": .string(honourFor),
      "eligibility": eligibility,
      "targeting": [
        "audience_id": "all", "purpose": "marketing", "channels": ["email"], "locales": ["en-US"], "voices": ["warm"],
      ],
      "applies_to": ["include": include, "exclude": exclude], "benefit": benefit, "duration": duration, "minimum": minimum,
      "limits": limits, "stacking": ["group": .string(group), "combines_with": combinesWith],
      "remedy": [
        "destinations": destinations, "claimable_for": "PT2160H", "clawback": ["on_return": true, "waive_below": waiveBelow],
      ],
      "add_items": addItems, "note": .null,
      "budget": [
        "reserve": ["amount_minor": .integer(reserve), "currency": .string(currency)],
        "desk_allowance": ["amount_minor": 0, "currency": .string(currency)],
      ],
      "parity_exception": exception, "promises": [], "sheets_required": [], "briefing": ["first_hours": 72, "question": .null],
    ]
  }

  func versioned() throws -> OfferVersioned {
    let read = try OfferDocument(document)
    return OfferVersioned(
      offerID: try Identifier(id), version: version, campaignID: try Identifier(campaign), document: document, termsHash: read.termsHash,
      significance: significance)
  }

  func scheduled() throws -> OfferScheduled {
    OfferScheduled(
      offerID: try Identifier(id), version: version, campaignID: try Identifier(campaign), startsAt: startsAt, endsAt: endsAt,
      lookBackFrom: startsAt.adding(.zero - (try Duration(iso8601: lookBack))),
      reserve: Money(minor: reserve, try #require(Currency(currency))))
  }

  func turned(
    _ turn: OfferTurned.Turn, at instant: Timestamp, effectiveFrom: Timestamp? = nil, historical: Bool = false
  ) throws -> OfferTurned {
    OfferTurned(
      turn: turn, offerID: try Identifier(id), version: version, effectiveFrom: effectiveFrom,
      historical: historical, by: try Identifier("maya"), at: instant)
  }
}

extension OrderDraft {
  /// An order in dollars, placed at an instant, paid by card.
  static func dollars(
    _ id: String, at placed: Timestamp, _ lines: [(sku: String, minor: Int64)], shipping: Int64 = 0, person: String? = "ada",
    tender: OrderCaptured.Tender.Kind = .card, quantity: Int64 = 1
  ) -> OrderDraft {
    let dollar = Currency("USD")!
    var draft = OrderDraft(id)
    draft.personID = person
    draft.country = "US"
    draft.placedAt = placed
    draft.lines = lines.enumerated().map { place, line in
      OrderCaptured.Line(
        lineID: Identifier(restoring: "\(place + 1)"), sku: Identifier(restoring: line.sku), categories: ["goods"], quantity: quantity,
        paid: Money(minor: line.minor, dollar))
    }
    if shipping > 0 { draft.charges = [OrderCaptured.Charge(method: "standard", paid: Money(minor: shipping, dollar))] }
    let sum = lines.reduce(0) { $0 + $1.minor } + shipping
    draft.tenders = [OrderCaptured.Tender(kind: tender, amount: Money(minor: sum, dollar), refundableAbsent: tender == .card)]
    return draft
  }
}
