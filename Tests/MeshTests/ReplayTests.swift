import Contracts
import HTTP
import TestKit
import Testing

extension MeshTests {
  /// A whole installation rebuilt from its journal alone.
  @Suite struct ReplayTests {
    @Test func `every store comes again from the journal, and the programs go on with them`() throws {
      let count = 40
      let mesh = try LooseMesh()
      for number in 1...count { try mesh.caller.order("o-\(number)", of: "p-\(number % 3)") }
      func totals(_ caller: Caller) throws -> [JSON] {
        [try caller.get("marketing", "/v1/buyers"), try caller.get("service", "/v1/timeline")]
      }
      try mesh.caller.awaitHeard(count)
      let known = try totals(mesh.caller)
      let (order, timeline) = (try mesh.caller.get("ledger", "/v1/orders/o-7"), try Self.said(mesh.caller.timeline(of: "p-1")))
      // Beside the mesh that runs, and again from what it left.
      let live = Folder.temporary()
      let beside = try mesh.caller.accord("replay", "--into", live.file("data"))
      #expect(beside.exit == .code(0) && beside.stdout.contains("ledger: rebuilt, "), "\(beside)")
      try mesh.stopAll()

      let again = Folder.temporary()
      let into = again.file("data")
      let said = try mesh.caller.accord("replay", "--into", into, "--json")
      #expect(said.exit == .code(0), "\(said)")
      for name in Caller.departments { #expect(try said.json[name]?["sound"] == true, "\(said)") }
      #expect(try said.json["ledger"]?["summary"]?.string?.contains("facts of its own taken back") == true, "\(said)")
      let twice = try mesh.caller.accord("replay", "--into", into)
      #expect(twice.exit == .code(1) && twice.stderr.contains("a data folder already"), "\(twice)")

      let rebuilt = try LooseMesh(on: again)
      #expect(try totals(rebuilt.caller) == known)
      #expect(try rebuilt.caller.get("ledger", "/v1/orders/o-7") == order)
      #expect(try Self.said(rebuilt.caller.timeline(of: "p-1")) == timeline)
      #expect(try rebuilt.caller.capture("o-7", of: "p-1", key: "again").status == 200)
      try rebuilt.caller.order("o-\(count + 1)", of: "p-1")
      try rebuilt.caller.awaitHeard(count + 1)
      try rebuilt.stopAll()
      let verified = try rebuilt.caller.accord("verify")
      #expect(verified.exit == .code(0), "\(verified)")
    }

    /// What a timeline says, without the order in which entries were written.
    private static func said(_ timeline: [JSON]) -> [String] { timeline.compactMap { $0["sentence"]?.string }.sorted() }

    @Test func `the built-in shop's long weekend, rebuilt: every balance to the cent, and every remedy once`() throws {
      let (played, again) = (Folder.temporary(), Folder.temporary())
      let shop = Caller(data: played.file("data"))
      let demo = try shop.accord("demo", within: .seconds(120))
      #expect(demo.exit == .code(0), "\(demo)")
      let said = try shop.accord("replay", "--into", again.file("data"), "--json")
      #expect(said.exit == .code(0), "\(said)")
      var books: [[String]] = []
      for folder in [played, again] {
        let mesh = try LooseMesh(on: folder, ["--sandbox", "--clock", "manual"])
        var found: [String] = []
        for words in [["ledger", "trial"], ["offers", "C-1001"]] {
          let answer = try ChildProgram.run("accord", words + ["--json", "--data", mesh.caller.data])
          #expect(answer.exit == .code(0), "\(answer)")
          found.append(answer.stdout)
        }
        books.append(found)
        try mesh.stopAll()
      }
      #expect(books[0] == books[1])
    }

    @Test func `a folder that is none, or a word too few, is named`() throws {
      let caller = Caller(data: Folder.temporary().file("nothing"))
      let none = try caller.accord("replay", "--into", Folder.temporary().file("x"))
      #expect(none.exit == .code(66) && none.stderr.contains("no data folder"), "\(none)")
      let short = try caller.accord("replay")
      #expect(short.exit == .code(64) && short.stderr.contains("--into"), "\(short)")
    }
  }
}
