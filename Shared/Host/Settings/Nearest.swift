/// The name that somebody who mistyped one most likely meant.
package enum Nearest {
  /// The candidate fewest edits away (at most a third of its length, at least one); nil where none is near.
  package static func of(_ text: String, among candidates: [String]) -> String? {
    candidates.map { (name: $0, edits: edits(text, $0)) }
      .filter { $0.edits <= max(1, $0.name.count / 3) }
      .min { $0.edits < $1.edits }?.name
  }

  /// Insertions, deletions, changes and swaps of neighbours between two words (optimal string alignment).
  static func edits(_ a: String, _ b: String) -> Int {
    let a = Array(a), b = Array(b)
    var rows = [Array(0...b.count)]
    for i in 1..<(a.count + 1) {
      var row = [i]
      for j in 1..<(b.count + 1) {
        let change = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, change)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, rows[i - 2][j - 2] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
