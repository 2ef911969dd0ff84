import Foundation

/// The project as the rules see it: the text of its files by path from the top, without what is built or ignored.
struct Project: Sendable {
  let files: [String: String]
  /// Paths whose files may be run.
  let executables: Set<String>
  private let swift: [Source]

  /// A made-up project, to see a rule fail.
  init(_ files: [String: String], executables: Set<String> = []) {
    self.files = files
    self.executables = executables
    swift = files.filter { $0.key.hasSuffix(".swift") }.sorted { $0.key < $1.key }.map { Source(path: $0.key, text: $0.value) }
  }

  /// Swift files below `folders`, in order of their paths; all of them where none is named.
  func sources(_ folders: String...) -> [Source] {
    guard !folders.isEmpty else { return swift }
    return swift.filter { source in folders.contains { source.path.hasPrefix($0 + "/") } }
  }

  /// Swift files that ship: everything but the tests and the package's description.
  var production: [Source] { sources("Shared", "Services") }

  /// The project that this test was built from.
  static let here = read()

  /// Names that .gitignore leaves out.
  private static func isIgnored(_ name: String) -> Bool {
    [".git", "data", ".venv", "__pycache__", "Package.resolved"].contains(name) || name.hasPrefix(".build") || name.hasSuffix(".swp")
  }

  private static func read() -> Project {
    let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    var files: [String: String] = [:]
    var executables: Set<String> = []
    var folders = [""]
    while let folder = folders.popLast() {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: top.path + "/" + folder)) ?? []
      for name in names where !isIgnored(name) {
        let path = folder + name
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: top.path + "/" + path, isDirectory: &isFolder) else { continue }
        if isFolder.boolValue {
          folders.append(path + "/")
        } else {
          files[path] = (try? String(contentsOfFile: top.path + "/" + path, encoding: .utf8)) ?? ""
          if FileManager.default.isExecutableFile(atPath: top.path + "/" + path) { executables.insert(path) }
        }
      }
    }
    return Project(files, executables: executables)
  }
}

/// One Swift file, as it is and without comments and the insides of strings.
struct Source: Sendable {
  let path: String
  let lines: [String]
  /// As many lines as `lines`; only code, so that a word in a sentence breaks no rule.
  let code: [String]
  private let codeBytes: [[UInt8]]

  init(path: String, text: String) {
    self.path = path
    lines = Self.lines(text)
    code = Self.lines(CodeOnly.of(text))
    codeBytes = code.map { Array($0.utf8) }
  }

  /// The file's name without folder and ending.
  var name: String { String((path.split(separator: "/").last ?? "").dropLast(".swift".count)) }

  /// Line numbers from 1 on whose code holds `word` as a whole word.
  func lines(with word: String) -> [Int] {
    let word = Array(word.utf8)
    return codeBytes.indices.filter { Words.holds(codeBytes[$0], word) }.map { $0 + 1 }
  }

  private static func lines(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

/// Finding words in lines.
enum Words {
  /// Whether `line` holds `word` with no letter, digit or underscore touching those ends of it that are letters, digits or underscores.
  static func holds(_ line: String, _ word: String) -> Bool { holds(Array(line.utf8), Array(word.utf8)) }

  static func holds(_ line: [UInt8], _ word: [UInt8]) -> Bool {
    guard let first = word.first, let last = word.last, line.count >= word.count else { return false }
    for start in 0...(line.count - word.count) where line[start] == first && line[start..<start + word.count].elementsEqual(word) {
      let end = start + word.count
      let before = start > 0 && isPart(first) && isPart(line[start - 1])
      let after = end < line.count && isPart(last) && isPart(line[end])
      if !before, !after { return true }
    }
    return false
  }

  static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
    default: byte >= 0x80
    }
  }
}
