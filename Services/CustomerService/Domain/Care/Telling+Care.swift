import Contracts

/// Cases, holds and what was asked for, as an agent reads them; of what a customer said there is nothing in a fact.
extension Telling {
  static func turned(_ fact: CaseTurned) -> String {
    let cause = fact.cause.map { " because of \($0.kind.rawValue) \($0.id)" } ?? ""
    let what = "\(article(fact.kind.rawValue)) (case \(fact.caseID))"
    switch fact.turn {
    case .opened: return "brought up \(what)\(cause) by \(fact.channel)\(fact.severity == .severe ? ", severe" : "")"
    case .escalated: return "\(what) went to somebody above (by \(fact.by))"
    case .answered: return "\(what) was answered by \(fact.channel) (by \(fact.by))"
    case .solved: return "\(what) is solved (by \(fact.by))"
    case .reopened: return "\(what) is not solved after all (by \(fact.by))"
    }
  }

  private static func article(_ noun: String) -> String { "\(noun == "thanks" ? "" : "a ")\(noun)" }

  static func turned(_ fact: HoldTurned) -> String {
    let scope = fact.scope == .all ? "nothing" : "nothing of \(fact.scope.rawValue) \(fact.scopeID ?? "")"
    let cause = fact.cause.map { ": \($0)" } ?? ""
    switch fact.turn {
    case .placed:
      let until = fact.coolOffUntil.map { "until \($0), to cool off" } ?? "until \(fact.expiresAt)\(fact.caseID == nil ? "" : " at least")"
      return "marketing writes \(scope) to this customer \(until)\(cause) (hold \(fact.holdID))"
    case .lifted: return "marketing may write to this customer again\(cause) (hold \(fact.holdID))"
    }
  }

  static func asked(_ fact: RemedyAsked) -> String {
    let what = "\(fact.amount.map { "\($0)" } ?? "what it gives")\(fact.offerID.map { " of \($0)" } ?? " as goodwill")"
    let order = fact.orderID.map { " for order \($0)" } ?? ""
    let why = fact.sentence.map { ": \($0)" } ?? ""
    switch fact.turn {
    case .requested:
      if let deadline = fact.deadlineAt {
        return "\(fact.agentID) wants to give \(what)\(order); \(fact.approver?.text ?? "somebody above") decides by \(deadline)"
      }
      let undo = fact.undoUntil.map { "; it can be taken back until \($0)" } ?? ""
      return "\(fact.agentID) gives \(what)\(order)\(fact.approver.map { ", with \($0)" } ?? "")\(why)\(undo)"
    case .withdrawn: return "\(fact.agentID) takes \(what)\(order) back: nobody was asked for it yet"
    case .refused: return "\(fact.agentID) did not give \(what)\(order) (\(plain(fact.reason?.rawValue ?? "other")))\(why)"
    }
  }

  static func asked(_ fact: OfferAskedAbout) -> String {
    if let offer = fact.offerID, fact.known { return "asked about offer \(offer) (case \(fact.caseID))" }
    return
      "asked about an offer that nobody knows (\(fact.askedID), case \(fact.caseID))\(fact.dueAt.map { "; marketing answers by \($0)" } ?? "")"
  }

  static func answered(_ fact: QuestionAnswered) -> String {
    "marketing knows what \(fact.askedID) is (\(plain(fact.answer.rawValue))\(fact.offerID.map { ", \($0)" } ?? "")): \(fact.sentence)"
  }
}
