import Contracts
import Foundation
import Shop
import TestKit
import Testing

extension MeshTests {
  /// The long weekend of the built-in shop, as `accord demo` plays it on real processes.
  @Suite struct DemoTests {
    /// What each department did, in order, as it was told.
    private struct Told {
      let lines: [JSON]
      let data: String

      init(_ place: Folder, _ words: [String] = []) throws {
        data = place.file("weekend")
        let said = try ChildProgram.run("accord", ["demo", "--json", "--data", data] + words, within: .seconds(120))
        #expect(said.exit == .code(0), "\(said.stderr)")
        lines = try said.stdout.split(separator: "\n").map { try JSON(parsing: String($0)) }
      }

      func sentences(of who: String) -> [String] { lines.filter { $0["who"]?.string == who }.compactMap { $0["did"]?.string } }
      var answers: [String] { lines.compactMap { $0["answer"]?.string } }
    }

    @Test(arguments: [[], ["--without-emails"]])
    func `Friday's order gets Sunday's free shipping, and the upgrade the 15 % of two days later`(_ words: [String]) throws {
      let place = Folder.temporary()
      let told = try Told(place, words)
      let ledger = told.sentences(of: "ledger")
      let friday = try #require(ledger.first { $0.contains("order FRIDAY-1942 9.95 USD") }, "\(ledger)")
      #expect(friday.contains("back to the card") && friday.contains("without being asked") && friday.contains("campaign spring"))
      let upgrade = try #require(ledger.first { $0.contains("order UPGRADE-0510 4.50 USD") }, "\(ledger)")
      #expect(upgrade.contains("to the customer's credit") && upgrade.contains("campaign spring-plans"))
      #expect(ledger.filter { $0.hasPrefix("looked back") }.count == 2)
      #expect(told.sentences(of: "marketing").filter { $0.contains("go live") }.count == 2)
      #expect(told.answers.contains { $0.contains("FRIDAY-1942") && $0.contains("9.95 USD") }, "the desk does not see it")
      try everythingIsSound(told.data)
      try nobodyIsNamed(told.data)
    }

    @Test func `the story needs a folder of its own`() throws {
      let place = Folder.temporary()
      try place.write("mine", to: "note.txt")
      let refused = try ChildProgram.run("accord", ["demo", "--data", place.path])
      #expect(refused.exit == .code(78) && refused.stderr.contains("is not empty"), "\(refused)")
      #expect(try place.read("note.txt") == "mine")
    }

    private func everythingIsSound(_ data: String) throws {
      let verified = try ChildProgram.run("accord", ["verify", "--data", data])
      #expect(verified.exit == .code(0), "\(verified)")
    }

    /// Names, streets, phones and emails stand in the ledger's store and in no other, nor in the journal or a log.
    private func nobodyIsNamed(_ data: String) throws {
      let secrets = Shop.customers.flatMap { [$0.name, $0.street, $0.phone, $0.email.address].compactMap(\.self) }
      for folder in ["broker", "marketing", "service", "logs"] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: "\(data)/\(folder)")
        #expect(!names.isEmpty)
        for name in names {
          guard let bytes = FileManager.default.contents(atPath: "\(data)/\(folder)/\(name)") else { continue }
          for secret in secrets { #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(folder)/\(name) holds “\(secret)”") }
        }
      }
    }
  }
}
