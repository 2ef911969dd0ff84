import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// What every command says to words that it cannot use. The table is the command line's own help: a command that is added is tried too.
  @Suite struct CarelessWordsTests {
    private struct Told {
      let words: [String]
      /// Flags with what stands for their values; nil for a switch.
      let options: [(flag: String, value: String?)]
      let example: [String]

      /// Where the example names things that belong to no option.
      var operands: [Int] {
        let taking = Set(options.filter { $0.value != nil }.map(\.flag))
        return example.indices.dropFirst(words.count).filter { !example[$0].hasPrefix("--") && !taking.contains(example[$0 - 1]) }
      }
    }

    private static func commands() throws -> [Told] {
      let overview = try ChildProgram.run("accord", ["--help"]).stdout
      return try overview.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.map { line in
        let words = line.dropFirst(2).split(separator: "  ", maxSplits: 1)[0].split(separator: " ").map(String.init)
        let help = try ChildProgram.run("accord", words + ["--help"]).stdout
        let options = help.split(separator: "\n").compactMap { line -> (flag: String, value: String?)? in
          guard line.hasPrefix("  --") else { return nil }
          let head = line.dropFirst(2).split(separator: "  ", maxSplits: 1)[0].split(separator: " ", maxSplits: 1).map(String.init)
          return (head[0], head.count > 1 ? head[1] : nil)
        }
        let example = help.split(separator: "\n").first { $0.hasPrefix("  accord ") }.map { shell(String($0.dropFirst(9))) } ?? words
        return Told(words: words, options: options, example: example)
      }
    }

    /// An example's words up to where the shell takes over.
    private static func shell(_ text: String) -> [String] {
      var words: [String] = []
      var (word, quote): (String?, Character?) = (nil, nil)
      for character in text {
        if character == quote {
          quote = nil
        } else if quote == nil, character == "'" || character == "\"" {
          (quote, word) = (character, word ?? "")
        } else if quote == nil, character == " " {
          if let done = word { words.append(done) }
          word = nil
        } else {
          word = (word ?? "") + String(character)
        }
      }
      words += word.map { [$0] } ?? []
      return Array(words.prefix { !["|", ">", "<"].contains($0) })
    }

    /// These take what a person says, as they say it.
    private static let free: Set<[String]> = [["ask"]]

    /// What none of these can be.
    private static let junk = [
      "N": "many", "TIME": "noon", "INSTANT": "noon", "AMOUNT": "1,2,3", "DAY": "someday", "CODE": "dollars", "ROLE": "wizard",
      "LEG": "first", "ENTRY": "first", "minor|major": "both", "ID": "no id", "CASE": "no case", "COLLEAGUE": "no body",
      "OFFER": "no offer",
      "TAG": "no language", "KIND=ID": "campaign=no id", "SKU": "no goods", "STARS": "six", "OUTCOME": "perhaps", "PERSON": "no person",
      "DURATION": "long",
    ]

    @Test func `every command refuses an option that it does not have, and an option without its value, by name`() throws {
      let told = try Self.commands()
      #expect(told.count > 100)
      for one in told {
        let unknown = try ChildProgram.run("accord", one.words + ["--no-such-thing"])
        #expect(unknown.exit == .code(64) && unknown.stderr.contains("--no-such-thing"), "\(one.words): \(unknown.stderr)")
        for option in one.options where option.value != nil {
          let bare = try ChildProgram.run("accord", one.words + [option.flag])
          #expect(bare.exit == .code(64) && bare.stderr.contains(option.flag), "\(one.words) \(option.flag): \(bare.stderr)")
        }
      }
    }

    @Test func `every command refuses amounts, instants, days, numbers, ids and words that are none, and nothing is changed`() throws {
      let mesh = try RunningMesh(["--sandbox", "--clock", "manual@2026-05-08T19:00:00-04:00"])
      let caller = mesh.caller
      try caller.order("A", of: "ada")
      try caller.awaitHeard(1)
      let before = try caller.events("").count
      // These run for as long as they are let.
      let endless: Set = ["up", "down", "demo", "tail", "drain"]
      var tried = 0
      for one in try Self.commands() where !endless.contains(one.words[0]) && !one.words[0].hasPrefix("bench") {
        for option in one.options {
          guard let value = option.value, let junk = Self.junk[value] else { continue }
          var words = one.example
          if let at = words.firstIndex(of: option.flag), at + 1 < words.count {
            words[at + 1] = junk
          } else {
            words += [option.flag, junk]
          }
          let said = try ChildProgram.run("accord", words + ["--data", caller.data])
          // What happened, and what to do: never a silence, a success or a bug.
          #expect(said.exit != .code(0) && said.exit != .code(70), "\(words): \(said.exit) \(said.stdout)")
          #expect(said.stderr.count > 20, "\(words): \(said.stderr)")
          tried += 1
        }
        // What is named behind the command: an id that is none.
        for at in one.operands where !Self.free.contains(one.words) {
          var words = one.example
          words[at] = "no such thing"
          let said = try ChildProgram.run("accord", words + ["--data", caller.data])
          #expect(said.exit != .code(0) && said.exit != .code(70), "\(words): \(said.exit) \(said.stdout)")
          #expect(said.stderr.count > 20, "\(words): \(said.stderr)")
          tried += 1
        }
      }
      #expect(tried > 100)
      #expect(try caller.events("").count == before)
      try mesh.stop()
      #expect(try caller.accord("verify").exit == .code(0))
    }
  }
}
