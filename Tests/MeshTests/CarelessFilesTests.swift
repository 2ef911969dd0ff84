import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// What the command line makes of files that are not what was meant, of words that are said twice, and of what the README promises. Most of
  /// it is refused before anybody is asked: then nothing needs to run.
  @Suite struct CarelessFilesTests {
    private let folder = Folder.temporary()
    /// A folder on which nothing runs: whoever comes so far that somebody is asked ends with 69.
    private var nowhere: [String] { ["--data", folder.file("nothing")] }

    private func offer() throws -> String {
      let printed = try ChildProgram.run("accord", ["offer", "new", "--like", "sunday-free-shipping"])
      #expect(printed.exit == .code(0))
      return printed.stdout
    }

    private func said(_ words: [String]) throws -> (exit: ChildExit, stdout: String, stderr: String) {
      try ChildProgram.run("accord", words + nowhere)
    }

    @Test func `a document is read with a mark before it or line ends of another system, and is refused for what is wrong with it`() throws
    {
      let text = try offer()
      try folder.write("\u{FEFF}" + text, to: "marked.json")
      try folder.write(text.replacing("\n", with: "\r\n"), to: "ends.json")
      try folder.write("", to: "empty.json")
      try folder.write(" \n\t\n", to: "blank.json")
      try folder.write(text.replacing("\"version\": 1", with: "\"version\": one"), to: "wrong.json")
      try Data(text.utf8.map { $0 == UInt8(ascii: "W") ? 0xE9 : $0 }).write(to: URL(fileURLWithPath: folder.file("latin.json")))
      try FileManager.default.createDirectory(atPath: folder.file("folder.json"), withIntermediateDirectories: false)
      for (name, exit, says) in [
        ("marked.json", 69, "nothing runs"), ("ends.json", 69, "nothing runs"), ("empty.json", 1, "nothing stands in it"),
        ("blank.json", 1, "nothing stands in it"), ("wrong.json", 1, "line 6"), ("latin.json", 1, "UTF-8"),
        ("folder.json", 66, "is a folder; name a file in it"), ("missing.json", 66, "there is no such file; check its name"),
      ] as [(String, Int32, String)] {
        let answer = try said(["offer", "check", folder.file(name)])
        #expect(answer.exit == .code(exit) && answer.stderr.contains(says) && answer.stdout.isEmpty, "\(name): \(answer)")
        #expect(answer.stderr.split(separator: "\n").count == 1 && answer.stderr.ranges(of: name).count == 1 || exit == 69, "\(answer)")
      }
    }

    @Test func `other documents are read alike`() throws {
      try folder.write("", to: "empty")
      for words in [
        ["order", "capture", "--file"], ["policy", "propose", "cool-off"], ["offer", "check", folder.file("missing"), "--people"],
        ["answer", "check", "x", "--file"],
      ] {
        let missing = try said(words + [folder.file("none")])
        #expect(missing.exit == .code(66) && missing.stderr.contains("there is no such file"), "\(words): \(missing)")
        let place = try said(words + ["/"])
        #expect([.code(66), .code(69)].contains(place.exit), "\(words): \(place)")
      }
      for words in [["order", "capture", "--file"], ["policy", "propose", "cool-off"]] {
        let empty = try said(words + [folder.file("empty")])
        #expect(empty.exit == .code(1) && empty.stderr.contains("nothing stands in it"), "\(words): \(empty)")
      }
    }

    @Test func `standard input that is closed is said to be`() throws {
      for words in ["offer check -", "import orders - --map order=o,amount=a,placed=p --currency USD"] {
        let script = "exec \(Build.folder)/accord \(words) --data \(folder.file("nothing")) <&-"
        let answer = try ChildProgram.run("/bin/sh", ["-c", script])
        #expect(answer.exit == .code(66) || answer.exit == .code(69), "\(words): \(answer)")
        #expect(!answer.stderr.contains("mend that and try again") && !answer.stderr.contains("/dev/stdin"), "\(words): \(answer)")
      }
    }

    @Test func `what is said twice, is below zero or more than can be counted is refused by name`() throws {
      for (words, says) in [
        (["order", "capture", "--order", "A", "--order", "B"], "--order is said twice, with “A” and with “B”"),
        (["clock", "advance", "-5h"], "“-5h” is below zero"),
        (["capacity", "set", "-5"], "“-5” is below zero"),
        (["capacity", "set", String(repeating: "9", count: 20)], "is more than can be counted"),
        (["offer", "rehearse", "x", "--seed", String(repeating: "9", count: 20)], "more than can be counted"),
      ] {
        let answer = try said(words)
        #expect(answer.exit == .code(64) && answer.stderr.contains(says), "\(words): \(answer)")
      }
      // The same twice is the same, and what repeats may be another each time.
      for words in [["offer", "show", "x", "--json", "--json"], ["tail", "--type", "a", "--type", "a"]] {
        #expect(try said(words).exit == .code(69), "\(words)")
      }
      let lines = ["--line", "sku=A,paid=1.00", "--line", "sku=B,paid=2.00"]
      #expect(try said(["order", "capture", "--order", "A", "--currency", "USD"] + lines).exit == .code(69))
    }

    @Test func `a token that is not there is named, with where tokens come from`() throws {
      let mesh = try RunningMesh(["--sandbox", "--clock", "manual@2026-05-08T19:00:00-04:00"])
      let answer = try mesh.caller.accord(["offer", "list", "--as", "ruth.json"])
      #expect(answer.exit == .code(66) && answer.stderr.contains("there is no token in ruth.json"), "\(answer)")
      #expect(answer.stderr.contains("--token-file") && !answer.stderr.contains("start the broker"))
    }

    /// Every line of the README that begins with `accord` is a command that takes these words: it comes so far that somebody is asked.
    @Test func `the README's command lines are understood, word by word`() throws {
      let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("README.md")
      let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("accord ") }
      #expect(lines.count > 60)
      for line in lines {
        let script = "cd \(folder.path) && PATH=\(Build.folder):$PATH && export ACCORD_DATA_FOLDER=\(folder.file("nothing")) && \(line)"
        let answer = try ChildProgram.run("/bin/sh", ["-c", script])
        // Nothing runs, or a file that it names is not there: all else would be the page's mistake.
        #expect([.code(0), .code(66), .code(69)].contains(answer.exit), "\(line): \(answer)")
      }
    }
  }
}
