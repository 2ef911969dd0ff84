import Contracts
import Host
import MarketingDomain
import Store
import Terms

/// Rehearses the look-back of an offer that nobody knows yet: what it would give by the orders that marketing has heard of, decided by the
/// evaluator that decides later. Orders of nobody we know count as the others do.
enum Rehearsing {
  /// A check is asked for by a person who waits, in a transaction that others wait for.
  private static let millisecondsMax: Int64 = 50
  private static let ordersAtOnce: Int64 = 64
  /// An order known only to the day may begin this much before the instant that the offer reaches back to: the longest day on any clock.
  private static let daySlack = Duration.seconds(25 * 3_600)

  /// Nil for a document that cannot be read: then the check says why.
  static func of(
    _ document: JSON, at now: Timestamp, isHistorical: Bool, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> OfferContext.Rehearsal? {
    guard let offer = try? OfferDocument(document), let zone = Surroundings.zone(offer.window.zone),
      let terms = try? Terms(offer, zone: zone)
    else { return nil }
    let life = try life(of: terms, at: now, isHistorical: isHistorical, in: reading)
    let (from, to) = (terms.lookBackFrom.adding(.zero - daySlack), max(terms.startsAt, life.effectiveFrom))
    var decisions = Decisions()
    var rehearsal = OfferContext.Rehearsal(sum: 0, looked: 0, of: 0)
    var place = Place(at: from, number: 0)
    let deadline = Clock.uptimeMilliseconds + millisecondsMax
    while true {
      let page = try page(after: place, to: to, in: reading)
      guard let last = page.last else { break }
      for row in page {
        rehearsal.looked += 1
        // Most orders hold nothing of the offer: what happened to them since is not asked.
        guard Bought.isSame(try row.captured(), as: offer) else { continue }
        let purchase = try row.purchase(group: { $0.offer == offer.offerID ? offer.group : nil }, in: reading)
        let history = try Judging.history(of: purchase, by: row.person, terms, in: reading)
        let outcome = decisions.decide(purchase, history, terms, life: life, at: max(now, terms.startsAt))
        if outcome.isGranted, outcome.isAutomatic { rehearsal.sum += outcome.amount }
      }
      place = last.place
      guard Clock.uptimeMilliseconds < deadline else { break }
    }
    rehearsal.orders =
      try reading.integer(
        "SELECT count(*) FROM purchase WHERE placed_at >= ?1 AND placed_at < ?2", .timestamp(from), .timestamp(to)) ?? 0
    return rehearsal
  }

  /// As it would be launched: at its start or now, or on from the version that customers know.
  private static func life(
    of terms: Terms, at now: Timestamp, isHistorical: Bool, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Life {
    if let known = try Offers.find(terms.document.offerID, in: reading), let life = try Offers.life(of: known, in: reading) { return life }
    let isOver = isHistorical && terms.endsAt.map { $0 <= now } ?? false
    return Life(effectiveFrom: isOver ? terms.startsAt : max(terms.startsAt, now), isHistorical: isOver)
  }

  private struct Place {
    let at: Timestamp
    let number: Int64
  }

  private struct Row {
    let place: Place
    let person: Identifier<Person>?
    let kept: Purchases.Kept

    func captured() throws -> Purchase { Purchase(try PackedOrder.unpack(kept.content, order: kept.order, person: person)) }

    func purchase(group: (OfferVersion) throws -> String?, in reading: borrowing some StoreReading & ~Copyable) throws -> Purchase {
      try Purchases.purchase(kept, of: person, group: group, in: reading)
    }
  }

  /// The next orders by their time.
  private static func page(
    after place: Place, to end: Timestamp, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> [Row] {
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
}
