/// All series of one metric: its name, help and kind, and a series for each set of labels.
struct MetricFamily: Sendable {
  let name: String
  let help: String
  let kind: MetricKind
  let unit: MetricUnit
  private var rows: [(labels: Labels, series: Series)] = []

  init(name: String, help: String, kind: MetricKind, unit: MetricUnit) {
    self.name = name
    self.help = help
    self.kind = kind
    self.unit = unit
  }

  /// The series with `labels`, made when it is new; past the limit, the one whose label values all read "other".
  mutating func series(_ labels: Labels, _ make: () -> Series) -> Series {
    if let row = rows.first(where: { $0.labels == labels }) { return row.series }
    guard rows.count < TelemetryLimits.seriesPerMetricMax else {
      let others = labels.others
      if let row = rows.first(where: { $0.labels == others }) { return row.series }
      return append(others, make)
    }
    return append(labels, make)
  }

  private mutating func append(_ labels: Labels, _ make: () -> Series) -> Series {
    let series = make()
    rows.append((labels, series))
    return series
  }

  func text() -> String {
    var text = "# HELP \(name) \(Labels.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    for (labels, series) in rows { text += series.text(name: name, labels: labels, unit: unit) }
    return text
  }

  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, (0x61...0x7A).contains(first) else { return false }
    return name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }
}

/// One line of figures, or the lines of one histogram.
enum Series: Sendable {
  case counter(Counter)
  case gauge(Gauge)
  case histogram(Histogram)
  case reading(@Sendable () -> Int64)

  var counter: Counter? { if case .counter(let it) = self { it } else { nil } }
  var gauge: Gauge? { if case .gauge(let it) = self { it } else { nil } }
  var histogram: Histogram? { if case .histogram(let it) = self { it } else { nil } }
  var reading: (@Sendable () -> Int64)? { if case .reading(let it) = self { it } else { nil } }

  func text(name: String, labels: Labels, unit: MetricUnit) -> String {
    switch self {
    case .counter(let counter): return "\(name)\(labels.text) \(unit.text(counter.value))\n"
    case .gauge(let gauge): return "\(name)\(labels.text) \(unit.text(gauge.value))\n"
    case .reading(let read): return "\(name)\(labels.text) \(unit.text(read()))\n"
    case .histogram(let histogram):
      var text = ""
      let (counts, sum) = histogram.snapshot
      var below: Int64 = 0
      for (place, count) in counts.enumerated() {
        below += count
        let bound = place < histogram.bounds.count ? unit.text(histogram.bounds[place]) : "+Inf"
        text += "\(name)_bucket\(labels.adding("le", bound).text) \(below)\n"
      }
      return text + "\(name)_sum\(labels.text) \(unit.text(sum))\n\(name)_count\(labels.text) \(below)\n"
    }
  }
}

/// The labels of a series: name to value, kept in name order so that the same labels are the same series.
package struct Labels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  private let pairs: [Pair]

  private struct Pair: Hashable, Sendable {
    let name: String
    let value: String
  }

  package init(dictionaryLiteral elements: (String, String)...) {
    for (name, _) in elements { precondition(MetricFamily.isName(name), "the label name \(name) must be lower-case letters, digits and _") }
    pairs = elements.map { Pair(name: $0.0, value: $0.1) }.sorted { $0.name < $1.name }
  }

  private init(pairs: [Pair]) { self.pairs = pairs }

  var others: Labels { Labels(pairs: pairs.map { Pair(name: $0.name, value: "other") }) }

  func adding(_ name: String, _ value: String) -> Labels { Labels(pairs: pairs + [Pair(name: name, value: value)]) }

  var text: String {
    guard !pairs.isEmpty else { return "" }
    return "{" + pairs.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
  }

  /// `text` with backslash, line feed and, inside a label, the quotation mark escaped as the format asks.
  static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
