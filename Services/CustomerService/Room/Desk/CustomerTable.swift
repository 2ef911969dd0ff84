import Contracts
import ServiceDomain
import Store
import Terms

/// What lies on the table for one customer, as the door gives it: rows that are the same for everybody are taken as they were written, and
/// only offers on which an order of the customer bears are held against their orders.
struct CustomerTable {
  let table: Table
  /// What whoever asks has read.
  let read: Briefings.Read
  let wanted: Table.Wanted

  /// Some of the rows, as JSON, by their kinds.
  struct Page {
    let rows: [[UInt8]]
    /// Of all pages.
    let total: Int
    let next: DeskPlace?
  }

  /// A row that is about this customer.
  private enum Own {
    case offer(Desk.Row)
    case asked(AskedOffers.Kept)

    var place: DeskPlace {
      switch self {
      case .offer(let row): row.place
      // What they asked last comes first.
      case .asked(let kept):
        DeskPlace(isTheirs: true, tier: Desk.tier(.unknown, yes: false), rank: -kept.at.milliseconds, id: kept.asked.text)
      }
    }
  }

  private typealias Near = [Int: [Table.Bought]]

  private var now: Timestamp { table.now }

  /// HOT: for each customer who calls.
  func page(for person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> Page {
    let top = try table.shelf.top(at: now, in: reading)
    var own = try AskedOffers.unknown(to: person, in: reading).map(Own.asked)
    let groups = top.isAnyForGroup ? try Memberships.of(person, in: reading) : [:]
    let near = try near(person, top, in: reading)
    if !near.isEmpty { own += try rows(near, person, groups, top, in: reading).map(Own.offer) }
    own.sort { $0.place < $1.place }
    let others = others(near, groups, top)
    let page = DeskPage(theirs: own.map(\.place), others: others.count, after: wanted.after, limit: wanted.limit) {
      top.deskPlace(others[$0])
    }
    return Page(
      rows: try written(Array(own[page.theirs]), Array(others[page.others]), groups, top, in: reading), total: own.count + others.count,
      next: page.next)
  }

  // MARK: What is theirs

  /// The customer's orders by the places of the offers on which they bear.
  private func near(_ person: Identifier<Person>, _ top: TableTop, in reading: borrowing some Reading & ~Copyable) throws -> Near {
    var near: Near = [:]
    guard let from = top.standing(at: now).reachesFrom else { return near }
    for one in try table.bought(by: person, since: from, earlier: top.asksForEarlier, in: reading) {
      for number in top.mayBear(one.matter.purchase) {
        let place = top.places[number]
        if place.until >= now, Desk.bears(one.matter.purchase, on: place.offer) { near[number, default: []].append(one) }
      }
    }
    return near
  }

  private func rows(
    _ near: Near, _ person: Identifier<Person>, _ groups: [CustomerGroup: Membership], _ top: TableTop,
    in reading: borrowing some Reading & ~Copyable
  ) throws -> [Desk.Row] {
    // What they used is looked up only where it counts against something.
    let isLimited = near.keys.contains { top.places[$0].isLimited }
    let theirs = isLimited ? try table.theirs(of: person, groups, in: reading) : Table.Theirs(groups: groups)
    var rows: [Desk.Row] = []
    for (number, orders) in near {
      let place = top.places[number]
      guard wanted.fits(place.offer) else { continue }
      let isMember = isMember(of: place, groups)
      let row = try table.row(place.offer, orders, theirs, of: person, isMember: isMember, locale: wanted.locale, in: reading)
      if let row { rows.append(row) }
    }
    return rows
  }

  private func isMember(of place: TableTop.Place, _ groups: [CustomerGroup: Membership]) -> Bool? {
    place.group.map { groups[$0]?.holds(at: now) ?? false }
  }

  // MARK: What is everybody's

  /// The others as they lie for this customer.
  private func others(_ near: Near, _ groups: [CustomerGroup: Membership], _ top: TableTop) -> [TableTop.Lie] {
    let standing = top.standing(at: now)
    if near.isEmpty, wanted.words == nil, !top.isAnyForGroup { return standing.spoken }
    var others: [TableTop.Lie] = []
    others.reserveCapacity(standing.spoken.count)
    var isMoved = false
    for var lie in standing.spoken where near[lie.place] == nil {
      let place = top.places[lie.place]
      guard wanted.fits(place.offer) else { continue }
      if isMember(of: place, groups) == false, let tier = Desk.tier(alone: standing.phases[lie.place], isMember: false), tier != lie.tier {
        lie.tier = tier
        isMoved = true
      }
      others.append(lie)
    }
    if isMoved { others.sort() }
    return others
  }

  // MARK: As JSON

  /// Both as they lie on one page: each is in that order already.
  private func written(
    _ own: [Own], _ others: [TableTop.Lie], _ groups: [CustomerGroup: Membership], _ top: TableTop,
    in reading: borrowing some Reading & ~Copyable
  ) throws -> [[UInt8]] {
    let sheets = try SheetShelf.age(in: reading)
    let phases = top.standing(at: now).phases
    var plain = top.plain(wanted.locale, sheets: sheets)
    var isAnyNew = false
    var rows: [[UInt8]] = []
    rows.reserveCapacity(own.count + others.count)
    var left = own[...]
    for lie in others {
      while let first = left.first, first.place.liesAbove(top.deskPlace(lie)) {
        rows.append(try json(left.removeFirst(), sheets, in: reading))
      }
      let place = top.places[lie.place]
      let isMember = isMember(of: place, groups)
      let index = TableTop.index(lie.place, isStranger: isMember == false, isLocked: read.locks(place.offer) != nil)
      if let known = plain[index], known.phase == phases[lie.place] {
        rows.append(known.json)
        continue
      }
      guard let row = Desk.row(place.offer, [], isMember: isMember, locale: wanted.locale, at: now) else { continue }
      let made = TableTop.Plain(phase: row.phase, json: try json(.offer(row), sheets, in: reading))
      rows.append(made.json)
      plain[index] = made
      isAnyNew = true
    }
    for row in left { rows.append(try json(row, sheets, in: reading)) }
    if isAnyNew { top.keep(plain, wanted.locale, sheets: sheets) }
    return rows
  }

  private func json(_ own: Own, _ sheets: Int64, in reading: borrowing some Reading & ~Copyable) throws -> [UInt8] {
    switch own {
    case .asked(let kept): return OfferJSON.unknown(kept, at: now).bytes
    case .offer(let row):
      let say = try table.shelf.sheets.line(row.offer, locale: wanted.locale, at: now, age: sheets, in: reading)
      return OfferJSON.row(row, locale: wanted.locale, read, say: say, at: now).bytes
    }
  }
}
