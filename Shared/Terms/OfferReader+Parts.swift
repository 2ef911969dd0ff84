import Contracts

/// The parts of a document: when, for whom, for what.
extension OfferReader {
  mutating func window(_ field: Field) -> OfferDocument.Window? {
    guard object(field, ["starts_at", "ends_at", "review_at", "time_zone"]) else { return nil }
    let startsAt = needed(field["starts_at"]) { $0.localTime($1) }
    let endsAt = localTime(field["ends_at"])
    let reviewAt = localTime(field["review_at"])
    let zone = needed(field["time_zone"]) { $0.text($1) }
    guard let startsAt, let zone else { return nil }
    return .init(startsAt: startsAt, endsAt: endsAt, reviewAt: reviewAt, zone: zone)
  }

  mutating func lookBack(_ field: Field, isForPlans: Bool) -> OfferDocument.LookBack? {
    guard object(field, ["duration", "basis", "claim"]) else { return nil }
    let duration = needed(field["duration"]) { $0.duration($1, max: TermsLimits.lookBackMax) }
    let basis = field["basis"].isAbsent ? (isForPlans ? .chargedAt : .placedAt) : word(field["basis"], OfferDocument.LookBack.Basis.self)
    let claim = field["claim"].isAbsent ? .automatic : word(field["claim"], OfferDocument.LookBack.Claim.self)
    guard let duration, let basis, let claim else { return nil }
    return .init(duration: duration, basis: basis, claim: claim)
  }

  mutating func inWindow(_ field: Field) -> OfferDocument.InWindow? {
    guard object(field, ["applied_by", "code"]) else { return nil }
    let code = text(field["code"])
    guard let applier = needed(field["applied_by"], { $0.word($1, OfferDocument.InWindow.Applier.self) }) else { return nil }
    if applier == .ledger, code != nil {
      warn(
        field["code"], "the ledger applies the offer by itself, so nobody needs the code",
        next: "let the checkout apply it, or leave it out")
    }
    return .init(appliedBy: applier, code: code)
  }

  mutating func eligibility(_ field: Field) -> OfferDocument.Eligibility? {
    let known = [
      "customers", "new_means", "existing_means", "segment_id", "list_id", "anonymous_orders", "channels", "countries",
      "subscription_changes",
    ]
    guard object(field, known) else { return nil }
    let customers = needed(field["customers"]) { $0.customers($1, field) }
    let anonymous = needed(field["anonymous_orders"]) { $0.flag($1) }
    let channels = choices(field["channels"])
    let countries = choices(field["countries"])
    for (index, country) in (countries ?? []).enumerated() where !Self.isCountry(country) {
      refuse(
        Field("\(field.pointer)/countries/\(index)", nil), "\"\(country)\" is no country code", next: "write two capital letters like DE")
    }
    let names = choices(field["subscription_changes"])
    var changes: [SubscriptionChanged.Change]?
    for (index, name) in (names ?? []).enumerated() {
      let place = Field("\(field.pointer)/subscription_changes/\(index)", .string(name))
      if let change = word(place, SubscriptionChanged.Change.self) { changes = (changes ?? []) + [change] }
    }
    guard let customers, let anonymous else { return nil }
    return .init(customers: customers, anonymousOrders: anonymous, channels: channels, countries: countries, subscriptionChanges: changes)
  }

  private enum Audience: String, CaseIterable { case everyone, new, existing, segment, list }

  private mutating func customers(_ field: Field, _ eligibility: Field) -> OfferDocument.Eligibility.Customers? {
    switch word(field, Audience.self) {
    case nil: return nil
    case .everyone: return .everyone
    case .new: return .new(noOrderFor: period(eligibility["new_means"], "no_captured_order_for"))
    case .existing: return .existing(orderWithin: period(eligibility["existing_means"], "captured_order_within"))
    case .segment: return needed(eligibility["segment_id"]) { $0.text($1) }.map { .segment($0) }
    case .list: return needed(eligibility["list_id"]) { $0.text($1) }.map { .list($0) }
    }
  }

  private mutating func period(_ field: Field, _ name: String) -> Duration? {
    guard object(field, [name]) else { return nil }
    return needed(field[name]) { $0.duration($1) }
  }

  private static func isCountry(_ code: String) -> Bool {
    code.utf8.count == 2 && code.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
  }

  mutating func targeting(_ field: Field) -> OfferDocument.Targeting? {
    guard object(field, ["audience_id", "purpose", "channels", "locales", "voices"]) else { return nil }
    let audience = needed(field["audience_id"]) { $0.text($1) }
    let purpose = needed(field["purpose"]) { $0.text($1) }
    let channels = texts(field["channels"]) ?? []
    let locales = texts(field["locales"]) ?? []
    let voices = texts(field["voices"]) ?? []
    guard let audience, let purpose else { return nil }
    return .init(audienceID: audience, purpose: purpose, channels: channels, locales: locales, voices: voices)
  }

  private enum SelectionKind: String, CaseIterable { case all, sku, category, brand, plan, shipping }

  mutating func selection(_ field: Field) -> OfferDocument.Selection? {
    guard object(field, ["kind", "ids", "methods"]) else {
      if field.isAbsent { refuse(field, "it is null", next: "name what is meant, or leave it out") }
      return nil
    }
    guard let kind = needed(field["kind"], { $0.word($1, SelectionKind.self) }) else { return nil }
    switch kind {
    case .all: return .all
    case .shipping: return .shipping(texts(field["methods"]) ?? [])
    case .sku, .category, .brand, .plan:
      guard let ids = needed(field["ids"], { $0.choices($1) }) else { return nil }
      switch kind {
      case .sku: return .sku(ids)
      case .category: return .category(ids)
      case .brand: return .brand(ids)
      default: return .plan(ids)
      }
    }
  }

  mutating func sheet(_ field: Field) -> OfferDocument.Sheet? {
    guard object(field, ["locale", "voice"]) else { return nil }
    let locale = needed(field["locale"]) { $0.text($1) }
    let voice = needed(field["voice"]) { $0.text($1) }
    guard let locale, let voice else { return nil }
    return .init(locale: locale, voice: voice)
  }
}
