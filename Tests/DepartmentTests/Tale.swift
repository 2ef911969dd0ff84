import Contracts
import Mesh
import Store
import TestKit
import Testing
import Wire

/// Facts of all departments as the broker would deliver them, told one after the other by a test.
struct Tale {
  private(set) var deliveries: [Delivery] = []
  private(set) var messages: [Identifier<Message>] = []

  /// The instant that the whole story turns on: Sunday 2026-05-10, midnight in New York.
  static let sunday = Timestamp(milliseconds: 1_778_385_600_000)
  /// Friday 19:42 in New York.
  static let friday = sunday.adding(.seconds(-28 * 3_600 - 18 * 60))

  /// Tells `event`, true and recorded at `time`; returns its message.
  @discardableResult
  mutating func tell(_ event: DomainEvent, at time: Timestamp, by actor: String = "operator", cause: String? = nil) throws
    -> Identifier<Message>
  {
    let number = UInt64(deliveries.count + 1)
    let department = event.type.split(separator: ".").first.map(String.init) ?? ""
    let id = Identifier<Message>(restoring: "\(department)-\(number)")
    let envelope = Envelope(
      id: id, source: "/\(department)", type: event.type, subject: event.key, time: time, recordedTime: time,
      correlationID: cause ?? id.text,
      causationID: cause, partitionKey: event.key, authType: "service_account", authID: actor, data: event.encode())
    deliveries.append(
      Delivery(
        handle: 1, number: number, position: number * 4_096, attempt: 1, producer: "\(department)/tale", sequence: number,
        event: envelope.bytes))
    messages.append(id)
    return id
  }

  /// Any order in which a broker may deliver them: mixed across keys, in their own order within each.
  func shuffled(using random: inout SeededRandom) throws -> [Delivery] {
    let keys = try deliveries.map { try Envelope(decoding: $0.event).partitionKey }
    var queues = Dictionary(grouping: zip(keys, deliveries), by: \.0).mapValues { ArraySlice($0.map(\.1)) }
    return keys.shuffled(using: &random).compactMap { queues[$0]?.popFirst() }
  }
}

/// An offer that a test writes down: free shipping from Sunday to Tuesday, unless it is changed.
struct TaleOffer {
  var id = "sunday"
  var version = 1
  /// Members of the document that are other than usual.
  var changes: [(path: [String], value: JSON)] = []

  init(_ id: String = "sunday", version: Int = 1, _ changes: (String, JSON)...) {
    self.id = id
    self.version = version
    self.changes = changes.map { ($0.0.split(separator: "/").map(String.init), $0.1) }
  }

  static func euros(_ minor: Int64) -> JSON { ["amount_minor": .integer(minor), "currency": "EUR"] }

  var offer: OfferVersion { OfferVersion(offer: Identifier(restoring: id), version: version)! }

  var document: JSON {
    var document: JSON = [
      "schema": "accord.offer/1", "offer_id": .string(id), "version": .integer(Int64(version)), "significance": "material",
      "campaign_id": "spring", "currency": "EUR",
      "title": ["en-US": "Free shipping, Sunday to Tuesday", "es-US": "Envío gratis"], "also_called": ["free shipping", "no postage"],
      "owner": "marketer/maya", "service_contact": "agent/ines",
      "window": ["starts_at": "2026-05-10T00:00:00", "ends_at": "2026-05-13T00:00:00", "time_zone": "America/New_York"],
      "look_back": ["duration": "PT48H", "basis": "placed_at", "claim": "automatic"],
      "in_window": ["applied_by": "checkout", "code": nil], "honour_for": "PT336H",
      "eligibility": ["customers": "everyone", "anonymous_orders": true, "channels": ["web", "phone"], "countries": ["DE"]],
      "targeting": ["audience_id": "all", "purpose": "marketing", "channels": ["email"], "locales": ["en-US"], "voices": ["warm"]],
      "applies_to": ["include": [["kind": "shipping", "methods": ["standard"]]], "exclude": [["kind": "category", "ids": ["OVERSIZE"]]]],
      "benefit": ["kind": "free_shipping", "max": Self.euros(1_500)], "duration": ["kind": "once"], "minimum": nil,
      "limits": ["per_order": nil, "per_customer": nil, "total": nil], "stacking": ["group": "shipping", "combines_with": []],
      "remedy": [
        "destinations": ["original_tender", "customer_credit"], "claimable_for": "PT2160H",
        "clawback": ["on_return": true, "waive_below": nil],
      ], "add_items": nil, "note": ["template_id": "applied-already", "replaces_campaign_message": true],
      "budget": ["reserve": Self.euros(400_000), "desk_allowance": Self.euros(0)], "parity_exception": nil, "promises": [],
      "sheets_required": [], "briefing": ["first_hours": 72, "question": nil],
    ]
    for change in changes { document = document.setting(change.path[...], change.value) }
    return document
  }

  var versioned: DomainEvent {
    .offerVersioned(
      OfferVersioned(
        offerID: offer.offer, version: version, campaignID: Identifier(restoring: "spring"), document: document,
        termsHash: String(repeating: "a", count: 64), significance: .material))
  }

  var scheduled: DomainEvent {
    .offerScheduled(
      OfferScheduled(
        offerID: offer.offer, version: version, campaignID: Identifier(restoring: "spring"), startsAt: Tale.sunday,
        endsAt: Tale.sunday.adding(.seconds(72 * 3_600)), lookBackFrom: Tale.sunday.adding(.seconds(-48 * 3_600)),
        reserve: OrderDraft.euros(400_000)))
  }

  func turned(_ turn: OfferTurned.Turn, at instant: Timestamp, historical: Bool = false) -> DomainEvent {
    .offerTurned(
      OfferTurned(
        turn: turn, offerID: offer.offer, version: version, effectiveFrom: turn == .launched ? instant : nil, historical: historical,
        cause: turn == .launched ? nil : "somebody wanted it so", by: Identifier(restoring: "marketer/maya"), at: instant))
  }
}

extension Tale {
  /// An offer with its time, two days before its start.
  mutating func schedule(_ draft: TaleOffer) throws {
    try tell(draft.versioned, at: Self.sunday.adding(.seconds(-200_000)))
    try tell(draft.scheduled, at: Self.sunday.adding(.seconds(-190_000)))
  }

  @discardableResult
  mutating func launch(_ draft: TaleOffer, at instant: Timestamp = Tale.sunday) throws -> Identifier<Message> {
    try tell(draft.turned(.launched, at: instant), at: instant)
  }

  /// An order of Friday evening with standard shipping, captured at once.
  @discardableResult
  mutating func order(_ id: String, _ change: (inout OrderDraft) -> Void = { _ in }) throws -> Identifier<Message> {
    let draft = Self.orderDraft(id, change)
    return try tell(.orderCaptured(try draft.order()), at: draft.placedAt)
  }

  static func orderDraft(_ id: String, _ change: (inout OrderDraft) -> Void = { _ in }) -> OrderDraft {
    var draft = OrderDraft(id)
    draft.placedAt = friday
    draft.capturedAt = friday
    draft.charges = [OrderCaptured.Charge(method: "standard", paid: OrderDraft.euros(995))]
    draft.tenders = [OrderDraft.tender(5_990)]
    change(&draft)
    return draft
  }

  /// What the ledger tells of a remedy for an order.
  static func remedy(
    _ change: RemedyChanged.Change, _ order: String, of offer: OfferVersion?, ordinal: Int = 1, amount: Int64 = 995, entry: Int64? = 3,
    resolves: Int64? = nil, person: String? = "ada", to destination: RemedyChanged.Destination.Kind = .originalTender,
    basis: RemedyChanged.Basis = .lookBack, reason: String = "granted"
  ) -> DomainEvent {
    let id = Identifier<Order>(restoring: order)
    let key = offer.map { RemedyKey(offer: $0.offer, order: id) } ?? RemedyKey(goodwill: id)
    let state: RemedyChanged.State =
      switch change {
      case .granted: .pending
      case .posted: .posted
      case .voided: .voided
      case .expired: .expired
      case .clawedBack: .clawedBack
      case .declined: .declined
      }
    return .remedyChanged(
      RemedyChanged(
        change: change, remedyID: RemedyID(key: key, ordinal: ordinal), offer: offer,
        campaignID: offer == nil ? nil : Identifier(restoring: "spring"), orderID: id, personID: person.map { Identifier(restoring: $0) },
        kind: offer == nil ? .goodwill : .shippingRefund, basis: basis, amount: OrderDraft.euros(amount),
        lines: [RemedyChanged.Share(lineID: nil, amount: OrderDraft.euros(amount))],
        destination: RemedyChanged.Destination(
          destination,
          tenders: [TenderAmount(kind: destination == .customerCredit ? .customerCredit : .card, amount: OrderDraft.euros(amount))]),
        state: state, entry: change == .declined ? nil : entry, of: resolves, reason: reason, inputs: ["interval": "look_back"]))
  }

  /// What the ledger tells of goodwill that it was asked for in a case.
  static func goodwill(_ asked: RemedyAsked, ordinal: Int) throws -> DomainEvent {
    let amount = try #require(asked.amount)
    return .remedyChanged(
      RemedyChanged(
        change: .posted, remedyID: RemedyID(key: RemedyKey(goodwill: try #require(asked.caseID)), ordinal: ordinal),
        personID: asked.personID,
        kind: .goodwill, basis: .goodwill, amount: amount,
        destination: .init(.customerCredit, tenders: [TenderAmount(kind: .customerCredit, amount: amount)]), state: .posted,
        entry: Int64(100 + ordinal), reason: "goodwill", inputs: ["request_id": .string(asked.requestID.text)]))
  }
}

extension JSON {
  /// The same document with another value at `path`, which exists down to its last name.
  fileprivate func setting(_ path: ArraySlice<String>, _ value: JSON) -> JSON {
    guard let name = path.first, case .object(var members) = self else { return value }
    let rest = path.dropFirst()
    if let index = members.firstIndex(where: { $0.name == name }) {
      members[index].value = rest.isEmpty ? value : members[index].value.setting(rest, value)
    } else {
      members.append(.init(name, value))
    }
    return .object(members)
  }
}

extension JSON: ExpressibleByNilLiteral {
  package init(nilLiteral: ()) { self = .null }
}
