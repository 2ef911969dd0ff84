package import Contracts
package import Terms

/// What comes of it when an agent wants to honour an offer for an order: by the terms that all departments share, before any limit.
package enum HonourJudgement: Sendable, Equatable {
  /// The order has it: who gave it, when, how much.
  case already(by: String, at: Timestamp, amount: Money)
  /// The terms give it, or more of it than before.
  case give(Money, RemedyAsked.Basis, to: String?)
  case refuse(DeskRefusal)
  /// The benefit is only described: somebody has to say what it comes to.
  case needsAmount
  /// More is wanted than the terms give.
  case beyondTerms(Money)

  /// `wanted` is what the agent named; nil for what the terms give.
  package static func judge(
    _ offer: DeskOffer, _ judged: Desk.Judged, wanted: Money?, matched: ParityMatch.Given = ParityMatch.Given(), at now: Timestamp
  ) -> HonourJudgement {
    let answer = Desk.answer(offer, judged, at: now)
    let outcome = answer.outcome
    let basis: RemedyAsked.Basis
    switch offer.phase(at: now) {
    case .live, .paused, .historical: basis = .desk
    case .honourable: basis = .honourFor
    case .startsSoon:
      return .refuse(
        DeskRefusal(
          reason: .outsideInterval,
          sentence: "it starts \(offer.words(for: offer.terms.startsAt)), and what it reaches back to gets it then by itself"))
    case .gone:
      if let had = already(answer, judged) { return had }
      return .refuse(DeskRefusal(reason: .outsideInterval, sentence: "it is over, and is not honoured any more"))
    }
    if outcome.isGranted {
      let most = outcome.money
      guard let wanted else { return .give(most, basis, to: answer.destination) }
      guard wanted.currency == most.currency, wanted.minor <= most.minor else { return .beyondTerms(most) }
      return .give(wanted, basis, to: answer.destination)
    }
    if let had = already(answer, judged) { return had }
    if offer.terms.document.benefit.isDescribed, outcome.reason == .eligibleZero {
      guard let wanted else { return .needsAmount }
      return .give(wanted, basis, to: nil)
    }
    if let match = offer.match?.amount(judged, life: offer.life, given: matched, at: now) {
      guard let wanted else { return .give(match, .parity, to: nil) }
      return wanted.currency == match.currency && wanted.minor <= match.minor ? .give(wanted, .parity, to: nil) : .beyondTerms(match)
    }
    let isLeftOut = offer.terms.leavesOut(anythingOf: judged.matter.purchase)
    guard let refusal = DeskRefusal(outcome.reason, sentence: answer.sentence, excludes: isLeftOut) else {
      preconditionFailure("what is not granted is refused")
    }
    return .refuse(refusal)
  }

  private static func already(_ answer: Desk.OrderAnswer, _ judged: Desk.Judged) -> HonourJudgement? {
    guard let given = answer.given, !given.isZero, let last = answer.remedies.last else { return nil }
    return .already(by: last.by, at: last.at, amount: given)
  }
}
