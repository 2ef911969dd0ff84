import Contracts
import ServiceDomain
import Store
import Terms

/// What lies on the table for one customer, as the door gives it: rows that are the same for everybody are taken as they were written, and
/// only offers on which an order of the customer bears are held against their orders.
struct CustomerTable {
  let table: Table
  /// BCP 47; nil where nothing is known.
  let locale: String?
  /// What whoever asks has read.
  let read: Briefings.Read
  /// What the customer says; nil where all are wanted.
  let words: String?

  private var now: Timestamp { table.now }

  /// The rows of offers, in their order, as JSON. HOT: for each customer who calls.
  func rows(for person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> [[UInt8]] {
    let top = try table.shelf.top(at: now, in: reading)
    guard let from = top.reachesFrom(at: now) else { return [] }
    let bought = try table.bought(by: person, since: from, in: reading)
    let groups = top.isAnyForGroup ? try Memberships.of(person, in: reading) : [:]
    let theirs = bought.isEmpty ? Table.Theirs(groups: groups) : try table.theirs(of: person, groups, in: reading)
    let sheets = try SheetShelf.age(in: reading)
    var plain = top.plain(locale, sheets: sheets)
    var isAnyNew = false
    var near: [Int: [Table.Bought]] = [:]
    for one in bought {
      for place in top.mayBear(one.matter.purchase) where Desk.bears(one.matter.purchase, on: top.places[place].offer) {
        near[place, default: []].append(one)
      }
    }
    var tiers = [[[UInt8]]](repeating: [], count: Desk.tiers)
    for (number, place) in top.places.enumerated() where place.until >= now {
      let offer = place.offer
      if let words, !offer.answers(to: words) { continue }
      let isMember = place.group.map { theirs.groups[$0]?.holds(at: now) ?? false }
      if let orders = near[number] {
        if let row = try table.row(offer, orders, theirs, of: person, isMember: isMember, locale: locale, in: reading) {
          tiers[Desk.tier(row.kind, yes: row.yes)].append(try json(row, sheets, in: reading).bytes)
        }
        continue
      }
      let phase = offer.phase(at: now)
      let index = TableTop.index(number, isStranger: isMember == false, isLocked: read.locks(offer) != nil)
      if let known = plain[index], known.phase == phase {
        if let tier = known.tier { tiers[tier].append(known.json) }
        continue
      }
      let made = try write(offer, phase, isMember, sheets, in: reading)
      if let tier = made.tier { tiers[tier].append(made.json) }
      plain[index] = made
      isAnyNew = true
    }
    if isAnyNew { top.keep(plain, locale, sheets: sheets) }
    return tiers.flatMap(\.self)
  }

  /// The row of an offer on which nothing bears.
  private func write(
    _ offer: DeskOffer, _ phase: DeskOffer.Phase, _ isMember: Bool?, _ sheets: Int64, in reading: borrowing some Reading & ~Copyable
  ) throws -> TableTop.Plain {
    guard let row = Desk.row(offer, [], isMember: isMember, locale: locale, at: now) else {
      return TableTop.Plain(phase: phase, tier: nil, json: [])
    }
    return TableTop.Plain(phase: phase, tier: Desk.tier(row.kind, yes: row.yes), json: try json(row, sheets, in: reading).bytes)
  }

  private func json(_ row: Desk.Row, _ sheets: Int64, in reading: borrowing some Reading & ~Copyable) throws -> JSON {
    OfferJSON.row(
      row, locale: locale, read, say: try table.shelf.sheets.line(row.offer, locale: locale, at: now, age: sheets, in: reading))
  }
}
