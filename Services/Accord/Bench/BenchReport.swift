import Contracts

/// What a benchmark found: figures under their keys for scripts, sentences and tables for people.
struct BenchReport {
  private var members: [JSON.Member] = []
  private var lines: [String] = []

  mutating func add(_ key: String, _ value: Int64) { add(key, .integer(value), "\(value)") }
  mutating func add(_ key: String, _ value: Int) { add(key, Int64(value)) }
  mutating func add(_ key: String, _ text: String) { add(key, .string(text), text) }

  mutating func add(_ key: String, _ value: Double) {
    let text = BenchFigures.text(value)
    add(key, .number(text), text)
  }

  /// A ratio with its spread, as three keys: `key`, `keyMin`, `keyMax`.
  mutating func add(_ key: String, _ ratio: (middle: Double, low: Double, high: Double)) {
    let texts = (BenchFigures.text(ratio.middle), BenchFigures.text(ratio.low), BenchFigures.text(ratio.high))
    add(key, .number(texts.0), "\(texts.0) (\(texts.1) to \(texts.2))")
    members += [.init(key + "Min", .number(texts.1)), .init(key + "Max", .number(texts.2))]
  }

  /// A table with a line of heads; the cells of each row are its figures in order.
  mutating func add(_ key: String, heads: [String], rows: [[Cell]]) {
    members.append(
      .init(key, .array(rows.map { row in .object(zip(heads, row).map { .init($0, $1.json) }) })))
    let texts = [heads] + rows.map { $0.map(\.text) }
    let widths = heads.indices.map { column in texts.map { $0[column].count }.max() ?? 0 }
    lines.append(key + ":")
    for text in texts {
      let cells = zip(text, widths).enumerated().map { place, cell in
        let pad = String(repeating: " ", count: cell.1 - cell.0.count)
        return place == 0 ? cell.0 + pad : pad + cell.0
      }
      lines.append("  " + cells.joined(separator: "  "))
    }
  }

  /// A sentence for people alone.
  mutating func say(_ sentence: String) { lines.append(sentence) }

  func print(json: Bool) {
    if json { return Terminal.print(.object(members)) }
    for line in lines { Terminal.print(line) }
  }

  private mutating func add(_ key: String, _ json: JSON, _ text: String) {
    members.append(.init(key, json))
    lines.append("\(key): \(text)")
  }

  /// One figure of a table.
  enum Cell {
    case whole(Int64)
    case exact(Double)
    case word(String)
    case none

    var json: JSON {
      switch self {
      case .whole(let value): .integer(value)
      case .exact(let value): .number(BenchFigures.text(value))
      case .word(let text): .string(text)
      case .none: .null
      }
    }

    var text: String {
      switch self {
      case .whole(let value): "\(value)"
      case .exact(let value): BenchFigures.text(value)
      case .word(let text): text
      case .none: "-"
      }
    }
  }
}
