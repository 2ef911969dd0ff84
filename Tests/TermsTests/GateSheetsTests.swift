import Contracts
import Terms
import Testing

/// Whether each language and voice has its sheet: from facts alone.
struct GateSheetsTests {
  private static let asked = Scene.instant("2026-05-08T12:00:00Z")
  private static let now = Scene.instant("2026-05-10T04:00:00Z")
  private static let people = ColleagueFold([
    colleague("lead/ruth"), colleague("lead/tom"), colleague("lead/left", active: false),
    colleague("lead/moved", active: false, to: "lead/tom"),
  ])

  private static func colleague(_ id: String, active: Bool = true, to heir: String? = nil) -> ColleagueChanged {
    ColleagueChanged(colleagueID: Identifier(restoring: id), active: active, handedTo: heir.map { Identifier(restoring: $0) }, at: asked)
  }

  private static func sheet(
    _ turn: SheetTurned.Turn, _ version: Int = 1, offer: Int = 1, locale: String = "en-US", voice: String = "warm",
    verifier: String? = "lead/ruth", deputy: String? = "lead/tom", review: Timestamp? = nil, cause: String? = nil,
    at time: Timestamp = asked
  ) -> SheetTurned {
    SheetTurned(
      turn: turn, offerID: Identifier(restoring: "spring"), sheetID: Identifier(restoring: "spring:\(locale):\(voice)"),
      offerVersion: offer,
      sheetVersion: version, locale: locale, voice: voice, verifier: turn == .drafted ? nil : verifier.map { Identifier(restoring: $0) },
      deputy: turn == .drafted ? nil : deputy.map { Identifier(restoring: $0) }, reviewAt: review, cause: cause,
      by: Identifier(restoring: "agent/ines"), at: time)
  }

  private static func row(
    _ facts: [SheetTurned], counting: ClosedRange<Int> = 1...1, _ required: [(String, String)] = [("en-US", "warm")]
  ) throws -> OfferScheduled.GateRow {
    let needs = JSON.array(required.map { ["locale": .string($0.0), "voice": .string($0.1)] })
    let document = try OfferDocument(Scene.document(["/sheets_required": needs]))
    return GateSheets.row(document.sheetsRequired, SheetFold(facts), counting: counting, people, asked: asked, at: now)
  }

  @Test(
    arguments: [
      ([], "no_sheet"),
      ([sheet(.drafted)], "sheet_unverified"),
      ([sheet(.drafted), sheet(.verified)], nil),
      ([sheet(.drafted), sheet(.verified), sheet(.staled, cause: "wrong: three days")], "sheet_stale"),
      ([sheet(.drafted), sheet(.verified), sheet(.drafted, 2)], nil),
      ([sheet(.drafted), sheet(.verified), sheet(.staled), sheet(.drafted, 2)], "sheet_unverified"),
      ([sheet(.drafted), sheet(.verified), sheet(.staled), sheet(.drafted, 2), sheet(.verified, 2)], nil),
      ([sheet(.drafted), sheet(.verified, verifier: "lead/left")], "verifier_left"),
      ([sheet(.drafted), sheet(.verified, verifier: nil)], "verifier_left"),
      ([sheet(.drafted), sheet(.verified, deputy: "lead/left")], "deputy_missing"),
      ([sheet(.drafted), sheet(.verified, deputy: nil)], "deputy_missing"),
      // The list of somebody who left went to whoever stands in already.
      ([sheet(.drafted), sheet(.verified, verifier: "lead/moved")], "deputy_missing"),
      ([sheet(.drafted), sheet(.verified, verifier: "lead/moved", deputy: "lead/ruth")], nil),
      ([sheet(.drafted), sheet(.verified, verifier: "lead/left"), sheet(.verified, verifier: "lead/tom", deputy: "lead/ruth")], nil),
      ([sheet(.drafted), sheet(.verified, review: now)], "review_overdue"),
      ([sheet(.drafted), sheet(.verified, review: now.adding(.milliseconds(1)))], nil),
      ([sheet(.drafted, offer: 2), sheet(.verified, offer: 2)], "no_sheet"),
      ([sheet(.drafted, locale: "es-US"), sheet(.verified, locale: "es-US")], "no_sheet"),
      ([sheet(.drafted, voice: "plain"), sheet(.verified, voice: "plain")], "no_sheet"),
    ] as [([SheetTurned], String?)])
  func `a sheet counts where somebody who is here answers for it`(facts: [SheetTurned], code: String?) throws {
    let row = try Self.row(facts)
    #expect(row.code == code && (row.state == .passed) == (code == nil), "\(row)")
    #expect(code == nil || row.sentence != nil && row.liftedBy != nil)
  }

  @Test func `each language and voice needs its own, and the row counts what lacks`() throws {
    let required = [("en-US", "warm"), ("es-US", "warm"), ("en-US", "plain")]
    let row = try Self.row([Self.sheet(.drafted), Self.sheet(.verified)], required)
    #expect(row.sentence?.contains("es-US/warm") == true && row.sentence?.contains("1 more of 3") == true)
    #expect(try Self.row([], []).state == .passed)
  }

  @Test func `a minor version goes on with the sheets of the one before, a material one does not`() throws {
    let facts = [Self.sheet(.drafted), Self.sheet(.verified)]
    #expect(try Self.row(facts, counting: 1...2).state == .passed)
    #expect(try Self.row(facts, counting: 2...2).code == "no_sheet")
  }

  @Test func `of a sheet the last verified version is used, for the version that it was written for`() {
    var fold = SheetFold([
      Self.sheet(.drafted), Self.sheet(.verified), Self.sheet(.drafted, 2, offer: 2), Self.sheet(.verified, 2, offer: 2),
    ])
    #expect(fold.usable(for: 1...1).map(\.version) == [1])
    #expect(fold.usable(for: 2...2).map(\.version) == [2])
    #expect(fold.usable(for: 1...2).map(\.version) == [2])
    fold.take(Self.sheet(.staled, 1))
    #expect(fold.usable(for: 1...1).isEmpty && fold.usable(for: 1...2).map(\.version) == [2])
  }

  @Test(
    arguments: [
      ("en-US", ["es-US", "en-US"], "en-US"), ("EN-us", ["en-US"], "en-US"), ("en-US", ["en"], "en"), ("es-US", ["en", "es-MX"], "es-MX"),
      ("zh-Hant-TW", ["zh", "zh-Hant"], "zh-Hant"), ("de", ["en"], nil), ("de", [], nil),
    ] as [(String, [String], String?)])
  func `a language is found as it is written, then wider, then elsewhere`(wanted: String, offered: [String], found: String?) {
    #expect(Locales.lookup(wanted, among: offered) == found)
  }
}
