import Contracts
import Foundation
import HTTP
import TestKit
import Testing

extension MeshTests {
  /// The books by the command line, and a chain that was rewritten.
  @Suite struct LedgerCommandTests {
    @Test func `the books are asked, funded, closed, exported and reconciled by command line`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      #expect(try caller.capture("A", of: "ada", cents: 4_995).status == 201)

      let funded = try caller.accord("ledger", "fund", "service", "1000.00", "--currency", "USD", "--json")
      #expect(try funded.exit == .code(0) && funded.json["balance"]?["available"] == "1000.00 USD")
      let trial = try caller.accord("ledger", "trial", "--json").json
      #expect(trial["totals"]?.array?.allSatisfy { $0["balanced"] == true } == true)
      let rows = trial["rows"]?.array ?? []
      #expect(rows.contains { $0["account"] == "service/goodwill-reserve" && $0["credit_minor"] == 100_000 })
      let sold = try #require(rows.first { $0["account"]?.string?.hasPrefix("tender/") == true })
      let account = try #require(sold["account"]?.string)
      let currency = try #require(sold["currency"]?.string)
      let cents = try #require(sold["debit_minor"]?.integer)

      let balance = try caller.accord("ledger", "balance", account, "--json").json
      #expect(balance["balances"]?.array?.first?["posted_minor"] == .integer(cents))
      let before = try caller.accord("ledger", "balance", account, "--as-of", "2000-01-01T00:00:00Z", "--currency", currency, "--json").json
      #expect(before["balances"]?.array?.first?["posted_minor"] == 0)
      let statement = try caller.accord("ledger", "statement", account, "--json").json
      #expect(statement["lines"]?.array?.map { $0["order_id"]?.string } == ["A"])
      #expect(try caller.accord("ledger", "statement", account, "--csv").lines.count == 2)
      // Every exported entry balances, and what moves between purses alone is not among them.
      let export = try caller.accord("ledger", "export").lines
      #expect(export.count == 3 && !export.contains { $0.contains("budget.") })

      let file = NSTemporaryDirectory() + "reconcile-\(UUID().uuidString).csv"
      defer { try? FileManager.default.removeItem(atPath: file) }
      let reconcile = { try caller.accord("ledger", "reconcile", file, "--account", account, "--currency", currency, "--amounts", "minor") }
      try "order,amount\nA,\(cents)\n".write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try reconcile().exit == .code(0))
      try "order,amount\nA,\(cents + 1)\nB,3\n".write(toFile: file, atomically: true, encoding: .utf8)
      let differs = try reconcile()
      #expect(differs.exit == .code(1))
      #expect(differs.stdout.contains("another amount: order A") && differs.stdout.contains("missing in the books: order B"))

      let closed = try caller.accord("ledger", "period", "close", "2020-01-31")
      #expect(closed.exit == .code(0), "\(closed.stderr)")
      // Each refusal says what to do.
      for words in [
        ["ledger", "period", "close", "2099-01-31"], ["ledger", "period", "close", "2020-02-30"],
        ["ledger", "period", "open", "2020-01-31"],
        ["ledger", "fund", "service", "0", "--currency", "USD"], ["ledger", "fund", "service", "1.001", "--currency", "USD"],
        ["ledger", "fund", "marketing", "5", "--currency", "USD"], ["ledger", "fund", "service", "5", "--currency", "XXX"],
        ["ledger", "balance", "tender/cheque"], ["ledger", "balance", account, "--as-of", "yesterday"],
        ["ledger", "statement", account, "--from", "May"], ["ledger", "reconcile", "/no/such/file", "--account", account],
      ] {
        let (exit, _, stderr) = try ChildProgram.run("accord", words + ["--data", caller.data])
        #expect(exit != .code(0) && stderr.contains(";") && stderr.count > 20, "\(words): \(stderr)")
      }
      #expect(try mesh.stop() == .code(0))
    }

    @Test func `the head of the chain is kept in three stores, and whoever rewrites one is named`() throws {
      let mesh = try RunningMesh(on: .temporary(), ["--sandbox", "--clock", "manual@2026-05-08T09:00:00Z"])
      let caller = mesh.caller
      #expect(try caller.capture("A", of: "ada").status == 201)
      #expect(try caller.accord("clock", "advance", "2m").exit == .code(0))
      try eventually("the head is kept") { try caller.get("service", "/v1/chain").text.contains("message_id") }
      #expect(try mesh.stop() == .code(0))
      let sound = try caller.accord("verify")
      #expect(sound.exit == .code(0), "\(sound.stdout)\(sound.stderr)")

      // The ledger's own store is as it was; what customer service was told is not what stands there.
      let script =
        "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); d.execute('update chain_head set head = ?', ('0' * 64,)); d.commit()"
      let (exit, _, stderr) = try ChildProgram.run(
        "/usr/bin/env", ["python3", "-c", script, caller.data + "/service/store.sqlite"], environment: [:], within: .seconds(30))
      #expect(exit == .code(0), "\(stderr)")
      let apart = try caller.accord("verify")
      #expect(apart.exit == .code(1) && apart.stdout.contains("chain: service was told"), "\(apart.stdout)\(apart.stderr)")
      #expect(apart.stdout.contains("ledger: sound"))
    }
  }
}
