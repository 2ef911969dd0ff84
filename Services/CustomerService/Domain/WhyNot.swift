package import Contracts
package import Terms
import Zones

/// Why an order gets what it gets of an offer, with everything that was looked at, in words.
package struct WhyNot: Sendable {
  /// One line or charge, and whether it counts.
  package struct Item: Sendable, Equatable {
    package let id: String
    package let counts: Bool
    /// Nil where it counts.
    package let reason: Reason?
    package let sentence: String
  }

  package let answer: Desk.OrderAnswer
  package let offer: DeskOffer
  /// The steps of the decision that hold for the whole order, in words: time, person, limits, what it has already.
  package let inputs: [Input]
  package let items: [Item]

  /// One thing that was looked at.
  package struct Input: Sendable, Equatable {
    package let name: String
    package let sentence: String
  }

  package init(_ offer: DeskOffer, _ judged: Desk.Judged, at now: Timestamp) {
    self.offer = offer
    answer = Desk.answer(offer, judged, at: now)
    let words = DeskWords(offer: offer, matter: judged.matter, history: judged.history, outcome: answer.outcome, now: now)
    inputs = words.inputs
    items = words.items
  }
}

extension DeskWords {
  fileprivate var purchase: Purchase { matter.purchase }
  fileprivate var document: OfferDocument { offer.terms.document }

  var inputs: [WhyNot.Input] {
    var inputs = [
      WhyNot.Input(name: "interval", sentence: "the offer is for orders \(reach)\(pauses)"),
      WhyNot.Input(name: "time", sentence: "the order was placed \(placed)\(basis)\(whereabouts)"),
      WhyNot.Input(
        name: "currency", sentence: "the order is in \(matter.captured.currency), the offer in \(document.currency)"),
      WhyNot.Input(name: "channel", sentence: "bought by \(purchase.channel); the offer is for \(words(document.eligibility.channels))"),
      WhyNot.Input(
        name: "country",
        sentence: "\(purchase.country ?? "no country was told"); the offer is for \(words(document.eligibility.countries))"),
      WhyNot.Input(name: "customer", sentence: "\(customer); the offer is for \(customers)"),
      WhyNot.Input(name: "minimum", sentence: document.minimum == nil ? "there is none" : "at least \(minimum), as placed"),
      WhyNot.Input(name: "limit_per_order", sentence: limit(document.limits.perOrder, used)),
      WhyNot.Input(name: "limit_per_customer", sentence: limit(document.limits.perCustomer, history.customer)),
      WhyNot.Input(name: "limit_total", sentence: limit(document.limits.total, history.total)),
      WhyNot.Input(name: "already", sentence: already),
    ]
    if offer.life.isHistorical {
      inputs.insert(WhyNot.Input(name: "historical", sentence: "launched when its time was over: it only reaches back"), at: 1)
    }
    return inputs
  }

  private var used: Tally {
    let own = matter.given(document.offerID)
    return Tally(amount: own.reduce(0) { $0 + $1.amount }, uses: own.isEmpty ? 0 : 1, units: own.reduce(0) { $0 + $1.units })
  }

  private var pauses: String {
    guard !offer.life.pauses.isEmpty else { return "" }
    let each = offer.life.pauses.map { pause in
      pause.upperBound == .last
        ? "since \(offer.words(for: pause.lowerBound))"
        : "from \(offer.words(for: pause.lowerBound)) until \(offer.words(for: pause.upperBound))"
    }
    return "; at rest \(each.joined(separator: ", "))"
  }

  private var basis: String {
    switch document.lookBack.basis {
    case .placedAt: ""
    case .chargedAt: ", which is when the plan was charged"
    case .capturedAt: "; the offer goes by the capture, \(offer.words(for: purchase.capturedAt))"
    }
  }

  private var whereabouts: String {
    switch outcome.interval {
    case .before: ": before the start, within the look-back"
    case .gap: ": when the offer should have been live"
    case .inside: ": while it is live"
    case nil: ""
    }
  }

  private var customer: String {
    guard let person = purchase.personID else { return "nobody by name" }
    let before = history.earlierOrderAt.map { "whose order before was placed \(offer.words(for: $0))" } ?? "without an order before"
    return "\(person), \(before)"
  }

  private var already: String {
    let all = matter.purchase.remedies.filter(\.isActive)
    let discounts = matter.captured.discounts.map { "\($0.amount) at the checkout\($0.offerID.map { " (\($0))" } ?? "")" }
    let remedies = all.map { remedy in
      "\(Money(minor: remedy.amount - remedy.clawedBack, matter.captured.currency)) of \(remedy.offer.map { "\($0)" } ?? "goodwill")"
        + " by \(remedy.by) \(offer.words(for: remedy.at))"
    }
    let parts = discounts + remedies
    return parts.isEmpty ? "nothing was given for this order" : parts.joined(separator: "; ")
  }

  private func words(_ list: [String]?) -> String { list?.joined(separator: ", ") ?? "all" }

  // MARK: Lines

  var items: [WhyNot.Item] {
    let accounts = offer.terms.accounts(of: purchase, history, life: offer.life, at: now)
    let lines = accounts.lines.map { account in
      let line = purchase.lines[account.place]
      let paid = Money(minor: line.paid, matter.captured.currency)
      let what = "\(line.sku.map { "\($0)" } ?? "a line") x\(line.quantity), \(paid)"
      return document.benefit.isShipping ? aside(line.lineID.text, what, account) : item(line.lineID.text, what, account)
    }
    let charges = accounts.charges.map { account in
      let charge = purchase.charges[account.place]
      return item("shipping", "\(charge.method) shipping, \(Money(minor: charge.paid, matter.captured.currency))", account)
    }
    return lines + charges
  }

  private func item(_ id: String, _ what: String, _ account: LineAccount) -> WhyNot.Item {
    WhyNot.Item(id: id, counts: account.reason == nil, reason: account.reason, sentence: "\(what): \(Self.why(account.reason))")
  }

  /// A line beside an offer on the shipping: it counts for nothing, or keeps the whole order out.
  private func aside(_ id: String, _ what: String, _ account: LineAccount) -> WhyNot.Item {
    let why = account.reason == nil ? "does not stand in the way" : "left out of the offer, and the whole order with it"
    return WhyNot.Item(id: id, counts: account.reason == nil, reason: account.reason, sentence: "\(what): \(why)")
  }

  private static func why(_ reason: Reason?) -> String {
    switch reason {
    case nil: "counts"
    case .outsideWindow?: "its time lies outside"
    case .inCheckout?: "the checkout's business"
    case .otherSeller?: "somebody else sells it"
    case .excludedItem?: "not what the offer is for, or nothing was paid"
    case .returned?: "nothing of it is left"
    case let other?: Telling.plain(other.rawValue)
    }
  }
}
