package import Contracts

/// Why something is not done to an offer: what happened, why, and what to do next.
package enum OfferRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// The life does not know this step.
  case cannot(OfferDeed, OfferState, OfferVersion)
  /// Another version than the next one was offered.
  case gap(OfferVersion, expected: Int)
  /// A version is for ever: what differs is named by JSON pointers.
  case otherContent(OfferVersion, fields: [String])
  /// A newer version is known already.
  case older(OfferVersion, latest: Int)
  /// The offer's life is over.
  case over(OfferVersion, OfferState)
  /// Scheduled after its start.
  case startPassed(OfferVersion, startsAt: Timestamp)
  /// Launched before its start.
  case startsLater(OfferVersion, startsAt: Timestamp)
  /// Launched when its window had ended.
  case windowOver(OfferVersion, endsAt: Timestamp)
  /// A historical launch of a window that is not over.
  case windowNotOver(OfferVersion, endsAt: Timestamp?)
  /// A historical launch of an offer that customers know.
  case historicalButRunning(OfferVersion)
  /// Somebody else changed it meanwhile: `since` says what they did, in order.
  case changed(OfferVersion, seen: Int64, now: Int64, since: [String])
  /// The gate does not let it through.
  case gateShut(OfferVersion, sentences: [String])

  /// A word for programs.
  package var code: String {
    switch self {
    case .cannot: "offer_state"
    case .gap, .older: "offer_version"
    case .otherContent: "offer_content"
    case .over: "offer_over"
    case .startPassed, .startsLater, .windowOver, .windowNotOver, .historicalButRunning: "offer_window"
    case .changed: "offer_changed"
    case .gateShut: "offer_gate"
    }
  }

  package var description: String {
    switch self {
    case .cannot(let deed, let state, let offer):
      "\(offer) is \(state) and cannot be \(deed.participle): \(OfferLife.advice(deed, in: state))"
    case .gap(let offer, let expected):
      "\(offer) leaves out a version: versions follow each other without gaps; call it version \(expected)"
    case .otherContent(let offer, let fields):
      "\(offer) is known with another content (\(fields.joined(separator: ", "))): a version never changes; "
        + "write version \(offer.version + 1)"
    case .older(let offer, let latest): "\(offer) is older than version \(latest), which is known already; write version \(latest + 1)"
    case .over(let offer, let state): "\(offer.offer) is \(state): its life is over and takes no new version; make a new offer"
    case .startPassed(let offer, let start):
      "\(offer) should have begun at \(start), which has passed: launch it to go live now, launch it with --historical where its window is "
        + "over, or give it another start"
    case .startsLater(let offer, let start):
      "\(offer) begins at \(start) by itself and not before: schedule it, or give it an earlier start"
    case .windowOver(let offer, let end):
      "the window of \(offer) ended at \(end): launch it with --historical to reach the orders before its start, or give it another window"
    case .windowNotOver(let offer, let end):
      "the window of \(offer) \(end.map { "ends only at \($0)" } ?? "has no end"): --historical is for windows that have passed; launch it "
        + "without"
    case .historicalButRunning(let offer):
      "\(offer.offer) is known to customers: a version of it cannot be historical; launch it without --historical"
    case .changed(let offer, let seen, let now, let since):
      "\(offer.offer) was changed meanwhile (you saw state \(seen), it is \(now))\(since.isEmpty ? "" : ": " + since.joined(separator: "; "))"
        + "; look at it again with `offer show`, then decide"
    case .gateShut(let offer, let sentences):
      "\(offer) does not pass its gate: \(sentences.joined(separator: "; ")); mend that, then try again"
    }
  }
}
