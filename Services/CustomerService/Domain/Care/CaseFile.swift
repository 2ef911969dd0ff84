package import Contracts

/// One matter of one customer as it stands, over every channel by which it came: a fold of its turns.
///
/// ```
///  opened ─▸ open ──answered──▸ answered ──solved──▸ solved
///              ▲  ╰────────────solved──────────────────▸ │
///              ╰───────────────reopened───────────────── ╯      escalated: still open, with somebody above
/// ```
package struct CaseFile: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case open, answered, solved }

  /// What people do with a case.
  package enum Deed: String, Sendable, CaseIterable {
    case escalate, answer, solve, reopen

    package var turn: CaseTurned.Turn {
      switch self {
      case .escalate: .escalated
      case .answer: .answered
      case .solve: .solved
      case .reopen: .reopened
      }
    }
  }

  package let id: Identifier<Case>
  package private(set) var person: Identifier<Person>?
  package private(set) var kind: CaseTurned.Kind
  package private(set) var severity: Severity
  package private(set) var state: State
  package private(set) var isEscalated = false
  /// By which it came, the first one first.
  package private(set) var channels: [String]
  package private(set) var cause: CaseTurned.Cause?
  package private(set) var linked: [Identifier<Case>]
  /// Of a review: 1 to 5 stars, as it was given last.
  package private(set) var rating: Int64?
  package let openedAt: Timestamp
  package private(set) var changedAt: Timestamp
  /// Who has it: to whom it went, else whoever turned it last.
  package private(set) var holder: Identifier<Colleague>
  package private(set) var answeredAt: Timestamp?

  /// Folds the turns of one case in the order in which they were told. Nil where none of them opened it.
  package init?(_ turns: [CaseTurned]) {
    guard let first = turns.first(where: { $0.turn == .opened }) else { return nil }
    id = first.caseID
    person = first.personID
    (kind, severity, state, channels) = (first.kind, first.severity, .open, [first.channel])
    (cause, linked, openedAt, changedAt, holder) = (first.cause, first.linked, first.at, first.at, first.holder ?? first.by)
    rating = first.rating
    for turn in turns where turn != first { take(turn) }
  }

  /// Takes the next turn of this case.
  package mutating func take(_ turn: CaseTurned) {
    changedAt = max(changedAt, turn.at)
    person = person ?? turn.personID
    (kind, severity, holder) = (turn.kind, turn.severity, turn.holder ?? turn.by)
    cause = turn.cause ?? cause
    rating = turn.rating ?? rating
    if !channels.contains(turn.channel) { channels.append(turn.channel) }
    for other in turn.linked where !linked.contains(other) { linked.append(other) }
    switch turn.turn {
    // Told again over another channel: the same matter.
    case .opened: if state == .answered { state = .open }
    case .escalated: isEscalated = true
    case .answered:
      if state == .open { state = .answered }
      answeredAt = answeredAt ?? turn.at
    case .solved:
      state = .solved
      isEscalated = false
    case .reopened: state = .open
    }
  }

  /// Why marketing rests while it stands so; nil where it does not.
  package func holdCause(_ rules: HoldRules) -> String? {
    guard state != .solved else { return nil }
    if let rating, rating <= rules.badReview { return "a bad review" }
    return HoldRules.holds(kind) ? kind.rawValue : nil
  }

  /// Whether `deed` may be done now.
  package func allows(_ deed: Deed) throws(CaseRefusal) {
    switch (deed, state) {
    case (.reopen, .solved), (.solve, .open), (.solve, .answered), (.answer, .open), (.answer, .answered): return
    case (.escalate, .open), (.escalate, .answered): if isEscalated { throw .escalatedAlready(id) }
    case (.reopen, .open), (.reopen, .answered): throw .notSolved(id)
    case (.escalate, .solved), (.answer, .solved), (.solve, .solved): throw .solvedAlready(id)
    }
  }

  /// The next turn, with everything else as it is.
  package func turned(
    _ turn: CaseTurned.Turn, kind: CaseTurned.Kind? = nil, severity: Severity? = nil, channel: String? = nil,
    cause: CaseTurned.Cause? = nil, rating: Int64? = nil, holder: Identifier<Colleague>? = nil, by: Identifier<Colleague>, at: Timestamp
  ) -> CaseTurned {
    CaseTurned(
      turn: turn, caseID: id, personID: person, kind: kind ?? self.kind, severity: severity ?? self.severity,
      channel: channel ?? channels.last ?? "desk", cause: cause ?? self.cause, linked: linked, rating: rating, holder: holder, by: by,
      at: at)
  }
}

/// Why nothing was done with a case.
package enum CaseRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  case solvedAlready(Identifier<Case>)
  case notSolved(Identifier<Case>)
  case escalatedAlready(Identifier<Case>)

  package var code: String {
    switch self {
    case .solvedAlready: "case_solved"
    case .notSolved: "case_not_solved"
    case .escalatedAlready: "case_escalated"
    }
  }

  package var description: String {
    switch self {
    case .solvedAlready(let id): "case \(id) is solved; `accord case reopen \(id)` opens it again, whoever works here can"
    case .notSolved(let id): "case \(id) is not solved, so there is nothing to open again; go on with it"
    case .escalatedAlready(let id): "case \(id) is with somebody above already; answer or solve it"
    }
  }
}
