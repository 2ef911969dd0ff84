import Contracts
import Foundation
import LedgerDomain
import Store
import TestKit
import Testing

/// The golden cases through the real tables: by their facts, and entry by entry as the published file has them.
struct GoldenEntriesTests {
  @Test(arguments: GoldenFacts.cases.indices) func `the facts of a golden case hold every identity after each transaction`(at place: Int)
    throws
  {
    let books = try OpenBooks()
    for step in GoldenFacts.cases[place].facts.steps {
      try books.tell(step)
      #expect(try books.findings() == [])
    }
    #expect(try books.entries().count >= 6)
  }

  /// By hand, so that something is held where no data is.
  @Test func `an empty budget is topped up, advanced and repaid to the cent`() throws {
    let books = try OpenBooks()
    for step in GoldenFacts.cases[4].facts.steps { try books.tell(step) }
    #expect(
      try books.balances() == [
        "company/goodwill": 15_000, "marketing/spring/reserved/fifteen": -200, "service/goodwill-reserve": -5_000, "tender/card": -9_800,
      ])
  }

  @Test func `an expired promise leaves only pending columns behind, and they are empty`() throws {
    let books = try OpenBooks()
    let steps = GoldenFacts.cases[6].facts.steps
    for step in steps.dropLast() { try books.tell(step) }
    #expect(try books.balances(pending: true) == ["marketing/spring/reserved/fifteen": 450, "tender/cash": -450])
    try books.tell(steps.last ?? [])
    #expect(try books.balances(pending: true) == [:])
    #expect(try books.balances()["marketing/spring/reserved/fifteen"] == -40_000)
  }

  static let file = PublishedData.file("golden-entries.json")

  /// One case of the published file.
  struct Golden {
    let name: String
    let entries: [OpenBooks.Told]
    let drafts: [EntryDraft]
    let balances: [String: Int64]

    init(_ json: JSON) throws {
      name = try #require(json["case"]?.string)
      let currency = try #require(json["currency"]?.string.flatMap(Currency.init))
      let rows = try #require(json["entries"]?.array)
      let numbers = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($0.element["entry"]?.string ?? "", Int64($0.offset + 1)) })
      var (told, drafts): ([OpenBooks.Told], [EntryDraft]) = ([], [])
      for row in rows {
        var (legs, words): ([Leg], Set<String>) = ([], [])
        for side in ["debit", "credit"] {
          for pair in try #require(row[side]?.array) {
            let path = try #require(pair.array?[0].string)
            let amount = try #require(pair.array?[1].integer)
            legs.append(Leg(side == "debit" ? .debit : .credit, try Account(path: path, currency), amount))
            words.insert("\(path) \(side == "debit" ? amount : -amount)")
          }
        }
        let kind = try #require(row["kind"]?.string)
        let state = try #require(row["state"]?.string)
        let of = row["of"]?.string.flatMap { numbers[$0] }
        // The file leaves out what a claw-back takes back: it is the last entry of a remedy that was posted before.
        let original = kind == "remedy.clawed_back" ? drafts.lastIndex { $0.kind == "remedy.posted" }.map { Int64($0 + 1) } : nil
        drafts.append(
          EntryDraft(
            kind, try Legs(legs), EntryState(rawValue: state) ?? .posted, of: of ?? original,
            about: .init(campaign: kind.hasPrefix("budget.") ? "spring" : nil)))
        told.append(OpenBooks.Told(kind: kind, state: state, of: of ?? original, legs: words))
      }
      (entries, self.drafts) = (told, drafts)
      let stated = try #require(json["balances"]?.object)
      balances = Dictionary(uniqueKeysWithValues: stated.map { ($0.name, $0.value.integer ?? 0) }.filter { $0.1 != 0 })
    }
  }

  static func published() throws -> [Golden] {
    let file = try #require(file)
    let cases = try JSON(parsing: Array(try Data(contentsOf: file))).array
    return try #require(cases).map { try Golden($0) }
  }

  @Test(.enabled(if: file != nil, "left out: golden-entries.json is not in ACCORD_DATA"))
  func `the published entries, posted one by one, leave the published balances`() throws {
    let all = try Self.published()
    #expect(all.map(\.name) == GoldenFacts.cases.map(\.name))
    for golden in all {
      let books = try OpenBooks()
      for draft in golden.drafts { try books.post([draft]) }
      #expect(try books.balances() == golden.balances, "\(golden.name)")
      #expect(try books.entries() == golden.entries, "\(golden.name)")
      #expect(try books.balances(pending: true) == [:], "\(golden.name)")
      #expect(try books.findings().filter { !$0.contains("(iv)") && !$0.contains("(v)") } == [], "\(golden.name)")
    }
  }

  @Test(.enabled(if: file != nil, "left out: golden-entries.json is not in ACCORD_DATA"))
  func `the facts of each case make the published entries and balances`() throws {
    for (golden, made) in zip(try Self.published(), GoldenFacts.cases) {
      let books = try OpenBooks()
      for step in made.facts.steps { try books.tell(step) }
      let entries = try books.entries()
      #expect(entries.count == golden.entries.count, "\(golden.name)")
      for (number, pair) in zip(entries, golden.entries).enumerated() { #expect(pair.0 == pair.1, "\(golden.name), entry \(number + 1)") }
      #expect(try books.balances() == golden.balances, "\(golden.name)")
    }
  }
}
