import Foundation
import Fuzz
import TestKit
import Testing

/// The fuzz targets without a fuzzer: their seeds, what once was found, and mutations by chance.
@Suite struct FuzzTests {
  /// Mutations of each target; `ACCORD_MUTATIONS` asks for more.
  private static let mutations = ProcessInfo.processInfo.environment["ACCORD_MUTATIONS"].flatMap(Int.init) ?? 3_000

  @Test(arguments: FuzzTarget.all) func `a seed is answered rightly`(target: FuzzTarget) {
    let seeds = target.seeds()
    #expect(seeds.count > 3)
    for seed in seeds {
      if let wrong = target.check(seed) { Issue.record("\(target.name): \(wrong); input \(Self.spelled(seed))") }
    }
  }

  @Test(arguments: FuzzTarget.all) func `mutated inputs are answered rightly`(target: FuzzTarget) {
    var mutator = Mutator(Seed.printed(for: "fuzz \(target.name)"))
    let seeds = target.seeds()
    for _ in 0..<Self.mutations / target.weight {
      let input = mutator.input(of: seeds)
      guard let wrong = target.check(input) else { continue }
      Issue.record("\(target.name): \(wrong); input \(Self.spelled(input))")
      return
    }
  }

  @Test func `what fuzzing once found stays mended`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Found")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().filter { !$0.hasPrefix(".") }
    #expect(!files.isEmpty)
    for file in files {
      let target = try #require(FuzzTarget.all.first { file.hasPrefix($0.name + "-") }, "\(file) names no target")
      let bytes = Array(try Data(contentsOf: folder.appending(path: file)))
      if let wrong = target.check(bytes) { Issue.record("\(file): \(wrong)") }
    }
  }

  @Test func `every target has a command`() throws {
    let script = try String(contentsOf: URL(filePath: #filePath + "/../../../deploy/fuzz").standardizedFileURL, encoding: .utf8)
    for target in FuzzTarget.all { #expect(script.contains(target.name)) }
  }

  private static func spelled(_ bytes: [UInt8]) -> String { Data(bytes.prefix(4_096)).base64EncodedString() }
}

extension FuzzTarget: CustomTestStringConvertible {
  public var testDescription: String { name }
}
