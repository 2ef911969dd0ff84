import Contracts
import ServiceDomain
import Store
import Terms
import Zones

/// When the stores are open, on their own clocks.
enum StoreHours {
  /// By the policy; where that names no zone, on the clocks of the offer that was told of last, else on UTC's. Nil where no zone can be read.
  static func of(_ shelf: OfferShelf, in reading: borrowing some Reading & ~Copyable) throws -> OpeningHours? {
    let policies = try Policies.care(in: reading)
    let name = try policies.zone ?? lastOffer(in: reading).flatMap { id in try shelf.find(id, in: reading)?.terms.zone.name } ?? "UTC"
    return shelf.zone(name).map { OpeningHours(policies.opening, zone: $0) }
  }

  private static func lastOffer(in reading: borrowing some Reading & ~Copyable) throws -> Identifier<Offer>? {
    try reading.first("SELECT offer_id FROM offer_fact ORDER BY number DESC LIMIT 1") { row in Identifier(restoring: try row.text(0)) }
  }
}
