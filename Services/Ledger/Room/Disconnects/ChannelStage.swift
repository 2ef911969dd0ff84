import Contracts
import Host
import LedgerDomain
import Store
import Terms
import Zones
import protocol Store.Reading

/// Whether somebody was there in each published hour of each channel that has a counterpart: a day of one channel is one row.
///
/// ```
/// counterpart.named ─▸ hours of the day in its zone ┐
/// roster.published  ─▸ shifts, and since when told  ┴▸ each hour: there before it, within it, nobody, or told when it was over
/// ```
enum ChannelStage {
  private static let hour = Duration.seconds(3_600)
  /// A shift that covers a day's first hour began at most so long before it: it has 24 hours at most.
  private static let shiftMax = Duration.seconds(24 * 3_600)

  static func take(_ round: inout AuditRound, _ pace: inout ChunkPace, _ transaction: borrowing Transaction) throws -> Bool {
    while true {
      if round.cursor.key.isEmpty, try !next(&round, transaction) { return true }
      let namings = try namings(of: round.cursor.key, in: transaction)
      while let day = Day(behind: round.cursor.at, namings, until: round.now) {
        guard pace.admitsRow() else { return false }
        let shifts = try shifts(of: day, in: transaction)
        let isTold = try !shifts.isEmpty || isAnyRosterTold(in: transaction)
        for found in judge(day, shifts, isRosterTold: isTold) { round.find(found) }
        round.cursor.at = day.end
      }
      guard try next(&round, transaction) else { return true }
    }
  }

  /// Enters the next channel, at the first whole day of the audit's time.
  private static func next(_ round: inout AuditRound, _ reading: borrowing Transaction) throws -> Bool {
    let row = try reading.first(
      "SELECT subject, min(at) FROM seen WHERE type = 'counterpart' AND subject > ?1 GROUP BY subject ORDER BY subject LIMIT 1",
      .text(round.cursor.key)
    ) { row in (channel: try row.text(0), at: try row.timestamp(1)) }
    guard let row else { return false }
    round.cursor.enter(row.channel, at: row.at)
    guard row.at < round.since else { return true }
    // A day that lies within the audit's time in part only was told whole before.
    let namings = try namings(of: row.channel, in: reading)
    round.cursor.at = Day(behind: round.since, namings, until: .last)?.end ?? round.since
    return true
  }

  private static func namings(of channel: String, in reading: borrowing some Reading & ~Copyable) throws -> [CounterpartNamed] {
    try reading.all(
      "SELECT content FROM seen WHERE subject = ?1 AND type = 'counterpart' ORDER BY at, length(message_id), message_id", .text(channel)
    ) { row -> CounterpartNamed? in
      guard case .counterpartNamed(let fact)? = try DomainEvent.decode(type: CounterpartNamed.type, data: try row.blob(0)) else {
        return nil
      }
      return fact
    }.compactMap(\.self)
  }

  private static func isAnyRosterTold(in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    try reading.integer("SELECT 1 FROM shift_seen LIMIT 1") != nil
  }

  // MARK: A day

  /// The hours of one date in the zone of whoever answers then.
  private struct Day {
    let naming: CounterpartNamed
    let date: CivilDate
    /// The published hours, and by which number the clocks there call each.
    let hours: [(range: Range<Timestamp>, local: Int)]
    let end: Timestamp

    /// The rest of the date that goes on at `instant`, as far as it lies before `until`; nil where nothing of it does.
    init?(behind instant: Timestamp, _ namings: [CounterpartNamed], until: Timestamp) {
      let length: Int64 = 3_600_000
      var at = Timestamp(milliseconds: (instant.milliseconds + length - 1) / length * length)
      guard let naming = namings.last(where: { $0.at <= at }) ?? namings.first, let zone = ZoneShelf.zone(naming.timeZone) else {
        return nil
      }
      let date = zone.local(at: at).date
      var hours: [(range: Range<Timestamp>, local: Int)] = []
      var isAny = false
      while at.adding(ChannelStage.hour) <= until {
        let local = zone.local(at: at)
        guard local.date == date else { break }
        isAny = true
        if local.hour >= Self.hour(naming.opens), local.hour < Self.hour(naming.closes), naming.at <= at {
          hours.append((at..<at.adding(ChannelStage.hour), local.hour))
        }
        at = at.adding(ChannelStage.hour)
      }
      guard isAny else { return nil }
      (self.naming, self.date, self.hours, end) = (naming, date, hours, at)
    }

    private static func hour(_ text: String) -> Int { Int(text.prefix(2)) ?? 0 }
  }

  // MARK: Shifts

  private struct Shift {
    let id: String
    let from: Timestamp
    let to: Timestamp
    let channels: String
    let isAbsent: Bool
    let at: Timestamp
  }

  /// The words about shifts that overlap the day, by shift, in the order in which they were told.
  private static func shifts(of day: Day, in reading: borrowing some Reading & ~Copyable) throws -> [Shift] {
    guard let first = day.hours.first?.range.lowerBound, let last = day.hours.last?.range.upperBound else { return [] }
    return try reading.all(
      """
      SELECT shift_id, from_at, to_at, channels, absent, at FROM shift_seen
      WHERE from_at >= ?1 AND from_at < ?3 AND to_at > ?2 ORDER BY shift_id, at, length(message_id), message_id
      """, .timestamp(first.adding(.zero - shiftMax)), .timestamp(first), .timestamp(last)
    ) { row in
      Shift(
        id: try row.text(0), from: try row.timestamp(1), to: try row.timestamp(2), channels: try row.text(3), isAbsent: try row.bool(4),
        at: try row.timestamp(5))
    }
  }

  /// Somebody who is there, and since when that is known.
  private struct Staff {
    let from: Timestamp
    let to: Timestamp
    let knownAt: Timestamp
  }

  /// Who was there in the end: of each shift its last word, known since the first of those that say the same.
  private static func staff(_ shifts: [Shift], at counterpart: String) -> [Staff] {
    var staff: [Staff] = []
    for (place, last) in shifts.enumerated() where place + 1 == shifts.count || shifts[place + 1].id != last.id {
      guard !last.isAbsent, GateChannels.serves(last.channels.split(separator: " ").map(String.init), counterpart) else { continue }
      var knownAt = last.at
      for earlier in shifts[..<place].reversed() {
        guard earlier.id == last.id, !earlier.isAbsent, earlier.from == last.from, earlier.to == last.to,
          earlier.channels == last.channels
        else { break }
        knownAt = earlier.at
      }
      staff.append(Staff(from: last.from, to: last.to, knownAt: knownAt))
    }
    return staff
  }

  // MARK: Judging

  private static func judge(_ day: Day, _ shifts: [Shift], isRosterTold: Bool) -> [Register.Found] {
    let naming = day.naming
    guard let first = day.hours.first else { return [] }
    guard isRosterTold else {
      return [
        Register.Found(
          id: "channel/\(naming.channel)/unknown", kind: .channel, outcome: .unknown, beganAt: naming.at,
          cause: "whether \(naming.counterpart) was staffed for \(naming.channel) is not known: no roster was told")
      ]
    }
    let staff = staff(shifts, at: naming.counterpart)
    var held = 0
    var found: [Register.Found] = []
    for hour in day.hours {
      let there = staff.filter { $0.from < hour.range.upperBound && $0.to > hour.range.lowerBound }
      let outcomes = there.map { Contradiction.channel(hour.range, staffedFrom: $0.from, knownAt: $0.knownAt) }
      let best = [.prevented, .repaired, .unknown].first { outcomes.contains($0) }
      let outcome = best ?? Contradiction.channel(hour.range, staffedFrom: nil, knownAt: nil)
      guard outcome != .prevented else {
        held += 1
        continue
      }
      // Each hour by itself: what is told of it later may change it.
      found.append(
        Register.Found(
          id: "channel/\(naming.channel)/\(hour.range.lowerBound)", kind: .channel, outcome: outcome, beganAt: hour.range.lowerBound,
          cause: words(outcome, naming, "\(day.date) from \(hour.local):00 on")))
    }
    guard held > 0 else { return found }
    return found + [
      Register.Found(
        id: "channel/\(naming.channel)/\(day.date)/prevented", kind: .channel, outcome: .prevented, beganAt: first.range.lowerBound,
        cause: "\(naming.counterpart) was there for \(naming.channel) in \(held) hours of \(day.date)", count: Int64(held))
    ]
  }

  private static func words(_ outcome: Contradiction.Outcome, _ naming: CounterpartNamed, _ hour: String) -> String {
    switch outcome {
    case .prevented: "\(naming.counterpart) was there for \(naming.channel) on \(hour)"
    case .repaired: "\(naming.counterpart) was staffed for \(naming.channel) on \(hour), when the hour had begun"
    case .slipped: "nobody was at \(naming.counterpart) for \(naming.channel) on \(hour)"
    case .unknown: "whether somebody was at \(naming.counterpart) on \(hour) was told when the hour was over"
    }
  }
}

/// Time zones that channels are answered in, read once.
private enum ZoneShelf {
  static func zone(_ name: String) -> Zone? {
    guard let file = try? ZoneFiles.system(environment: Configuration.environment).bytes(of: name) else { return nil }
    return try? Zone(name: name, bytes: file)
  }
}
