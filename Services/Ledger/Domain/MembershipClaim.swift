package import Contracts
package import Terms

/// What a row of an import says of somebody and a group: what it leaves out is not said.
package struct MembershipClaim: Sendable, Equatable {
  package let group: CustomerGroup
  package let personID: Identifier<Person>
  package let from: Timestamp?
  package let until: Timestamp?

  package init(group: CustomerGroup, personID: Identifier<Person>, from: Timestamp? = nil, until: Timestamp? = nil) {
    self.group = group
    self.personID = personID
    self.from = from
    self.until = until
  }
}

/// What comes of a claim.
package enum MembershipDecision: Sendable, Equatable {
  /// Known already.
  case exists
  /// A new span.
  case joins(Membership.Span)
  /// A known span, named by its beginning, with another end.
  case ends(Membership.Span)
}

extension LedgerDomain {
  /// Decides about `claim`, given what is known of the same person and group.
  ///
  /// ```
  /// known     ├────────┤        ├──────────────▸
  /// claim     ├────────────▸  the same span: nothing new is said, its end stays
  ///           │                 ├─────────┤      its end, which nobody had told: it ends
  ///           │     ├────────┤                   another span that overlaps a known one: a conflict
  ///           ◂ without a beginning: on it ever since where nothing is known, else the span that is meant by its end
  /// ```
  /// An end that was told otherwise is a conflict, unless `correcting`.
  package static func decide(
    _ claim: MembershipClaim, given known: Membership, correcting: Bool = false, at now: Timestamp
  ) throws(MembershipRefusal) -> MembershipDecision {
    if let until = claim.until, until < claim.from ?? .first { throw .endsBeforeItBegins }
    guard let span = try span(meant: claim, known, at: now) else {
      return .joins(Membership.Span(from: claim.from ?? .first, until: claim.until ?? .last))
    }
    guard let until = claim.until, until != span.until else { return .exists }
    guard correcting || span.until == .last else { throw .endsOtherwise(claim, told: span.until) }
    let ended = Membership.Span(from: span.from, until: until)
    if let other = known.spans.first(where: { $0.from != span.from && $0.overlaps(ended) }) { throw .overlaps(claim, other) }
    return .ends(ended)
  }

  /// The known span that a claim is about; nil where it is about a new one.
  private static func span(
    meant claim: MembershipClaim, _ known: Membership, at now: Timestamp
  ) throws(MembershipRefusal) -> Membership.Span? {
    guard let last = known.spans.last else { return nil }
    guard let from = claim.from else {
      guard let until = claim.until else {
        // On it, since when is not said: whoever left must be said to be back since when.
        guard known.spans.contains(where: { $0.until > now && $0.from < $0.until }) else { throw .left(claim, at: last.until) }
        return last
      }
      guard let span = known.spans.last(where: { $0.from <= until }) else { throw .beginsLater(claim, at: known.spans[0].from) }
      return span
    }
    if let same = known.spans.first(where: { $0.from == from }) { return same }
    let claimed = Membership.Span(from: from, until: claim.until ?? .last)
    for span in known.spans where span.overlaps(claimed) {
      if span.from < from, claim.until == nil || claim.until == span.until { return span }
      throw .overlaps(claim, span)
    }
    return nil
  }
}

extension Membership.Span {
  fileprivate func overlaps(_ other: Self) -> Bool { max(from, other.from) < min(until, other.until) }
}

/// Why a row about somebody's membership is not taken.
package enum MembershipRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  case endsBeforeItBegins
  case left(MembershipClaim, at: Timestamp)
  case beginsLater(MembershipClaim, at: Timestamp)
  case endsOtherwise(MembershipClaim, told: Timestamp)
  case overlaps(MembershipClaim, Membership.Span)

  /// The field that is in the way.
  package var field: String {
    switch self {
    case .endsBeforeItBegins, .beginsLater, .endsOtherwise: "until"
    case .left, .overlaps: "from"
    }
  }

  package var code: String {
    switch self {
    case .endsBeforeItBegins: "ends_before_it_begins"
    case .left: "left"
    case .beginsLater: "begins_later"
    case .endsOtherwise: "ends_otherwise"
    case .overlaps: "overlaps"
    }
  }

  /// Whether it contradicts what is known, rather than itself.
  package var isConflict: Bool { self != .endsBeforeItBegins }

  package var description: String {
    switch self {
    case .endsBeforeItBegins: "the membership ends before it begins; correct one of its times"
    case .left(let claim, let instant):
      "\(claim.personID) left \(claim.group) at \(instant), and the row does not say since when they are back; give it a from"
    case .beginsLater(let claim, let instant): "\(claim.personID) came to \(claim.group) at \(instant), after this end; correct it"
    case .endsOtherwise(let claim, let told):
      "\(claim.personID) was told to leave \(claim.group) at \(told); import it again with --correct if this row knows better"
    case .overlaps(let claim, let span):
      "\(claim.personID) is told of in \(claim.group) \(span.from > .first ? "from \(span.from)" : "ever since")"
        + "\(span.until < .last ? " until \(span.until)" : ""), and this span runs across it; name the known one by its beginning to end it"
    }
  }
}
