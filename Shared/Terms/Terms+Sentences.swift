import Contracts
import Zones

/// The terms read back, for whoever is about to schedule them.
extension Terms {
  /// One sentence for each thing that is promised, with local times as the clocks will show them.
  package func sentences() -> [String] {
    [name, benefit, window, lookBack, inside, who, what, limits, stacking, remedies].compactMap(\.self) + plan + [budget] + others
  }

  /// What of it concerns a customer: without who is responsible, what is reserved and what is asked of service.
  package func facts() -> [String] {
    [title, benefit, window, lookBack, inside, who, what, limits, stacking, remedies].compactMap(\.self) + plan
  }

  private var title: String { "The offer is called \"\(document.title.first?.text ?? document.offerID.text)\"." }

  private func money(_ minor: Int64) -> String { Money(minor: minor, document.currency).description }

  private var name: String {
    "\(document.offerVersion), \"\(document.title.first?.text ?? "")\", belongs to \(document.owner) for the campaign \(document.campaignID); at the desk \(document.serviceContact) answers for it."
  }

  private var benefit: String {
    switch document.benefit {
    case .percentOff(let basisPoints): return "It takes \(Saying.percent(basisPoints)) off."
    case .amountOff(let amount, let perUnit): return "It takes \(money(amount)) off each \(perUnit ? "unit" : "order")."
    case .fixedPrice(let price, let perUnit): return "It makes the price \(money(price)) for each \(perUnit ? "unit" : "period")."
    case .freeShipping(let max): return "It pays the shipping" + (max.map { ", up to \(money($0))." } ?? ".")
    case .described(let text): return "It is described, and honoured by hand: \(text)"
    }
  }

  private var window: String {
    let start = "It starts on \(Saying.local(document.window.startsAt)) and "
    let zone = " (\(document.window.zone); \(startsAt)"
    guard let local = document.window.endsAt, let endsAt else {
      let review = document.window.reviewAt.map { "; somebody looks at it again on \(Saying.local($0))" } ?? ""
      return start + "has no end\(review)\(zone))."
    }
    return start + "ends on \(Saying.local(local))\(zone) to \(endsAt)), and is honoured for \(Saying.duration(document.honourFor)) longer."
  }

  private var lookBack: String {
    guard document.lookBack.duration > .zero else { return "It does not look back: orders before the start get nothing." }
    let basis =
      switch document.lookBack.basis {
      case .placedAt: "placed"
      case .chargedAt: "charged"
      case .capturedAt: "captured"
      }
    let claim = document.lookBack.claim == .automatic ? "get it without asking" : "get it when they ask"
    return
      "It looks back \(Saying.duration(document.lookBack.duration)), to \(Saying.local(zone.local(at: lookBackFrom))) on the clock (\(lookBackFrom)): orders \(basis) from then on \(claim)."
  }

  private var inside: String {
    let code = document.inWindow.code.map { " with the code \($0)" } ?? ""
    switch document.inWindow.appliedBy {
    case .checkout: return "Inside the window the checkout applies it\(code)."
    case .ledger: return "Inside the window the ledger applies it where the checkout did not."
    }
  }

  private var who: String {
    let eligibility = document.eligibility
    var text: String
    switch eligibility.customers {
    case .everyone: text = "Everyone may have it"
    case .new(let period): text = "New customers may have it, who had no order" + (period.map { " for \(Saying.duration($0))" } ?? " ever")
    case .existing(let period):
      text = "Existing customers may have it, who had an order" + (period.map { " within \(Saying.duration($0))" } ?? "")
    case .segment(let id): text = "The segment \(id) may have it"
    case .list(let id): text = "Who is on the list \(id) may have it"
    }
    text += eligibility.anonymousOrders ? ", orders without a name too" : ", orders without a name not"
    if let channels = eligibility.channels { text += "; by \(Saying.list(channels, "or"))" }
    if let countries = eligibility.countries { text += "; in \(Saying.list(countries, "or"))" }
    if let changes = eligibility.subscriptionChanges { text += "; on plans that were \(Saying.list(changes.map(\.rawValue), "or"))" }
    return text + "."
  }

  private var what: String {
    let text = "It is for \(Saying.list(document.include.map(Self.selection)))"
    return document.exclude.isEmpty ? text + "." : text + ", but not for \(Saying.list(document.exclude.map(Self.selection), "or"))."
  }

  private static func selection(_ selection: OfferDocument.Selection) -> String {
    func named(_ kind: String, _ ids: [String]) -> String {
      "\(kind) \(Saying.list(ids.count > 5 ? ids.prefix(5) + ["\(ids.count - 5) others"] : ids))"
    }
    switch selection {
    case .all: return "everything"
    case .sku(let ids): return named(ids.count == 1 ? "the article" : "the articles", ids)
    case .category(let ids): return named(ids.count == 1 ? "the category" : "the categories", ids)
    case .brand(let ids): return named(ids.count == 1 ? "the brand" : "the brands", ids)
    case .plan(let ids): return named(ids.count == 1 ? "the plan" : "the plans", ids)
    case .shipping(let ids): return ids.isEmpty ? "any shipping" : named("shipping by", ids)
    }
  }

  private var limits: String? {
    var parts: [String] = []
    switch document.minimum {
    case .subtotal(let least): parts.append("from \(money(least)) on")
    case .quantity(let least): parts.append("from \(Saying.count(least, "unit")) on")
    case nil: break
    }
    for (cap, whose) in [
      (document.limits.perOrder, "an order"), (document.limits.perCustomer, "a customer"), (document.limits.total, "all together"),
    ] {
      guard let cap else { continue }
      let most = [cap.amount.map(money), cap.uses.map { Saying.count($0, "use") }, cap.units.map { Saying.count($0, "unit") }].compactMap(
        \.self)
      parts.append("at most \(Saying.list(most)) for \(whose)")
    }
    return parts.isEmpty ? nil : "It counts " + Saying.list(parts) + "."
  }

  private var stacking: String {
    let text = "Of the offers of its group \"\(document.group)\" a customer gets the best"
    return document.combinesWith.isEmpty
      ? text + "." : text + "; what \(Saying.list(document.combinesWith)) gave lowers what it is taken of."
  }

  private var remedies: String {
    let places = document.remedy.destinations.map { destination in
      switch destination {
      case .originalTender: "to what was paid with"
      case .customerCredit: "to the customer's credit"
      case .receipt: "to be claimed on the receipt"
      }
    }
    let returns = document.remedy.clawsBack ? "taken back with returned goods" : "kept when goods are returned"
    return "The money goes \(Saying.list(places, "or else")), and is \(returns)."
  }

  private var plan: [String] {
    let funded = document.course.fundedPeriods.map { "; the campaign pays for \(Saying.count(Int64($0), "period"))" } ?? ""
    switch document.course.length {
    case .once: return []
    case .periods(let count): return ["A plan carries it for \(Saying.count(Int64(count), "period"))\(funded)."]
    case .forever: return ["A plan carries it for as long as it lasts\(funded)."]
    }
  }

  private var budget: String {
    let desk = document.deskAllowance.map { ", and \($0) for the desk" } ?? ""
    return "\(document.reserve) are reserved for it\(desk)."
  }

  private var others: [String] {
    var result: [String] = []
    if let exception = document.parityException {
      result.append(
        "Existing customers pay more until \(Saying.local(exception.endsAt)), approved by \(exception.approvedBy): \(exception.sentence)")
    }
    for promise in document.promises {
      let what: String
      switch promise.kind {
      case .contactsPerHour: what = "\(promise.quantity ?? 0) contacts an hour"
      case .units: what = "\(promise.quantity ?? 0) of \(promise.sku ?? "the goods")"
      case .leadTime: what = "delivery within \(Saying.duration(promise.duration ?? .zero))"
      case .returns: what = "\(promise.quantity ?? 0) returns"
      }
      result.append("Service is asked for \(what), and answers by \(Saying.local(promise.answerBy)).")
    }
    return result
  }
}
