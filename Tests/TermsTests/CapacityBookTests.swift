import Contracts
import Terms
import TestKit
import Testing

/// What promises and capacity come to: the same whatever order their facts come in.
struct CapacityBookTests {
  private static let start = Timestamp(milliseconds: 1_778_414_400_000)
  private static func hour(_ hours: Int64) -> Timestamp { start.adding(.seconds(hours * 3_600)) }
  private static let version = OfferVersion("sunday@1")!

  private func declared(
    _ quantity: Int64? = 100, _ kind: PromiseKind = .contactsPerHour, offer: String = "sunday", version: Int = 1,
    promise: String = "contacts",
    sku: String? = nil, from: Int64 = 0, to: Int64 = 10, onDrop: PromiseDeclared.OnDrop = .alarm
  ) -> DomainEvent {
    .promiseDeclared(
      PromiseDeclared(
        offerID: Identifier(restoring: offer), version: version, promiseID: Identifier(restoring: promise), kind: kind,
        sku: sku.map(Identifier.init(restoring:)), quantity: quantity, duration: kind == .leadTime ? .seconds(96 * 3_600) : nil,
        from: Self.hour(from), to: Self.hour(to), answerBy: Self.hour(-2), onDrop: onDrop, at: Self.hour(-48)))
  }

  private func answered(
    _ answer: PromiseAnswered.Answer = .yes, _ quantity: Int64? = nil, offer: String = "sunday", version: Int = 1,
    promise: String = "contacts",
    expires: Int64 = 100, at: Int64 = -24
  ) -> DomainEvent {
    .promiseAnswered(
      PromiseAnswered(
        offerID: Identifier(restoring: offer), version: version, promiseID: Identifier(restoring: promise), answer: answer,
        quantity: quantity,
        expiresAt: Self.hour(expires), by: Identifier(restoring: "lead/lena"), at: Self.hour(at)))
  }

  private func slot(
    _ quantity: Int64, from: Int64 = 0, to: Int64 = 10, _ kind: PromiseKind = .contactsPerHour, sku: String? = nil, id: String? = nil,
    at: Int64 = -40, cause: String? = nil
  ) -> DomainEvent {
    .capacityChanged(
      CapacityChanged(
        slotID: Identifier(restoring: id ?? "slot-\(from)"), from: Self.hour(from), to: Self.hour(to), kind: kind,
        sku: sku.map(Identifier.init(restoring:)), quantity: quantity, cause: cause, by: Identifier(restoring: "lead/lena"),
        at: Self.hour(at)))
  }

  /// The facts, the hour at which the gate looks, and the codes of the rows `promises` and `capacity`; "passed" where they hold.
  @Test(
    arguments: [
      ("nobody answered yet", -10, "promise_unanswered", "capacity_not_reserved"),
      ("nobody answered in time", -1, "promise_overdue", "capacity_not_reserved"), ("no", -10, "promise_refused", "capacity_not_reserved"),
      ("up to too little", -10, "promise_short", "passed"), ("up to enough", -10, "passed", "passed"), ("yes", -10, "passed", "passed"),
      ("run out", -10, "promise_expired", "capacity_not_reserved"), ("nothing said of capacity", -10, "passed", "capacity_short"),
      ("a drop in one hour", -10, "passed", "capacity_short"), ("a drop that is over", 6, "passed", "passed"),
      ("closed at night", -10, "passed", "passed"), ("a lead time", -10, "passed", "none"), ("nothing promised", -10, "none", "none"),
    ]) func `the gate's rows say what is wrong`(what: String, now: Int64, promises: String, capacity: String)
  {
    let facts: [DomainEvent] =
      switch what {
      case "nobody answered yet", "nobody answered in time": [declared(), slot(100)]
      case "no": [declared(), slot(100), answered(.no)]
      case "up to too little": [declared(), slot(100), answered(.upTo, 80)]
      case "up to enough": [declared(), slot(100), answered(.upTo, 100)]
      case "run out": [declared(), slot(100), answered(expires: -11)]
      case "nothing said of capacity": [declared(), answered()]
      case "a drop in one hour":
        [declared(), answered(), slot(100, to: 5), slot(60, from: 5, to: 6, at: -12), slot(100, from: 6)]
      case "a drop that is over": [declared(), answered(), slot(100, to: 5), slot(60, from: 5, to: 6, at: -12), slot(100, from: 6)]
      case "closed at night": [declared(to: 34), answered(), slot(100, to: 10), slot(120, from: 24, to: 34)]
      case "a lead time": [declared(nil, .leadTime), answered()]
      case "nothing promised": [slot(100)]
      default: [declared(), slot(100), answered()]
      }
    let book = CapacityBook(facts)
    func word(_ word: CapacityBook.Word?) -> String { word.map { $0.code ?? "passed" } ?? "none" }
    #expect(word(book.promisesWord(of: Self.version, at: Self.hour(now))) == promises)
    #expect(word(book.capacityWord(of: Self.version, at: Self.hour(now))) == capacity)
    for row in [book.promisesWord(of: Self.version, at: Self.hour(now)), book.capacityWord(of: Self.version, at: Self.hour(now))] {
      guard let row else { continue }
      // What holds says nothing; what does not says who can lift it.
      #expect((row.state == .passed) == (row.liftedBy == nil) && (row.state == .passed) == (row.sentence == nil))
    }
  }

  @Test func `whoever was answered first is served first, and what is left is told`() throws {
    let second = declared(50, offer: "autumn", onDrop: .pause)
    var book = CapacityBook([declared(), answered(), slot(120), second])
    guard case .promiseDeclared(let promise) = second else { return }
    #expect(book.free(for: promise, at: Self.hour(-10)).quantity == 20)
    book.take(answered(offer: "autumn", at: -12))
    let short = try #require(book.shortfalls(at: Self.hour(-10)).first)
    #expect(short.promise == promise && short.reserved == 50 && short.there == 20 && book.shortfalls(at: Self.hour(-10)).count == 1)
    // More capacity lifts it; the end of the first offer would too.
    book.take(slot(150, at: -11))
    #expect(book.shortfalls(at: Self.hour(-10)).isEmpty)
  }

  /// What is left for an offer of 100 contacts an hour of which so many cannot be taken by whoever has not read it, beside 20 for another.
  @Test(
    arguments: [(0, 120, nil), (20, 120, nil), (21, 120, 99), (30, 120, 90), (60, 120, 60), (200, 120, 0), (30, 200, nil)]
      as [(Int64, Int64, Int64?)])
  func `whoever has not read an offer is not counted on for it, and is for others`(unread: Int64, slot: Int64, there: Int64?) throws {
    var book = CapacityBook([
      declared(20, offer: "autumn"), answered(offer: "autumn", at: -30), declared(), answered(), self.slot(slot, cause: "all are well"),
    ])
    #expect(book.shortfalls(at: Self.hour(-10)).isEmpty)
    book.leaveOut(
      [.init(window: Self.hour(2)..<Self.hour(3), contacts: unread, cause: "agent/vera has not read it", since: Self.hour(-20))],
      of: Identifier(restoring: "sunday"))
    let short = book.shortfalls(at: Self.hour(-10))
    guard let there else { return #expect(short.isEmpty, "\(short)") }
    let one = try #require(short.first)
    #expect(short.count == 1 && one.promise.offerID.text == "sunday" && one.there == there && one.window == Self.hour(2)..<Self.hour(3))
    #expect(one.cause == "agent/vera has not read it" && one.since == Self.hour(-20))
    #expect(book.capacityWord(of: Self.version, at: Self.hour(-10))?.sentence?.contains("(agent/vera has not read it)") == true)
  }

  /// What is left for an offer of which so many contacts are not counted on, where 120 are there and 20 are held for another offer.
  @Test(arguments: [(0, 100), (20, 100), (21, 99), (60, 60), (200, 0)] as [(Int64, Int64)])
  func `what is left is counted by those who have read the offer`(unread: Int64, free: Int64) throws {
    let asked = declared()
    var book = CapacityBook([declared(20, offer: "autumn"), answered(offer: "autumn", at: -30), asked, slot(120)])
    guard case .promiseDeclared(let promise) = asked else { return }
    #expect(book.free(for: promise, at: Self.hour(-10)).quantity == 100)
    book.leaveOut(
      [.init(window: Self.hour(2)..<Self.hour(3), contacts: unread, cause: "agent/vera has not read it", since: Self.hour(-20))],
      of: Identifier(restoring: "sunday"))
    #expect(book.free(for: promise, at: Self.hour(-10)).quantity == free)
  }

  @Test func `an answer counts for a later version that asks for the same, and for no other`() {
    let book = CapacityBook([declared(), answered(), slot(200), declared(version: 2), declared(150, version: 3)])
    #expect(book.promisesWord(of: OfferVersion("sunday@2")!, at: Self.hour(-10))?.state == .passed)
    #expect(book.promisesWord(of: OfferVersion("sunday@3")!, at: Self.hour(-10))?.code == "promise_unanswered")
    // Meanwhile the first answer holds what it held.
    #expect(book.reservations(at: Self.hour(-10)).map(\.quantity) == [100])
  }

  @Test func `an offer that ended holds nothing any more`() {
    let ended = OfferTurned(
      turn: .ended, offerID: Identifier(restoring: "sunday"), version: 1, by: Identifier(restoring: "marketer/maya"), at: Self.hour(1))
    #expect(CapacityBook([declared(), answered(), slot(100), .offerTurned(ended)]).reservations(at: Self.hour(2)).isEmpty)
  }

  /// No order of the facts, however often they come, makes another book: no reservation is lost.
  @Test func `any order and any doubles give the same book`() {
    var random = Seed.printed(for: "capacity book")
    var facts: [DomainEvent] = []
    for number in 0..<6 {
      let offer = "offer-\(number % 3)"
      facts += [
        declared(Int64(10 + number), offer: offer, version: 1 + number / 3),
        answered(offer: offer, version: 1 + number / 3, at: Int64(-24 + number)),
        slot(Int64(40 + number), from: Int64(number), to: Int64(number + 2), id: "s\(number % 4)", at: Int64(-40 + number)),
      ]
    }
    let expected = CapacityBook(facts)
    for _ in 0..<200 {
      let told = (facts + facts.shuffled(using: &random).prefix(7)).shuffled(using: &random)
      #expect(CapacityBook(told) == expected)
    }
    #expect(expected.reservations(at: Self.hour(-15)).count == 3)
  }

  // MARK: Forecast

  private static let rules = ContactForecast.Rules(
    perThousand: 20, lookBackPerThousand: 5, dayPercents: [60, 25, 15], contactsPerAgent: 10, usablePercent: 85)

  @Test func `contacts fall on three days, by the hour, and none before the messages`() {
    let forecast = ContactForecast(
      waves: [.init(at: Self.start, people: 120_000, perThousand: 20), .init(at: Self.start, people: 48_000, perThousand: 5)],
      rules: Self.rules)
    // 2,400 contacts of the messages and 240 of the look-back: 60 % of them over the first 24 hours.
    #expect(forecast.expected(in: Self.hour(-1)) == 0 && forecast.expected(in: Self.hour(0)) == 66)
    #expect(
      forecast.expected(in: Self.hour(24)) == 28 && forecast.expected(in: Self.hour(48)) == 16 && forecast.expected(in: Self.hour(72)) == 0)
    let hours = forecast.hours(from: Self.start, to: Self.hour(72)) { $0 == Self.start ? 60 : nil }
    #expect(hours.count == 72 && hours.filter(\.isShort).map(\.from) == [Self.start])
    #expect(forecast.all == 2_640)
  }

  @Test func `contacts of few people are in no hour and in all of them together; of more than there are they stand still`() {
    func forecast(_ messages: Int64, _ recipients: Int64, _ rules: ContactForecast.Rules = Self.rules) -> ContactForecast {
      ContactForecast(
        waves: [
          .init(at: Self.start, people: messages, perThousand: 20),
          .init(at: Self.start, people: recipients, perThousand: rules.lookBackPerThousand),
        ], rules: rules)
    }
    #expect(forecast(500, 200).all == 11 && forecast(500, 200).expected(in: Self.start) == 0)
    #expect(forecast(0, 0).all == 0 && forecast(20, 20).all == 0 && forecast(25, 0).all == 0 && forecast(26, 0).all == 1)
    for most in [forecast(.max, 0), forecast(.max, .max)] { #expect(most.all > 0 && most.expected(in: Self.start) > 0) }
    // By another policy all of them come on two days, and whoever was given something asks ten times as often.
    let other = ContactForecast.Rules(
      perThousand: 20, lookBackPerThousand: 50, dayPercents: [50, 50], contactsPerAgent: 8, usablePercent: 85)
    let two = forecast(0, 9_600, other)
    #expect(two.expected(in: Self.hour(0)) == 10 && two.expected(in: Self.hour(47)) == 10 && two.expected(in: Self.hour(48)) == 0)
  }

  @Test func `what is available is what the briefed can take, less the usual`() {
    #expect(ContactForecast.available(agents: 8, usual: 20, rules: Self.rules) == 48)
    #expect(ContactForecast.available(agents: 0, usual: 20, rules: Self.rules) == -20)
    #expect(ContactForecast.usual([]) == 0 && ContactForecast.usual([10, 11]) == 10 && ContactForecast.usual([11, 12]) == 12)
  }

  /// Declared, measured, and what it comes to.
  @Test(
    arguments: [(30, [1, 2], 30), (nil, [], 20), (nil, [8], 8), (nil, [9, 1, 5], 5), (nil, [100, 1, 2, 3, 4, 5], 3)]
      as [(Int64?, [Int64], Int64)])
  func `the rate is declared, else the median of the last five, else the policy's`(declared: Int64?, measured: [Int64], rate: Int64) {
    #expect(ContactForecast.perThousand(declared: declared, measured: measured, rules: Self.rules) == rate)
  }
}
