import Contracts
import ServiceDomain
import Store
import Terms

/// What lies on the table for a customer or for one order: offers that may be spoken of, each held against what was bought.
struct Table {
  let shelf: OfferShelf
  let now: Timestamp

  /// For a customer, with the orders of theirs that any of the offers reaches.
  func rows(
    for person: Identifier<Person>, locale: String?, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Desk.Row] {
    let offers = try offers(in: reading)
    guard let from = offers.map(\.terms.lookBackFrom).min() else { return [] }
    let theirs = try known(of: person, in: reading)
    var bought: [Bought] = []
    for order in try Matters.orders(of: person, since: from, in: reading) {
      if let one = try self.bought(order, in: reading) { bought.append(one) }
    }
    return try rows(offers, bought, theirs, of: person, locale: locale, in: reading)
  }

  /// For one order, whoever's it is. Nil where no such order was heard of.
  func rows(
    for order: Identifier<Order>, locale: String?, in reading: borrowing some Reading & ~Copyable
  ) throws -> (matter: Matter, rows: [Desk.Row])? {
    guard let one = try bought(order, in: reading) else { return nil }
    let theirs = try known(of: one.matter.purchase.personID, in: reading)
    return (
      one.matter,
      try rows(try offers(in: reading), [one], theirs, of: one.matter.purchase.personID, locale: locale, isOneOrder: true, in: reading)
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
  private struct Bought {
    let matter: Matter
    let history: History
  }

  /// What is known of the customer whichever order it is.
  private struct Theirs {
    var used = UseFold()
    var groups: [CustomerGroup: Membership] = [:]
  }

  private func rows(
    _ offers: [DeskOffer], _ bought: [Bought], _ theirs: Theirs, of person: Identifier<Person>?, locale: String?, isOneOrder: Bool = false,
    in reading: borrowing some Reading & ~Copyable
  ) throws -> [Desk.Row] {
    var rows: [Desk.Row] = []
    for offer in offers {
      let total = offer.terms.document.limits.total == nil ? Tally() : try Uses.total(of: offer.offer.offer, in: reading)
      let judged = bought.map { Self.judge($0, offer, theirs, total: total) }
      let isMember = offer.terms.document.eligibility.group.map { theirs.groups[$0]?.holds(at: now) ?? false }
      let matched =
        try offer.match == nil ? ParityMatch.Given() : Requests.matched(offer.offer.offer, for: person, in: reading)
      let row = Desk.row(
        offer, judged, isMember: isMember, locale: locale, isOneOrder: isOneOrder, matched: matched, at: now)
      if let row { rows.append(row) }
    }
    return Desk.sorted(rows)
  }

  private func offers(in reading: borrowing some Reading & ~Copyable) throws -> [DeskOffer] {
    var offers: [DeskOffer] = []
    for id in try Offers.onTable(at: now, in: reading) {
      if let offer = try shelf.find(id, in: reading) { offers.append(offer) }
    }
    return offers
  }

  private func known(of person: Identifier<Person>?, in reading: borrowing some Reading & ~Copyable) throws -> Theirs {
    guard let person else { return Theirs() }
    return Theirs(used: UseFold(try Uses.remedies(of: person, in: reading)), groups: try Memberships.of(person, in: reading))
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
