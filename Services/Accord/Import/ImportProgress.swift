import Contracts
import Glibc

/// The bar of a long import on a terminal: what is done, how fast, how long it still takes. Says nothing where nobody watches.
struct ImportProgress {
  private let isWatched = isatty(STDERR_FILENO) == 1
  private var began = ContinuousClock.now
  private var shown = ContinuousClock.now

  /// Begins to count a new kind of work.
  mutating func restart() { began = .now }

  /// Shows how much of `total` is done, at most five times a second; `unit` names what is counted.
  mutating func show(_ what: String, _ done: Int64, of total: Int64?, _ unit: String) {
    guard isWatched else { return }
    let now = ContinuousClock.now
    guard now - shown > .milliseconds(200) else { return }
    shown = now
    let seconds = max(0.001, Double((now - began).milliseconds) / 1_000)
    let rate = Double(done) / seconds
    var line = "\r\u{1B}[K\(what) "
    if let total, total > 0 {
      let share = min(1, Double(done) / Double(total))
      let filled = Int(share * 24)
      line += "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled) + "] \(Int(share * 100)) %  "
      line += "\(Self.grouped(Int64(rate))) \(unit)/s"
      if rate > 0, done < total { line += "  \(Self.time(Double(total - done) / rate)) left" }
    } else {
      line += "\(Self.grouped(done)) \(unit)  \(Self.grouped(Int64(rate)))/s"
    }
    write(line)
  }

  /// Takes the bar away.
  func clear() { if isWatched { write("\r\u{1B}[K") } }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }

  private static func time(_ seconds: Double) -> String {
    seconds < 90 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
  }

  /// `1,469,307`.
  static func grouped(_ number: Int64) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
