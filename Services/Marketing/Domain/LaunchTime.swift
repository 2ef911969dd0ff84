package import Contracts

/// When an offer may be scheduled and launched, and from when on it counts as live.
package enum LaunchTime {
  /// A launch this close to the start is on time: what lies between is the machine's.
  package static let onTime = Duration.seconds(1)

  /// Scheduling is for what lies ahead, or for the next version of an offer that customers know.
  package static func confirmSchedule(
    _ offer: OfferVersion, startsAt: Timestamp, isRunning: Bool, at now: Timestamp
  ) throws(OfferRefusal) {
    guard startsAt > now || isRunning else { throw .startPassed(offer, startsAt: startsAt) }
  }

  /// A launch is for what should have begun; a historical one for what is over.
  package static func confirmLaunch(
    _ offer: OfferVersion, startsAt: Timestamp, endsAt: Timestamp?, historical: Bool, isRunning: Bool, at now: Timestamp
  ) throws(OfferRefusal) {
    guard startsAt <= now else { throw .startsLater(offer, startsAt: startsAt) }
    if historical {
      guard !isRunning else { throw .historicalButRunning(offer) }
      guard let endsAt, endsAt <= now else { throw .windowNotOver(offer, endsAt: endsAt) }
    } else if let endsAt, endsAt <= now {
      throw .windowOver(offer, endsAt: endsAt)
    }
  }

  /// From when on the checkout applies it: the start where the launch was on time or is historical, what its predecessor had where it
  /// takes over, else now.
  package static func effective(
    startsAt: Timestamp, historical: Bool, predecessor: Timestamp?, at now: Timestamp
  ) -> Timestamp {
    if let predecessor { return predecessor }
    guard !historical, now > startsAt.adding(onTime) else { return startsAt }
    return now
  }
}
