import Contracts
import MarketingDomain
import Store
import Terms

/// Where new customers are better off than those who are there already, by the offers and the catalogue that are known.
enum ParityPages {
  /// The gaps that `document` opens beside the offers that can be had between `from` and `to`.
  static func gaps(
    of document: OfferDocument, from: Timestamp, to: Timestamp?, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> [Parity.Gap] {
    guard case .new = document.eligibility.customers else { return [] }
    let others = try beside(document.offerID, from: from, to: to, in: reading)
    return Parity.gaps(of: document, beside: others, items: try Catalogue.items(in: reading))
  }

  /// The offers that overlap a time: the version that customers know, else the one that is scheduled.
  private static func beside(
    _ offer: Identifier<Offer>, from: Timestamp, to: Timestamp?, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> [OfferDocument] {
    let documents = try reading.all(
      """
      SELECT document FROM offer_version v
      WHERE offer_id != ?1 AND state IN ('scheduled', 'live', 'paused') AND NOT historical AND starts_at < ?3 AND ifnull(ends_at, ?3) > ?2
        AND NOT EXISTS (
          SELECT 1 FROM offer_version n WHERE n.offer_id = v.offer_id AND n.version != v.version AND n.state IN ('live', 'paused'))
      ORDER BY offer_id, version LIMIT 1000
      """, .text(offer.text), .timestamp(from), .timestamp(to ?? .last)
    ) { row throws(StoreFault) in try row.blob(0) }
    return try documents.map { try OfferDocument(try JSON(parsing: $0)) }
  }

  // MARK: The list

  /// Every offer for new customers alone that can be had or is to come, with its gaps and those whom nobody told.
  static func list(at now: Timestamp, in reading: borrowing some StoreReading & ~Copyable) throws -> [JSON] {
    let names = try reading.all(
      """
      SELECT offer_id, version FROM offer_version WHERE state IN ('scheduled', 'blocked', 'live', 'paused') AND NOT historical
      ORDER BY offer_id, version LIMIT 1000
      """
    ) { row throws(StoreFault) in OfferVersion(offer: Identifier(restoring: try row.text(0)), version: Int(try row.integer(1))) }
    var found: [JSON] = []
    for offer in names.compactMap(\.self) {
      guard let version = try Offers.version(offer, in: reading) else { continue }
      let terms = try KnownTerms.of(version)
      let gaps = try gaps(of: terms.document, from: terms.startsAt, to: terms.endsAt, in: reading)
      if !gaps.isEmpty { found.append(try row(version, terms, gaps, at: now, in: reading)) }
    }
    return found
  }

  private static func row(
    _ version: Offers.Version, _ terms: Terms, _ gaps: [Parity.Gap], at now: Timestamp,
    in reading: borrowing some StoreReading & ~Copyable
  ) throws -> JSON {
    var members: [JSON.Member] = [
      .init("offer", .string(version.offer.description)), .init("state", .string(version.state.rawValue)),
      .init(
        "gaps",
        .array(
          gaps.prefix(100).map { gap in
            var told: [JSON.Member] = [.init("sentence", .string(gap.sentence)), .init("is_plan", .bool(gap.isPlan))]
            if let sku = gap.sku { told.append(.init("sku", .string(sku))) }
            if let difference = gap.difference {
              told.append(.init("difference", ["amount_minor": .integer(difference), "currency": .string(gap.currency.code)]))
            }
            return .object(told)
          })), .init("gap_count", .integer(Int64(gaps.count))),
    ]
    if let exception = terms.document.parityException {
      let approval = try ServiceWords.approval(of: version.offer, in: reading)
      var said: [JSON.Member] = [
        .init("reason", .string(exception.reason.rawValue)), .init("sentence", .string(exception.sentence)),
        .init("approver", .string(exception.approvedBy.text)),
        .init("ends_at", .string(terms.instant(of: exception.endsAt, isEnd: true).description)),
        .init("over", .bool(terms.instant(of: exception.endsAt, isEnd: true) <= now)),
      ]
      if let approval {
        said += [.init("approved", .bool(approval.approved)), .init("approved_by", .string(approval.by.text))]
      }
      if let match = exception.match, !match.isNull { said.append(.init("match", match)) }
      members.append(.init("exception", .object(said)))
    }
    let people = try affected(terms, gaps, in: reading)
    let told = try people.filter { try isTold($0, version.offer.offer, in: reading) }
    let matched = try people.filter { try isMatched($0, version.offer.offer, in: reading) }
    members += [
      .init("people", .integer(Int64(people.count))), .init("matched", .integer(Int64(matched.count))),
      .init("untold", .integer(Int64(people.count - told.count))),
    ]
    return .object(members)
  }

  private struct Bought {
    let person: Identifier<Person>
    let kept: Purchases.Kept
  }

  /// More orders than this are not looked at for one page.
  private static let ordersMax: Int64 = 20_000

  /// People who were there already and carry a plan, or bought something since the offer began, that costs new ones less.
  private static func affected(
    _ terms: Terms, _ gaps: [Parity.Gap], in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Set<Identifier<Person>> {
    let skus = Set(gaps.compactMap(\.sku))
    guard !skus.isEmpty else { return [] }
    var people: Set<Identifier<Person>> = []
    // Whoever is on the plan pays more at the next renewal, whether that has come or not.
    for plan in Set(gaps.filter(\.isPlan).compactMap(\.sku)) {
      people.formUnion(try Subscribers.there(on: plan, before: terms.startsAt, in: reading))
    }
    let rows = try reading.all(
      """
      SELECT person_id, order_id, content FROM purchase WHERE placed_at >= ?1 AND placed_at < ?2 AND person_id <> ''
      ORDER BY placed_at DESC LIMIT ?3
      """, .timestamp(terms.startsAt), .timestamp(terms.endsAt ?? .last), .integer(ordersMax)
    ) { row throws(StoreFault) in
      Bought(
        person: Identifier(restoring: try row.text(0)),
        kept: Purchases.Kept(order: Identifier(restoring: try row.text(1)), content: try row.blob(2)))
    }
    for row in rows where !people.contains(row.person) {
      let (person, kept) = (row.person, row.kept)
      let order = try PackedOrder.unpack(kept.content, order: kept.order, person: person)
      guard order.lines.contains(where: { line in line.sku.map { skus.contains($0.text) } ?? false }),
        try Purchases.last(of: person, before: terms.startsAt, in: reading) != nil
      else { continue }
      people.insert(person)
    }
    return people
  }

  private static func isMatched(
    _ person: Identifier<Person>, _ offer: Identifier<Offer>, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Bool {
    try reading.integer(
      "SELECT 1 FROM remedy WHERE offer_id = ?1 AND person_id = ?2 AND state IN ('pending', 'posted') LIMIT 1", .text(offer.text),
      .text(person.text)) != nil
  }

  private static func isTold(
    _ person: Identifier<Person>, _ offer: Identifier<Offer>, in reading: borrowing some StoreReading & ~Copyable
  ) throws -> Bool {
    if try isMatched(person, offer, in: reading) { return true }
    return try reading.integer(
      "SELECT 1 FROM message WHERE person_id = ?1 AND offer_id = ?2 AND state = 'sent' LIMIT 1", .text(person.text), .text(offer.text))
      != nil
  }
}
