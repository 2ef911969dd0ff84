import Contracts
import ServiceDomain
import Store
import Terms

/// What lies on the table for a customer or for one order: offers that may be spoken of, each held against what was bought.
struct Table {
  let shelf: OfferShelf
  let now: Timestamp

  /// Which rows are wanted of a desk.
  struct Wanted {
    /// BCP 47; nil where nothing is known.
    var locale: String?
    /// What the customer says; nil where all are wanted.
    let words: String?
    /// Behind which place; nil for the first page.
    let after: DeskPlace?
    let limit: Int

    /// Words are folded once for all offers.
    init(words: String?, after: DeskPlace?, limit: Int) {
      self.words = words.map(SpokenName.folded)
      self.after = after
      self.limit = limit
    }

    func fits(_ offer: DeskOffer) -> Bool { words.map(offer.answers(toFolded:)) ?? true }
  }

  /// The orders of a customer to which anything happened since `from`, latest first; `earlier` as `Matters.history` takes it.
  func bought(
    by person: Identifier<Person>, since from: Timestamp, earlier: Bool, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Bought] {
    try Matters.orders(of: person, since: from, in: reading).compactMap { try bought($0, earlier: earlier, in: reading) }
  }

  // MARK: For one order

  /// Some of the rows for one order.
  struct OrderPage {
    let rows: [Desk.Row]
    /// Of all pages.
    let total: Int
    let next: DeskPlace?
  }

  /// For one order, whoever's it is: offers on which it bears, then the others, each with why it gives nothing. Only what stands on the page
  /// is decided.
  func page(_ one: Bought, _ wanted: Wanted, in reading: borrowing some Reading & ~Copyable) throws -> OrderPage {
    let purchase = one.matter.purchase
    let theirs = try known(of: purchase.personID, in: reading)
    let top = try shelf.top(at: now, in: reading)
    var near: Set<Int> = []
    var own: [Desk.Row] = []
    for number in top.mayBear(purchase) {
      let place = top.places[number]
      guard place.until >= now, Desk.bears(purchase, on: place.offer) else { continue }
      near.insert(number)
      guard wanted.fits(place.offer), let row = try row(place, one, theirs, wanted, in: reading) else { continue }
      own.append(row)
    }
    own = Desk.sorted(own)
    let standing = top.standing(at: now)
    var others: [TableTop.Lie] = []
    for lie in standing.spoken where !near.contains(lie.place) && wanted.fits(top.places[lie.place].offer) {
      // Who is asked about one order hears no of all that it does not bear on.
      let tier = Desk.tier(alone: standing.phases[lie.place], isMember: false) ?? lie.tier
      others.append(TableTop.Lie(tier: tier, place: lie.place))
    }
    others.sort()
    let page = DeskPage(theirs: own.map(\.place), others: others.count, after: wanted.after, limit: wanted.limit) {
      top.deskPlace(others[$0])
    }
    var rows = Array(own[page.theirs])
    for lie in others[page.others] {
      if let row = try row(top.places[lie.place], one, theirs, wanted, in: reading) { rows.append(row) }
    }
    return OrderPage(rows: Desk.sorted(rows), total: own.count + others.count, next: page.next)
  }

  private func row(
    _ place: TableTop.Place, _ one: Bought, _ theirs: Theirs, _ wanted: Wanted, in reading: borrowing some Reading & ~Copyable
  ) throws -> Desk.Row? {
    let isMember = place.group.map { theirs.groups[$0]?.holds(at: now) ?? false }
    return try row(
      place.offer, [one], theirs, of: one.matter.purchase.personID, isMember: isMember, locale: wanted.locale, isOneOrder: true, in: reading
    )
  }

  /// One order against one offer. Nil where one of them is not known.
  func judged(
    _ order: Identifier<Order>, _ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> (offer: DeskOffer, judged: Desk.Judged)? {
    guard let found = try shelf.find(offer, in: reading), let one = try bought(order, in: reading) else { return nil }
    let theirs = try known(of: one.matter.purchase.personID, in: reading)
    return (found, Self.judge(one, found, theirs, total: try Uses.total(of: offer, in: reading)))
  }

  /// An order with what bears on it whichever the offer is.
  struct Bought {
    let matter: Matter
    let history: History
  }

  /// What is known of the customer whichever order it is.
  struct Theirs {
    var used = UseFold()
    var groups: [CustomerGroup: Membership] = [:]
  }

  /// One offer held against orders.
  func row(
    _ offer: DeskOffer, _ bought: [Bought], _ theirs: Theirs, of person: Identifier<Person>?, isMember: Bool?, locale: String?,
    isOneOrder: Bool = false, in reading: borrowing some Reading & ~Copyable
  ) throws -> Desk.Row? {
    let total = offer.terms.document.limits.total == nil ? Tally() : try Uses.total(of: offer.offer.offer, in: reading)
    let judged = bought.map { Self.judge($0, offer, theirs, total: total) }
    let matched = try offer.match == nil ? ParityMatch.Given() : Requests.matched(offer.offer.offer, for: person, in: reading)
    return Desk.row(offer, judged, isMember: isMember, locale: locale, isOneOrder: isOneOrder, matched: matched, at: now)
  }

  private func known(of person: Identifier<Person>?, in reading: borrowing some Reading & ~Copyable) throws -> Theirs {
    guard let person else { return Theirs() }
    return try theirs(of: person, try Memberships.of(person, in: reading), in: reading)
  }

  /// What a customer used of offers, beside what they belong to.
  func theirs(
    of person: Identifier<Person>, _ groups: [CustomerGroup: Membership], in reading: borrowing some Reading & ~Copyable
  ) throws -> Theirs {
    Theirs(used: UseFold(try Uses.remedies(of: person, in: reading)), groups: groups)
  }

  /// Nil where no such order was heard of.
  func bought(
    _ order: Identifier<Order>, earlier: Bool = true, in reading: borrowing some Reading & ~Copyable
  ) throws -> Bought? {
    // An offer that nobody knows any more has no group: its remedies still count as money on the line.
    let matter = try Matters.find(order, group: { (try? shelf.group($0, in: reading)) ?? nil }, in: reading)
    guard let matter else { return nil }
    return Bought(matter: matter, history: try Matters.history(of: matter.purchase, earlier: earlier, in: reading))
  }

  private static func judge(_ bought: Bought, _ offer: DeskOffer, _ theirs: Theirs, total: Tally) -> Desk.Judged {
    let (purchase, id) = (bought.matter.purchase, offer.offer.offer)
    var history = bought.history
    if purchase.personID != nil { history.customer = theirs.used.used(of: id) }
    if let group = offer.terms.document.eligibility.group { history.membership = theirs.groups[group] ?? Membership() }
    if let subscription = purchase.subscriptionID {
      history.subscriptionUses = theirs.used.holds(subscription, of: id, but: purchase.orderID)
    }
    history.total = total
    return Desk.Judged(bought.matter, history)
  }
}
