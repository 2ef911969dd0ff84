package import Contracts

/// One time zone of the IANA database: what the clocks of a region show at any instant.
///
/// ```
///   table of changes (from the file)            rule (the file's last line)
///   |----|------|-----|-----|-----|-----|......|-----|-----|-----|----->
///   type 0 before the first                    ^ last change of the table
/// ```
package struct Zone: Sendable {
  /// Such as `America/New_York`.
  package let name: String
  private let table: TZif

  /// What clocks add to UTC during a stretch of time.
  package struct Offset: Hashable, Sendable {
    /// Seconds east of UTC.
    package let seconds: Int
    /// Such as `EDT`.
    package let abbreviation: String
    /// Whether this counts as daylight saving time; in Ireland that is the winter.
    package let isDST: Bool
  }

  /// What a local time means.
  package enum Resolution: Hashable, Sendable {
    case unique(Timestamp)
    /// The clocks jumped over it: the last second before the jump, and the first after.
    case gap(before: Timestamp, after: Timestamp)
    /// The clocks showed it twice.
    case ambiguous(earlier: Timestamp, later: Timestamp)
  }

  /// Reads a TZif file's bytes (RFC 9636, versions 1 to 4). Whoever calls knows where the files are.
  package init(name: String, bytes: [UInt8]) throws(ZoneFault) {
    self.name = name
    table = try TZif(bytes)
  }

  package func offset(at instant: Timestamp) -> Offset { offset(atSecond: second(of: instant)) }

  /// What the clocks show at `instant`, cut to the second.
  package func local(at instant: Timestamp) -> LocalTime {
    let second = second(of: instant)
    return LocalTime(seconds: second + offset(atSecond: second).seconds)
  }

  /// When the clocks show `local`.
  package func resolve(_ local: LocalTime) -> Resolution {
    let wanted = local.seconds
    // No offset is further than this from UTC, so whatever matters changes within.
    let reach = ZoneLimits.offsetSeconds.upperBound
    let changes = changes(after: wanted - reach, through: wanted + reach)
    var offsets = [offset(atSecond: wanted - reach).seconds]
    for change in changes { offsets.append(offset(atSecond: change).seconds) }
    var instants: [Int] = []
    for offset in offsets {
      let second = wanted - offset
      if self.offset(atSecond: second).seconds == offset, !instants.contains(second) { instants.append(second) }
    }
    instants.sort()
    if let earlier = instants.first, let later = instants.last {
      return earlier == later ? .unique(instant(earlier)) : .ambiguous(earlier: instant(earlier), later: instant(later))
    }
    for change in changes
    where (change + offset(atSecond: change - 1).seconds..<change + offset(atSecond: change).seconds).contains(wanted) {
      return .gap(before: instant(change - 1), after: instant(change))
    }
    preconditionFailure("a local time that no offset explains lies in the jump of some change")
  }

  private func second(of instant: Timestamp) -> Int {
    let inside = min(max(instant, .first), .last)
    return Int(inside.milliseconds.flooredQuotient(by: 1_000))
  }

  private func instant(_ second: Int) -> Timestamp { Timestamp(milliseconds: Int64(second) * 1_000) }

  private func offset(atSecond second: Int) -> Offset {
    if let last = table.changes.last, second <= last { return table.offset(at: second) }
    if let rule = table.rule { return rule.offset(at: second) }
    return table.offset(at: second)
  }

  /// The seconds in `after < second <= through` at which another offset begins, in order.
  private func changes(after: Int, through: Int) -> [Int] {
    var result = table.changes.filter { after < $0 && $0 <= through }
    if let rule = table.rule {
      let tableEnd = table.changes.last ?? .min
      result += rule.changes(after: max(after, tableEnd), through: through)
      // Where a file's table and rule do not agree, the rule begins just after the table's end.
      if after < tableEnd + 1, tableEnd < through { result.append(tableEnd + 1) }
    }
    return result.sorted()
  }
}
