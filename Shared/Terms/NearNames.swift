/// What somebody who mistyped a name most likely meant.
package enum NearNames {
  /// The candidates that are few edits away, or that hold the text or are held by it; the nearest first, at most three.
  package static func of(_ text: String, among candidates: some Sequence<String>) -> [String] {
    let wanted = Array(text.lowercased().utf8)
    guard !wanted.isEmpty, wanted.count <= TermsLimits.nameBytesMax else { return [] }
    var near: [(edits: Int, name: String)] = []
    for name in candidates {
      let other = Array(name.lowercased().utf8)
      // Longer words differ by more than a third in length alone: they are not compared letter by letter.
      let most = max(1, max(wanted.count, other.count) / 3)
      guard abs(other.count - wanted.count) <= most || holds(other, wanted) || holds(wanted, other) else { continue }
      let edits = edits(wanted, other)
      if edits <= most || holds(other, wanted) || holds(wanted, other) { near.append((edits, name)) }
    }
    near.sort { $0.edits == $1.edits ? $0.name < $1.name : $0.edits < $1.edits }
    return near.prefix(3).map(\.name)
  }

  /// ` (did you mean "a" or "b"?)`, or nothing.
  static func question(_ text: String, among candidates: some Sequence<String>) -> String {
    let names = of(text, among: candidates).map { "\"\($0)\"" }
    return names.isEmpty ? "" : " (did you mean \(names.joined(separator: " or "))?)"
  }

  private static func holds(_ long: [UInt8], _ short: [UInt8]) -> Bool {
    guard short.count >= 4, long.count > short.count else { return false }
    return (0...long.count - short.count).contains { long[$0..<$0 + short.count].elementsEqual(short) }
  }

  /// Insertions, deletions, changes and swaps of neighbours (optimal string alignment).
  private static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in b.indices {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
