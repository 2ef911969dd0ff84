import Contracts
import TestKit
import Testing

extension MeshTests {
  /// A table that has more rows than somebody wants to see at once, by the command line.
  @Suite struct DeskPageTests {
    @Test func `a long table is turned page by page, or shown whole`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      // Each is a row of hers that nobody knows yet.
      for words in ["that radio code", "the neighbour's half price", "a thing from the bus stop"] {
        #expect(try caller.accord("ask", words, "--customer", "ada").exit == .code(0))
      }
      func names(_ answer: JSON) -> [String] { (answer["offers"]?.array ?? []).compactMap { $0["name"]?.string } }
      let whole = try caller.accord("offers", "ada", "--json").json
      #expect(whole["total"] == 3 && whole["next"] == nil && names(whole).count == 3)
      #expect(try names(caller.accord("offers", "ada", "--all", "--json").json) == names(whole))

      var (seen, after) = ([String](), String?.none)
      for turn in 0..<3 {
        let more = after.map { ["--after", $0] } ?? []
        let page = try caller.accord(["offers", "ada", "--limit", "1", "--json"] + more).json
        #expect(page["total"] == 3 && names(page).count == 1)
        seen += names(page)
        after = page["next"]?.string
        #expect((after == nil) == (turn == 2))
      }
      #expect(seen == names(whole))

      let told = try caller.accord("offers", "ada", "--limit", "2").stdout
      #expect(told.contains("ada: 3 on the table, 2 of them here") && told.contains("... and more: --after "))
      #expect(try !caller.accord("offers", "ada", "--all").stdout.contains("and more"))
      // Each refusal says what to do.
      for words in [
        ["--limit", "0"], ["--limit", "many"], ["--after", "elsewhere"], ["--all", "--limit", "5"], ["--all", "--after", "x"],
      ] {
        let said = try caller.accord(["offers", "ada"] + words)
        #expect(
          said.exit != .code(0) && said.stdout.isEmpty && said.stderr.contains(words[words.count == 2 ? 0 : 1].dropFirst(2)), "\(said)")
      }
      #expect(try mesh.stop() == .code(0))
    }
  }
}
