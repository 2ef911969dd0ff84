import Contracts
import HTTP
import Host
import ServiceDomain
import Store
import Terms

/// The doors of the desk: what is on the table, and why something is not.
struct OfferRoutes: Sendable {
  let desk: DepartmentDesk
  let shelf: OfferShelf

  /// In which language, and how the customer calls it.
  private static let query: [String: RequestForm] = ["locale": .language, "called": .text(max: 1_000)]
  private static let pageQuery = query.merging(["limit": .number(1...Int64(pageMax)), "after": .longID]) { $1 }

  var routes: [Route] {
    [
      Route(
        .get, "/v1/customers/{id}/offers", "the offers on the table for a customer: ?locale=BCP47&called=WORDS&limit=N&after=CURSOR",
        lane: .brief, isBrief: Self.isBrief, query: Self.pageQuery
      ) {
        request, parameters in
        desk.question(request) { snapshot, asker in try customer(parameters["id"], request, asker, snapshot) }
      },
      Route(
        .get, "/v1/orders/{order}/offers", "the offers on the table for one order: ?locale=BCP47&called=WORDS&limit=N&after=CURSOR",
        lane: .brief, isBrief: Self.isBrief, query: Self.pageQuery
      ) {
        request, parameters in
        desk.question(request) { snapshot, asker in try order(parameters["order"], request, asker, snapshot) }
      },
      Route(
        .get, "/v1/orders/{order}/offers/{offer}", "why an order gets what it gets of an offer, with all that was looked at",
        query: Self.query
      ) {
        request, parameters in
        desk.question(request) { snapshot, asker in
          try why(parameters["order"], parameters["offer"], request, asker, snapshot)
        }
      },
    ]
  }

  private func table() -> Table { Table(shelf: shelf, now: desk.clock.now()) }

  // MARK: Pages

  /// What an agent looks through while somebody is on the phone. What bears on the customer comes first.
  private static let pageUsual = 50
  private static let pageMax = 1_000

  /// A page as long as an agent looks at, unsearched: 0.2 ms of work. A whole table, or words held against every name, may take many times that.
  private static let isBrief: @Sendable (Request) -> Bool = { request in
    request.query("called") == nil && request.query("limit").map { Int($0).map { $0 <= pageUsual } ?? true } ?? true
  }

  private struct Refused: Error { let answer: Response }

  private func wanted(_ request: Request) throws(Refused) -> Table.Wanted {
    guard let limit = Int(request.query("limit") ?? "\(Self.pageUsual)"), (1...Self.pageMax).contains(limit) else {
      throw Refused(
        answer: .problem(
          status: 400, code: "limit",
          detail: "limit is a number from 1 to \(Self.pageMax); correct it, or leave it out for \(Self.pageUsual)"))
    }
    let cursor = request.query("after")
    let after = cursor.flatMap(DeskPlace.init(cursor:))
    guard cursor == nil || after != nil else {
      throw Refused(
        answer: .problem(
          status: 400, code: "cursor", detail: "after takes what the last page gave as next; leave it out for the first page"))
    }
    return Table.Wanted(words: request.query("called").flatMap { $0.isEmpty ? nil : $0 }, after: after, limit: limit)
  }

  /// `total` counts the rows of all pages; `next` is where the next one begins.
  private func members(_ total: Int, _ next: DeskPlace?) -> [JSON.Member] {
    [.init("total", .integer(Int64(total)))] + (next.map { [.init("next", .string($0.cursor))] } ?? [])
  }

  private func customer(
    _ text: String, _ request: Request, _ asker: Principal, _ snapshot: borrowing Snapshot
  ) throws -> Response {
    guard let person = try? Identifier<Person>(text) else { return .noID(text, "customer") }
    var wanted: Table.Wanted
    do throws(Refused) { wanted = try self.wanted(request) } catch { return error.answer }
    let table = table()
    let read = try Briefings.read(by: asker, in: snapshot)
    let known = try Customers.find(person, in: snapshot)
    wanted.locale = request.query("locale") ?? known?.locale
    let page = try CustomerTable(table: table, read: read, wanted: wanted).page(for: person, in: snapshot)
    return .json(
      encoded: OfferJSON.table(
        [
          .init("person_id", .string(person.text)), .init("known", .bool(known != nil)), .init("at", .string(table.now.description)),
        ] + members(page.total, page.next), page.rows))
  }

  private func order(
    _ text: String, _ request: Request, _ asker: Principal, _ snapshot: borrowing Snapshot
  ) throws -> Response {
    guard let order = try? Identifier<Order>(text) else { return .noID(text, "order") }
    var wanted: Table.Wanted
    do throws(Refused) { wanted = try self.wanted(request) } catch { return error.answer }
    let table = table()
    guard let found = try table.bought(order, in: snapshot) else { return .noOrder(order) }
    let person = found.matter.purchase.personID
    wanted.locale = try request.query("locale") ?? person.flatMap { try Customers.find($0, in: snapshot)?.locale }
    let page = try table.page(found, wanted, in: snapshot)
    let read = try Briefings.read(by: asker, in: snapshot)
    var head: [JSON.Member] = [.init("order_id", .string(order.text))]
    if let person { head.append(.init("person_id", .string(person.text))) }
    head.append(.init("at", .string(table.now.description)))
    return .json(
      .object(
        head + members(page.total, page.next) + [
          .init("offers", .array(try json(page.rows, wanted.locale, read, at: table.now, in: snapshot)))
        ]))
  }

  /// The rows, each with the words to speak of it.
  private func json(
    _ rows: [Desk.Row], _ locale: String?, _ read: Briefings.Read, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [JSON] {
    let age = try SheetShelf.age(in: reading)
    return try rows.map { row in
      let say = try shelf.sheets.line(row.offer, locale: locale, at: now, age: age, in: reading)
      return OfferJSON.row(row, locale: locale, read, say: say, at: now)
    }
  }

  private func why(
    _ orderText: String, _ offerText: String, _ request: Request, _ asker: Principal, _ snapshot: borrowing Snapshot
  ) throws -> Response {
    guard let order = try? Identifier<Order>(orderText) else { return .noID(orderText, "order") }
    guard let offer = try? Identifier<Offer>(offerText) else { return .noID(offerText, "offer") }
    let table = table()
    guard let found = try table.judged(order, offer, in: snapshot) else {
      guard try shelf.find(offer, in: snapshot) != nil else {
        return .problem(
          status: 404, code: "no_offer",
          detail:
            "nothing was heard of an offer \(offer); marketing names it when it is versioned, `accord offers` lists what is on the table")
      }
      return .noOrder(order)
    }
    if let version = try Briefings.read(by: asker, in: snapshot).locks(found.offer), let agent = asker.colleagueID {
      return try BriefingDoors.locked(agent, version, found.offer.known, shelf, asker, at: table.now, in: snapshot)
    }
    let whyNot = WhyNot(found.offer, found.judged, at: table.now)
    let person = found.judged.matter.purchase.personID
    let locale = try request.query("locale") ?? person.flatMap { try Customers.find($0, in: snapshot)?.locale }
    return .json(OfferJSON.why(whyNot, captured: found.judged.matter.message, locale: locale, at: table.now))
  }
}
