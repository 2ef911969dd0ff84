package import Contracts

/// The life of an offer as a table: what is not in it is refused.
package enum OfferLife {
  /// What follows from each deed, by the state in which it is done.
  package static let transitions: [OfferState: [OfferDeed: OfferState]] = [
    .draft: [.schedule: .scheduled, .cancel: .cancelled],
    .scheduled: [.schedule: .scheduled, .launch: .live, .block: .blocked, .cancel: .cancelled],
    .blocked: [.schedule: .scheduled, .cancel: .cancelled],
    .live: [.pause: .paused, .stop: .stopped, .end: .ended, .supersede: .superseded],
    .paused: [.resume: .live, .stop: .stopped, .end: .ended, .supersede: .superseded],
    .stopped: [.end: .ended, .supersede: .superseded],
  ]

  /// The state after `deed`, or why it cannot be done.
  package static func after(_ deed: OfferDeed, in state: OfferState, of offer: OfferVersion) throws(OfferRefusal) -> OfferState {
    guard let next = transitions[state]?[deed] else { throw .cannot(deed, state, offer) }
    return next
  }

  /// What can be done next by a person, for the sentence of a refusal.
  static func advice(_ deed: OfferDeed, in state: OfferState) -> String {
    switch (state, deed) {
    case (.draft, _): "nobody knows it yet; schedule it, or cancel it"
    case (.scheduled, _): "it waits for its start; let it begin, or cancel it"
    case (.blocked, .launch): "a check of its gate does not hold; mend that, then launch it anew"
    case (.blocked, _): "it was not let through its gate; mend what `offer show` names, then launch it anew, or cancel it"
    case (.live, .schedule), (.live, .launch): "customers have it already; a change needs a new version"
    case (.live, .resume): "nothing holds it up, so there is nothing to resume"
    case (.live, .cancel): "customers know it; pause, stop or end it instead"
    case (.live, _): "customers have it already; pause, stop or end it"
    case (.paused, .cancel): "customers know it; resume, stop or end it instead"
    case (.paused, .launch): "its launch is behind it; resume it"
    case (.paused, _): "it rests already; resume, stop or end it, and write a new version for a change"
    case (.stopped, .resume): "it was wrong; only a new version brings it back, or end it"
    case (.stopped, _): "it was wrong; only a new version or its end may follow"
    case (.ended, _): "customers were told that it is over; make a new offer"
    case (.cancelled, _): "it was given up for good; make a new offer"
    case (.superseded, _): "a newer version took its place; name the offer without a version, or the newer one"
    }
  }
}

/// Where one version of an offer stands.
///
/// ```
/// draft ──▸ scheduled ──▸ live ◂──▸ paused ──▸ ended
///   │        │  ▴  │        │          │         ▴
///   │        ▾  │  │        └────┬─────┘         │
///   │      blocked │             ▾               │
///   │        │     │          stopped ───────────┘     a newer version that goes live takes the place of
///   └────────┴─────┴──▸ cancelled                      a live, paused or stopped one: superseded
/// ```
package enum OfferState: String, Sendable, CaseIterable {
  case draft, scheduled, blocked, live, paused, stopped, ended, cancelled, superseded

  /// Whether customers know this version: it went live and nothing has ended it.
  package var isRunning: Bool {
    switch self {
    case .live, .paused, .stopped: true
    case .draft, .scheduled, .blocked, .ended, .cancelled, .superseded: false
    }
  }

  /// Whether nothing can follow.
  package var isOver: Bool {
    switch self {
    case .ended, .cancelled, .superseded: true
    case .draft, .scheduled, .blocked, .live, .paused, .stopped: false
    }
  }
}

/// What is done to a version of an offer.
package enum OfferDeed: String, Sendable, CaseIterable {
  case schedule, launch, block, pause, resume, stop, end, cancel, supersede

  /// As in "it cannot be ...".
  package var participle: String {
    switch self {
    case .schedule: "scheduled"
    case .launch: "launched"
    case .block: "blocked"
    case .pause: "paused"
    case .resume: "resumed"
    case .stop: "stopped"
    case .end: "ended"
    case .cancel: "cancelled"
    case .supersede: "replaced"
    }
  }
}
