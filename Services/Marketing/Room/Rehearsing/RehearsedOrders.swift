import Contracts
import MarketingDomain
import Store
import Terms

/// Which orders of a rehearsal are shown: the largest, some at random, and those who just miss.
struct RehearsedOrders {
  private(set) var people: Set<Identifier<Person>> = []
  /// Orders of nobody we know that would be given something: whose they are is told at the desk, when they come.
  private(set) var atDesk: Int64 = 0
  var looked: Int64 = 0
  private var largest: [Shown] = []
  private var random: [Shown] = []
  private var missed: [(distance: Int64, shown: Shown)] = []
  private var granted: UInt64 = 0
  private var dice: UInt64

  private static let largestMax = 20
  private static let randomMax = 5
  private static let missedMax = 10
  private static let ordersAtOnce: Int64 = 64

  init(seed: UInt64) { dice = seed }

  struct Place {
    let at: Timestamp
    var number: Int64 = 0
  }

  struct Row {
    let place: Place
    let person: Identifier<Person>?
    let kept: Purchases.Kept

    func captured() throws -> Purchase { Purchase(try PackedOrder.unpack(kept.content, order: kept.order, person: person)) }
  }

  /// The next orders by their time.
  static func page(after place: Place, to end: Timestamp, in reading: borrowing some StoreReading & ~Copyable) throws -> [Row] {
    try reading.all(
      """
      SELECT placed_at, number, person_id, order_id, content FROM purchase
      WHERE (placed_at, number) > (?1, ?2) AND placed_at < ?3 ORDER BY placed_at, number LIMIT ?4
      """, .timestamp(place.at), .integer(place.number), .timestamp(end), .integer(ordersAtOnce)
    ) { row throws(StoreFault) in
      Row(
        place: Place(at: try row.timestamp(0), number: try row.integer(1)), person: try Purchases.person(row, 2),
        kept: Purchases.Kept(order: Identifier(restoring: try row.text(3)), content: try row.blob(4)))
    }
  }

  private struct Shown {
    let order: Identifier<Order>
    let person: Identifier<Person>?
    let placedAt: Timestamp
    let amount: Int64
    let reason: Reason
    let sentence: String?

    func json(_ currency: Currency) -> JSON {
      var members: [JSON.Member] = [
        .init("order_id", .string(order.text)), .init("placed_at", .string(placedAt.description)),
        .init("amount", ["amount_minor": .integer(amount), "currency": .string(currency.code)]), .init("reason", .string(reason.rawValue)),
      ]
      if let person { members.append(.init("person_id", .string(person.text))) }
      if let sentence { members.append(.init("sentence", .string(sentence))) }
      return .object(members)
    }
  }

  /// Takes in what became of an order that holds something of the offer.
  mutating func take(_ purchase: Purchase, _ person: Identifier<Person>?, _ outcome: Outcome, _ terms: Terms) {
    guard outcome.isGranted, outcome.isAutomatic else { return miss(purchase, person, outcome, terms) }
    if let person { people.insert(person) } else { atDesk += 1 }
    let shown = Shown(
      order: purchase.orderID, person: person, placedAt: purchase.placedAt, amount: outcome.amount, reason: outcome.reason, sentence: nil)
    if largest.count < Self.largestMax || (largest.last.map { $0.amount < shown.amount } ?? true) {
      let place = largest.firstIndex { $0.amount < shown.amount } ?? largest.count
      largest.insert(shown, at: place)
      if largest.count > Self.largestMax { largest.removeLast() }
    }
    // Each order has the same chance, in one pass (Vitter's algorithm R).
    granted += 1
    if random.count < Self.randomMax {
      random.append(shown)
    } else {
      let place = roll() % granted
      if place < UInt64(Self.randomMax) { random[Int(place)] = shown }
    }
  }

  /// Those whom the offer nearly reached: inside its time and left out for something else, or a little too early.
  private mutating func miss(_ purchase: Purchase, _ person: Identifier<Person>?, _ outcome: Outcome, _ terms: Terms) {
    let distance: Int64
    let sentence: String
    switch outcome.reason {
    case .outsideWindow:
      guard purchase.placedAt < terms.lookBackFrom else { return }
      distance = terms.lookBackFrom.since(purchase.placedAt).milliseconds
      sentence = "placed \(max(1, distance / 60_000)) minutes before it reaches back to"
    case .alreadyGiven, .wrongCurrency, .notCaptured, .cancelled, .inCheckout, .granted, .grantedCut: return
    case .recordedTooLate, .wrongChannel, .wrongCountry, .anonymousNotCovered, .notEligibleCustomer, .otherSeller, .excludedItem, .returned,
      .belowMinimum, .betterAlready, .eligibleZero, .capOrder, .capCustomer, .capTotal:
      distance = 0
      sentence = "placed in time, and left out for \(outcome.reason.rawValue)"
    }
    let shown = Shown(
      order: purchase.orderID, person: person, placedAt: purchase.placedAt, amount: 0, reason: outcome.reason, sentence: sentence)
    let isTimely = distance == 0
    // Half of the places are for each kind, as long as both have some.
    let same = missed.count { ($0.distance == 0) == isTimely }
    if missed.count >= Self.missedMax {
      guard same < Self.missedMax / 2 || missed.contains(where: { ($0.distance == 0) == isTimely && $0.distance > distance }) else {
        return
      }
    }
    let place = missed.firstIndex { $0.distance > distance } ?? missed.count
    missed.insert((distance, shown), at: place)
    guard missed.count > Self.missedMax else { return }
    let timely = missed.count { $0.distance == 0 }
    if timely > Self.missedMax / 2, let last = missed.lastIndex(where: { $0.distance == 0 }) {
      missed.remove(at: last)
    } else {
      missed.removeLast()
    }
  }

  func members(_ currency: Currency) -> [JSON.Member] {
    [
      .init("largest", .array(largest.map { $0.json(currency) })), .init("random", .array(random.map { $0.json(currency) })),
      .init("missed", .array(missed.map { $0.shown.json(currency) })),
    ]
  }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  private mutating func roll() -> UInt64 {
    dice &+= 0x9E37_79B9_7F4A_7C15
    var mixed = dice
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
