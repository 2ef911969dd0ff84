package import Contracts

/// What service says of offers, and who says it, as it is told to whoever asks about a message.
extension Telling {
  /// Nil for a fact about anything else.
  package static func wordSentence(_ event: DomainEvent) -> String? {
    switch event {
    case .rosterPublished(let fact):
      "\(fact.agentID) \(fact.absent ? "does not come to" : "is on") shift \(fact.shiftID) from \(fact.from) until \(fact.to)"
    case .briefingAcknowledged(let fact):
      "\(fact.agentID) had the briefing of \(fact.offerID)@\(fact.version) open for \(count(fact.secondsOpen, "second"))"
        + (fact.answerCorrect.map { $0 ? " and answered its question rightly" : " and answered its question wrongly" } ?? "")
    case .sheetTurned(let fact): turned(fact)
    case .answerTurned(let fact):
      "\(fact.agentID) \(said(fact.turn)) \(fact.offer) in case \(fact.caseID), from "
        + (fact.sheetID.map { "version \(fact.sheetVersion ?? 0) of sheet \($0)" } ?? "its facts card")
        + (fact.reason.map { ": \(plain($0))" } ?? "")
    case .capacityChanged(let fact):
      "from \(fact.from) until \(fact.to) there is \(fact.quantity) of \(plain(fact.kind.rawValue))\(fact.sku.map { " (\($0))" } ?? "")"
        + (fact.cause.map { ": \($0)" } ?? "")
    case .promiseAnswered(let fact):
      "\(fact.by) answered promise \(fact.promiseID) of \(fact.offerID)@\(fact.version): \(plain(fact.answer.rawValue))"
        + "\(fact.quantity.map { " \($0)" } ?? ""), until \(fact.expiresAt)\(fact.sentence.map { ": \($0)" } ?? "")"
    case .counterpartNamed(let fact):
      "who bought by \(fact.channel) is answered by \(fact.counterpart) from \(fact.opens) until \(fact.closes) (\(fact.timeZone))"
    case .parityApproved(let fact):
      "\(fact.by) \(fact.approved ? "accepts" : "does not accept") that \(fact.offerID)@\(fact.version) is worse for customers than for new ones"
    default: nil
    }
  }

  private static func said(_ turn: AnswerTurned.Turn) -> String {
    switch turn {
    case .given: "told a customer of"
    case .corrected: "told a customer better of"
    case .refused: "was kept from telling a customer of"
    }
  }

  private static func turned(_ fact: SheetTurned) -> String {
    let sheet = "version \(fact.sheetVersion) of sheet \(fact.sheetID), for \(fact.offerID)@\(fact.offerVersion),"
    return switch fact.turn {
    case .drafted: "\(sheet) was written by \(fact.by)"
    case .verified: "\(sheet) may be used: \(fact.verifier?.text ?? "nobody") answers for it, \(fact.deputy?.text ?? "nobody") stands in"
    case .staled: "\(sheet) may not be used any more\(fact.cause.map { ": \($0)" } ?? "")"
    }
  }
}
