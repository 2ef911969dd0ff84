package import Contracts

/// Who is there and has not read an offer: what they would take in an hour is not counted on for it until they have.
///
/// ```
///   ana   ├──────── has read it ────────┤
///   bo      ├── has not ──┤
///   cy               ├──── has not ─────┤
///   told    ├─ bo ───┼ bo,├─ cy ────────┤
///                      cy
/// ```
package struct Unbriefed: Sendable {
  /// Those who come, in scope of the offer or not: whoever is there takes what comes.
  private let present: [RosterPublished]
  private let read: BriefingFold
  private let versions: ClosedRange<Int>
  private let rules: ContactForecast.Rules

  /// `present` are shifts in which somebody comes; `versions` those whose acknowledgement counts (`MaterialVersions`).
  init(present: [RosterPublished], _ read: BriefingFold, counting versions: ClosedRange<Int>, _ rules: ContactForecast.Rules) {
    self.present = present
    self.read = read
    self.versions = versions
    self.rules = rules
  }

  /// Of those who are on `roster` in `period`. Nil where the offer asks for no briefing: then everybody counts.
  package init?(
    _ document: OfferDocument, in period: Range<Timestamp>, roster: RosterFold, _ colleagues: ColleagueFold, _ read: BriefingFold,
    counting versions: ClosedRange<Int>, _ rules: ContactForecast.Rules
  ) {
    guard document.briefing != nil else { return nil }
    let here = roster.shifts(in: period).filter { !$0.absent && colleagues.isHere($0.agentID) }
    self.init(present: here, read, counting: versions, rules)
  }

  /// What cannot be counted on in `period`: each stretch of time with it, and with who it is.
  package func stretches(in period: Range<Timestamp>) -> [CapacityBook.Unread] {
    func each(_ agents: Int) -> Int64 { ContactForecast.available(agents: Int64(agents), usual: 0, rules: rules) }
    let shifts = present.filter { read.readAt($0.agentID, counting: versions) == nil }
    let marks = Set(present.flatMap { [$0.from, $0.to] } + [period.lowerBound, period.upperBound]).filter {
      $0 >= period.lowerBound && $0 <= period.upperBound
    }.sorted()
    return zip(marks, marks.dropFirst()).compactMap { from, to in
      let missing = shifts.filter { $0.from <= from && from < $0.to }
      let there = Set(present.filter { $0.from <= from && from < $0.to }.map(\.agentID))
      let names = Set(missing.map(\.agentID)).sorted()
      guard let since = missing.map(\.at).max() else { return nil }
      return CapacityBook.Unread(
        window: from..<to, contacts: each(there.count) - each(there.count - names.count),
        cause:
          "\(GateBriefings.names(names)) \(names.count == 1 ? "is" : "are") there and \(names.count == 1 ? "has" : "have") not read it",
        since: since)
    }
  }
}
