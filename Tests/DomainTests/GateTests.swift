import Contracts
import MarketingDomain
import TestKit
import Testing

/// The gate's first two rows.
struct GateTests {
  private let asked = OrderDraft.day
  private func at(_ seconds: Int64) -> Timestamp { asked.adding(.seconds(seconds)) }
  private func euros(_ minor: Int64) -> Money { OrderDraft.euros(minor) }

  private func word(_ word: Gate.Reserve.Word, _ minor: Int64, _ seconds: Int64) -> Gate.Reserve {
    Gate.Reserve(word: word, amount: euros(minor), at: at(seconds), cause: word == .refused ? "too little is left" : nil)
  }

  @Test func `nothing to set aside holds at once`() {
    #expect(Gate.budget(needed: euros(0), asked: asked, []).state == .passed)
  }

  @Test func `the reserve holds from the word that completes it`() {
    #expect(Gate.budget(needed: euros(100), asked: asked, []).state == .waiting)
    #expect(Gate.budget(needed: euros(100), asked: asked, [word(.reserved, 99, 1)]).state == .waiting)
    let row = Gate.budget(needed: euros(100), asked: asked, [word(.reserved, 60, 1), word(.reserved, 40, 5)])
    #expect(row.state == .passed && row.since == at(5) && row.by?.text == "ledger" && row.sentence == nil)
    // What was given back is not there any more.
    #expect(Gate.budget(needed: euros(100), asked: asked, [word(.reserved, 100, 1), word(.released, 1, 2)]).state == .waiting)
  }

  @Test func `a refusal counts where it answers this question`() {
    let row = Gate.budget(needed: euros(100), asked: asked, [word(.refused, 100, 1)])
    #expect(row.state == .failed && row.sentence?.contains("too little is left") == true)
    // An old no, asked anew; and a no before the yes.
    #expect(Gate.budget(needed: euros(100), asked: at(2), [word(.refused, 100, 1)]).state == .waiting)
    #expect(Gate.budget(needed: euros(100), asked: asked, [word(.refused, 100, 1), word(.reserved, 100, 2)]).state == .passed)
  }

  @Test func `another currency reserves nothing`() throws {
    let dollars = Money(minor: 500, try #require(Currency("USD")))
    #expect(Gate.budget(needed: euros(100), asked: asked, [.init(word: .reserved, amount: dollars, at: at(1))]).state == .waiting)
  }

  @Test func `open only where every kept row holds, and shut with a reason for each`() {
    let terms = Gate.terms(refusals: [], at: asked)
    let budget = Gate.budget(needed: euros(0), asked: asked, [])
    let others = Gate.kept.dropFirst(2).map { Gate.Row(check: $0, state: .passed, since: asked) }
    #expect(Gate.isOpen([terms, budget] + others) && Gate.reasons([terms, budget] + others).isEmpty)
    #expect(!Gate.isOpen([terms] + others) && Gate.reasons([terms] + others) == ["the check of budget was never made"])
    #expect(!Gate.isOpen([]))
    var waived = Gate.budget(needed: euros(100), asked: asked, [])
    #expect(!Gate.isOpen([terms, waived] + others))
    waived.state = .waived
    #expect(Gate.isOpen([terms, waived] + others))
    let failed = Gate.terms(refusals: ["/owner: left", "/window: over"], at: asked)
    #expect(failed.state == .failed && failed.sentence == "/owner: left (and 1 more)")
    #expect(Gate.reasons([failed, budget] + others) == ["/owner: left (and 1 more)"])
    #expect(Gate.kept.count == 8)
  }
}
