import Foundation

/// Known bugs as small patches beside the tests that find them: `Tests/SUITE/Mutants/NUMBER-NAME.patch`.
package enum MutantPatches {
  /// Plants all of `suite`'s, in the order of their numbers, in a copy of the sources that they change. How many there are, and which cannot
  /// be planted any more.
  package static func plant(of suite: String) throws -> (count: Int, failed: [String]) {
    let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = top.appending(path: "Tests/\(suite)/Mutants")
    let files = FileManager.default
    let patches = try files.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".patch") }.sorted()
    let copy = files.temporaryDirectory.appending(path: "accord-mutants-\(suite)-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? files.removeItem(at: copy) }
    let failed = try patches.filter { patch in
      let text = try String(contentsOf: folder.appending(path: patch), encoding: .utf8)
      for line in text.split(separator: "\n") where line.hasPrefix("+++ b/") {
        let file = String(line.dropFirst(6))
        let place = copy.appending(path: file)
        guard !files.fileExists(atPath: place.path) else { continue }
        try files.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try files.copyItem(at: top.appending(path: file), to: place)
      }
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["patch", "--quiet", "--strip=1", "--directory=\(copy.path)", "--input=\(folder.appending(path: patch).path)"]
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus != 0
    }
    return (patches.count, failed)
  }
}
