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

    init(_ offer: DeskOffer, until: Timestamp) {
      self.offer = offer
      self.until = until
      from = offer.terms.lookBackFrom
      group = offer.terms.document.eligibility.group
    }
  }

  /// A row on which no order of a customer bears.
  struct Plain {
    let phase: DeskOffer.Phase
    /// Where it lies; nil where the offer is not to be spoken of.
    let tier: Int?
    let json: [UInt8]
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
  private let named: Named
  private let plain = Mutex<[Speech: [Plain?]]>([:])

  /// More languages than customers write in; beyond it all are forgotten and written again.
  private static let speechesMax = 16
  private static let variants = 4

  init(age: Int64, _ places: [Place]) {
    self.age = age
    self.places = places.sorted { ($0.offer.terms.startsAt, $0.offer.known.id) < ($1.offer.terms.startsAt, $1.offer.known.id) }
    named = Named(self.places.map(\.offer))
    isAnyForGroup = places.contains { $0.group != nil }
  }

  /// The earliest order that any of them reaches which may be spoken of at `now`; nil where there is none.
  func reachesFrom(at now: Timestamp) -> Timestamp? {
    var from: Timestamp?
    for place in places where place.until >= now { from = min(from ?? .last, place.from) }
    return from
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
