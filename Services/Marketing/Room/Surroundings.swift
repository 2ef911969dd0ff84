import Contracts
import Host
import MarketingDomain
import Shop
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

/// Who works here: as the ledger tells of them; of whom it tells nothing, those of a file that somebody gave, else the built-in shop's.
enum Staff {
  /// Where `handedOn`, somebody who left and whose list went to somebody who is here counts as here.
  static func known(handedOn: Bool, in reading: borrowing some StoreReading & ~Copyable) throws -> [OfferContext.Staff] {
    let given = try reading.all("SELECT person_id, has_left FROM staff ORDER BY person_id LIMIT 10000") { row throws(StoreFault) in
      OfferContext.Staff(id: try row.text(0), hasLeft: try row.bool(1))
    }
    let others = given.isEmpty ? Shop.staff.map { OfferContext.Staff(id: $0.id, hasLeft: $0.leftOn != nil) } : given
    let told = try Colleagues.all(in: reading)
    let known = Set(told.map(\.colleagueID.text))
    return try told.map { one in
      let isHeld = handedOn && !one.active ? try Colleagues.holder(of: one.colleagueID, in: reading) != nil : one.active
      return OfferContext.Staff(id: one.colleagueID.text, hasLeft: !isHeld)
    } + others.filter { !known.contains($0.id) }
  }

  /// Reads `[{"id": "marketer/maya", "left": false}, "agent/ines"]`; nil where it is something else.
  static func read(_ json: JSON) -> [OfferContext.Staff]? {
    guard let elements = json.array, elements.count <= 10_000 else { return nil }
    var staff: [OfferContext.Staff] = []
    for element in elements {
      guard let id = element.string ?? element["id"]?.string, !id.isEmpty else { return nil }
      staff.append(OfferContext.Staff(id: id, hasLeft: element["left"]?.bool ?? (element["left_on"]?.string != nil)))
    }
    return staff
  }

  /// From now on these work here, and nobody else.
  static func keep(_ staff: [OfferContext.Staff], in transaction: borrowing Transaction) throws {
    try transaction.run("DELETE FROM staff")
    for one in staff {
      try transaction.run(
        "INSERT INTO staff (person_id, has_left) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET has_left = ?2", .text(one.id),
        .integer(one.hasLeft ? 1 : 0))
    }
  }
}
