import Contracts
import Host
import LedgerDomain
import Store
import Synchronization
import Terms
import Zones
import protocol Store.Reading

/// An offer that was launched: its terms, its life, and whose money pays for it. A class, so that its many texts are not held anew for each
/// order that it is asked about.
final class OfferInForce: Sendable {
  let version: OfferVersion
  let campaignID: Identifier<Campaign>
  let terms: Terms
  let life: Life
  let state: LifeFold.State
  /// From when to when its end keeps the reserve; see `OfferRows.Reach`.
  let reach: OfferRows.Reach
  let isReleased: Bool

  /// Made once: it holds the terms.
  let grant: Grant

  private init(
    _ version: OfferVersion, of campaignID: Identifier<Campaign>, _ terms: Terms, _ life: LifeFold, lived: Life, isReleased: Bool
  ) {
    self.version = version
    self.campaignID = campaignID
    self.terms = terms
    self.life = lived
    state = life.state
    reach = OfferRows.Reach(terms, life)
    self.isReleased = isReleased
    grant = Grant(offer: version, campaignID: campaignID, terms: terms)
  }

  var name: String { version.description }

  /// The offer as it is in force, or a version of it that was; nil where it was not launched yet, or its terms are not known.
  static func find(
    _ offer: Identifier<Offer>, version wanted: Int? = nil, in reading: borrowing some Reading & ~Copyable
  ) throws -> OfferInForce? {
    let life = try OfferRows.life(of: offer, in: reading)
    guard let number = wanted ?? life.version, let lived = life.life, let terms = try terms(of: offer, number, in: reading),
      let campaign = try OfferRows.campaign(of: offer, in: reading), let version = OfferVersion(offer: offer, version: number)
    else { return nil }
    let released = try reading.integer("SELECT released_at FROM offer WHERE offer_id = ?1 AND released_at IS NOT NULL", .text(offer.text))
    return OfferInForce(version, of: campaign, terms, life, lived: lived, isReleased: released != nil)
  }

  /// How many offers may have something for an order of these times. HOT in imports.
  static func countReaching(_ times: OrderTimes, at now: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> Int64 {
    try reading.integer(
      """
      SELECT count(*) FROM offer WHERE reaches_from IS NOT NULL AND honoured_until >= ?1
        AND CASE WHEN by_capture THEN reaches_from <= ?4 AND reaches_to > ?4 ELSE reaches_from <= ?3 AND reaches_to > ?2 END
      """, .timestamp(now), .timestamp(times.lines.lowerBound), .timestamp(times.lines.upperBound), .timestamp(times.captured)) ?? 0
  }

  /// The offers that may have something for an order of these times, by id.
  static func reaching(
    _ times: OrderTimes, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [OfferInForce] {
    let ids: [Identifier<Offer>] = try reading.all(
      """
      SELECT offer_id FROM offer WHERE reaches_from IS NOT NULL AND honoured_until >= ?1
        AND CASE WHEN by_capture THEN reaches_from <= ?4 AND reaches_to > ?4 ELSE reaches_from <= ?3 AND reaches_to > ?2 END
      ORDER BY offer_id
      """, .timestamp(now), .timestamp(times.lines.lowerBound), .timestamp(times.lines.upperBound), .timestamp(times.captured)
    ) { row in Identifier(restoring: try row.text(0)) }
    return try found(ids, in: reading)
  }

  /// The offers for the members of `group` that somebody can still have, by id.
  static func honoured(
    at now: Timestamp, for group: CustomerGroup, in reading: borrowing some Reading & ~Copyable
  ) throws -> [OfferInForce] {
    let ids: [Identifier<Offer>] = try reading.all(
      "SELECT offer_id FROM offer WHERE only_group = ?1 AND reaches_from IS NOT NULL AND honoured_until >= ?2 ORDER BY offer_id",
      .text(group.description), .timestamp(now)
    ) { row in Identifier(restoring: try row.text(0)) }
    return try found(ids, in: reading)
  }

  private static func found(_ ids: [Identifier<Offer>], in reading: borrowing some Reading & ~Copyable) throws -> [OfferInForce] {
    var found: [OfferInForce] = []
    for id in ids { if let offer = try find(id, in: reading) { found.append(offer) } }
    return found
  }

  // MARK: Terms

  /// The terms of a version; nil where its document was not heard, or is none that this build can read.
  static func terms(of offer: Identifier<Offer>, _ version: Int, in reading: borrowing some Reading & ~Copyable) throws -> Terms? {
    let mark = try reading.first(
      "SELECT terms_hash, length(document) FROM offer_version WHERE offer_id = ?1 AND version = ?2 AND document IS NOT NULL",
      .text(offer.text), .integer(Int64(version))
    ) { row throws(StoreFault) in
      TermsShelf.Key(version: "\(offer)@\(version)", hash: try row.optionalText(0) ?? "", length: Int(try row.integer(1)))
    }
    guard let mark else { return nil }
    if let terms = TermsShelf.find(mark) { return terms }
    let document = try reading.first(
      "SELECT document FROM offer_version WHERE offer_id = ?1 AND version = ?2", .text(offer.text), .integer(Int64(version))
    ) { row throws(StoreFault) in try row.blob(0) }
    return document.flatMap { TermsShelf.read($0, as: mark) }
  }
}

/// Terms that were read before. They are values of their documents, so one reading serves for ever.
private enum TermsShelf {
  struct Key: Hashable {
    let version: String
    let hash: String
    let length: Int
  }
  private static let kept = Mutex<[Key: Terms]>([:])
  /// More offers than are in force at once; beyond it the shelf is emptied.
  private static let most = 500

  static func find(_ key: Key) -> Terms? { kept.withLock { $0[key] } }

  /// Nil for what marketing's own check would have refused.
  static func read(_ bytes: [UInt8], as key: Key) -> Terms? {
    guard let json = try? JSON(parsing: bytes), let document = try? OfferDocument(json),
      let file = try? ZoneFiles.system(environment: Configuration.environment).bytes(of: document.window.zone),
      let zone = try? Zone(name: document.window.zone, bytes: file), let terms = try? Terms(document, zone: zone)
    else { return nil }
    kept.withLock { shelf in
      if shelf.count >= most { shelf.removeAll() }
      shelf[key] = terms
    }
    return terms
  }
}
