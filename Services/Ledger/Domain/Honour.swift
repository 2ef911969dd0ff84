package import Contracts
package import Terms

/// What the ledger makes of an agent's wish to give something: which shares, or why nothing.
///
/// ```
/// asked ─▸ who asks: here? not to oneself? ─▸ what for: the terms, as if it had been bought in time ─▸ how much: within the limits
/// ```
package struct Honour: Sendable {
  /// Why nothing is given, beside the evaluator's own words.
  package enum Refusal: String, Error, Sendable {
    case agentLeft = "agent_left"
    case approverLeft = "approver_left"
    case toOneself = "to_oneself"
    case overLimit = "over_limit"
    case noOffer = "no_offer"
    case noOrder = "no_order"
    case noCustomer = "no_customer"
    case noAmount = "no_amount"
    case nothingLeft = "nothing_left"

    package var sentence: String {
      switch self {
      case .agentLeft: "who asked for it has left; somebody who is here asks again"
      case .approverLeft: "who approved it has left, or is the one who asked; another approves it"
      case .toOneself: "nobody grants anything to themselves or to those they live with; a colleague does"
      case .overLimit: "it is more than may be given without asking; a supervisor approves it"
      case .noOffer: "the offer was not launched yet, or the ledger has not heard of it; ask again when it is on"
      case .noOrder: "the order was never captured; look at its number"
      case .noCustomer: "goodwill becomes a customer's credit, and no customer is known here; name the customer, or an order of theirs"
      case .noAmount: "nobody said how much; name the amount"
      case .nothingLeft: "the customer has back all that was paid already; nothing is left to give"
      }
    }
  }

  package let asked: RemedyAsked
  /// As the ledger knows them; nil for somebody nobody told of.
  package let agent: ColleagueChanged?
  package let approver: ColleagueChanged?
  package let limits: GrantLimits?

  package init(asked: RemedyAsked, agent: ColleagueChanged?, approver: ColleagueChanged?, limits: GrantLimits?) {
    self.asked = asked
    self.agent = agent
    self.approver = approver
    self.limits = limits
  }

  /// The limit that it goes by: the approver's, where somebody approved it.
  package var limit: GrantLimits.Limit? {
    // Whoever holds the operator's credential is bound by the books alone.
    if asked.approver == nil ? asked.agentID.text == "operator" && agent == nil : asked.approver?.text == "operator" && approver == nil {
      return nil
    }
    return asked.approver == nil ? limits?.limit(of: agent?.roles ?? [.agent]) : limits?.limit(of: approver?.roles ?? [.supervisor])
  }

  /// Throws where who asks, or who approved, may not. `person` is who would get it.
  package func checkPeople(_ person: Identifier<Person>?) throws(Refusal) {
    if agent?.active == false { throw .agentLeft }
    if let approver = asked.approver, self.approver?.active == false || approver == asked.agentID { throw .approverLeft }
    guard let person else { return }
    for one in [agent, approver].compactMap(\.self) where one.personID == person || one.household.contains(person) { throw .toOneself }
  }

  /// Throws where `amount` is more than may be given; `before` is what the customer was given by hand within the limit's time, `onCase` what
  /// was given for the same case.
  package func checkLimits(_ amount: Int64, before: Int64, onCase: Int64 = 0) throws(Refusal) {
    guard let limit else { return }
    let (sum, past) = before.addingReportingOverflow(amount)
    let (whole, over) = onCase.addingReportingOverflow(amount)
    guard !over, whole <= limit.perCase, !past, sum <= limit.perCustomer else { throw .overLimit }
  }

  // MARK: How much

  /// What falls on each part of the order under `terms`: as they decide it, else as they would decide it of an order in time, else the amount
  /// that somebody above approved. The reason is the evaluator's where nothing is given.
  package func shares(
    _ terms: Terms, _ life: Life, _ purchase: Purchase, _ standing: OrderStanding, _ history: History,
    matched: ParityMatch.Given = ParityMatch.Given()
  ) -> Result<[Outcome.Share], Declined> {
    let now = asked.at
    var history = history
    history.isAtVerdict = true
    let outcome = terms.evaluate(purchase, history, life: life, at: now)
    if outcome.isGranted, outcome.amount > 0 { return .success(lessened(outcome.shares)) }
    if outcome.reason == .alreadyGiven { return .failure(Declined(.alreadyGiven)) }
    // A match of what is for new customers alone: no more than the exception of the offer allows, whatever the desk knew of that.
    if asked.basis == .parity {
      guard let most = ParityMatch(terms)?.amount(purchase, history, life: life, given: matched, at: now) else {
        return .failure(Declined(outcome.reason == .notEligibleCustomer ? .capCustomer : outcome.reason))
      }
      let wanted = asked.amount.flatMap { $0.currency == standing.currency ? $0.minor : nil } ?? most.minor
      let shares = Self.spread(min(wanted, most.minor), over: standing)
      return shares.isEmpty ? .failure(Declined(.eligibleZero)) : .success(shares)
    }
    guard life.isHistorical || now < terms.honourUntil(life) else { return .failure(Declined(.recordedTooLate)) }
    if let late = inTime(terms, life, purchase) {
      let honoured = terms.evaluate(late, history, life: life, at: min(now, late.recordedAt))
      if honoured.isGranted, honoured.amount > 0 { return .success(lessened(honoured.shares)) }
      if honoured.reason != .inCheckout, honoured.reason != .outsideWindow, asked.approver == nil {
        return .failure(Declined(honoured.reason))
      }
    }
    // What is only described is the agent's to put into money; anything else that the terms do not give is for somebody above.
    let isByHand = terms.document.benefit.isDescribed || asked.approver != nil
    let isOpen = ![Reason.wrongCurrency, .notCaptured, .cancelled, .returned].contains(outcome.reason)
    guard isByHand, isOpen, let amount = asked.amount, amount.currency == standing.currency else {
      return .failure(Declined(outcome.isGranted ? .eligibleZero : outcome.reason))
    }
    let shares = Self.spread(amount.minor, over: standing)
    return shares.isEmpty ? .failure(Declined(.eligibleZero)) : .success(shares)
  }

  package struct Declined: Error, Sendable, Equatable {
    package let reason: Reason
    init(_ reason: Reason) { self.reason = reason }
  }

  /// The order as if it had come in the interval before the start, where it came in the window or after its end and can still be honoured.
  private func inTime(_ terms: Terms, _ life: Life, _ purchase: Purchase) -> Purchase? {
    guard purchase.isCaptured, terms.lookBackFrom < terms.startsAt, purchase.placedAt >= terms.startsAt,
      purchase.placedAt < terms.honourUntil(life)
    else { return nil }
    var late = purchase
    let instant = terms.startsAt.adding(.milliseconds(-1))
    late.placedAt = instant
    late.placedPrecision = .instant
    late.capturedAt = instant
    late.recordedAt = instant
    for at in late.lines.indices { late.lines[at].addedAt = nil }
    return late
  }

  /// No more than was asked for.
  private func lessened(_ shares: [Outcome.Share]) -> [Outcome.Share] {
    let whole = shares.reduce(0) { $0 + $1.amount }
    guard let wanted = asked.amount?.minor, wanted > 0, wanted < whole else { return shares }
    return zip(shares, Rounding.split(wanted, by: shares.map(\.amount))).compactMap { share, part in
      part > 0 ? Outcome.Share(lineID: share.lineID, charge: share.charge, amount: part) : nil
    }
  }

  /// `amount` over what of the order's lines was paid, is kept and was not given back by a remedy; no more than that.
  package static func spread(_ amount: Int64, over standing: OrderStanding) -> [Outcome.Share] {
    let rooms = standing.lines.map { line -> Int64 in
      let kept = line.line.quantity > 0 ? Rounding.share(of: line.line.paid.minor, line.left, by: line.line.quantity) ?? 0 : 0
      let given = standing.remedies.filter(\.isActive).flatMap(\.shares).filter { $0.lineID == line.line.lineID }
        .reduce(0) { $0 + $1.amount - $1.clawedBack }
      return max(0, kept - given)
    }
    let whole = min(amount, rooms.reduce(0, +))
    guard whole > 0 else { return [] }
    return zip(standing.lines, Rounding.split(whole, by: rooms)).compactMap { line, part in
      part > 0 ? Outcome.Share(lineID: line.line.lineID, amount: part) : nil
    }
  }
}
