package import Contracts
import Zones

/// Who must have read a version of an offer before it goes live, and whether enough have: the gate's row `briefings`.
///
/// ```
///   from ──────────────── first_hours (72 h) ───────────────▸ until
///     shift of ana (en)      shift of bo (en, es)     shift of cy (de)
///     required               required                 not in scope: none of the offer's languages
///   1. as many of the required as the quorum says have read it
///   2. in every opening hour, for every language, somebody who has read it is there
/// ```
/// Recomputed from the roster and the acknowledgements whenever one of them changes: nobody stores it. A shift is in scope by its languages,
/// else by those of its agent; where neither names any it is in scope.
package struct GateBriefings: Sendable {
  /// What service and the policies say of briefings.
  package struct Rule: Sendable, Equatable {
    /// How many of the required must have read it, in percent, rounded up.
    package var quorumPercent: Int64
    /// When somebody must be there, in minutes after midnight on the clocks of the offer.
    package var opens: Int
    package var closes: Int

    package init(quorumPercent: Int64 = 100, opens: Int = 8 * 60, closes: Int = 20 * 60) {
      self.quorumPercent = quorumPercent
      self.opens = opens
      self.closes = closes
    }

    /// From the policies `briefing` (`{"quorum_percent": 100}`) and `opening-hours` (`{"from": "08:00", "to": "20:00"}`); what they do not
    /// say is as usual.
    package init(briefing: JSON?, hours: JSON?) {
      self.init()
      if let percent = briefing?["quorum_percent"]?.integer, (1...100).contains(percent) { quorumPercent = percent }
      if let from = hours?["from"]?.string.flatMap(DayTime.minutes), let to = hours?["to"]?.string.flatMap(DayTime.minutes), from < to {
        (opens, closes) = (from, to)
      }
    }
  }

  package let offer: OfferVersion
  /// The offer's first hours.
  package let period: Range<Timestamp>
  /// The offer's languages; empty where it names none: then any will do.
  package let locales: [String]
  /// Who must have read it, by name.
  package let required: [Identifier<Colleague>]
  /// The shifts in scope in the period.
  package let shifts: [RosterPublished]
  private let colleagues: ColleagueFold
  /// Everybody who is there, in scope or not.
  private let present: [RosterPublished]
  private let rule: Rule
  private let hours: [Range<Timestamp>]

  /// The languages that an offer must be spoken of in: those in which people are told of it, else those of its sheets.
  package static func locales(of document: OfferDocument) -> [String] {
    let told = document.targeting?.locales ?? []
    return Locales.unique(told.isEmpty ? document.sheetsRequired.map(\.locale) : told)
  }

  /// What `terms` ask of the roster as things stand at `now`: an offer that is late counts its first hours from now on. Nil where the offer
  /// asks for no briefing.
  package init?(_ terms: Terms, roster: RosterFold, _ colleagues: ColleagueFold, rule: Rule = Rule(), at now: Timestamp) {
    guard let briefing = terms.document.briefing else { return nil }
    offer = terms.document.offerVersion
    let from = max(terms.startsAt, now)
    let length = min(Duration.seconds(briefing.firstHours * 3_600), TermsLimits.briefingMax)
    let period = from..<max(from, min(from.adding(length), terms.endsAt ?? .last))
    let locales = Self.locales(of: terms.document)
    self.period = period
    self.locales = locales
    self.rule = rule
    self.colleagues = colleagues
    let here = roster.shifts(in: period).filter { colleagues.isHere($0.agentID) }
    present = here.filter { !$0.absent }
    shifts = here.filter { shift in locales.isEmpty || locales.contains { Self.speaks(Self.languages(shift, colleagues), $0) } }
    required = Set(shifts.filter { !$0.absent }.map(\.agentID)).sorted()
    hours = DayTime.hours(in: period, opens: rule.opens, closes: rule.closes, terms.zone)
  }

  /// Who is required and has not read it.
  package func outstanding(_ read: BriefingFold, counting versions: ClosedRange<Int>) -> [Identifier<Colleague>] {
    required.filter { read.readAt($0, counting: versions) == nil }
  }

  /// An hour in which nobody is there who has read the offer and speaks a language of it.
  package struct Gap: Sendable, Equatable {
    package let hour: Range<Timestamp>
    /// Empty where any language will do.
    package let locale: String
  }

  /// The opening hours of the period, by hour and language, in which nobody is there who has read one of these versions.
  package func gaps(_ read: BriefingFold, counting versions: ClosedRange<Int>) -> [Gap] {
    let ready = shifts.filter { !$0.absent && read.readAt($0.agentID, counting: versions) != nil }
    var gaps: [Gap] = []
    for hour in hours {
      for locale in locales.isEmpty ? [""] : locales {
        let there = ready.filter { Self.speaks(Self.languages($0, colleagues), locale) }
        if !Self.covers(there, hour) { gaps.append(Gap(hour: hour, locale: locale)) }
      }
    }
    return gaps
  }

  /// Whether one shift takes over from the other all through the hour. They come in the order of their beginnings.
  static func covers(_ shifts: [RosterPublished], _ hour: Range<Timestamp>) -> Bool {
    var until = hour.lowerBound
    for shift in shifts where shift.from <= until { until = max(until, shift.to) }
    return until >= hour.upperBound
  }

  private static func languages(_ shift: RosterPublished, _ colleagues: ColleagueFold) -> [String] {
    shift.locales.isEmpty ? colleagues.colleagues[shift.agentID]?.locales ?? [] : shift.locales
  }

  private static func speaks(_ languages: [String], _ locale: String) -> Bool {
    locale.isEmpty || languages.isEmpty || languages.contains { Locales.speaks($0, locale) }
  }

  /// What cannot be counted on in the period, since whoever is there has not read one of these versions: each stretch of time with it.
  package func unread(
    _ read: BriefingFold, counting versions: ClosedRange<Int>, _ rules: ContactForecast.Rules
  ) -> [CapacityBook.Unread] {
    Unbriefed(present: present, read, counting: versions, rules).stretches(in: period)
  }

  // MARK: The row

  /// The gate's row. `versions` are those whose acknowledgement counts: from the last material one to this (`MaterialVersions`). `asked` is
  /// when the gate was asked first.
  package func row(_ read: BriefingFold, counting versions: ClosedRange<Int>, asked: Timestamp) -> OfferScheduled.GateRow {
    guard !required.isEmpty else {
      return waiting(
        "no_roster", since: max(asked, shifts.map(\.at).max() ?? asked),
        "nobody who could speak of it is on the roster from \(period.lowerBound) until \(period.upperBound); publish shifts for that time",
        "whoever plans the shifts: accord import roster FILE")
    }
    let missing = outstanding(read, counting: versions)
    let needed = (Int64(required.count) * rule.quorumPercent + 99) / 100
    let have = Int64(required.count - missing.count)
    if have < needed {
      let since = missing.compactMap { agent in shifts.lazy.filter { $0.agentID == agent && !$0.absent }.map(\.at).min() }.min() ?? asked
      return waiting(
        "briefings_outstanding", since: max(asked, since),
        "\(have) of \(required.count) who are on the roster in its first hours have read it, \(needed) must: \(Self.names(missing)) "
          + (missing.count == 1 ? "has not" : "have not"),
        Self.names(missing))
    }
    let gaps = gaps(read, counting: versions)
    if let first = gaps.first {
      let there = shifts.filter { $0.from < first.hour.upperBound && first.hour.lowerBound < $0.to }
      let language = first.locale.isEmpty ? "" : " speaks \(first.locale) and"
      let more = gaps.count > 1 ? ", and \(gaps.count - 1) more hours are like it" : ""
      return waiting(
        "hours_uncovered", since: max(asked, there.map(\.at).max() ?? asked),
        "from \(first.hour.lowerBound) nobody is there who\(language) has read it\(more); brief somebody of these hours or change the shifts",
        "whoever plans the shifts: accord roster swap")
    }
    let since = required.compactMap { read.readAt($0, counting: versions) }.max() ?? asked
    return OfferScheduled.GateRow(check: .briefings, state: .passed, since: max(asked, since))
  }

  private func waiting(_ code: String, since: Timestamp, _ sentence: String, _ liftedBy: String) -> OfferScheduled.GateRow {
    OfferScheduled.GateRow(check: .briefings, state: .waiting, since: since, sentence: sentence, code: code, liftedBy: liftedBy)
  }

  /// A few by name, the rest by number.
  static func names(_ people: [Identifier<Colleague>]) -> String {
    let few = people.prefix(3).map { String($0.text.prefix(64)) }
    return Saying.list(people.count > 3 ? few + ["\(people.count - 3) others"] : few)
  }
}
