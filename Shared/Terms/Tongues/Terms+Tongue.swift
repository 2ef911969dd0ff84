import Contracts
import Zones

/// What of the terms concerns a customer, in another language than English: the same sentences in the same order as `facts()`.
extension Terms {
  /// In the language of `locale` where it is spoken here, else in English; `Tongue.of` says which.
  package func facts(in locale: String) -> [String] {
    guard let tongue = Tongue.of(locale) else { return facts() }
    return TongueTelling(terms: self, tongue: tongue, locale: locale).facts
  }
}

private struct TongueTelling {
  let terms: Terms
  let tongue: Tongue
  let locale: String

  private var document: OfferDocument { terms.document }
  private func money(_ minor: Int64) -> String { Money(minor: minor, document.currency).description }
  private func say(_ name: String, _ values: KeyValuePairs<String, String> = [:]) -> String { tongue.say(name, values) }

  var facts: [String] {
    [title, benefit, window, lookBack, inside, who, what, limits, stacking, remedies].compactMap(\.self) + plan
  }

  /// In its language where the offer has a name in that.
  private var title: String {
    let named = document.title.first { Locales.speaks($0.locale, locale) } ?? document.title.first
    return say("title", ["name": named?.text ?? document.offerID.text])
  }

  private var benefit: String {
    switch document.benefit {
    case .percentOff(let basisPoints): return say("percent", ["percent": Saying.percent(basisPoints)])
    case .amountOff(let amount, let perUnit): return say(perUnit ? "amount_unit" : "amount_order", ["amount": money(amount)])
    case .fixedPrice(let price, let perUnit): return say(perUnit ? "price_unit" : "price_period", ["amount": money(price)])
    case .freeShipping(let max):
      guard let max else { return say("shipping") }
      return say("shipping_max", ["amount": money(max)])
    case .described(let text): return say("described", ["text": text])
    }
  }

  private var window: String {
    let start = tongue.local(document.window.startsAt)
    let (zone, from) = (document.window.zone, terms.startsAt.description)
    guard let local = document.window.endsAt, let endsAt = terms.endsAt else {
      guard let review = document.window.reviewAt else { return say("window_open", ["start": start, "zone": zone, "from": from]) }
      return say("window_review", ["start": start, "zone": zone, "from": from, "review": tongue.local(review)])
    }
    return say(
      "window",
      [
        "start": start, "end": tongue.local(local), "zone": zone, "from": from, "to": endsAt.description,
        "honour": tongue.duration(document.honourFor),
      ])
  }

  private var lookBack: String {
    guard document.lookBack.duration > .zero else { return say("back_none") }
    let basis =
      switch document.lookBack.basis {
      case .placedAt: "placed"
      case .chargedAt: "charged"
      case .capturedAt: "captured"
      }
    return say(
      "back",
      [
        "length": tongue.duration(document.lookBack.duration), "local": tongue.local(terms.zone.local(at: terms.lookBackFrom)),
        "from": terms.lookBackFrom.description, "basis": say(basis),
        "claim": say(document.lookBack.claim == .automatic ? "unasked" : "asked"),
      ])
  }

  private var inside: String {
    switch (document.inWindow.appliedBy, document.inWindow.code) {
    case (.checkout, let code?): say("inside_code", ["code": code])
    case (.checkout, nil): say("inside_checkout")
    case (.ledger, _): say("inside_ledger")
    }
  }

  private var who: String {
    let eligibility = document.eligibility
    var text: String
    switch eligibility.customers {
    case .everyone: text = say("everyone")
    case .new(let period): text = period.map { say("new_within", ["length": tongue.duration($0)]) } ?? say("new")
    case .existing(let period): text = period.map { say("existing_within", ["length": tongue.duration($0)]) } ?? say("existing")
    case .segment(let id): text = say("segment", ["id": id])
    case .list(let id): text = say("list", ["id": id])
    }
    text += say(eligibility.anonymousOrders ? "anonymous" : "not_anonymous")
    if let channels = eligibility.channels { text += say("by_channels", ["list": tongue.list(channels, "or")]) }
    if let countries = eligibility.countries { text += say("in_countries", ["list": tongue.list(countries, "or")]) }
    if let changes = eligibility.subscriptionChanges {
      text += say("plan_changes", ["list": tongue.list(changes.map { say("plan_\($0.rawValue)") }, "or")])
    }
    return text + "."
  }

  private var what: String {
    let things = tongue.list(document.include.map(selection), "and")
    guard !document.exclude.isEmpty else { return say("what", ["things": things]) }
    return say("what_but", ["things": things, "others": tongue.list(document.exclude.map(selection), "or")])
  }

  private func selection(_ selection: OfferDocument.Selection) -> String {
    func named(_ kind: String, _ ids: [String]) -> String {
      let more = ids.count > 5 ? ids.prefix(5) + [say("others", ["n": "\(ids.count - 5)"])] : ids[...]
      return say(ids.count == 1 ? kind : kind + "s", ["list": tongue.list(Array(more), "and")])
    }
    switch selection {
    case .all: return say("everything")
    case .sku(let ids): return named("article", ids)
    case .category(let ids): return named("category", ids)
    case .brand(let ids): return named("brand", ids)
    case .plan(let ids): return named("plan", ids)
    case .shipping(let ids): return ids.isEmpty ? say("any_shipping") : named("shipping_by", ids)
    }
  }

  private var limits: String? {
    var parts: [String] = []
    switch document.minimum {
    case .subtotal(let least): parts.append(say("from_on", ["least": money(least)]))
    case .quantity(let least): parts.append(say("from_on", ["least": tongue.count(least, "unit")]))
    case nil: break
    }
    for (cap, whose) in [
      (document.limits.perOrder, "an_order"), (document.limits.perCustomer, "a_customer"), (document.limits.total, "all_together"),
    ] {
      guard let cap else { continue }
      let most = [cap.amount.map(money), cap.uses.map { tongue.count($0, "use") }, cap.units.map { tongue.count($0, "unit") }].compactMap(
        \.self)
      parts.append(say("at_most", ["most": tongue.list(most, "and"), "whose": say(whose)]))
    }
    return parts.isEmpty ? nil : say("limits", ["parts": tongue.list(parts, "and")])
  }

  private var stacking: String {
    guard !document.combinesWith.isEmpty else { return say("stacking", ["group": document.group]) }
    return say("stacking_with", ["group": document.group, "others": tongue.list(document.combinesWith, "and")])
  }

  private var remedies: String {
    let places = document.remedy.destinations.map { destination in
      switch destination {
      case .originalTender: say("to_tender")
      case .customerCredit: say("to_credit")
      case .receipt: say("to_receipt")
      }
    }
    return say(document.remedy.clawsBack ? "money_back" : "money_kept", ["places": tongue.list(places, "or_else")])
  }

  private var plan: [String] {
    let funded = document.course.fundedPeriods.map { say("funded", ["periods": tongue.count(Int64($0), "period")]) } ?? ""
    switch document.course.length {
    case .once: return []
    case .periods(let count): return [say("plan_for", ["periods": tongue.count(Int64(count), "period")]) + funded + "."]
    case .forever: return [say("plan_forever") + funded + "."]
    }
  }
}
