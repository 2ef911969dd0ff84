import Contracts

/// The decision on one order: a ladder of reasons, the first that holds wins, then the amount.
///
/// ```
///   order: given? currency captured off late | where: outside, checkout | who: channel country person
///   lines: seller, included, kept, minimum | bases -> benefit -> split -> best deal -> kept part | limits
/// ```
struct Evaluation {
  let terms: Terms
  let purchase: Purchase
  let history: History
  let life: Life
  let now: Timestamp
  /// What was given under this offer's key and still counts.
  let own: [Given]

  init(_ terms: Terms, _ purchase: Purchase, _ history: History, _ life: Life, at now: Timestamp) {
    self.terms = terms
    self.purchase = purchase
    self.history = history
    self.life = life
    self.now = now
    own = purchase.remedies.isEmpty ? [] : purchase.remedies.filter { $0.isActive && $0.offer?.offer == terms.document.offerID }
  }

  private var document: OfferDocument { terms.document }
  private var isPlan: Bool { purchase.subscriptionID != nil }
  private var isDay: Bool { purchase.placedPrecision == .day && document.lookBack.basis != .capturedAt }

  func outcome() -> Outcome {
    var outcome = decided()
    // Nothing new comes about after the offer's last day, whatever is still told of an order.
    if outcome.isGranted, !isInTime(now) { outcome = refused(.recordedTooLate, outcome.interval) }
    // Whoever asks again is told who gave it; only a better version, or a line that came to the order, gives more.
    if !own.isEmpty, !outcome.isGranted { outcome.reason = .alreadyGiven }
    outcome.dayPrecision = isDay
    outcome.isAutomatic = document.lookBack.claim == .automatic && !document.benefit.isDescribed
    return outcome
  }

  private func refused(_ reason: Reason, _ interval: Interval? = nil) -> Outcome {
    var outcome = Outcome(reason, document.currency)
    outcome.interval = interval
    return outcome
  }

  private func decided() -> Outcome {
    if let currency = purchase.currency, currency != document.currency { return refused(.wrongCurrency) }
    guard purchase.isCaptured else { return refused(.notCaptured) }
    guard !purchase.isOff else { return refused(.cancelled) }
    guard isInTime(purchase.recordedAt) else { return refused(.recordedTooLate) }
    let reach = reach()
    guard let interval = reach.interval else { return refused(.outsideWindow) }
    guard reach.isAutomatic else { return refused(.inCheckout, interval) }
    if let reason = notFor() { return refused(reason, interval) }
    var outcome: Outcome
    if document.benefit.isShipping {
      outcome = shipping()
    } else {
      outcome = goods(reach.lines)
    }
    outcome.interval = interval
    return outcome
  }

  private func isInTime(_ recorded: Timestamp) -> Bool { life.isHistorical || recorded < terms.honourUntil(life) }

  // Where

  /// Which lines lie in an interval in which they get the benefit by themselves, and which interval is the outcome's.
  struct Reach {
    var interval: Interval?
    var isAutomatic = false
    /// Places of the lines; empty for shipping, whose time is the order's.
    var lines: [Int] = []
  }

  /// Where the order's own time lies: that of its lines, unless they were added later.
  var usual: Interval? {
    let time = terms.time(of: purchase)
    return isDay ? terms.interval(ofDay: time, life) : terms.interval(of: time, life)
  }

  func reach() -> Reach {
    let usual = usual
    var reach = Reach()
    if document.benefit.isShipping {
      reach.interval = usual
      reach.isAutomatic = usual.map(isAutomatic) ?? false
      return reach
    }
    for index in purchase.lines.indices {
      var interval = usual
      if let under = purchase.lines[index].under, under.offer == document.offerID, let added = document.addItems {
        guard added.benefitOnAddedLines else { continue }
        // It was invited: it has the benefit even after the end.
        if !reach.isAutomatic { reach.interval = .inside }
        reach.isAutomatic = true
        reach.lines.append(index)
        continue
      }
      if let addedAt = purchase.lines[index].addedAt { interval = terms.interval(of: addedAt, life) }
      guard let interval else { continue }
      if isAutomatic(interval) {
        if !reach.isAutomatic { reach.interval = interval }
        reach.isAutomatic = true
        reach.lines.append(index)
      } else if reach.interval == nil {
        reach.interval = interval
      }
    }
    return reach
  }

  /// Inside the window the checkout applies the offer. Where a feed tells what its checkout took off, and this was not among it,
  /// the ledger gives it if that is its task, and a verdict if it needed a code.
  private func isAutomatic(_ interval: Interval) -> Bool {
    guard interval == .inside else { return true }
    guard purchase.discountsKnown, !purchase.discounts.contains(where: { $0.offerID == document.offerID }) else { return false }
    return document.inWindow.appliedBy == .ledger || document.inWindow.code != nil && history.isAtVerdict
  }

  // Who

  private func notFor() -> Reason? {
    if let channels = terms.channels, !channels.contains(purchase.channel) { return .wrongChannel }
    if let countries = terms.countries {
      guard let country = purchase.country, countries.contains(country) else { return .wrongCountry }
    }
    let eligibility = document.eligibility
    if purchase.personID == nil, !eligibility.anonymousOrders { return .anonymousNotCovered }
    if isPlan, let changes = eligibility.subscriptionChanges, !changes.contains(history.subscriptionChange ?? .renewed) {
      return .notEligibleCustomer
    }
    if case .everyone = eligibility.customers { return nil }
    return purchase.personID != nil && isOne(of: eligibility.customers) ? nil : .notEligibleCustomer
  }

  private func isOne(of customers: OfferDocument.Eligibility.Customers) -> Bool {
    switch customers {
    case .everyone: true
    case .new(let period): !hasOrdered(within: period)
    case .existing(let period): hasOrdered(within: period)
    case .segment, .list: history.membership.holds(at: purchase.placedAt)
    }
  }

  /// Whether the person had an order in the time before this one was placed, its first instant included.
  private func hasOrdered(within period: Duration?) -> Bool {
    guard let earlier = history.earlierOrderAt else { return false }
    guard let period else { return true }
    return earlier >= purchase.placedAt.adding(.zero - period)
  }

  // What

  private func goods(_ places: [Int]) -> Outcome {
    let ours = places.filter { purchase.lines[$0].seller == nil }
    guard !ours.isEmpty else { return refused(.otherSeller) }
    let counting = ours.filter {
      let line = purchase.lines[$0]
      return line.quantity > 0 && line.paid > 0 && terms.selecting.includes(line, isPlan: isPlan)
    }
    guard !counting.isEmpty else { return refused(.excludedItem) }
    guard counting.contains(where: { purchase.lines[$0].kept > 0 }) else { return refused(.returned) }
    guard !own.isEmpty || meetsMinimum(counting) else { return refused(.belowMinimum) }
    let amounts = GoodsAmounts(self, counting)
    guard amounts.hasShares else { return refused(.eligibleZero) }
    guard amounts.hasNeeds else { return refused(.betterAlready) }
    return limited(amounts.parts)
  }

  private func shipping() -> Outcome {
    guard purchase.lines.contains(where: { $0.seller == nil }) else { return refused(.otherSeller) }
    let isExcluded = purchase.lines.contains { $0.quantity > 0 && terms.selecting.excludes($0, isPlan: isPlan) }
    let counting = purchase.lines.indices.filter {
      let line = purchase.lines[$0]
      return line.seller == nil && line.quantity > 0 && line.paid > 0
        && (!terms.selecting.namesGoods || terms.selecting.includes(line, isPlan: isPlan))
    }
    let charges = purchase.charges.indices.filter { purchase.charges[$0].paid > 0 && terms.selecting.includes(purchase.charges[$0]) }
    guard !isExcluded, !charges.isEmpty, !terms.selecting.namesGoods || !counting.isEmpty else { return refused(.excludedItem) }
    guard charges.contains(where: { purchase.charges[$0].kept > 0 }) else { return refused(.returned) }
    guard !own.isEmpty || meetsMinimum(counting) else { return refused(.belowMinimum) }
    let amounts = ShippingAmounts(self, charges)
    guard amounts.share > 0 else { return refused(.eligibleZero) }
    guard amounts.need > 0 else { return refused(.betterAlready) }
    return limited([amounts.part], over: amounts)
  }

  /// On bases as placed: what came back counts.
  private func meetsMinimum(_ counting: [Int]) -> Bool {
    switch document.minimum {
    case nil: true
    case .subtotal(let least): counting.reduce(0) { $0 + purchase.lines[$1].base } >= least
    case .quantity(let least): counting.reduce(0) { $0 + purchase.lines[$1].quantity } >= least
    }
  }
}
