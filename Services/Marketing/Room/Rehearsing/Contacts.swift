import Contracts
import MarketingDomain
import Store
import Terms

/// How many customers got in touch because of an offer or its campaign, and how many that makes of a thousand who were written to.
enum Contacts {
  /// The first three days, over which contacts are counted.
  private static let days = Duration.seconds(72 * 3_600)
  /// So many offers of the same kind make the rate of the next one.
  private static let offersMax = 5

  /// Takes in a case that names what marketing did as its cause.
  static func fold(_ fact: CaseTurned, in transaction: borrowing Transaction) throws {
    guard fact.turn == .opened, let cause = fact.cause, cause.kind == .campaign || cause.kind == .offer else { return }
    try transaction.run(
      "INSERT INTO contact (case_id, cause_kind, cause_id, opened_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
      .text(fact.caseID.text), .text(cause.kind.rawValue), .text(cause.id), .timestamp(fact.at))
  }

  /// How many came from `from` on and before `to`.
  static func counted(
    _ offer: Identifier<Offer>, _ campaign: Identifier<Campaign>, from: Timestamp, to: Timestamp,
    in reading: borrowing some Reading & ~Copyable
  ) throws -> Int64 {
    try reading.integer(
      """
      SELECT count(*) FROM contact WHERE opened_at >= ?3 AND opened_at < ?4
        AND (cause_id = ?1 AND cause_kind = 'offer' OR cause_id = ?2 AND cause_kind = 'campaign')
      """, .text(offer.text), .text(campaign.text), .timestamp(from), .timestamp(to)) ?? 0
  }

  /// Contacts from a thousand messages, and of how many offers that is the median: none where it is the policy's number.
  struct Rate: Equatable {
    let perThousand: Int64
    let measured: Int
  }

  /// The numbers behind every forecast.
  static func rules(in reading: borrowing some Reading & ~Copyable) throws -> ContactForecast.Rules {
    try Policies.document("capacity", in: reading).flatMap { ContactForecast.Rules($0) } ?? .usual
  }

  /// The median of the last five offers with the same kind of benefit whose first three days are over; else the policy's.
  static func rate(
    like document: OfferDocument, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> Rate {
    let rules = try rules(in: reading)
    var measured: [Int64] = []
    for launched in try prepared(until: now.adding(.zero - days), in: reading) where launched.offer.offer != document.offerID {
      guard measured.count < offersMax else { break }
      guard let version = try Offers.version(launched.offer, in: reading),
        let other = try? OfferDocument(JSON(parsing: version.document)), other.benefit.isSameKind(as: document.benefit)
      else { continue }
      let came = try counted(
        launched.offer.offer, other.campaignID, from: launched.from, to: launched.from.adding(days), in: reading)
      measured.append(came * 1_000 / launched.messages)
    }
    return Rate(
      perThousand: ContactForecast.perThousand(declared: nil, measured: measured, rules: rules), measured: measured.count)
  }

  private struct Launched {
    let offer: OfferVersion
    let from: Timestamp
    let messages: Int64
  }

  /// Offers that messages were prepared for and that went live up to `end`, the latest first, each with its latest version.
  private static func prepared(until end: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> [Launched] {
    let rows = try reading.all(
      """
      SELECT o.offer_id, p.version, o.effective_from, p.content FROM offer o
      JOIN preparation p ON p.offer_id = o.offer_id AND p.content IS NOT NULL
        AND p.version = (SELECT max(version) FROM preparation q WHERE q.offer_id = o.offer_id AND q.content IS NOT NULL)
      WHERE o.effective_from <= ?1 ORDER BY o.effective_from DESC, o.offer_id LIMIT 200
      """, .timestamp(end)
    ) { row throws(StoreFault) in
      Prepared(offer: try row.text(0), version: Int(try row.integer(1)), from: try row.timestamp(2), content: try row.blob(3))
    }
    return try rows.compactMap { row in
      guard case .audiencePrepared(let fact) = try DomainEvent.decode(type: AudiencePrepared.type, data: row.content),
        let offer = OfferVersion(offer: Identifier(restoring: row.offer), version: row.version)
      else { return nil }
      let messages = fact.counts.send + fact.counts.honour
      return messages > 0 ? Launched(offer: offer, from: row.from, messages: messages) : nil
    }
  }

  private struct Prepared {
    let offer: String
    let version: Int
    let from: Timestamp
    let content: [UInt8]
  }
}
