package import Contracts

/// When nobody markets to a person, for how long, and what ends it. Money is never held, nor what concerns safety.
package struct HoldRules: Sendable, Equatable {
  /// After this it ends, unless its case is open: the policy `holds`.
  package var expire: Duration
  /// How long it goes on after the case is solved: the policy `cool-off`.
  package var coolOff: Duration
  package var coolOffSevere: Duration
  /// A review with at most so many stars quiets marketing: the policy `reviews`.
  package var badReview: Int64
  /// A hold whose case is open is told anew this long before it would run out, so that it never does by accident.
  package static let renewEarlier = Duration.seconds(86_400)

  package init(expire: Duration, coolOff: Duration, coolOffSevere: Duration, badReview: Int64 = 2) {
    self.expire = expire
    self.coolOff = coolOff
    self.coolOffSevere = coolOffSevere
    self.badReview = badReview
  }

  /// Those of the first policies.
  package static let usual = HoldRules(
    expire: .seconds(30 * 86_400), coolOff: .seconds(7 * 86_400), coolOffSevere: .seconds(30 * 86_400))

  /// A complaint asks for one; a question, a request and thanks do not.
  package static func holds(_ kind: CaseTurned.Kind) -> Bool {
    switch kind {
    case .complaint: true
    case .question, .request, .thanks: false
    }
  }

  /// The hold that an open case asks for.
  package func placed(
    _ id: Identifier<Hold>, for file: CaseFile, of person: Identifier<Person>, because cause: String, by: Identifier<Colleague>,
    at now: Timestamp
  ) -> HoldTurned {
    HoldTurned(
      turn: .placed, holdID: id, personID: person, scope: .all, severity: file.severity, caseID: file.id, expiresAt: now.adding(expire),
      cause: cause, by: by, at: now)
  }

  /// The same hold after its case was solved: it cools off.
  package func cooling(_ hold: HoldTurned, by: Identifier<Colleague>, at now: Timestamp) -> HoldTurned {
    var hold = hold
    let until = now.adding(hold.severity == .severe ? coolOffSevere : coolOff)
    (hold.turn, hold.expiresAt, hold.coolOffUntil, hold.by, hold.at) = (.placed, until, until, by, now)
    return hold
  }

  /// The same hold for as long again: its case is open, whether it was all the time or is again.
  package func renewed(_ hold: HoldTurned, severity: Severity, by: Identifier<Colleague>, at now: Timestamp) -> HoldTurned {
    var hold = hold
    (hold.turn, hold.severity, hold.expiresAt, hold.coolOffUntil, hold.by, hold.at) = (
      .placed, severity, max(hold.expiresAt, now.adding(expire)), nil, by, now
    )
    return hold
  }

  /// The same hold at its end; nothing of it cools off any more.
  package static func lifted(_ hold: HoldTurned, because cause: String, by: Identifier<Colleague>, at now: Timestamp) -> HoldTurned {
    var hold = hold
    (hold.turn, hold.cause, hold.by, hold.at, hold.coolOffUntil) = (.lifted, cause, by, now, nil)
    return hold
  }

  /// What a hold that was placed last by `hold` comes to when its time is looked at.
  package enum Fate: Sendable, Equatable {
    case lift(because: String)
    case renew
    case wait(until: Timestamp)
  }

  /// `isCaseOpen`: of its own case; false where it has none.
  package static func fate(of hold: HoldTurned, isCaseOpen: Bool, at now: Timestamp) -> Fate {
    if isCaseOpen {
      let look = hold.expiresAt.adding(.zero - renewEarlier)
      return now >= look ? .renew : .wait(until: look)
    }
    guard now >= hold.expiresAt else { return .wait(until: hold.expiresAt) }
    return .lift(because: hold.coolOffUntil == nil ? "its time is over" : "the case was solved and has cooled off")
  }

  /// When to look at it next.
  package static func lookAt(_ hold: HoldTurned, isCaseOpen: Bool) -> Timestamp {
    isCaseOpen ? hold.expiresAt.adding(.zero - renewEarlier) : hold.expiresAt
  }
}
