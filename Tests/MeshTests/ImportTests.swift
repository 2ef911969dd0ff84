import Contracts
import Foundation
import HTTP
import TestKit
import Testing

extension MeshTests {
  /// Exports of shops through `accord import orders` into a running mesh: invented ones, and the published ones where they are there.
  @Suite struct ImportTests {
    private static let python = URL(filePath: #filePath).deletingLastPathComponent().path() + "Python/imported.py"

    /// What the store holds, or a raw file says, by another program than ours.
    static func told(_ what: String, _ path: String) throws -> JSON {
      let said = try ChildProgram.run(
        "/usr/bin/env", ["python3", python, what, path], environment: ["PYTHONDONTWRITEBYTECODE": "1"], within: .seconds(120))
      guard said.exit == .code(0) else { throw NeverHappened("imported.py reads \(path): \(said.stderr)") }
      return try JSON(parsing: said.stdout.trimmingCharacters(in: .newlines))
    }

    private static let map = "order=id,customer=who,sku=sku,quantity=n,amount=paid,placed=at,shipping=ship,tender=tender"
    private static let header = "id,who,sku,n,paid,at,ship,tender\n"

    /// Rows of `orders` invented orders, each order's together.
    private func feed(_ orders: Int, using random: inout SeededRandom) -> [[String]] {
      (1...orders).map { number in
        let who = Int.random(in: 0..<4, using: &random) == 0 ? "" : "person-\(Int.random(in: 1...50, using: &random))"
        let at = "2026-0\(Int.random(in: 1...4, using: &random))-1\(Int.random(in: 0...9, using: &random))T10:00:00Z"
        let shipping = Bool.random(using: &random) ? "995" : ""
        let tender = ["card", "cash", "unknown"].randomElement(using: &random) ?? "card"
        return (1...Int.random(in: 1...8, using: &random)).map { _ in
          let sku = ["KETTLE", "TEA", "\"CUP, BLUE\"", ""].randomElement(using: &random) ?? ""
          let goods = sku.hasPrefix("\"") ? "CUP" : sku
          return
            "\(number)-o,\(who),\(goods),\(Int.random(in: 0...3, using: &random)),\(Int.random(in: 0...9_999, using: &random)),\(at),\(shipping),\(tender)"
        }
      }
    }

    private func orders(_ caller: Caller, _ path: String, _ more: String..., within limit: Duration = .seconds(120)) throws -> Caller.Said {
      let (exit, stdout, stderr) = try ChildProgram.run(
        "accord", ["import", "orders", path, "--map", Self.map, "--currency", "USD", "--json", "--data", caller.data] + more, within: limit)
      return Caller.Said(exit: exit, stdout: stdout, stderr: stderr)
    }

    @Test func `a file shuffled, split in two, killed and run again makes the same orders as the whole`() throws {
      var random = Seed.printed(for: "imports in pieces")
      let all = feed(2_500, using: &random)
      let folder = Folder.temporary()
      try folder.write(Self.header + all.joined().joined(separator: "\n") + "\n", to: "whole.csv")
      try folder.write(
        Self.header.replacing("\n", with: "\r\n") + all.joined().shuffled(using: &random).joined(separator: "\r\n"), to: "shuffled.csv")
      try folder.write("\u{FEFF}" + Self.header + all[..<900].joined().joined(separator: "\n"), to: "first.csv")
      try folder.write(Self.header + all[900...].joined().joined(separator: "\n"), to: "second.csv")

      let whole = try RunningMesh()
      let said = try orders(whole.caller, folder.file("whole.csv"))
      #expect(said.exit == .code(0) && said.stderr.isEmpty, "\(said.stderr)")
      #expect(try said.json["created"] == 2_500 && said.json["lines"] == .integer(Int64(all.joined().count)))
      // Shuffled and once more: each is known already.
      let again = try orders(whole.caller, folder.file("shuffled.csv")).json
      #expect(again["created"] == 0 && again["matched"] == 2_500, "\(again)")
      try whole.caller.awaitHeard(2_500)
      try whole.stop()
      let wanted = try Self.told("store", whole.caller.data)
      #expect(wanted["orders"] == 2_500 && wanted["lines"] == .integer(Int64(all.joined().count)))

      let shuffled = try RunningMesh()
      #expect(try orders(shuffled.caller, folder.file("shuffled.csv")).json["created"] == 2_500)
      try shuffled.stop()
      #expect(try Self.told("store", shuffled.caller.data)["digest"] == wanted["digest"])

      let pieces = try RunningMesh()
      #expect(try orders(pieces.caller, folder.file("first.csv")).json["created"] == 900)
      // The second half, with the importing process killed on the way and the ledger killed under another one.
      func isThere(_ id: String) throws -> Bool { try pieces.caller.send("ledger", .get, "/v1/orders/\(id)").status == 200 }
      let words = ["import", "orders", folder.file("second.csv"), "--map", Self.map, "--currency", "USD", "--data", pieces.caller.data]
      for isLate in [false, true] {
        let child = try ChildProgram.spawn("accord", words)
        // Killed at once, and when some of it is taken in: ids go in the order of their text.
        if isLate { try eventually("an order of the second half is there") { try isThere("1000-o") } }
        try child.kill()
      }
      let under = try ChildProgram.spawn("accord", words.map { $0.replacing("second.csv", with: "whole.csv") })
      try eventually("another one is there") { try isThere("1900-o") }
      try pieces.kill("ledger")
      #expect(try under.wait(within: .seconds(120)) == .code(0), "\(under.stderr)")
      let last = try orders(pieces.caller, folder.file("whole.csv")).json
      #expect(last["created"] == 0 && last["matched"] == 2_500)
      try pieces.stop()
      let told = try Self.told("store", pieces.caller.data)
      #expect(told["digest"] == wanted["digest"] && told["accounts"] == wanted["accounts"] && told["entries"] == wanted["entries"])
      for mesh in [whole, shuffled, pieces] { #expect(try mesh.caller.accord("verify").exit == .code(0)) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: pieces.folder.path).allSatisfy { !$0.contains("import") })
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `who ends an import is told what is in, and the same command goes on from there`(signal: Int32) throws {
      let mesh = try RunningMesh()
      let (path, all) = (mesh.folder.file("people"), 5_000)
      #expect(mkfifo(path, 0o600) == 0)
      let words = ["import", "customers", path, "--map", "customer=id", "--data", mesh.caller.data]
      let child = try ChildProgram.spawn("accord", words)
      // The till has not told all of it yet: the import, which reads a MiB at a time, waits for the rest.
      let note = String(repeating: "n", count: 300)
      let text = "id,note\n" + (1...all).map { "p-\($0),\(note)\n" }.joined()
      let pipe = try FileHandle(forWritingTo: URL(filePath: path))
      try pipe.write(contentsOf: Data(text.utf8))
      func told() throws -> Int64 { try mesh.caller.get("ledger", "/v1/status")["outbox"]?["highest"]?.integer ?? 0 }
      try eventually("some of it is in") { try told() >= 1_000 }
      child.send(signal)
      #expect(try child.wait(within: .seconds(30)) == .signal(signal))
      #expect(
        child.stderr.contains("ended before it was through: ") && child.stderr.contains("run the same command again"), "\(child.stderr)")
      try pipe.close()
      try FileManager.default.removeItem(atPath: path)
      try mesh.folder.write(text, to: "people")
      let again = try ChildProgram.run("accord", words + ["--json"], within: .seconds(60))
      let report = try JSON(parsing: again.stdout)
      let (created, matched) = (report["created"]?.integer ?? 0, report["matched"]?.integer ?? 0)
      #expect(again.exit == .code(0) && created + matched == Int64(all) && matched >= 1_000, "\(again)")
      try mesh.stop()
    }

    @Test func `what cannot be used is refused by line or column, and nothing of it is kept`() throws {
      let mesh = try RunningMesh()
      let folder = mesh.folder
      func refused(_ text: String, _ code: Int32, _ words: String, _ more: [String] = [], map: String = Self.map, name: String = "bad.csv")
        throws
      {
        try Data(text.utf8).write(to: URL(filePath: folder.file("bad.csv")))
        var command = ["import", "orders", folder.file(name), "--map", map, "--data", mesh.caller.data]
        command += more.contains("--currency") ? more : ["--currency", "USD"] + more
        let said = try ChildProgram.run("accord", command, within: .seconds(30))
        #expect(said.exit == .code(code), "\(words): \(said.stdout)\(said.stderr)")
        #expect((said.stdout + said.stderr).contains(words), "\(words): \(said.stdout)\(said.stderr)")
      }
      let row = "A,ada,TEA,1,500,2026-01-01,,card\n"
      try refused("", 1, "it holds nothing")
      try refused(Self.header + row, 66, "cannot be read", name: "missing.csv")
      try refused("PK\u{3}\u{4}\u{0}\u{0}\n", 1, "zero byte")
      try refused(Self.header + row + "B,ada,TEA\n" + row, 1, "line 3 has 3 fields and the header 8")
      try refused(Self.header + row + "B,\"ada,TEA,1,5,2026-01-01,,\n", 1, "line 3: a quotation mark opens a field that is never closed")
      try refused(Self.header + row, 1, "did you mean “who”?", map: Self.map.replacing("customer=who", with: "customer=whom"))
      try refused(Self.header + row, 64, "did you mean customer=?", map: Self.map.replacing("customer=", with: "custmer="))
      try refused(Self.header + row, 64, "--map does not say which column is amount", map: "order=id,placed=at")
      try refused(Self.header + row, 64, "“USX” is no currency of ISO 4217", ["--currency", "USX"])
      try refused(Self.header + row, 64, "there is no time zone America/Nowhere", ["--zone", "America/Nowhere"])
      try refused(Self.header.replacing(",", with: ";"), 1, "--separator semicolon")
      let captured = try Self.told("store", mesh.caller.data)["orders"]
      #expect(captured == 0)

      // A row in the way refuses its own order and no other.
      let rows = [
        "GOOD,ada,TEA,1,500,2026-01-01,,card", "BAD,ada,TEA,1,500,2026-01-01,,card", "BAD,ada,TEA,1,9223372036854775808,2026-01-01,,card",
        "AHEAD,ada,TEA,1,500,2126-01-01,,card", "GOOD,ada,CUP,1,250,2026-01-01,,card", "SUM,ada,TEA,1,9223372036854775807,2026-01-01,,card",
      ]
      try refused(
        Self.header + rows.joined(separator: "\n"), 1, "line 4 (BAD): rejected: amount: “9223372036854775808” is larger than 64 bits hold")
      try refused(Self.header + "GOOD,ada,TEA,1,501,2026-01-01,,card\n", 1, "line 2 (GOOD): conflicting: lines")
      let told = try Self.told("store", mesh.caller.data)
      #expect(told["orders"] == 1 && told["lines"] == 2 && told["paid"] == 750)
      try mesh.stop()
    }

    @Test func `standard input, a dry run, columns between blanks and a report of everything`() throws {
      let mesh = try RunningMesh()
      let folder = mesh.folder
      try folder.write(" id date  n value\r\n 1 20260101 1 11.77\r\n 1 20260101 1 11.77\r\n 2 20260102 0 0.00\r\n", to: "blank.txt")
      func run(_ more: String) throws -> Caller.Said {
        let command =
          "exec \"\(Build.folder)/accord\" import orders - --map customer=id,placed=date,quantity=n,amount=value --separator space "
          + "--amounts major --currency USD --order-id-from customer,placed --zone America/New_York --json --data '\(mesh.caller.data)' \(more)"
        let said = try ChildProgram.run("/bin/sh", ["-c", "cat '\(folder.file("blank.txt"))' | (\(command))"], within: .seconds(30))
        return Caller.Said(exit: said.exit, stdout: said.stdout, stderr: said.stderr)
      }
      #expect(try run("--dry-run").json["created"] == 3)
      #expect(try Self.told("store", mesh.caller.data)["orders"] == 0)
      let said = try run("--report '\(folder.file("report.csv"))'")
      #expect(try said.json["created"] == 3 && said.exit == .code(0))
      #expect(
        try folder.read("report.csv").split(separator: "\n").sorted() == [
          "2,1-20260101-1,created,,", "3,1-20260101-2,created,,", "4,2-20260102-1,created,,", "line,id,outcome,field,reason",
        ])
      let order = try mesh.caller.get("ledger", "/v1/orders/1-20260101-2")["order"]
      #expect(order?["placed_at"] == "2026-01-01T05:00:00.000Z" && order?["placed_precision"] == "day")
      #expect(try run("").json["matched"] == 3)
      try mesh.stop()
    }

    // MARK: Published data

    /// A debug build takes the beginning of the panel: each line costs it twenty times as much.
    private static var lines: Int? {
      #if DEBUG
        20_000
      #else
        nil
      #endif
    }

    @Test(.enabled(if: PublishedData.isThere, "\(PublishedData.missing)"))
    func `the published Complete Journey panel comes in to the cent, and again it changes nothing`() throws {
      let mesh = try RunningMesh()
      let file = mesh.folder.file("panel.csv")
      try PublishedData.unpack("completejourney/transactions.csv.gz", to: file)
      if let lines = Self.lines {
        _ = try ChildProgram.run("/bin/sh", ["-c", "head -n \(lines + 1) '\(file)' > '\(file).part' && mv '\(file).part' '\(file)'"])
      }
      let raw = try Self.told("panel", file)
      if Self.lines == nil {
        #expect(raw["orders"] == 155_848 && raw["lines"] == 1_469_307 && raw["paid"] == 459_603_958 && raw["discounts"] == 79_165_064)
        #expect(raw["entries"] == 155_370)
      }
      func run() throws -> JSON {
        let map =
          "order=basket_id,customer=household_id,sku=product_id,quantity=quantity,amount=sales_value_cents,discount=retail_disc_cents,placed=at"
        let said = try mesh.caller.accord(
          "import", "orders", file, "--map", map, "--currency", "USD", "--channel", "store", "--json", within: .seconds(300))
        #expect(said.exit == .code(0) && said.stderr.isEmpty, "\(said.stderr)")
        return try said.json
      }
      let first = try run()
      print("panel: \(first["lines_per_second"]?.integer ?? 0) lines a second")
      #expect(first["created"] == raw["orders"] && first["lines"] == raw["lines"] && first["rejected"] == 0 && first["conflicting"] == 0)
      let second = try run()
      #expect(second["created"] == 0 && second["matched"] == raw["orders"])
      for name in ["broker", "ledger", "marketing", "service"] {
        #expect(try Processes.peakBytes(#require(mesh.pid(name))) < 300 << 20, "\(name)")
      }
      // What others heard of it is theirs to show; the ledger's part is done.
      try mesh.stop()
      let told = try Self.told("store", mesh.caller.data)
      for sum in ["orders", "lines", "quantity", "paid", "discounts", "entries"] { #expect(told[sum] == raw[sum], "\(sum)") }
      // Identity (vi): every cent stands against an unknown tender, and is the store's revenue.
      #expect(
        told["accounts"]?["tender/unknown"]?.array?.first == raw["paid"] && told["accounts"]?["sales/store"]?.array?.last == raw["paid"])
    }

    @Test(.enabled(if: PublishedData.isThere, "\(PublishedData.missing)"))
    func `CDNOW comes in with ids from customer, day and ordinal, and keeps its rows that are the same byte for byte`() throws {
      let mesh = try RunningMesh()
      let file = mesh.folder.file("cdnow.txt")
      try PublishedData.unpack("cdnow/CDNOW_master.txt.gz", to: file)
      if let lines = Self.lines {
        _ = try ChildProgram.run("/bin/sh", ["-c", "head -n \(lines / 2 + 1) '\(file)' > '\(file).part' && mv '\(file).part' '\(file)'"])
      }
      let raw = try Self.told("cdnow", file)
      if Self.lines == nil { #expect(raw["orders"] == 69_659) }
      func run() throws -> JSON {
        try mesh.caller.accord(
          "import", "orders", file, "--map", "customer=customer_id,placed=date,quantity=number_of_cds,amount=dollar_value", "--separator",
          "space",
          "--amounts", "major", "--order-id-from", "customer,placed", "--currency", "USD", "--zone", "America/New_York", "--json",
          within: .seconds(200)
        ).json
      }
      #expect(try run()["created"] == raw["orders"])
      #expect(try run()["matched"] == raw["orders"])
      try mesh.stop()
      let told = try Self.told("store", mesh.caller.data)
      for sum in ["orders", "paid", "entries"] { #expect(told[sum] == raw[sum], "\(sum)") }
    }
  }
}

extension Processes {
  /// The most memory that was resident for `pid` so far, in bytes (man 5 proc, VmHWM).
  static func peakBytes(_ pid: Int32) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line.flatMap { Int($0.split { !$0.isNumber }.first ?? "") } ?? 0) * 1_024
  }
}
