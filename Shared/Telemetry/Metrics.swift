import Synchronization

/// The figures of one program, in the order in which they were named; safe from any thread.
///
/// A metric is made once and kept by who counts with it; asking again for the same name and labels gives the same one. Names follow
/// prometheus.io/docs/practices/naming: `accord_<program>_` is put in front, a counter ends in `_total`, and a unit that is not a plain
/// count stands in the name (`_seconds`, `_bytes`). A wrong name is a bug and stops the program where it is made.
package final class Metrics: Sendable {
  /// What every name begins with, such as `accord_ledger_`.
  package let prefix: String
  private let families = Mutex<[MetricFamily]>([])

  /// The figures of `program`, such as `ledger` or `accord-ledger`.
  package init(program: String) {
    let short = program.hasPrefix("accord-") ? String(program.dropFirst("accord-".count)) : program
    prefix = "accord_" + short + "_"
  }

  /// A figure that only rises, such as `orders_captured_total`.
  package func counter(_ name: String, help: String, unit: MetricUnit = .count, labels: Labels = [:]) -> Counter {
    precondition(name.hasSuffix("_total"), "the counter \(name) must end in _total (prometheus.io/docs/practices/naming)")
    return series(name, help, .counter, unit, labels, making: { .counter(Counter()) }, taking: \.counter)
  }

  /// A figure that rises and falls, such as `connections`.
  package func gauge(_ name: String, help: String, unit: MetricUnit = .count, labels: Labels = [:]) -> Gauge {
    series(name, help, .gauge, unit, labels, making: { .gauge(Gauge()) }, taking: \.gauge)
  }

  /// How observations spread over `bounds` (ascending, in `unit`'s recorded measure: nanoseconds, bytes or a count).
  package func histogram(
    _ name: String, help: String, unit: MetricUnit = .seconds, bounds: [Int64] = Histogram.latencies, labels: Labels = [:]
  ) -> Histogram {
    series(name, help, .histogram, unit, labels, making: { .histogram(Histogram(bounds: bounds)) }, taking: \.histogram)
  }

  /// A gauge, or a counter where the name ends in `_total`, asked for at each scrape on the scraping thread: `read` never blocks.
  package func reading(
    _ name: String, help: String, unit: MetricUnit = .count, labels: Labels = [:], _ read: @escaping @Sendable () -> Int64
  ) {
    let kind: MetricKind = name.hasSuffix("_total") ? .counter : .gauge
    _ = series(name, help, kind, unit, labels, making: { .reading(read) }, taking: \.reading)
  }

  /// Every figure in the Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
  package func text() -> String {
    families.withLock { $0 }.map { $0.text() }.joined()
  }

  /// The content type that goes with `text()`.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private func series<Metric>(
    _ name: String, _ help: String, _ kind: MetricKind, _ unit: MetricUnit, _ labels: Labels, making: () -> Series,
    taking: (Series) -> Metric?
  ) -> Metric {
    precondition(MetricFamily.isName(name), "the metric name \(name) must be lower-case letters, digits and underscores")
    precondition(unit.stands(in: name), "the metric \(name) must carry its unit \(unit.suffix) in its name")
    let full = name.hasPrefix("process_") ? name : prefix + name
    let series = families.withLock { families in
      if let place = families.firstIndex(where: { $0.name == full }) {
        return families[place].series(labels, making)
      }
      var family = MetricFamily(name: full, help: help, kind: kind, unit: unit)
      let series = family.series(labels, making)
      families.append(family)
      return series
    }
    guard let metric = taking(series) else { preconditionFailure("the metric \(full) was first made as another kind") }
    return metric
  }
}

/// What a figure counts, hence how it is recorded and written.
package enum MetricUnit: Sendable {
  case count
  case bytes
  /// Recorded in whole nanoseconds, written in seconds.
  case seconds

  var suffix: String {
    switch self {
    case .count: ""
    case .bytes: "_bytes"
    case .seconds: "_seconds"
    }
  }

  func stands(in name: String) -> Bool {
    (name.hasSuffix("_total") ? String(name.dropLast("_total".count)) : name).hasSuffix(suffix)
  }

  /// `value` as recorded, written in the unit of the name: no floating point, so nothing is rounded.
  func text(_ value: Int64) -> String {
    guard case .seconds = self else { return String(value) }
    let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    let sign = value < 0 ? "-" : ""
    guard rest > 0 else { return sign + String(whole) }
    var digits = String(rest)
    digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return sign + String(whole) + "." + digits
  }
}

/// The kinds of the text format.
package enum MetricKind: String, Sendable {
  case counter, gauge, histogram
}
