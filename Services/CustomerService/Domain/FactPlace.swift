package import Contracts

/// Where a fact belongs among what customer service keeps of customers' matters.
package struct FactPlace: Sendable, Equatable {
  /// What tells it from others of its type about its subject: the same fact told by another message has the same.
  package let mark: String
  /// Nil where the fact does not say whose it is.
  package let person: Identifier<Person>?
  /// When it was true.
  package let time: Timestamp

  package init(mark: String, person: Identifier<Person>?, time: Timestamp) {
    self.mark = mark
    self.person = person
    self.time = time
  }
}

/// What a fact on a timeline is, in one word for scripts.
package enum EntryKind: String, Sendable, CaseIterable {
  case ordered, shipped, amended, cancelled, returned
  case remedyGranted = "remedy_granted"
  case remedyPosted = "remedy_posted"
  case remedyVoided = "remedy_voided"
  case remedyExpired = "remedy_expired"
  case remedyClawedBack = "remedy_clawed_back"
  case remedyDeclined = "remedy_declined"
  case refundConfirmed = "refund_confirmed"
  case refundRefused = "refund_refused"
  case subscriptionChanged = "subscription_changed"
  case messagePlanned = "message_planned"
  case messageSent = "message_sent"
  case messageSuppressed = "message_suppressed"
  /// A note that nobody could be written: it is told at the desk.
  case noteAtDesk = "note_at_desk"
  case consentGiven = "consent_given"
  case consentWithdrawn = "consent_withdrawn"
  case restricted, unrestricted, erased
  case caseOpened = "case_opened"
  case caseEscalated = "case_escalated"
  case caseAnswered = "case_answered"
  case caseSolved = "case_solved"
  case caseReopened = "case_reopened"
  case holdPlaced = "hold_placed"
  case holdLifted = "hold_lifted"
  case remedyRequested = "remedy_requested"
  case remedyRefused = "remedy_refused"
  case offerAskedAbout = "offer_asked_about"
  case questionAnswered = "question_answered"

  /// Nil for a fact that stands on no timeline.
  package init?(_ event: DomainEvent) {
    switch event {
    case .orderCaptured: self = .ordered
    case .orderShipped: self = .shipped
    case .orderAmended: self = .amended
    case .orderCancelled: self = .cancelled
    case .orderReturned: self = .returned
    case .remedyChanged(let remedy): self = Self(remedy.change)
    case .refundResolved(let refund): self = refund.outcome == .confirmed ? .refundConfirmed : .refundRefused
    case .subscriptionChanged: self = .subscriptionChanged
    case .messageTurned(let message): self = message.channel == MessageTurned.desk ? .noteAtDesk : Self(message.turn)
    case .consentChanged(let consent): self = consent.given ? .consentGiven : .consentWithdrawn
    case .customerRestricted(let customer): self = Self(customer.change)
    case .caseTurned(let fact): self = Self(fact.turn)
    case .holdTurned(let fact): self = fact.turn == .placed ? .holdPlaced : .holdLifted
    case .remedyAsked(let fact): self = fact.turn == .requested ? .remedyRequested : .remedyRefused
    case .offerAskedAbout: self = .offerAskedAbout
    case .questionAnswered: self = .questionAnswered
    case .lookBackCompleted, .chainAnchored, .periodClosed, .customerKnown, .productsListed, .membershipChanged, .policyPublished,
      .policyProposed,
      .budgetChanged,
      .offerVersioned,
      .offerScheduled, .offerTurned, .audienceListed, .audiencePrepared, .colleagueChanged, .promiseDeclared, .promiseAnswered,
      .capacityChanged, .rosterPublished, .briefingAcknowledged, .sheetTurned, .answerTurned, .gateTurned, .gateWaived, .staffNamed,
      .counterpartNamed,
      .parityApproved, .disconnectRecorded:
      return nil
    }
  }

  private init(_ change: RemedyChanged.Change) {
    switch change {
    case .granted: self = .remedyGranted
    case .posted: self = .remedyPosted
    case .voided: self = .remedyVoided
    case .expired: self = .remedyExpired
    case .clawedBack: self = .remedyClawedBack
    case .declined: self = .remedyDeclined
    }
  }

  private init(_ turn: MessageTurned.Turn) {
    switch turn {
    case .planned: self = .messagePlanned
    case .sent: self = .messageSent
    case .suppressed: self = .messageSuppressed
    }
  }

  private init(_ turn: CaseTurned.Turn) {
    switch turn {
    case .opened: self = .caseOpened
    case .escalated: self = .caseEscalated
    case .answered: self = .caseAnswered
    case .solved: self = .caseSolved
    case .reopened: self = .caseReopened
    }
  }

  private init(_ change: CustomerRestricted.Change) {
    switch change {
    case .restricted: self = .restricted
    case .unrestricted: self = .unrestricted
    case .erased: self = .erased
    }
  }
}
