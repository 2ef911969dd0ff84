import Contracts
import Zones

/// Times, durations and lists as people say them.
enum Saying {
  /// `48 hours`, `1 hour and 30 minutes`.
  static func duration(_ duration: Duration) -> String {
    let seconds = duration.milliseconds / 1_000
    let parts = [(seconds / 3_600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")].filter { $0.0 > 0 }.map {
      count($0.0, $0.1)
    }
    return parts.isEmpty ? "no time" : list(parts)
  }

  static func count(_ number: Int64, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// `Sunday 2026-05-10 00:00`, seconds only where there are any.
  static func local(_ local: LocalTime) -> String {
    let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    let text = local.description.split(separator: "T").last.map(String.init) ?? ""
    return "\(weekdays[local.date.weekday]) \(local.date) \(local.second == 0 ? String(text.prefix(5)) : text)"
  }

  /// `a, b and c`.
  static func list(_ words: [String], _ conjunction: String = "and") -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
  }

  /// `12.5 %` of 1,250 basis points.
  static func percent(_ basisPoints: Int64) -> String {
    var text = "\(basisPoints / 100)"
    let rest = basisPoints % 100
    if rest > 0 { text += rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)" }
    return text + " %"
  }
}
