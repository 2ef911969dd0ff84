import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// What the programs say about themselves, and to those who mistype.
  @Suite struct HelpTests {
    @Test func `every command and every program tells how it is used`() throws {
      let overview = try ChildProgram.run("accord", ["--help"])
      #expect(overview.exit == .code(0) && overview.stderr.isEmpty)
      #expect(try ChildProgram.run("accord", []).stdout == overview.stdout)
      #expect(try ChildProgram.run("accord", ["help"]).stdout == overview.stdout)
      // The commands stand two blanks in, with two and more behind them.
      let commands = overview.stdout.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
        .map { $0.dropFirst(2).split(separator: "  ", maxSplits: 1)[0].split(separator: " ").map(String.init) }
      let known = Set(commands.map { $0.joined(separator: " ") })
      #expect(known.isSuperset(of: ["up", "down", "status", "tail", "verify", "order capture", "customer", "why"]))
      for words in commands {
        let help = try ChildProgram.run("accord", words + ["--help"])
        #expect(help.exit == .code(0) && help.stderr.isEmpty, "\(words): \(help.stderr)")
        for part in ["accord " + words.joined(separator: " "), "--data DIR", "--json", "--help"] {
          #expect(help.stdout.contains(part), "\(words): \(part)")
        }
      }
      for name in Caller.programs {
        let help = try ChildProgram.run("accord-\(name)", ["--help"])
        #expect(help.exit == .code(0) && help.stderr.isEmpty)
        for part in ["usage: accord-\(name)", "--data DIR  [ACCORD_DATA_FOLDER]", "--http-port", "--clock", "--parent", "--version"] {
          #expect(help.stdout.contains(part), "\(name): \(part)")
        }
        let verify = try ChildProgram.run("accord-\(name)", ["verify", "--help"])
        #expect(verify.exit == .code(0) && verify.stdout.hasPrefix("accord-\(name) verify --data DIR"))
        let version = try ChildProgram.run("accord-\(name)", ["--version"])
        #expect(version.exit == .code(0) && version.stdout.hasPrefix("accord-\(name) "))
      }
    }

    @Test func `what a help tells begins in one column, however long a name is, and fits a screen`() throws {
      let overview = try ChildProgram.run("accord", ["--help"]).stdout
      let names = Self.rows(overview).compactMap(\.name)
      #expect(names.count > 100 && names.contains("subscription remove"))
      for words in [[]] + names.map({ $0.split(separator: " ").map(String.init) }) {
        let help = try ChildProgram.run("accord", words + ["--help"]).stdout
        // What can be copied stands as it is.
        let text = help.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0 != "Examples:" }
        #expect(text.dropFirst().allSatisfy { $0.count <= 100 }, "\(words): \(help)")
        #expect(Set(Self.rows(help).compactMap(\.column)).count == 1, "\(words): \(help)")
      }
    }

    /// The rows of a help's table: the name that begins in it, and the column at which its text does.
    private static func rows(_ help: String) -> [(name: String?, column: Int?)] {
      help.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0 != "Examples:" }.filter { $0.hasPrefix("  ") }.map { line in
        guard !line.hasPrefix("   ") else { return (nil, line.prefix { $0 == " " }.count) }
        guard let gap = line.dropFirst(2).range(of: "  ") else { return (String(line.dropFirst(2)), nil) }
        let name = String(line.dropFirst(2)[..<gap.lowerBound])
        return (name, 2 + name.count + line[gap.lowerBound...].prefix { $0 == " " }.count)
      }
    }

    @Test func `a mistyped word is answered by the nearest one`() throws {
      let rows: [(words: [String], says: [String])] = [
        (["statsu"], ["no command “statsu”", "did you mean status?"]),
        (["verfy", "--data", "x"], ["did you mean verify?"]),
        (["frobnicate-everything"], ["no command", "accord --help lists them all"]),
        (["order"], ["order capture"]),
        (["up", "--detatch"], ["no option --detatch", "did you mean --detach?"]),
        (["status", "--data"], ["--data needs a value"]),
        (["customer"], ["customer's ID is missing"]),
        (["order", "capture", "--order"], ["--order needs a value"]),
      ]
      for row in rows {
        let (exit, stdout, stderr) = try ChildProgram.run("accord", row.words)
        #expect(exit == .code(64) && stdout.isEmpty, "\(row.words): \(exit) \(stdout)")
        for part in row.says { #expect(stderr.contains(part), "\(row.words): \(stderr)") }
      }
    }

    @Test func `all mistakes of a command line and its environment are told at once`() throws {
      let words = ["--dta", "x", "--http-port", "99999", "--clock", "noon", "--parent"]
      let (exit, stdout, stderr) = try ChildProgram.run("accord-ledger", words, environment: ["ACCORD_LOG_LEVEL": "loud"])
      #expect(exit == .code(64) && stdout.isEmpty)
      for part in ["5 settings cannot be used", "did you mean --data?", "99999", "noon", "ACCORD_LOG_LEVEL", "loud", "--parent", "--help"] {
        #expect(stderr.contains(part), "\(part): \(stderr)")
      }
    }

    @Test func `an order that cannot be written down is refused before anything is sent`() throws {
      let mesh = try RunningMesh()
      let whole = ["order", "capture", "--order", "A", "--line", "sku=K,paid=1.00", "--currency", "USD"]
      let rows: [(words: [String], exit: Int32, says: String)] = [
        (whole.filter { $0 != "--currency" && $0 != "USD" }, 64, "--currency is missing"),
        (["order", "capture", "--order", "A", "--currency", "USD"], 64, "no --line"),
        (["order", "capture", "--order", "A", "--line", "sku=K,paid=150", "--currency", "USD"], 64, "150.00 or 1.50"),
        (["order", "capture", "--order", "A", "--line", "sku=K,price=1", "--currency", "USD"], 64, "price=1"),
        (["order", "capture", "--order", "A b", "--line", "sku=K,paid=1.00", "--currency", "USD"], 1, "cannot be read"),
        (["order", "capture", "--order", "A", "--line", "sku=K,paid=1.00", "--currency", "dollars"], 64, "no currency dollars"),
        (whole + ["--shipping", "9,95"], 64, "no amount"),
        (["order", "capture", "--file", "/no/such/file"], 66, "/no/such/file"),
      ]
      for row in rows {
        let (exit, _, stderr) = try ChildProgram.run("accord", row.words + ["--data", mesh.caller.data])
        #expect(exit == .code(row.exit) && stderr.contains(row.says), "\(row.words): \(exit) \(stderr)")
      }
      #expect(try mesh.caller.orders().isEmpty)
      // And one from a file, with a key of its own.
      try mesh.folder.write(Caller.order("FILE-1", "ada").text, to: "order.json")
      let filed = try mesh.caller.accord("order", "capture", "--file", mesh.folder.file("order.json"), "--key", "till-7-0042")
      #expect(filed.exit == .code(0) && filed.stdout.contains("FILE-1 is captured"), "\(filed.stderr)")
      try mesh.stop()
    }
  }
}
