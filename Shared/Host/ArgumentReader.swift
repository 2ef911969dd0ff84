/// Reads a command line into texts by setting: `--name value`, `--name=value`, `--switch`, and `--` before operands that begin with a hyphen.
struct ArgumentReader {
  private(set) var texts: [String: [String]] = [:]
  private(set) var operands: [String] = []
  private(set) var mistakes: [ConfigurationMistake] = []
  /// Settings whose flag stood there without a value: their absence is no second mistake.
  private(set) var incomplete: Set<String> = []
  private(set) var wantsHelp = false
  private(set) var wantsVersion = false
  private let settings: [any AnySetting]
  private var rest: ArraySlice<String>

  init(settings: [any AnySetting], arguments: [String]) {
    self.settings = settings
    rest = arguments[...]
  }

  mutating func readAll() {
    while let argument = rest.popFirst() {
      switch argument {
      case "--help", "-h": wantsHelp = true
      case "--version": wantsVersion = true
      case "--":
        operands += rest
        rest = []
      case _ where argument.hasPrefix("-") && argument != "-": readFlag(argument)
      default: operands.append(argument)
      }
    }
  }

  private mutating func readFlag(_ argument: String) {
    let equals = argument.firstIndex(of: "=")
    let flag = String(argument[..<(equals ?? argument.endIndex)])
    let name = String(flag.drop { $0 == "-" })
    guard flag.hasPrefix("--"), let setting = settings.first(where: { $0.name == name }) else {
      mistakes.append(.unknown(flag, nearest: Nearest.of(name, among: settings.map(\.name) + ["help", "version"])))
      // The value of a flag that nobody knows is no operand either.
      if equals == nil, let next = rest.first, !next.hasPrefix("-") { rest.removeFirst() }
      return
    }
    if let equals { return take(setting, String(argument[argument.index(after: equals)...])) }
    if setting.arity == .presence { return take(setting, "true") }
    guard let value = rest.first, !value.hasPrefix("--") else {
      mistakes.append(.valueMissing(name, placeholder: setting.placeholder))
      incomplete.insert(name)
      return
    }
    rest.removeFirst()
    take(setting, value)
  }

  private mutating func take(_ setting: any AnySetting, _ text: String) {
    if texts[setting.name] != nil, setting.arity != .many { return mistakes.append(.twice(setting.name)) }
    texts[setting.name, default: []].append(text)
  }
}

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
