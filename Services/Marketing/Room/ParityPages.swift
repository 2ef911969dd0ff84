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
        AND NOT EXISTS (SELECT 1 FROM offer_version n WHERE n.offer_id = v.offer_id AND n.version != v.version AND n.state IN ('live', 'paused'))
      ORDER BY offer_id, version LIMIT 1000
      """, .text(offer.text), .timestamp(from), .timestamp(to ?? .last)
    ) { row throws(StoreFault) in try row.blob(0) }
    return try documents.map { try OfferDocument(try JSON(parsing: $0)) }
  }
}
