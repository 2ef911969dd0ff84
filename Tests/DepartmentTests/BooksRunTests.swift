import Contracts
import Host
import LedgerDomain
import LedgerRoom
import Store
import TestKit
import Testing

/// A long random life of the books: after each step, also one that the disk refused in the middle, every identity holds.
struct BooksRunTests {
  @Test(arguments: 0..<3) func `every identity holds after each step of a long random life`(life: Int) throws {
    var random = Seed.printed(for: "the life of the books")
    for _ in 0..<life { _ = random.next() }
    var world = try World(seed: random.next())
    // A life in which little happened would prove little: it goes on until these did.
    let wanted: Set = ["order.captured posted", "remedy.posted posted", "remedy.granted pending", "remedy.posted post"]
    var kinds: Set<String> = []
    for step in 0..<1_600 where step < 160 || !kinds.isSuperset(of: wanted) {
      try world.step()
      #expect(try world.books.findings() == [], "step \(step), ACCORD_SEED=\(random.seed)")
      if step >= 159 { kinds = Set(try world.books.entries().map { "\($0.kind) \($0.state)" }) }
    }
    #expect(kinds.isSuperset(of: wanted), "\(kinds)")
    #expect(world.refusedWrites > 20)
    // The same facts into an empty store: the same balances and the same head.
    let rebuilt = try OpenBooks()
    try rebuilt.premises.hear(world.books.premises.told(), through: .ledger)
    #expect(try rebuilt.balances() == world.books.balances() && rebuilt.balances(pending: true) == world.books.balances(pending: true))
    #expect(try rebuilt.work { books, _ in books.head } == world.books.work { books, _ in books.head })
    #expect(try rebuilt.findings() == [])
  }

  /// What a remedy needs to be remembered by.
  private struct Given {
    var fact: RemedyChanged
    let order: Int
    let amount: Int64
    var clawed: Int64 = 0
    var isPending: Bool
  }

  private struct Bought {
    let captured: OrderCaptured
    var left: Int64
    /// What remedies may still take of it.
    var open: Int64
  }

  private struct World {
    let books: OpenBooks
    var random: SeededRandom
    var refusedWrites = 0
    private var orders: [Bought] = []
    private var given: [Given] = []
    private var number = 0
    private let offers = [("spring", "ten"), ("spring", "ship"), ("autumn", "fall")]

    init(seed: UInt64) throws {
      random = SeededRandom(seed: seed)
      books = try OpenBooks()
    }

    mutating func chance(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    func money(_ minor: Int64) -> Money { Money(minor: minor, OpenBooks.dollar) }

    mutating func step() throws {
      books.premises.clock.advance(to: books.premises.clock.now().adding(.seconds(chance(1...40_000))))
      number += 1
      switch chance(0...13) {
      case 0...3: try capture()
      case 4...6: try grant()
      case 7, 8: try resolve()
      case 9: try takeBack()
      case 10, 11: try fund()
      case 12: try release()
      default: try closePeriod()
      }
    }

    /// Does it in one transaction, but lets a write of it fail before, when all must be as it was.
    private mutating func whole(_ body: @escaping (inout Books, inout Transaction) throws -> Void) throws {
      let before = try books.balances()
      let first = Int(chance(1...9))
      books.premises.faults.fail(write: first, with: .full)
      do {
        try books.work { try body(&$0, &$1) }
        // It took fewer writes than that.
        books.premises.faults.fail(write: .max, with: .full)
      } catch let fault as StoreFault where fault == .full {
        refusedWrites += 1
        #expect(try books.balances() == before)
        try books.work { try body(&$0, &$1) }
      }
    }

    private func tell(_ fact: DomainEvent, _ books: inout Books, _ transaction: inout Transaction) throws {
      let occasion = self.books.occasion
      try LedgerRoom.Facts.tell(fact, true: occasion.now, occasion, self.books.premises.desk, books: &books, in: &transaction)
    }

    private mutating func capture() throws {
      let person = chance(0...3) == 0 ? nil : Identifier<Person>(restoring: "p/\(chance(1...4))%")
      let lines = (1...chance(1...3)).map { _ in chance(0...5_000) }
      let shipping = chance(0...2) == 0 ? 495 : Int64(0)
      let sum = lines.reduce(0, +) + shipping
      var tenders: [OrderCaptured.Tender] = []
      if let person, chance(0...1) == 0 {
        let credit = try books.work { books, transaction in try books.available(.credit(of: person, OpenBooks.dollar), in: transaction) }
        let spent = min(credit, sum)
        tenders = [
          .init(kind: .customerCredit, amount: money(spent), refundableAbsent: true),
          .init(kind: .card, amount: money(sum - spent), refundableAbsent: true),
        ]
      }
      let order = try OrderCaptured(
        orderID: Identifier("o-\(number)"), personID: person, channel: chance(0...1) == 0 ? "web" : "store",
        placedAt: books.premises.clock.now().adding(.seconds(-chance(0...200_000))), capturedAt: books.premises.clock.now(),
        lines: lines.enumerated().map { .init(lineID: Identifier(restoring: "\($0.offset)"), quantity: 1, paid: money($0.element)) },
        charges: shipping > 0 ? [.init(method: "standard", paid: money(shipping))] : [], tenders: tenders, discountsKnown: false)
      let copy = self
      try whole { try copy.tell(.orderCaptured(order), &$0, &$1) }
      orders.append(Bought(captured: order, left: lines.reduce(0, +), open: lines.reduce(0, +)))
    }

    private mutating func grant() throws {
      guard let at = orders.indices.randomElement(using: &random), orders[at].open > 0 else { return }
      let (campaign, offer) = offers[Int(chance(0...2))]
      let (campaignID, offerID) = (Identifier<Campaign>(restoring: campaign), Identifier<Offer>(restoring: offer))
      let order = orders[at].captured
      let amount = chance(1...orders[at].open)
      let isPending = chance(0...1) == 0
      var fact = RemedyChanged(
        change: isPending ? .granted : .posted,
        remedyID: RemedyID(key: RemedyKey(offer: offerID, order: order.orderID), ordinal: number),
        offer: OfferVersion(offer: offerID, version: 1),
        campaignID: campaignID, orderID: order.orderID, personID: order.personID, kind: .priceAdjustment, basis: .lookBack,
        amount: money(amount),
        destination: !isPending && order.personID != nil
          ? .init(.customerCredit) : .init(.originalTender, tenders: [.init(kind: .card, amount: money(amount))]),
        state: isPending ? .pending : .posted, reason: "granted")
      let copy = self
      var entry: Int64 = 0
      let remedy = fact
      try whole { books, transaction in
        let occasion = copy.books.occasion
        try Funds.cover(
          amount, for: offerID, of: campaignID, OpenBooks.dollar, occasion, copy.books.premises.desk, books: &books, in: &transaction)
        entry = books.nextEntry
        var remedy = remedy
        remedy.entry = entry
        try copy.tell(.remedyChanged(remedy), &books, &transaction)
      }
      fact.entry = entry
      given.append(Given(fact: fact, order: at, amount: amount, isPending: isPending))
      orders[at].open -= amount
    }

    private mutating func resolve() throws {
      guard let at = given.indices.filter({ given[$0].isPending }).randomElement(using: &random) else { return }
      var fact = given[at].fact
      fact.of = fact.entry
      let whole = given[at].amount
      let isPosted = chance(0...1) == 0
      let amount = isPosted && chance(0...2) == 0 ? chance(1...whole) : whole
      fact.change = isPosted ? .posted : chance(0...1) == 0 ? .voided : .expired
      (fact.amount, fact.destination.tenders) = (money(amount), [.init(kind: .card, amount: money(amount))])
      let copy = self
      let told = fact
      var entry: Int64 = 0
      try self.whole { books, transaction in
        entry = books.nextEntry
        var told = told
        told.entry = entry
        try copy.tell(.remedyChanged(told), &books, &transaction)
        let back = isPosted ? whole - amount : whole
        guard let offer = told.offer?.offer, let campaign = told.campaignID, back > 0 else { return }
        try Funds.settle(
          back, for: offer, of: campaign, OpenBooks.dollar, copy.books.occasion, copy.books.premises.desk, books: &books, in: &transaction)
      }
      given[at].isPending = false
      orders[given[at].order].open += isPosted ? whole - amount : whole
      if isPosted {
        fact.entry = entry
        given[at] = Given(fact: fact, order: given[at].order, amount: amount, isPending: false)
      } else {
        given.remove(at: at)
      }
    }

    /// A return with the claw-back of what a remedy gave for it.
    private mutating func takeBack() throws {
      guard let at = given.indices.filter({ !given[$0].isPending && given[$0].amount > given[$0].clawed }).randomElement(using: &random)
      else { return }
      let one = given[at]
      let claw = chance(1...(one.amount - one.clawed))
      let order = orders[one.order].captured
      guard claw <= orders[one.order].left else { return }
      var fact = one.fact
      (fact.change, fact.of, fact.amount) = (.clawedBack, one.fact.entry, money(claw))
      // Unspent credit first, then what is withheld.
      var credit: Int64 = 0
      if let person = order.personID {
        credit = min(
          claw, try books.work { books, transaction in try books.available(.credit(of: person, OpenBooks.dollar), in: transaction) })
      }
      fact.destination = .init(
        .originalTender, tenders: [.init(kind: .customerCredit, amount: money(credit)), .init(kind: .card, amount: money(claw - credit))])
      if order.personID == nil { fact.destination.tenders.removeFirst() }
      let returned = OrderReturned(
        orderID: order.orderID, returnID: Identifier(restoring: "r-\(number)"), lines: [], price: money(claw), clawedBack: money(claw),
        refund: [.init(kind: .card, amount: money(credit))], withheld: [.init(kind: .card, amount: money(claw - credit))],
        returnedAt: books.premises.clock.now())
      let copy = self
      let told = fact
      try whole { books, transaction in
        try copy.tell(.orderReturned(returned), &books, &transaction)
        var told = told
        told.entry = books.nextEntry
        try copy.tell(.remedyChanged(told), &books, &transaction)
        guard let offer = told.offer?.offer, let campaign = told.campaignID else { return }
        try Funds.settle(
          claw, for: offer, of: campaign, OpenBooks.dollar, copy.books.occasion, copy.books.premises.desk, books: &books, in: &transaction)
      }
      given[at].clawed += claw
      orders[one.order].left -= claw
    }

    private mutating func fund() throws {
      let (campaign, offer) = offers[Int(chance(0...2))]
      let (campaignID, offerID) = (Identifier<Campaign>(restoring: campaign), Identifier<Offer>(restoring: offer))
      let amount = money(chance(1...6_000))
      let what = chance(0...5)
      let copy = self
      try whole { books, transaction in
        let (occasion, desk) = (copy.books.occasion, copy.books.premises.desk)
        switch what {
        case 0: _ = try Funds.openService(amount, approvedBy: nil, occasion, desk, books: &books, in: &transaction)
        case 1: _ = try Funds.reserve(amount, for: offerID, of: campaignID, occasion, desk, books: &books, in: &transaction)
        case 2:
          do {
            try Funds.close(campaignID, OpenBooks.dollar, occasion, desk, books: &books, in: &transaction)
          } catch is Funding.Hindrance {}
        case _: try Funds.open(amount, of: campaignID, approvedBy: nil, occasion, desk, books: &books, in: &transaction)
        }
      }
    }

    private mutating func release() throws {
      let (campaign, offer) = offers[Int(chance(0...2))]
      let copy = self
      try whole { books, transaction in
        try Funds.release(
          Identifier(restoring: offer), of: Identifier(restoring: campaign), OpenBooks.dollar, copy.books.occasion,
          copy.books.premises.desk, books: &books, in: &transaction)
      }
    }

    private mutating func closePeriod() throws {
      let day = CivilDate(daysSinceEpoch: Entry.day(of: books.premises.clock.now()) - Int(chance(1...3)))
      let copy = self
      do {
        try whole { books, transaction in
          _ = try Periods.close(through: day, copy.books.occasion, copy.books.premises.desk, books: &books, in: &transaction)
        }
      } catch is LedgerRefusal { books.premises.faults.fail(write: .max, with: .full) }
    }
  }
}
