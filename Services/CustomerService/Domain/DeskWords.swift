import Contracts
import Terms
import Zones

/// One order against one offer in a sentence that an agent can read to the customer: never a code, never blame.
struct DeskWords {
  let offer: DeskOffer
  let matter: Matter
  let history: History
  let outcome: Outcome
  let now: Timestamp

  private var purchase: Purchase { matter.purchase }
  private var document: OfferDocument { offer.terms.document }
  private func money(_ minor: Int64) -> Money { Money(minor: minor, document.currency) }
  private var order: String { "order \(purchase.orderID)" }

  /// When the order was placed, on the offer's clocks.
  var placed: String {
    purchase.placedPrecision == .day ? "on \(offer.terms.zone.local(at: purchase.placedAt).date)" : offer.words(for: purchase.placedAt)
  }

  var sentence: String {
    switch outcome.reason {
    case .alreadyGiven: given
    case .wrongCurrency: "\(order) was paid in \(matter.captured.currency), the offer is in \(document.currency)"
    case .notCaptured: "\(order) was not captured: nothing was charged for it"
    case .cancelled: "\(order) was cancelled"
    case .recordedTooLate:
      "\(order) was recorded \(offer.words(for: purchase.recordedAt)), after the offer was honoured (until \(offer.words(for: offer.terms.honourUntil(offer.life))))"
    case .outsideWindow: "\(order) was placed \(placed); the offer is for orders \(reach)"
    case .inCheckout: "\(order) was placed \(placed), while the offer is live: the checkout applied it\(code)"
    case .wrongChannel: "\(order) was bought by \(purchase.channel); the offer is for \(list(document.eligibility.channels))"
    case .wrongCountry:
      "\(order) is from \(purchase.country ?? "a country that was not told"); the offer is for \(list(document.eligibility.countries))"
    case .anonymousNotCovered: "\(order) is nobody's by name, and the offer is for known customers"
    case .notEligibleCustomer: "the offer is for \(customers)"
    case .otherSeller: "everything in \(order) is sold by somebody else"
    case .excludedItem: excluded
    case .returned: "what the offer is for in \(order) went back"
    case .belowMinimum: "\(order) does not reach the minimum of \(minimum)"
    case .betterAlready: "\(order) has at least as much off already; the better deal stays"
    case .eligibleZero: "what the offer gives on \(order) rounds to nothing"
    case .capOrder: "the most that one order may get is used up for \(order)"
    case .capCustomer: "this customer has used the offer as often as it may be (\(limit(document.limits.perCustomer, history.customer)))"
    case .capTotal: "the offer is used up over all (\(limit(document.limits.total, history.total)))"
    case .granted, .grantedCut: wouldBe
    }
  }

  /// Who gave it, when, how much, where to.
  private var given: String {
    let parts = matter.given(document.offerID).map { remedy in
      let fact = matter.grant(remedy.remedyID)
      let itself = fact?.cameByItself == true ? ", before anybody asked" : ""
      let back =
        remedy.clawedBack > 0
        ? ", \(remedy.clawedBack == remedy.amount ? "all" : "\(money(remedy.clawedBack))") of it taken back since" : ""
      let pending = remedy.state == .pending ? ", on its way" : ""
      return
        "\(money(remedy.amount)) \(fact?.destinationWords ?? "")\(pending), given by \(remedy.by) \(offer.words(for: remedy.at))\(itself)\(back)"
    }
    let left = matter.given(document.offerID).contains { $0.amount > $0.clawedBack }
    return "\(order) \(left ? "has" : "had") it: \(parts.joined(separator: "; "))"
  }

  /// One thing that is left out of a shipping offer keeps the whole order out of it.
  private var excluded: String {
    let accounts = offer.terms.accounts(of: purchase, history, life: offer.life, at: now)
    guard document.benefit.isShipping, let out = accounts.lines.first(where: { $0.reason == .excludedItem }) else {
      return "nothing in \(order) is what the offer is for"
    }
    let name = purchase.lines[out.place].sku.map { "\($0)" } ?? "something"
    return "\(order) holds \(name), which is left out of the offer, and the shipping is one for the whole order"
  }

  private var wouldBe: String {
    let amount = outcome.money
    let top = matter.given(document.offerID).isEmpty ? "" : " on top"
    let why =
      switch outcome.interval {
      case .before: "the offer reaches back to \(order), placed \(placed)"
      case .gap: "\(order), placed \(placed), fell into a time when the offer should have been live"
      case .inside, nil: "\(order), placed \(placed), lies in the offer's time"
      }
    let cut = outcome.isCut ? "; a limit makes it less than the \(money(outcome.uncut)) of the terms" : ""
    let day = outcome.dayPrecision ? "; only the day of the order is known" : ""
    switch offer.phase(at: now) {
    case .startsSoon:
      return
        "\(why): it would be \(amount)\(top), \(likelyDestination), when it starts \(offer.words(for: offer.terms.startsAt))\(cut)\(day)"
    case .honourable:
      let until = offer.words(for: offer.terms.honourUntil(offer.life))
      return "\(why): it would be \(amount)\(top), \(likelyDestination); the offer is over and honoured until \(until)\(cut)\(day)"
    case .live, .paused, .historical, .gone:
      return "\(why): it would be \(amount)\(top), \(likelyDestination); the ledger has not given it yet\(cut)\(day)"
    }
  }

  /// Where the money would most likely go; the ledger decides.
  var likelyDestination: String {
    let tenders = purchase.tenders
    for destination in document.remedy.destinations {
      switch destination {
      case .originalTender:
        let back = tenders.filter { $0.refundableAbsent && $0.kind != .customerCredit }
        if back.reduce(Int64(0), { $0 &+ $1.amount.minor }) >= outcome.amount, let first = back.first {
          return "back to \(first.kind.words)"
        }
      case .customerCredit: if purchase.personID != nil { return "to the customer's credit" }
      case .receipt: return "to whoever brings the receipt"
      }
    }
    return "to whoever brings the receipt"
  }

  // MARK: The terms in words

  /// Such as `from Fri ... (48 h before its start Sun ...) until Wed ...`.
  var reach: String {
    let start = offer.words(for: offer.terms.startsAt)
    let from =
      document.lookBack.duration > .zero
      ? "from \(offer.words(for: offer.terms.lookBackFrom)), before its start \(start)," : "from \(start)"
    if offer.life.isHistorical { return "\(from) until that start" }
    let end = offer.terms.end(offer.life)
    return end == .last ? "\(from) on" : "\(from) until \(offer.words(for: end))"
  }

  private var code: String {
    guard purchase.discountsKnown, !purchase.discounts.contains(where: { $0.offerID == document.offerID }) else { return "" }
    return document.inWindow.code.map { ", with the code \($0)" } ?? ""
  }

  var customers: String {
    switch document.eligibility.customers {
    case .everyone:
      if let changes = document.eligibility.subscriptionChanges {
        return "subscriptions that were \(changes.map(\.rawValue).joined(separator: " or ")), and this charge is none of them"
      }
      return "everyone"
    case .new(let period):
      let before = history.earlierOrderAt.map { "; an order was placed \(offer.words(for: $0))" } ?? ""
      return "new customers\(period.map { ", those without an order for \(Self.words($0))" } ?? "")\(before)"
    case .existing(let period):
      let before = history.earlierOrderAt.map { "; the order before was placed \(offer.words(for: $0))" } ?? "; there is no order before it"
      return "customers who ordered before\(period.map { " within \(Self.words($0))" } ?? "")\(before)"
    case .segment, .list: return "\(Self.customers(document))\(belonging)"
    }
  }

  /// Whom an offer for a segment or a list is for.
  static func customers(_ document: OfferDocument) -> String {
    switch document.eligibility.customers {
    case .segment(let name): "the customers of the segment \(name)"
    case .list(let name): "the customers on the list \(name)"
    case .everyone, .new, .existing: "everyone"
    }
  }

  /// Since when, or until when, they belonged to the group when the order was placed.
  private var belonging: String {
    guard purchase.personID != nil else { return "" }
    let span = history.membership.span(at: purchase.placedAt)
    guard let span else { return "; they were none of them when it was placed" }
    guard span.holds(at: purchase.placedAt) else {
      return "; they were one of them only until \(offer.words(for: span.until)), before it was placed"
    }
    return span.from > .first ? "; they are one of them since \(offer.words(for: span.from))" : "; they are one of them"
  }

  var minimum: String {
    switch document.minimum {
    case nil: "nothing"
    case .subtotal(let least): "\(money(least)) on the lines that count"
    case .quantity(let least): Telling.count(least, "piece")
    }
  }

  func limit(_ cap: OfferDocument.Cap?, _ used: Tally) -> String {
    guard let cap else { return "no limit" }
    var parts: [String] = []
    if let amount = cap.amount { parts.append("\(money(used.amount)) of \(money(amount))") }
    if let uses = cap.uses { parts.append("\(used.uses) of \(Telling.count(uses, "order"))") }
    if let units = cap.units { parts.append("\(used.units) of \(Telling.count(units, "piece"))") }
    return parts.isEmpty ? "no limit" : parts.joined(separator: ", ")
  }

  private func list(_ words: [String]?) -> String { words?.joined(separator: ", ") ?? "all" }

  /// `48 h`, `90 min`.
  static func words(_ duration: Duration) -> String {
    let minutes = duration.milliseconds / 60_000
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes) min"
  }
}
