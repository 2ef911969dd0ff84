import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// Statements and reconciliations that are longer than a page.
  @Suite struct ManyEntriesTests {
    @Test func `a statement of many pages is written oldest first, and a file in any order is held against all of it`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      let count = 2_300
      let rows = (0..<count).map { "O-\($0),ada,\(100 + $0),2026-05-01T00:00:00Z" }
      try mesh.folder.write("id,who,cents,at\n" + rows.joined(separator: "\n") + "\n", to: "orders.csv")
      let said = try caller.accord([
        "import", "orders", mesh.folder.file("orders.csv"), "--map", "order=id,customer=who,amount=cents,placed=at", "--currency", "USD",
        "--amounts", "minor", "--channel", "store",
      ])
      #expect(said.exit == .code(0), "\(said.stderr)")
      let statement = try caller.accord(["ledger", "statement", "sales/store", "--csv"])
      let entries = statement.lines.dropFirst().compactMap { Int($0.prefix { $0 != "," }) }
      #expect(entries.count == count && entries == entries.sorted() && Set(entries).count == count, "\(statement.stderr)")

      // Where the feed says nothing of how it was paid.
      let account = "tender/unknown"
      func reconcile(_ amounts: [(order: Int, cents: Int)], _ more: String...) throws -> Caller.Said {
        try mesh.folder.write("amount,order\n" + amounts.map { "\($0.cents),O-\($0.order)\n" }.joined(), to: "theirs.csv")
        return try caller.accord(
          [
            "ledger", "reconcile", mesh.folder.file("theirs.csv"), "--account", account, "--currency", "USD", "--amounts", "minor",
          ] + more)
      }
      var random = Seed.printed(for: "a file in any order")
      // In two rows each, anywhere in the file.
      var theirs = (0..<count).flatMap { [(order: $0, cents: 60), (order: $0, cents: 40 + $0)] }.shuffled(using: &random)
      let agrees = try reconcile(theirs)
      #expect(
        agrees.exit == .code(0) && agrees.stdout.contains("2300 orders in the file, 2300 in the books: they agree"), "\(agrees.stderr)")
      theirs.removeAll { $0.order == 7 }
      theirs.append((order: 9, cents: 1))
      let differs = try reconcile(theirs)
      #expect(differs.exit == .code(1) && differs.stdout.contains("2 differ"), "\(differs.stdout)")
      #expect(differs.stdout.contains("missing in the file: order O-7") && differs.stdout.contains("another amount: order O-9"))
      // As JSON each difference is told as it is found, and all of it is one document.
      let told = try reconcile(theirs, "--json").json
      #expect(told["orders"] == .integer(Int64(count - 1)) && told["orders_in_books"] == .integer(Int64(count)))
      let differences = (told["differences"]?.array ?? []).map { "\($0["difference"]?.string ?? "?") \($0["order_id"]?.string ?? "?")" }
      #expect(differences.sorted() == ["missing_in_file O-7", "other_amount O-9"])
      theirs.removeAll { $0.order == 9 }
      theirs += [(order: 7, cents: 107), (order: 9, cents: 109)]
      #expect(try reconcile(theirs, "--json").json["differences"] == .array([]))
      try mesh.stop()
    }
  }
}
