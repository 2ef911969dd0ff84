import Contracts
import Host
import MarketingDomain
import Store
import Terms
import Zones

/// What is known around an offer when it is checked: zones, the catalogue, who works here, its campaign, its version before.
enum Surroundings {
  /// The system's zones by the environment at the start.
  private static let zoneFiles = ZoneFiles.system(environment: Configuration.environment)

  /// The zone called `name`; nil where the system has none that can be read.
  @Sendable static func zone(_ name: String) -> Zone? {
    // The check says what is wrong with a zone; why its file cannot be read is `accord zone`'s to tell.
    (try? zoneFiles.bytes(of: name)).flatMap { try? Zone(name: name, bytes: $0) }
  }

  /// `document` with what it leaves to policy written into it, as the policies are now. To be done wherever a document comes in: what was
  /// not written must be the same for everybody who reads it later.
  static func filled(_ document: JSON, in reading: borrowing some StoreReading & ~Copyable) throws -> JSON {
    guard let goods = try Policies.duration("look-back", "goods", in: reading),
      let plans = try Policies.duration("look-back", "plans", in: reading)
    else { return document }
    return OfferDocument.filled(document, lookBackForGoods: goods, forPlans: plans)
  }

  /// For a check of `document` at `now`. `staff` stands in for the people who are known to work here; `rehearsing` also asks what its
  /// look-back would come to.
  static func of(
    _ document: JSON, at now: Timestamp, staff: [OfferContext.Staff]? = nil, isHistorical: Bool = false, rehearsing: Bool = false,
    in reading: borrowing some StoreReading & ~Copyable
  ) throws -> OfferContext {
    var context = OfferContext(now: now, zone: zone, isHistorical: isHistorical)
    context.catalogue = try Catalogue.whole(in: reading)
    context.templates = NoteTemplate.names
    if rehearsing { context.rehearsed = try Rehearsing.of(document, at: now, isHistorical: isHistorical, in: reading) }
    context.groups = try Memberships.groups(in: reading)
    if let id = document["campaign_id"]?.string.flatMap({ try? Identifier<Contracts.Campaign>($0) }) {
      context.campaign = try Campaigns.find(id, in: reading).map { $0.isOpen ? .open : .closed } ?? .unknown
    }
    if let id = document["offer_id"]?.string.flatMap({ try? Identifier<Offer>($0) }),
      let version = document["version"]?.integer, let before = OfferVersion(offer: id, version: Int(clamping: version) - 1),
      let known = try Offers.version(before, in: reading)
    {
      context.previous = try OfferDocument(try JSON(parsing: known.document))
    }
    context.people = try staff ?? Staff.known(handedOn: try isKept(document, in: reading), in: reading)
    if let period = try Policies.duration("returns", "within", in: reading) { context.returnPeriod = period }
    if let notice = try Policies.duration("briefing", "notice", in: reading) { context.briefingNotice = notice }
    return context
  }
}

extension Surroundings {
  /// Whether this version of the offer was kept before: then what hung on somebody who left may have gone to another since.
  private static func isKept(_ document: JSON, in reading: borrowing some StoreReading & ~Copyable) throws -> Bool {
    guard let id = document["offer_id"]?.string.flatMap({ try? Identifier<Offer>($0) }), let number = document["version"]?.integer,
      let version = OfferVersion(offer: id, version: Int(clamping: number))
    else { return false }
    return try Offers.version(version, in: reading) != nil
  }
}
