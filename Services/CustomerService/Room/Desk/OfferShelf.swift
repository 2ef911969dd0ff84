import Contracts
import struct Host.Configuration
import struct Host.ZoneFiles
import ServiceDomain
import Store
import Synchronization
import Terms
import Zones

/// Offers as a desk needs them, read once: their documents are parsed again only after something new was heard of them.
///
/// Safe from any thread. What stands here is a value of the rows of one offer up to a number; it is thrown away with the process.
final class OfferShelf: Sendable {
  private struct Kept {
    let age: Int64
    /// Nil where no version has terms that this build can read.
    let offer: DeskOffer?
  }

  private struct Shelf {
    var offers: [Identifier<Offer>: Kept] = [:]
    var zones: [String: Zone] = [:]
  }

  private let shelf = Mutex(Shelf())
  private let tableTop = Mutex<TableTop?>(nil)
  let sheets = SheetShelf()
  private let zoneFiles = ZoneFiles.system(environment: Configuration.environment)
  /// More offers than lie on desks at once; beyond it the shelf is emptied and filled again.
  private static let offersMax = 2_000

  /// The offer as it is known in `reading`; nil where nothing is known of it, or nothing that could be evaluated.
  func find(_ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> DeskOffer? {
    let age = try Offers.age(of: offer, in: reading)
    if let kept = shelf.withLock({ $0.offers[offer] }), kept.age == age { return kept.offer }
    let made = make(try Offers.find(offer, in: reading))
    shelf.withLock { shelf in
      if shelf.offers.count >= Self.offersMax { shelf.offers.removeAll() }
      shelf.offers[offer] = Kept(age: age, offer: made)
    }
    return made
  }

  /// The offers that may lie on a table at `now`. What was heard since makes it anew, of the offers that it concerns.
  func top(at now: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> TableTop {
    let age = try Offers.age(in: reading)
    if let known = tableTop.withLock(\.self), known.age == age { return known }
    var places: [TableTop.Place] = []
    for one in try Offers.onTableUntil(at: now, in: reading) {
      if let offer = try find(one.offer, in: reading) { places.append(TableTop.Place(offer, until: one.until)) }
    }
    let made = TableTop(age: age, places)
    // Who reads an older snapshot keeps what they made to themselves.
    tableTop.withLock { known in if known.map({ $0.age < age }) ?? true { known = made } }
    return made
  }

  /// The stacking group of an offer's version; nil where it is not known.
  func group(_ version: OfferVersion, in reading: borrowing some Reading & ~Copyable) throws -> String? {
    try find(version.offer, in: reading)?.terms.document.group
  }

  /// The terms of one version; nil where it was not heard of, or this build cannot read it.
  func terms(_ offer: OfferVersion, _ known: KnownOffer) -> Terms? {
    guard let json = known.versions[offer.version]?.versioned?.document, let document = try? OfferDocument(json),
      let zone = zone(document.window.zone)
    else { return nil }
    return try? Terms(document, zone: zone)
  }

  private func make(_ known: KnownOffer) -> DeskOffer? {
    guard let number = known.current, let offer = OfferVersion(offer: known.id, version: number), let terms = terms(offer, known) else {
      return nil
    }
    return DeskOffer(known: known, terms: terms)
  }

  /// A zone of the database; nil where there is none of this name.
  func zone(_ name: String) -> Zone? {
    if let zone = shelf.withLock({ $0.zones[name] }) { return zone }
    guard let bytes = try? zoneFiles.bytes(of: name), let zone = try? Zone(name: name, bytes: bytes) else { return nil }
    shelf.withLock { $0.zones[name] = zone }
    return zone
  }
}
