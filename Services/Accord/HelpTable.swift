import Glibc

/// Two columns of a help text: a name, and what it is about. The second begins at the same place in each row, however long a name is, and
/// is broken between words.
struct HelpTable {
  struct Row {
    let name: String
    let text: String
  }

  /// Longer names stand on a line of their own, so that one does not push all the others to the right.
  private static let nameColumnsMax = 28
  private static let indent = 2

  private let rows: [Row]

  init(_ rows: [Row]) { self.rows = rows }

  /// The lines, at most `columns` wide where no single word is longer; each ends with a line feed.
  func text(columns: Int) -> String {
    let names = rows.map(\.name.count)
    let width = names.filter { $0 <= Self.nameColumnsMax }.max() ?? Self.nameColumnsMax
    let begin = Self.indent + width + 2
    let blank = String(repeating: " ", count: begin)
    var text = ""
    for row in rows {
      let head = String(repeating: " ", count: Self.indent) + row.name
      let lines = Lines.wrapped(row.text, to: columns - begin)
      let standsAlone = row.name.count > width
      text += standsAlone ? head + "\n" : head.padded(to: begin) + (lines.first ?? "") + "\n"
      for line in lines.dropFirst(standsAlone ? 0 : 1) { text += blank + line + "\n" }
    }
    return text
  }
}

/// Text in lines.
enum Lines {
  /// Lines of at most `columns` characters, broken between words.
  static func wrapped(_ text: String, to columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > columns {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}

extension String {
  func padded(to columns: Int) -> String { self + String(repeating: " ", count: max(1, columns - count)) }
}
