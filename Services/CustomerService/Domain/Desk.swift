package import Contracts
package import Terms

/// What an agent may say of an offer to one customer. Money is only what the ledger gave; anything else is told as what it would be.
package enum Desk {
  /// One of the customer's orders, held against one offer.
  package struct Judged: Sendable {
    package let matter: Matter
    package let history: History

    package init(_ matter: Matter, _ history: History) {
      self.matter = matter
      self.history = history
    }
  }

  /// In this order they lie on the desk.
  package enum Kind: String, Sendable, CaseIterable {
    case alreadyGiven = "already_given"
    case live
    case startsSoon = "starts_soon"
    case honourable
    /// What somebody new would get: prompted, for nobody asks for what they do not know of.
    case parity
    /// What a customer asks about and nobody knows.
    case unknown
  }

  /// How far down a row lies: by kind, and of a kind those first that say yes.
  package static func tier(_ kind: Kind, yes: Bool) -> Int {
    let rank =
      switch kind {
      case .alreadyGiven: 0
      case .live: 1
      case .startsSoon: 2
      case .honourable: 3
      case .parity: 4
      case .unknown: 5
      }
    return rank * 2 + (yes ? 0 : 1)
  }

  /// Where the row of an offer lies on which no order bears; nil where it is not to be spoken of. `isMember` as `row` takes it.
  package static func tier(alone phase: DeskOffer.Phase, isMember: Bool) -> Int? {
    switch phase {
    case .live, .paused: tier(.live, yes: isMember)
    case .startsSoon: tier(.startsSoon, yes: false)
    case .honourable: tier(.honourable, yes: false)
    case .historical, .gone: nil
    }
  }

  /// What one order gets of an offer.
  package struct OrderAnswer: Sendable {
    package let order: Identifier<Order>
    package let outcome: Outcome
    /// Whether it has the benefit, or is to have it.
    package let yes: Bool
    package let sentence: String
    /// What the ledger gave, less what was taken back.
    package let given: Money?
    /// What it comes to by the terms; the ledger has not decided so.
    package let wouldBe: Money?
    package let destination: String?
    package let remedies: [Given]

    package var reason: Reason { outcome.reason }
  }

  /// One offer on the desk.
  package struct Row: Sendable {
    package let kind: Kind
    package let phase: DeskOffer.Phase
    package let offer: DeskOffer
    package let name: DeskOffer.Name
    package let yes: Bool
    /// One of the evaluator's reasons, or `on_new_orders` where no order of the customer bears on it.
    package let reason: String
    package let sentence: String
    package let given: Money?
    package let wouldBe: Money?
    package let destination: String?
    package let payer: String
    package let orders: [OrderAnswer]

    /// Where it lies as one that bears on whoever is spoken to.
    package var place: DeskPlace {
      DeskPlace(isTheirs: true, tier: Desk.tier(kind, yes: yes), rank: offer.terms.startsAt.milliseconds, id: offer.known.id.text)
    }
  }

  /// No order of the customer bears on the offer; a new one would.
  package static let onNewOrders = "on_new_orders"

  /// Whether an order bears on an offer: it has something of it, or lies where the offer may reach and holds what it is for. An order of
  /// other things says nothing about it, neither yes nor no. HOT: asked of each order of a customer for each offer on the table.
  package static func bears(_ purchase: Purchase, on offer: DeskOffer) -> Bool {
    for remedy in purchase.remedies where remedy.isActive && remedy.offer?.offer == offer.known.id { return true }
    return offer.terms.isFor(anythingOf: purchase) && offer.terms.mayReach(purchase, offer.life)
  }

  /// What `offer` is to a customer with these orders; nil where it is not to be spoken of.
  ///
  /// `isMember`: whether they belong to the segment or list that the offer is for; nil where it is for none. `isOneOrder`: asked about a
  /// single order, which is always answered; of many, those that do not bear on the offer are passed over.
  package static func row(
    _ offer: DeskOffer, _ all: [Judged], isMember: Bool? = nil, locale: String?, isOneOrder: Bool = false,
    matched: ParityMatch.Given = ParityMatch.Given(), at now: Timestamp
  ) -> Row? {
    let phase = offer.phase(at: now)
    let judged = isOneOrder ? all : all.filter { bears($0.matter.purchase, on: offer) }
    let answers = judged.map { answer(offer, $0, at: now) }
    let had = answers.filter { $0.given != nil }
    // What somebody has is told whatever became of the offer; the rest of a gone one is not.
    let kind: Kind
    if !had.isEmpty {
      kind = .alreadyGiven
    } else {
      switch phase {
      case .live, .paused: kind = .live
      case .startsSoon: kind = .startsSoon
      case .honourable: kind = .honourable
      case .historical, .gone: return nil
      }
    }
    if kind == .live, let prompted = parity(offer, judged, answers, phase, locale: locale, matched, at: now) { return prompted }
    // Orders that it does not reach are many and say nothing.
    var near = had.isEmpty ? answers.filter { isOneOrder || $0.reason.isInReach || $0.reason == .inCheckout } : had
    if !had.isEmpty { near += answers.filter { $0.given == nil && $0.yes } }
    near.sort { ($0.yes ? 0 : 1, $0.order) < ($1.yes ? 0 : 1, $1.order) }
    let best = near.first { $0.given != nil } ?? near.first
    let (code, sentence, yes) = best.map { ($0.reason.rawValue, $0.sentence, $0.yes) } ?? onItsOwn(offer, phase, isMember: isMember ?? true)
    return Row(
      kind: kind, phase: phase, offer: offer, name: offer.name(in: locale), yes: yes, reason: code, sentence: sentence,
      given: Telling.sum(near.compactMap(\.given)), wouldBe: Telling.sum(near.compactMap(\.wouldBe)), destination: destinations(near),
      payer: "campaign \(offer.terms.document.campaignID)", orders: near)
  }

  /// The match of an offer for new customers, where an order of theirs would have got it; nil where there is nothing to prompt.
  private static func parity(
    _ offer: DeskOffer, _ judged: [Judged], _ answers: [OrderAnswer], _ phase: DeskOffer.Phase, locale: String?,
    _ matched: ParityMatch.Given, at now: Timestamp
  ) -> Row? {
    guard let match = offer.match else { return nil }
    for (one, answer) in zip(judged, answers) where answer.given == nil {
      guard let amount = match.amount(one, life: offer.life, given: matched, at: now) else { continue }
      let sentence =
        "somebody new would get \(amount) for order \(answer.order); match it without being asked: `accord honour \(answer.order) "
        + "\(offer.offer.offer)`"
      return Row(
        kind: .parity, phase: phase, offer: offer, name: offer.name(in: locale), yes: true, reason: "parity", sentence: sentence,
        given: nil,
        wouldBe: amount, destination: nil, payer: "campaign \(offer.terms.document.campaignID)", orders: [])
    }
    return nil
  }

  /// Each destination once.
  private static func destinations(_ answers: [OrderAnswer]) -> String? {
    var words: [String] = []
    for destination in answers.compactMap(\.destination) where !words.contains(destination) { words.append(destination) }
    return words.isEmpty ? nil : words.joined(separator: " and ")
  }

  /// Rows as they lie: by kind, live ones that say yes first, then what begins or ends first.
  package static func sorted(_ rows: [Row]) -> [Row] {
    rows.map { ($0.place, $0) }.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// What one order gets, by the terms that all departments share.
  package static func answer(_ offer: DeskOffer, _ judged: Judged, at now: Timestamp) -> OrderAnswer {
    let purchase = judged.matter.purchase
    let outcome = offer.terms.evaluate(purchase, judged.history, life: offer.life, at: now)
    let remedies = judged.matter.given(offer.offer.offer)
    var given: Money?
    if !remedies.isEmpty {
      given = Money(minor: remedies.reduce(0) { $0 + $1.amount - $1.clawedBack }, offer.terms.document.currency)
    }
    let isSpokenOf = offer.phase(at: now) != .gone
    let wouldBe = outcome.isGranted && isSpokenOf ? outcome.money : nil
    let words = DeskWords(offer: offer, matter: judged.matter, history: judged.history, outcome: outcome, now: now)
    let destination =
      remedies.last.flatMap { judged.matter.grant($0.remedyID)?.destinationWords } ?? (wouldBe == nil ? nil : words.likelyDestination)
    return OrderAnswer(
      order: purchase.orderID, outcome: outcome, yes: given?.isZero == false || wouldBe != nil || outcome.reason == .inCheckout,
      sentence: words.sentence, given: given, wouldBe: wouldBe, destination: destination, remedies: remedies)
  }

  /// What is to be said where no order bears on it.
  private static func onItsOwn(_ offer: DeskOffer, _ phase: DeskOffer.Phase, isMember: Bool) -> (String, String, Bool) {
    let document = offer.terms.document
    guard isMember || phase == .honourable else {
      return (Reason.notEligibleCustomer.rawValue, "it is for \(DeskWords.customers(document)), and they are none of them now", false)
    }
    let how =
      switch (document.inWindow.appliedBy, document.inWindow.code) {
      case (.checkout, let code?): "at the checkout with the code \(code)"
      case (.checkout, nil): "at the checkout by itself"
      case (.ledger, _): "by itself once the order is recorded"
      }
    switch phase {
    case .live:
      let end = offer.terms.endsAt.map { " until \(offer.words(for: $0))" } ?? ""
      return (onNewOrders, "no order of theirs bears on it; a new one that meets its terms gets it \(how)\(end)", true)
    case .paused(let since):
      return (onNewOrders, "at rest since \(offer.words(for: since)); an order placed meanwhile gets it by itself when it goes on", true)
    case .startsSoon:
      return (
        onNewOrders, "starts \(offer.words(for: offer.terms.startsAt)); an order from then on that meets its terms gets it \(how)", false
      )
    case .honourable:
      let until = offer.words(for: offer.terms.honourUntil(offer.life))
      return (
        Reason.outsideWindow.rawValue, "it is over; no order of theirs lies in its time; honoured until \(until) for those that do", false
      )
    case .historical, .gone: return (Reason.outsideWindow.rawValue, "it is over, and no order of theirs got it", false)
    }
  }
}
