import Foundation
import Testing

/// Every file in Scenarios is played and must come out as it stands. `ACCORD_RECORD=1` writes down what came out instead.
struct ScenarioTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scenarios")

  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".txt") }.sorted()

  @Test func `there are scenarios`() { #expect(Self.names.count >= 12) }

  @Test(arguments: names) func `plays as written`(_ name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    let written = try String(contentsOf: file, encoding: .utf8)
    let played = try Script.play(written)
    if ProcessInfo.processInfo.environment["ACCORD_RECORD"] == "1" {
      try played.write(to: file, atomically: true, encoding: .utf8)
    } else {
      let (want, have) = (written.split(separator: "\n"), played.split(separator: "\n"))
      for (i, (w, h)) in zip(want, have).enumerated() where w != h {
        Issue.record("\(name), line \(i + 1) of text: written \"\(w)\", played \"\(h)\"")
        return
      }
      #expect(want.count == have.count, "\(name) has \(want.count) lines, played \(have.count)")
    }
  }
}
