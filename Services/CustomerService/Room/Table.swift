import Contracts
import ServiceDomain
import Store
import Terms

/// What lies on the table for a customer or for one order: offers that may be spoken of, each held against what was bought.
struct Table {
  let shelf: OfferShelf
  let now: Timestamp

  /// The orders of a customer to which anything happened since `from`, latest first.
  func bought(
    by person: Identifier<Person>, since from: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Bought] {
    try Matters.orders(of: person, since: from, in: reading).compactMap { try bought($0, in: reading) }
  }

  /// For one order, whoever's it is. Nil where no such order was heard of.
  func rows(
    for order: Identifier<Order>, locale: String?, in reading: borrowing some Reading & ~Copyable
  ) throws -> (matter: Matter, rows: [Desk.Row])? {
    guard let one = try bought(order, in: reading) else { return nil }
    let theirs = try known(of: one.matter.purchase.personID, in: reading)
    return (
      one.matter,
      try rows(try offers(in: reading), one, theirs, of: one.matter.purchase.personID, locale: locale, in: reading)
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

  private func rows(
    _ offers: [DeskOffer], _ bought: Bought, _ theirs: Theirs, of person: Identifier<Person>?, locale: String?,
    in reading: borrowing some Reading & ~Copyable
  ) throws -> [Desk.Row] {
    Desk.sorted(
      try offers.compactMap { offer in
        let isMember = offer.terms.document.eligibility.group.map { theirs.groups[$0]?.holds(at: now) ?? false }
        return try row(offer, [bought], theirs, of: person, isMember: isMember, locale: locale, isOneOrder: true, in: reading)
      })
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

  private func offers(in reading: borrowing some Reading & ~Copyable) throws -> [DeskOffer] {
    var offers: [DeskOffer] = []
    for place in try shelf.top(at: now, in: reading).places where place.until >= now { offers.append(place.offer) }
    return offers
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

  private func bought(_ order: Identifier<Order>, in reading: borrowing some Reading & ~Copyable) throws -> Bought? {
    // An offer that nobody knows any more has no group: its remedies still count as money on the line.
    let matter = try Matters.find(order, group: { (try? shelf.group($0, in: reading)) ?? nil }, in: reading)
    guard let matter else { return nil }
    return Bought(matter: matter, history: try Matters.history(of: matter.purchase, in: reading))
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
