import Contracts
import LedgerDomain
import TestKit
import Testing

/// Which movements between the purses follow from what: each plan as its kinds, amounts and entries.
struct FundingTests {
  private static let spring = Identifier<Campaign>(restoring: "spring")
  private static let ten = Identifier<Offer>(restoring: "ten")

  private static func purses(_ free: Int64, _ reserved: Int64 = 0, owed: Int64 = 0, released: Bool = false, closed: Bool = false) -> Purses
  {
    Purses(
      campaign: spring, OrderDraft.euro, free: free, reserved: reserved, outstanding: owed, isReleased: released, isClosed: closed)
  }

  private func told(_ facts: [BudgetChanged]) -> [String] {
    facts.map { "\($0.kind) \($0.amount.minor)\($0.outstanding.map { " owed \($0.minor)" } ?? "")\($0.entry.map { " as \($0)" } ?? "")" }
  }

  @Test(
    arguments: [
      // Enough is there; a top-up; a top-up and an advance; an advance alone, the second of which is not told as exhausted again.
      (purses(0, 100), []), (purses(500, 40), ["reserved 60 as 7"]),
      (purses(20, 40), ["reserved 20 as 7", "exhausted 40 owed 40", "advanced 40 owed 40 as 8"]),
      (purses(0, 0), ["exhausted 100 owed 100", "advanced 100 owed 100 as 7"]), (purses(0, 30, owed: 5), ["advanced 70 owed 75 as 7"]),
    ] as [(Purses, [String])]) func `a remedy is never refused for want of money`(purses: Purses, wanted: [String])
  {
    #expect(told(Funding.cover(100, for: Self.ten, purses, next: 7)) == wanted)
  }

  @Test(
    arguments: [
      (purses(0, 100), []), (purses(0, 100, owed: 60), ["repaid 60 owed 0 as 7"]),
      (purses(0, 100, owed: 300), ["repaid 100 owed 200 as 7"]),
      (purses(0, 100, released: true), ["released 100 as 7"]),
      (purses(0, 100, owed: 60, released: true), ["repaid 60 owed 0 as 7", "released 40 as 8"]),
      (purses(0, 100, released: true, closed: true), ["released 100 as 7", "closed 100 as 8"]),
      // Less is there than came back: what was given away again meanwhile is not moved.
      (purses(0, 30, owed: 60), ["repaid 30 owed 30 as 7"]),
    ] as [(Purses, [String])]) func `what comes back repays first and is then swept on`(purses: Purses, wanted: [String])
  {
    #expect(told(Funding.settle(100, for: Self.ten, purses, next: 7)) == wanted)
  }

  @Test func `new money repays, a reserve is refused where it is too much, a release happens once`() {
    #expect(told(Funding.open(100, approvedBy: nil, Self.purses(0, owed: 30), next: 7)) == ["opened 100 as 7", "repaid 30 owed 0 as 8"])
    #expect(told(Funding.open(0, approvedBy: nil, Self.purses(0), next: 7)) == [])
    #expect(told([Funding.reserve(100, for: Self.ten, Self.purses(100), next: 7)]) == ["reserved 100 as 7"])
    let refused = Funding.reserve(100, for: Self.ten, Self.purses(99), next: 7)
    #expect(refused.kind == .refused && refused.entry == nil && refused.cause?.contains("0.01 EUR too little") == true)
    #expect(told(Funding.release(Self.ten, Self.purses(0, 50), next: 7)) == ["released 50 as 7"])
    #expect(told(Funding.release(Self.ten, Self.purses(0, 50, owed: 20), next: 7)) == ["repaid 20 owed 0 as 7", "released 30 as 8"])
    #expect(told(Funding.release(Self.ten, Self.purses(0, 0), next: 7)) == ["released 0"])
    #expect(told(Funding.release(Self.ten, Self.purses(0, 50, released: true), next: 7)) == [])
  }

  @Test func `a campaign is closed once nothing is reserved, waits or is owed`() throws {
    #expect(told([try Funding.close(held: 0, Self.purses(80), next: 7)]) == ["closed 80 as 7"])
    #expect(throws: Funding.Hindrance.closed(Self.spring)) { try Funding.close(held: 0, Self.purses(0, closed: true), next: 7) }
    #expect(throws: Funding.Hindrance.reserved(Self.spring, OrderDraft.euros(5))) { try Funding.close(held: 5, Self.purses(80), next: 7) }
    #expect(throws: Funding.Hindrance.owed(Self.spring, OrderDraft.euros(5))) {
      try Funding.close(held: 0, Self.purses(80, owed: 5), next: 7)
    }
  }
}

/// What facts do to the accounts beside the golden cases: taxes, foreign exponents, what is missing.
struct PostingTests {
  private func legs(_ fact: DomainEvent, order: OrderCaptured? = nil) throws -> [Set<String>] {
    try Posting.entries(for: fact, order: order).map { Set($0.legs.each.map { "\($0.account.path) \($0.signed)" }) }
  }

  @Test func `an order for nothing makes no entry`() throws {
    #expect(try legs(.orderCaptured(OrderDraft("o-1", paid: 0).order())) == [])
  }

  @Test func `taxes in the price are taken out of it, taxes on top are charged beside it`() throws {
    var draft = OrderDraft("o-1", paid: 1_190)
    draft.lines[0].tax = [OrderDraft.tax(190, inclusive: true)]
    #expect(try legs(.orderCaptured(draft.order())) == [["tender/unknown 1190", "sales/web -1000", "tax/de -190"]])
    draft.lines[0].tax = [OrderDraft.tax(190, inclusive: false)]
    draft.tenders = [OrderDraft.tender(1_380)]
    #expect(try legs(.orderCaptured(draft.order())) == [["tender/card 1380", "sales/web -1190", "tax/de -190"]])
  }

  @Test(arguments: [("JPY", 333), ("BHD", 333)]) func `a currency has its own minor unit and never meets another`(
    code: String, minor: Int64
  ) throws {
    let currency = try #require(Currency(code))
    let legs = try Legs([.debit(.tender(.cash, currency), minor), .credit(.sales("store", currency), minor)])
    #expect(legs.currency.exponent == (code == "JPY" ? 0 : 3))
    #expect(throws: BooksRefusal.currencies(currency, OrderDraft.euro)) {
      try Legs([.debit(.tender(.cash, currency), minor), .credit(.sales("store", OrderDraft.euro), minor)])
    }
  }

  @Test func `credit that is spent needs whose it is`() throws {
    var draft = OrderDraft("o-1", paid: 500)
    draft.tenders = [OrderDraft.tender(500, .customerCredit)]
    #expect(try legs(.orderCaptured(draft.order())) == [["customer/ada/credit 500", "sales/web -500"]])
    draft.personID = nil
    #expect(throws: LedgerRefusal.books(.needsPerson)) { try Posting.entries(for: .orderCaptured(draft.order())) }
  }

  @Test func `a return of an order that nobody captured is refused, and so is a budget of nobody's offer`() throws {
    let returned = OrderReturned(
      orderID: Identifier(restoring: "o-9"), returnID: Identifier(restoring: "r"), lines: [], price: OrderDraft.euros(5),
      clawedBack: OrderDraft.euros(0), refund: [.init(kind: .card, amount: OrderDraft.euros(5))], returnedAt: OrderDraft.day)
    #expect(throws: LedgerRefusal.books(.noSuchOrder(returned.orderID))) { try Posting.entries(for: .orderReturned(returned)) }
    #expect(try legs(.orderReturned(returned), order: OrderDraft("o-9").order()) == [["sales/web 5", "tender/card -5"]])
    #expect(throws: LedgerRefusal.books(.needsOffer("budget.reserved"))) {
      try Posting.entries(
        for: .budgetChanged(BudgetChanged(kind: .reserved, campaignID: Identifier(restoring: "c"), amount: OrderDraft.euros(5))))
    }
    // What a department says of its own budget is booked when the ledger has said it.
    #expect(try legs(.budgetChanged(BudgetChanged(kind: .opened, publisher: .marketing, amount: OrderDraft.euros(5)))) == [])
  }
}
