import Contracts
import ServiceDomain
import Store
import Synchronization
import Terms

/// The offers that may lie on a table, in the order in which they begin: made once for all customers, until something new is heard of any.
///
/// Most of them say the same to everybody who speaks a language, since no order bears on them. Those rows are written once as JSON and
/// kept, as long as the offer stands where it stood and no sheet has changed:
///
/// ```
///            ten-0   ten-1   ten-2 ...     for each locale, as of the sheets
///   open     {...}   {...}   {...}         ┐
///   stranger                 {...}         ├ who asks has read the briefing or not, who buys belongs to its group or not
///   locked           {...}                 ┘
/// ```
/// Safe from any thread.
final class TableTop: Sendable {
  /// An offer, with what is asked of it for each customer: reading that out of its document would count the references of all its parts.
  struct Place {
    let offer: DeskOffer
    /// The last instant at which it may be honoured.
    let until: Timestamp
    /// The earliest order that it reaches.
    let from: Timestamp
    /// The segment or list that it is for.
    let group: CustomerGroup?
    /// Whether it has limits that what was used counts against.
    let isLimited: Bool
    /// Whether it asks who is new.
    let asksForEarlier: Bool

    init(_ offer: DeskOffer, until: Timestamp) {
      self.offer = offer
      self.until = until
      from = offer.terms.lookBackFrom
      let document = offer.terms.document
      group = document.eligibility.group
      isLimited = document.limits.perCustomer != nil || document.limits.total != nil
      switch document.eligibility.customers {
      case .new, .existing: asksForEarlier = true
      case .everyone, .segment, .list: asksForEarlier = false
      }
    }
  }

  /// A row on which no order of a customer bears.
  struct Plain {
    let phase: DeskOffer.Phase
    let json: [UInt8]
  }

  /// Where the offers stand, as long as none of them comes into another phase by itself.
  struct Standing {
    let phases: [DeskOffer.Phase]
    /// Those that are spoken of where no order bears on them, as they lie for whoever belongs to their groups.
    let spoken: [Lie]
    /// The earliest order that any of them reaches which may be spoken of; nil where there is none.
    let reachesFrom: Timestamp?
    fileprivate let times: Range<Timestamp>
  }

  /// Where an offer lies among those on which no order bears: they begin in the order of their places.
  struct Lie: Comparable {
    var tier: Int
    let place: Int

    static func < (a: Lie, b: Lie) -> Bool { (a.tier, a.place) < (b.tier, b.place) }
  }

  /// What a plain row depends on beside its offer and its phase.
  private struct Speech: Hashable {
    let locale: String?
    let sheets: Int64
  }

  /// How many facts about offers this was made of.
  let age: Int64
  let places: [Place]
  /// Whether any of them is for a segment or a list.
  let isAnyForGroup: Bool
  /// Whether any of them asks who is new.
  let asksForEarlier: Bool
  private let named: Named
  private let plain = Mutex<[Speech: [Plain?]]>([:])
  private let standing = Mutex<Standing?>(nil)

  /// More languages than customers write in; beyond it all are forgotten and written again.
  private static let speechesMax = 16
  private static let variants = 4

  init(age: Int64, _ places: [Place]) {
    self.age = age
    self.places = places.sorted { ($0.offer.terms.startsAt, $0.offer.known.id) < ($1.offer.terms.startsAt, $1.offer.known.id) }
    named = Named(self.places.map(\.offer))
    isAnyForGroup = places.contains { $0.group != nil }
    asksForEarlier = places.contains(where: \.asksForEarlier)
  }

  /// The places of offers on which `purchase` may bear; none of the others has anything to do with it. HOT: for each order of a customer.
  func mayBear(_ purchase: Purchase) -> Set<Int> {
    var found = named.forAll
    for line in purchase.lines {
      if let sku = line.sku, let places = named.bySku[sku.text] { found.formUnion(places) }
      if let brand = line.brand, let places = named.byBrand[brand] { found.formUnion(places) }
      for category in line.categories { if let places = named.byCategory[category] { found.formUnion(places) } }
    }
    for remedy in purchase.remedies { if let offer = remedy.offer?.offer, let place = named.byID[offer] { found.insert(place) } }
    return found
  }

  /// Where all of them stand at `now`: looked at again only after the next instant at which any of them moves by itself.
  func standing(at now: Timestamp) -> Standing {
    if let known = standing.withLock(\.self), known.times.contains(now) { return known }
    let phases = places.map { $0.until >= now ? $0.offer.phase(at: now) : .gone }
    var spoken: [Lie] = []
    var next = Timestamp.last
    var from: Timestamp?
    for (number, place) in places.enumerated() where place.until >= now {
      from = min(from ?? .last, place.from)
      // Its last instant is one at which it is still there.
      next = min(next, place.offer.nextPhase(after: now), place.until.adding(.milliseconds(1)))
      if let tier = Desk.tier(alone: phases[number], isMember: true) { spoken.append(Lie(tier: tier, place: number)) }
    }
    let made = Standing(phases: phases, spoken: spoken.sorted(), reachesFrom: from, times: now..<max(now, next))
    standing.withLock { $0 = made }
    return made
  }

  /// Where a row lies that says the same to everybody.
  func deskPlace(_ lie: Lie) -> DeskPlace {
    let offer = places[lie.place].offer
    return DeskPlace(isTheirs: false, tier: lie.tier, rank: offer.terms.startsAt.milliseconds, id: offer.known.id.text)
  }

  /// Where a plain row stands among those of `plain(_:sheets:)`.
  static func index(_ place: Int, isStranger: Bool, isLocked: Bool) -> Int { place * variants + (isStranger ? 1 : 0) + (isLocked ? 2 : 0) }

  /// The plain rows for `locale` that were written so far, by their `index`.
  func plain(_ locale: String?, sheets: Int64) -> [Plain?] {
    plain.withLock { $0[Speech(locale: locale, sheets: sheets)] } ?? [Plain?](repeating: nil, count: places.count * Self.variants)
  }

  /// Keeps what somebody wrote who found it missing.
  func keep(_ rows: [Plain?], _ locale: String?, sheets: Int64) {
    plain.withLock { plain in
      let speech = Speech(locale: locale, sheets: sheets)
      if plain[speech] == nil, plain.count >= Self.speechesMax { plain.removeAll() }
      plain[speech] = rows
    }
  }
}

extension TableTop {
  /// Which offers are for what: the places of those that an order's lines may concern.
  private struct Named {
    /// For everything, or for shipping, which every order may have.
    var forAll: Set<Int> = []
    /// Plans stand among them: a plan's charge names it where goods have theirs.
    var bySku: [String: [Int]] = [:]
    var byBrand: [String: [Int]] = [:]
    var byCategory: [String: [Int]] = [:]
    var byID: [Identifier<Offer>: Int] = [:]

    init(_ offers: [DeskOffer]) {
      for (place, offer) in offers.enumerated() {
        let document = offer.terms.document
        byID[offer.known.id] = place
        if document.benefit.isShipping { forAll.insert(place) }
        for selection in document.include {
          switch selection {
          case .all: forAll.insert(place)
          case .sku(let ids), .plan(let ids): for id in ids { bySku[id, default: []].append(place) }
          case .category(let names): for name in names { byCategory[name, default: []].append(place) }
          case .brand(let names): for name in names { byBrand[name, default: []].append(place) }
          case .shipping: continue
          }
        }
      }
    }
  }
}
