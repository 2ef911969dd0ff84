package import Contracts
import Zones

/// Where the time of an order lies; the word stands in the remedy as its basis.
///
/// ```
///      lookBackFrom          startsAt      effectiveFrom         pause            end
///           |------ before ------|----- gap -----|---- inside ---|-- gap --|-- inside --|
///   basis:        look_back             gap           in_window     gap      in_window
/// ```
/// Each includes its first instant and not its last. A historical launch has only the first.
package enum Interval: String, Sendable, CaseIterable {
  /// Before the start: automatic.
  case before = "look_back"
  /// Between the start and a late launch, or in a pause: automatic.
  case gap
  /// While the offer is live: the checkout's business, but for what it leaves to the ledger.
  case inside = "in_window"
}

extension Terms {
  /// Until when orders may come inside: the end, or earlier where somebody ended or stopped it; `.last` where it has no end.
  package func end(_ life: Life) -> Timestamp {
    min(endsAt ?? .last, min(life.endedAt ?? .last, life.stoppedAt ?? .last))
  }

  /// Until when an order may be recorded, and the desk may honour.
  package func honourUntil(_ life: Life) -> Timestamp {
    guard let endedAt = life.endedAt, endedAt < endsAt ?? .last else { return honourUntil }
    return endedAt.adding(document.honourFor)
  }

  /// In which interval `instant` lies; nil for none.
  package func interval(of instant: Timestamp, _ life: Life) -> Interval? {
    if instant < startsAt { return instant >= lookBackFrom ? .before : nil }
    guard !life.isHistorical, instant < end(life) else { return nil }
    if instant < life.effectiveFrom { return .gap }
    for pause in life.pauses where pause.contains(instant) { return .gap }
    return .inside
  }

  /// The same for a day that begins at `day`: one that begins before the start and reaches into the look-back lies in it.
  package func interval(ofDay day: Timestamp, _ life: Life) -> Interval? {
    guard day < startsAt else { return interval(of: day, life) }
    return day >= lookBackFrom || end(ofDay: day) > lookBackFrom ? .before : nil
  }

  /// 24:00 of the day that begins at `day`. The feed's zone is not told; where the day begins at midnight in the offer's zone,
  /// that one's next midnight is meant, so that the days of a clock change have 23 and 25 hours.
  private func end(ofDay day: Timestamp) -> Timestamp {
    let usual = day.adding(.milliseconds(86_400_000))
    // Two hours are more than any clock change; the zone is asked only where it matters.
    guard usual.adding(.milliseconds(7_200_000)) > lookBackFrom, usual.adding(.milliseconds(-7_200_000)) <= lookBackFrom else {
      return usual
    }
    let local = zone.local(at: day)
    guard local.hour == 0, local.minute == 0, local.second == 0,
      let midnight = LocalTime(date: CivilDate(daysSinceEpoch: local.date.daysSinceEpoch + 1))
    else { return usual }
    switch zone.resolve(midnight) {
    case .unique(let instant), .gap(_, let instant), .ambiguous(let instant, _): return instant
    }
  }

  /// Whether anything of `purchase` may lie in an interval: never false where something does. HOT, as `isFor(anythingOf:)`.
  package func mayReach(_ purchase: Purchase, _ life: Life) -> Bool {
    let time = time(of: purchase)
    let isDay = purchase.placedPrecision == .day && document.lookBack.basis != .capturedAt
    if (isDay ? interval(ofDay: time, life) : interval(of: time, life)) != nil { return true }
    for line in purchase.lines where line.addedAt != nil || line.under != nil { return true }
    return false
  }

  /// By which of its times an order is judged, but for lines that were added later.
  func time(of purchase: Purchase) -> Timestamp { document.lookBack.basis == .capturedAt ? purchase.capturedAt : purchase.placedAt }
}
