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
      // What is due is what was due, before anything runs.
      for name in ["ledger", "marketing"] {
        let (due, before) = (try Self.due(again, name), try Self.due(played, name))
        #expect(due == before && !due.isEmpty, "\(name): \(due) \(before)")
      }
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
        guard folder.path == again.path else {
          try mesh.stopAll()
          continue
        }
        // Time goes on for a minute, and nobody says again what was said: the new journal stays empty.
        #expect(try mesh.caller.accord("clock", "advance", "10s", within: .seconds(60)).exit == .code(0))
        let told = try mesh.caller.events().compactMap { $0["event"] }
        #expect(told.isEmpty, "\(told)")
        #expect(try Self.running(again, "ledger") == [] && Self.running(again, "marketing") == [])
        try mesh.stopAll()
      }
      #expect(books[0] == books[1])
    }

    private static func rows(_ folder: Folder, _ department: String, _ sql: String) throws -> [String] {
      let script = """
        import sqlite3, sys
        for row in sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True).execute(sys.argv[2]): print(*row)
        """
      let said = try ChildProgram.run(
        "/usr/bin/env", ["python3", "-c", script, folder.file("data") + "/\(department)/store.sqlite", sql], environment: [:],
        within: .seconds(30))
      #expect(said.exit == .code(0), "\(said.stderr)")
      return said.stdout.split(separator: "\n").map(String.init)
    }

    /// What waits for its instant; remembered answers are no facts.
    private static func due(_ folder: Folder, _ department: String) throws -> [String] {
      try rows(folder, department, "SELECT kind, subject, at FROM due WHERE kind != 'purge_answers' ORDER BY 1, 2, 3")
    }

    private static func running(_ folder: Folder, _ department: String) throws -> [String] {
      try rows(folder, department, "SELECT kind, subject FROM run WHERE state = 'running'")
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
