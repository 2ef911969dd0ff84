import Contracts
import ServiceDomain
import Testing

/// Words to avoid, and whom to tell better.
struct WordTests {
  @Test(
    arguments: [
      ("too late", "Sorry, too late.", 1), ("too late", "Sorry, TOO\n  Late!", 1), ("late", "On the plate, of slate", 0),
      ("late", "late, late; (late)", 3), ("late", "", 0), ("", "anything", 0), ("50 %", "It is 50 % off", 1), ("Größe", "die GRÖßE", 1),
      ("tarde", "es tarde", 1), ("tarde", "tardes", 0), ("tarde", "tardé", 0), ("you've", "As you've said", 1), ("無料", "送料無料です", 1),
      ("a", "a", 1), ("longer than it", "longer", 0), ("cheap", "cheap-skate", 1), ("no.", "no. no", 1),
    ] as [(String, String, Int)])
  func `whole words are found, whatever their case`(phrase: String, text: String, count: Int) {
    #expect(WordsToAvoid.find([phrase], in: text).map(\.count) == (count == 0 ? [] : [count]))
  }

  @Test func `each phrase is told as the sheet has it, with where it stands`() {
    let found = WordsToAvoid.find(["Too Late", "never", "nobody"], in: "I am afraid that it is too late, we never do that")
    #expect(found.map(\.phrase) == ["Too Late", "never"])
    #expect(found.first?.place.contains("it is too late, we") == true)
  }

  private static let noon = Timestamp(milliseconds: 1_778_400_000_000)
  private static func at(_ minute: Int64) -> Timestamp { noon.adding(.seconds(minute * 60)) }

  private static func answer(_ id: String, _ version: Int, _ minute: Int64, sheet: Int? = 1) -> Corrections.Given {
    Corrections.Given(
      AnswerTurned(
        turn: .given, caseID: Identifier(restoring: "case-\(id)"), answerID: Identifier(restoring: id),
        offer: OfferVersion(offer: Identifier(restoring: "spring"), version: version)!,
        sheetID: sheet.map { _ in Identifier(restoring: "spring:en:warm") }, sheetVersion: sheet, locale: "en", voice: "warm",
        agentID: Identifier(restoring: "agent/ines"), factsCard: sheet == nil, fallback: false, at: at(minute)))
  }

  private static func turn(_ turn: OfferTurned.Turn, _ version: Int, _ minute: Int64) -> OfferTurned {
    OfferTurned(
      turn: turn, offerID: Identifier(restoring: "spring"), version: version, effectiveFrom: turn == .launched ? noon : nil,
      by: Identifier(restoring: "marketer/maya"), at: at(minute))
  }

  private static func wrong(
    _ answers: [Corrections.Given], _ turns: [OfferTurned], sheets: [SheetTurned] = [], minor: Bool = false
  ) -> [String] {
    Corrections.of(answers, turns: turns, sheets: sheets) { minor ? 1...$0 : $0...$0 }.map {
      "\($0.given.fact.answerID) \($0.cause.rawValue)"
    }
  }

  @Test func `who was answered from a stopped version is told better, who got its facts card after the stop is not`() {
    let answers = [
      Self.answer("a", 1, 1), Self.answer("card", 1, 2, sheet: nil), Self.answer("after", 1, 11, sheet: nil), Self.answer("two", 2, 12),
    ]
    #expect(Self.wrong(answers, [Self.turn(.launched, 1, 0)]) == [])
    let turns = [Self.turn(.launched, 1, 0), Self.turn(.stopped, 1, 10), Self.turn(.launched, 2, 12)]
    #expect(Self.wrong(answers, turns) == ["a stopped", "card stopped"])
  }

  @Test func `who was answered from the old version after the new one took effect is told better`() {
    let answers = [Self.answer("a", 1, 9), Self.answer("same", 1, 10), Self.answer("b", 1, 11), Self.answer("c", 2, 11)]
    let turns = [Self.turn(.launched, 1, 0), Self.turn(.launched, 2, 10)]
    #expect(Self.wrong(answers, turns) == ["b superseded"])
    #expect(Self.wrong(answers, turns, minor: true) == [])
  }

  @Test func `a sheet whose words are wrong lists who was answered from it, an outdated one nobody`() {
    func staled(_ cause: String) -> SheetTurned {
      SheetTurned(
        turn: .staled, offerID: Identifier(restoring: "spring"), sheetID: Identifier(restoring: "spring:en:warm"), offerVersion: 1,
        sheetVersion: 1, locale: "en", voice: "warm", cause: cause, by: Identifier(restoring: "lead/ruth"), at: Self.at(20))
    }
    let answers = [Self.answer("a", 1, 1), Self.answer("b", 1, 2, sheet: 2)]
    #expect(Self.wrong(answers, [], sheets: [staled("wrong: it says three days")]) == ["a wrong_sheet"])
    #expect(Self.wrong(answers, [], sheets: [staled("outdated")]) == [])
  }
}
