import Foundation
import Testing

/// Services/Broker/PROMISES.md says which test holds which promise: every test that it names is there, and every cell that must be held names one.
@Suite struct PromisesPageTests {
  private static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let page = (try? String(contentsOf: top.appending(path: "Services/Broker/PROMISES.md"), encoding: .utf8)) ?? ""

  /// The names of all tests that are written in words.
  private static func tests() -> Set<String> {
    let files = FileManager.default.enumerator(atPath: top.appending(path: "Tests").resolvingSymlinksInPath().path)?.compactMap { $0 as? String } ?? []
    var names: Set<String> = []
    for file in files where file.hasSuffix("Tests.swift") || file.contains("Tests/") && file.hasSuffix(".swift") {
      let text = (try? String(contentsOf: top.appending(path: "Tests/" + file), encoding: .utf8)) ?? ""
      for part in text.components(separatedBy: "func `").dropFirst() { names.insert(String(part.prefix { $0 != "`" })) }
    }
    return names
  }

  /// Texts between single backticks that are sentences, not commands or paths.
  private static func named(_ text: String) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
      .filter { !$0.hasPrefix("deploy/") && !$0.hasPrefix("ACCORD_") && $0.contains(" ") }
  }

  @Test func `every test that the page names is there`() {
    let tests = Self.tests()
    #expect(tests.count > 300)
    let named = Set(Self.named(Self.page))
    #expect(named.count > 40)
    for name in named.subtracting(tests).sorted() { Issue.record("PROMISES.md names `\(name)`, which no test is called") }
  }

  @Test(arguments: ["kill -9", "power cut", "EIO", "ENOSPC", "bit flip", "truncation", "half-open", "poison", "clock"])
  func `promises 1 to 6 are held under`(fault: String) throws {
    let row = try #require(Self.page.split(separator: "\n").first { $0.hasPrefix("| " + fault) }, "there is no row for \(fault)")
    let cells = row.split(separator: "|").dropFirst()
    #expect(cells.count == 6)
    for (promise, cell) in cells.enumerated() {
      #expect(Self.named(String(cell)).contains { $0.hasPrefix("promise \(promise + 1), ") }, "promise \(promise + 1), \(fault): \(cell)")
    }
    // Each fault of the page is one that strikes.
    #expect(Strike.allCases.contains { fault.contains($0.rawValue.split(separator: " ")[0]) }, "\(fault)")
  }
}
