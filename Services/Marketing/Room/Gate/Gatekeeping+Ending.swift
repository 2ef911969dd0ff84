import Contracts
import MarketingDomain
import Store

/// Says that an offer is over, and what it takes with it.
extension Gatekeeping {
  /// The end of an offer has come, by the clock.
  static func end(_ id: Identifier<Offer>, _ telling: Telling, in transaction: borrowing Transaction) throws {
    guard let known = try Offers.find(id, in: transaction), let running = known.running.flatMap({ OfferVersion(offer: id, version: $0) }),
      try Offers.version(running, in: transaction)?.state.isRunning == true
    else { return }
    try finish(running, cause: "end of its window", telling, in: transaction)
  }

  /// Ends the running version, and gives up what waited to take its place.
  static func finish(
    _ running: OfferVersion, cause: String?, _ telling: Telling, in transaction: borrowing Transaction
  ) throws {
    try telling.tell(
      .offerTurned(
        OfferTurned(turn: .ended, offerID: running.offer, version: running.version, cause: cause, by: telling.by, at: telling.now)),
      in: transaction)
    for later in try Offers.versions(of: running.offer, in: transaction) where later.version > running.version && !later.state.isOver {
      try telling.tell(
        .offerTurned(
          OfferTurned(
            turn: .cancelled, offerID: running.offer, version: later.version, cause: "the offer ended before this version took effect",
            by: telling.by, at: telling.now)), in: transaction)
    }
  }
}
