import Contracts
import LedgerDomain
import Store
import Terms

/// Where remedies stand, as rows, and what is used of the offers that gave them.
enum Remedies {
  // MARK: Folding

  /// Takes what `fact` says of its remedy. HOT.
  static func fold(_ fact: RemedyChanged, in transaction: borrowing Transaction) throws {
    let (key, ordinal) = (fact.remedyKey.text, Int64(fact.remedyID.ordinal))
    switch fact.change {
    case .granted, .posted:
      if fact.of != nil {
        try transaction.run(
          "UPDATE remedy SET state = 'posted' WHERE remedy_key = ?1 AND ordinal = ?2", .text(key), .integer(ordinal))
        if fact.destination.kind == .receipt { try Expiry.resolved(in: transaction) }
        return
      }
      if fact.kind == .parityMatch { try ParityMatches.fold(fact, in: transaction) }
      try insert(fact, key, ordinal, in: transaction)
    case .voided, .expired:
      try transaction.run(
        "UPDATE remedy SET state = ?3 WHERE remedy_key = ?1 AND ordinal = ?2", .text(key), .integer(ordinal), .text(fact.change.rawValue))
      if fact.destination.kind == .receipt { try Expiry.resolved(in: transaction) }
      guard let offer = fact.offer else { return }
      let others = try active(fact, offer.offer, in: transaction)
      count(offer.offer, Used(amount: -fact.priceMinor, uses: others == 0 ? -1 : 0, units: -(fact.units)), in: transaction)
    case .clawedBack:
      try transaction.run(
        "UPDATE remedy SET clawed_back = clawed_back + ?3 WHERE remedy_key = ?1 AND ordinal = ?2", .text(key), .integer(ordinal),
        .integer(fact.priceMinor))
    case .declined: break
    }
  }

  private static func insert(_ fact: RemedyChanged, _ key: String, _ ordinal: Int64, in transaction: borrowing Transaction) throws {
    if let offer = fact.offer {
      // The first of an order is a use without a look; a plan's may have been used by another period.
      let isUse = ordinal == 1 && fact.subscriptionID == nil ? true : try active(fact, offer.offer, in: transaction) == 0
      count(offer.offer, Used(amount: fact.priceMinor, uses: isUse ? 1 : 0, units: fact.units), in: transaction)
    }
    try transaction.run(
      """
      INSERT INTO remedy (remedy_key, ordinal, offer_id, version, order_id, person_id, use_key, state, amount, units, currency, expires_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
      """, .text(key), .integer(ordinal), .optional(fact.offer?.offer.text), .optional(fact.offer.map { Int64($0.version) }),
      .optional(fact.orderID?.text), .optional(fact.personID?.text), .optional(fact.subscriptionID == nil ? nil : fact.useKey),
      .text(fact.change == .posted ? "posted" : "pending"), .integer(fact.priceMinor), .integer(fact.units),
      .text(fact.amount.currency.code), .optional(fact.change == .granted ? fact.expiresAt?.milliseconds : nil))
    if fact.change == .granted, let expires = fact.expiresAt { try Expiry.await(expires, in: transaction) }
  }

  /// How many remedies that count stand under a use: an order, or a subscription with all its periods.
  private static func active(_ fact: RemedyChanged, _ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws
    -> Int64
  {
    guard let subscription = fact.subscriptionID else {
      return try reading.integer(
        "SELECT count(*) FROM remedy WHERE remedy_key = ?1 AND state IN ('pending', 'posted')", .text(fact.remedyKey.text)) ?? 0
    }
    return try reading.integer(
      "SELECT count(*) FROM remedy WHERE remedy_key >= ?1 AND remedy_key < ?2 AND state IN ('pending', 'posted')",
      .text("\(offer.text)/\(subscription.text)/"), .text("\(offer.text)/\(subscription.text)0")) ?? 0
  }

  private static func count(_ offer: Identifier<Offer>, _ tally: Used, in transaction: borrowing Transaction) {
    transaction.add(
      """
      INSERT INTO offer_total (offer_id, amount, uses, units) VALUES (?1, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET amount = amount + ?3, uses = uses + ?4, units = units + ?5
      """, key: offer.text, tally.amount, tally.uses, tally.units)
  }

  // MARK: Asking

  /// What a person used of an offer.
  static func used(
    of offer: Identifier<Offer>, by person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Used {
    try reading.first(
      """
      SELECT ifnull(sum(amount), 0), count(DISTINCT ifnull(use_key, order_id)), ifnull(sum(units), 0) FROM remedy
      WHERE person_id = ?1 AND offer_id = ?2 AND state IN ('pending', 'posted')
      """, .text(person.text), .text(offer.text)
    ) { row in Used(amount: try row.integer(0), uses: try row.integer(1), units: try row.integer(2)) } ?? Used()
  }

  /// What all have used of an offer.
  static func used(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> Used {
    try reading.settleSums()
    return try reading.first("SELECT amount, uses, units FROM offer_total WHERE offer_id = ?1", .text(offer.text)) { row in
      Used(amount: try row.integer(0), uses: try row.integer(1), units: try row.integer(2))
    } ?? Used()
  }

  /// Whether a subscription has had something of an offer, by a period other than `period`.
  static func uses(
    _ subscription: Identifier<Subscription>, of offer: Identifier<Offer>, but period: Identifier<Period>?,
    in reading: borrowing some Reading & ~Copyable
  ) throws -> Bool {
    let stem = "\(offer.text)/\(subscription.text)/"
    return try reading.integer(
      """
      SELECT 1 FROM remedy WHERE remedy_key >= ?1 AND remedy_key < ?2 AND remedy_key <> ?3 AND state IN ('pending', 'posted') LIMIT 1
      """, .text(stem), .text("\(offer.text)/\(subscription.text)0"), .text(stem + (period?.text ?? ""))) != nil
  }

  /// The order of a remedy; nil where there is no such remedy.
  static func order(of id: RemedyID, in reading: borrowing some Reading & ~Copyable) throws -> Identifier<Order>? {
    try reading.first(
      "SELECT order_id FROM remedy WHERE remedy_key = ?1 AND ordinal = ?2 AND order_id IS NOT NULL", .text(id.key.text),
      .integer(Int64(id.ordinal))
    ) { row in Identifier(restoring: try row.text(0)) }
  }

  /// Remedies that wait and whose time is over, earliest first.
  static func expired(at now: Timestamp, limit: Int64, in reading: borrowing some Reading & ~Copyable) throws -> [RemedyID] {
    try reading.all(
      """
      SELECT remedy_key, ordinal FROM remedy WHERE state = 'pending' AND expires_at IS NOT NULL AND expires_at <= ?1
      ORDER BY expires_at, remedy_key, ordinal LIMIT ?2
      """, .timestamp(now), .integer(limit)
    ) { row in RemedyID(key: RemedyKey(restoring: try row.text(0)), ordinal: Int(try row.integer(1))) }
  }

  static func nextExpiry(in reading: borrowing some Reading & ~Copyable) throws -> Timestamp? {
    try reading.first(
      "SELECT expires_at FROM remedy WHERE state = 'pending' AND expires_at IS NOT NULL ORDER BY expires_at LIMIT 1"
    ) { row throws(StoreFault) in try row.timestamp(0) }
  }

  /// How many remedies of an offer wait for something.
  static func waits(for offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    try reading.integer(
      "SELECT 1 FROM remedy WHERE remedy_key >= ?1 AND remedy_key < ?2 AND state = 'pending' LIMIT 1", .text(offer.text + "/"),
      .text(offer.text + "0")) != nil
  }
}

extension RemedyChanged {
  /// What counts as one use: an order, for plans a subscription whatever its periods.
  fileprivate var useKey: String { subscriptionID?.text ?? orderID?.text ?? personID?.text ?? "" }
  /// Quantities that it used up, where the decision said so.
  fileprivate var units: Int64 { inputs?["used"]?["units"]?.integer ?? 0 }
}
