import Contracts
import Zones

/// A language in which the terms of an offer can be told: its sentences with places for what the document says.
///
/// ```
/// document ─▸ Terms.facts(in:) ─▸ sentence of the tongue, "Es gibt {percent} Nachlass." ─▸ filled
/// ```
/// Amounts, percentages and ids stand as everywhere in the house; instants are UTC beside the clock of the offer's zone.
package struct Tongue: Sendable {
  /// The language alone, such as `de`.
  package let code: String
  let words: [String: String]
  /// From Sunday on.
  let weekdays: [String]

  /// Those that are not English, which `Terms.facts()` speaks.
  package static let others = [german, spanish, french]
  /// Every language in which an offer can be told.
  package static let codes = ["en"] + others.map(\.code)

  /// The one that serves whoever wants `locale`; nil where that is English, or none is spoken here.
  package static func of(_ locale: String) -> Tongue? { others.first { Locales.speaks($0.code, locale) } }

  /// The sentence called `name`, filled.
  package func say(_ name: String, _ values: KeyValuePairs<String, String> = [:]) -> String {
    guard var text = words[name] else { preconditionFailure("the tongue \(code) has no words for \(name)") }
    for (place, value) in values { text = text.replacing("{\(place)}", with: value) }
    return text
  }

  /// The names of all sentences, each with the places that it has: the same in every tongue.
  package var shape: [String: Set<String>] { words.mapValues(Self.places) }

  private static func places(_ text: String) -> Set<String> {
    Set(text.split(separator: "{").dropFirst().compactMap { $0.split(separator: "}", maxSplits: 1).first.map(String.init) })
  }

  // MARK: Numbers, times, lists

  func count(_ number: Int64, _ noun: String) -> String { say(number == 1 ? noun : noun + "s", ["n": "\(number)"]) }

  func duration(_ duration: Duration) -> String {
    let seconds = duration.milliseconds / 1_000
    let parts = [(seconds / 3_600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")].filter { $0.0 > 0 }.map {
      count($0.0, $0.1)
    }
    return parts.isEmpty ? say("no_time") : list(parts, "and")
  }

  func local(_ local: LocalTime) -> String {
    let clock = local.description.split(separator: "T").last.map(String.init) ?? ""
    return "\(weekdays[local.date.weekday]) \(local.date) \(local.second == 0 ? String(clock.prefix(5)) : clock)"
  }

  /// `conjunction`: the name of `and`, `or` or `or_else`.
  func list(_ parts: [String], _ conjunction: String) -> String {
    guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: ", ") + " \(say(conjunction)) " + last
  }
}
