package import Contracts
package import Zones

/// Whether whoever buys by some channel is answered by somebody afterwards: the gate's row `channels`.
///
/// ```
/// channel before the purchase ─▸ counterpart after it, with its hours ─▸ somebody on shift there in each of these hours
///                              none: no_counterpart                    nobody: channel_unstaffed
/// ```
/// Looked at for the offer's first hours, as its briefings are: further ahead nobody has planned yet. A shift that names no channels is for
/// all of them.
package struct GateChannels: Sendable {
  /// Who is asked to be there, where the offer says nothing of its first hours.
  package static let firstHours = Duration.seconds(72 * 3_600)

  /// The channels that the offer is bought by, by name; empty where nobody knows any.
  package let channels: [String]
  /// The offer's first hours.
  package let period: Range<Timestamp>
  private let counterparts: [String: CounterpartNamed]
  private let shifts: [RosterPublished]
  private let colleagues: ColleagueFold
  private let zone: @Sendable (String) -> Zone?

  /// `counterparts` by the channel before the purchase. An offer that names no channels is for all of the shop's: `soldBy`, as far as is
  /// known. A zone that `zone` cannot read is the offer's.
  package init(
    _ terms: Terms, _ counterparts: [String: CounterpartNamed], soldBy: [String], roster: RosterFold = RosterFold(),
    _ colleagues: ColleagueFold = ColleagueFold(), at now: Timestamp, zone: @escaping @Sendable (String) -> Zone? = { _ in nil }
  ) {
    let bought = terms.document.eligibility.channels ?? soldBy
    channels = Set(bought.isEmpty ? Array(counterparts.keys) : bought).sorted()
    let from = max(terms.startsAt, now)
    let length = terms.document.briefing.map { min(.seconds($0.firstHours * 3_600), TermsLimits.briefingMax) } ?? Self.firstHours
    let period = from..<max(from, min(from.adding(length), terms.endsAt ?? .last))
    self.period = period
    self.counterparts = counterparts
    self.colleagues = colleagues
    shifts = roster.shifts(in: period).filter { colleagues.isHere($0.agentID) }
    let own = terms.zone
    self.zone = { zone($0) ?? own }
  }

  /// Whether somebody on a shift for `channels` is at `counterpart`.
  package static func serves(_ channels: [String], _ counterpart: String) -> Bool { channels.isEmpty || channels.contains(counterpart) }

  /// Hours of a counterpart in which nobody is there.
  package struct Gap: Sendable {
    package let counterpart: CounterpartNamed
    /// The first of them that lie in a row.
    package let hours: Range<Timestamp>
    /// How many there are in all.
    package let count: Int
    /// Shifts there in `hours` in which nobody comes.
    package let absent: [RosterPublished]
    /// When it came to be so, by what was told of the shifts; nil where nothing was.
    package let since: Timestamp?
  }

  /// The channels whose counterpart lacks somebody in some of its hours, by name.
  package var gaps: [Gap] { channels.compactMap { counterparts[$0] }.compactMap(gap) }

  private func gap(_ named: CounterpartNamed) -> Gap? {
    guard let opens = DayTime.minutes(named.opens), let closes = DayTime.minutes(named.closes), let zone = self.zone(named.timeZone) else {
      return nil
    }
    let own = shifts.filter { Self.serves($0.channels, named.counterpart) }
    let there = own.filter { !$0.absent }
    let open = DayTime.hours(in: period, opens: opens, closes: closes, zone).filter { !GateBriefings.covers(there, $0) }
    guard var first = open.first else { return nil }
    for hour in open.dropFirst() where hour.lowerBound == first.upperBound { first = first.lowerBound..<hour.upperBound }
    let near = own.filter { $0.from < first.upperBound && first.lowerBound < $0.to }
    return Gap(
      counterpart: named, hours: first, count: open.count, absent: near.filter(\.absent), since: near.map(\.at).max())
  }

  // MARK: The row

  /// `asked` is when the gate was asked first.
  package func row(asked: Timestamp) -> OfferScheduled.GateRow {
    let missing = channels.filter { counterparts[$0] == nil }
    guard missing.isEmpty, !channels.isEmpty else {
      let lacking = channels.isEmpty ? "any channel" : Saying.list(missing.prefix(8).map { $0 })
      return OfferScheduled.GateRow(
        check: .channels, state: .waiting, since: asked,
        sentence: "nobody has said where customers are answered who buy by \(lacking); name a channel and its hours",
        code: "no_counterpart", liftedBy: "service: accord channel name")
    }
    let named = channels.compactMap { counterparts[$0] }
    let since = max(asked, named.map(\.at).max() ?? asked)
    let gaps = self.gaps
    guard let gap = gaps.first else { return OfferScheduled.GateRow(check: .channels, state: .passed, since: since) }
    let heir = colleagues.heir(of: gap.counterpart.by)
    return OfferScheduled.GateRow(
      check: .channels, state: .waiting, since: max(asked, gap.counterpart.at, gap.since ?? asked), by: heir,
      sentence: sentence(gap, others: gaps.count - 1), code: "channel_unstaffed",
      liftedBy: "\(heir?.text ?? "whoever plans the shifts"), with shifts at \(gap.counterpart.counterpart) (`accord import roster`, "
        + "`accord roster absent --back`, `accord roster swap`) or with other hours (`accord channel name`)")
  }

  private func sentence(_ gap: Gap, others: Int) -> String {
    let named = gap.counterpart
    let absent = Set(gap.absent.map(\.agentID.text)).sorted().prefix(3).map { String($0.prefix(64)) }
    let length = gap.hours.upperBound.since(gap.hours.lowerBound)
    let rest = Int64(gap.count) - (length.milliseconds + 3_599_999) / 3_600_000
    let hours = rest > 0 ? ", and in \(rest) more hours" : ""
    let more = others > 0 ? "; \(others) more channels are like it" : ""
    let why = absent.isEmpty ? "" : " (\(Saying.list(Array(absent))) \(absent.count == 1 ? "does" : "do") not come)"
    return
      "nobody is at \(named.counterpart), where customers are answered who buy by \(named.channel), from \(gap.hours.lowerBound) until "
      + "\(gap.hours.upperBound)\(hours)\(why): it is said to be open from \(named.opens) to \(named.closes) in \(named.timeZone)\(more)"
  }
}
