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

  var routes: [Route] {
    [
      Route(.get, "/v1/customers/{id}/offers", "the offers on the table for a customer: ?locale=BCP47&called=WORDS", query: Self.query) {
        request, parameters in
        desk.question(request) { snapshot, asker in try customer(parameters["id"], request, asker, snapshot) }
      },
      Route(.get, "/v1/orders/{order}/offers", "the offers on the table for one order: ?locale=BCP47&called=WORDS", query: Self.query) {
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

  private func customer(
    _ text: String, _ request: Request, _ asker: Principal, _ snapshot: borrowing Snapshot
  ) throws -> Response {
    guard let person = try? Identifier<Person>(text) else { return .noID(text, "customer") }
    let table = table()
    let read = try Briefings.read(by: asker, in: snapshot)
    let known = try Customers.find(person, in: snapshot)
    let locale = request.query("locale") ?? known?.locale
    let words = request.query("called").flatMap { $0.isEmpty ? nil : $0 }
    let rows = try CustomerTable(table: table, locale: locale, read: read, words: words).rows(for: person, in: snapshot)
    let unknown = try AskedOffers.unknown(to: person, in: snapshot).map { OfferJSON.unknown($0, at: table.now).bytes }
    return .json(
      encoded: OfferJSON.table(
        [
          .init("person_id", .string(person.text)), .init("known", .bool(known != nil)), .init("at", .string(table.now.description)),
        ], rows + unknown))
  }

  private func order(
    _ text: String, _ request: Request, _ asker: Principal, _ snapshot: borrowing Snapshot
  ) throws -> Response {
    guard let order = try? Identifier<Order>(text) else { return .noID(text, "order") }
    let table = table()
    guard let found = try table.rows(for: order, locale: request.query("locale"), in: snapshot) else { return .noOrder(order) }
    let person = found.matter.purchase.personID
    let locale = try request.query("locale") ?? person.flatMap { try Customers.find($0, in: snapshot)?.locale }
    let rows = locale == request.query("locale") ? found.rows : try table.rows(for: order, locale: locale, in: snapshot)?.rows ?? []
    let read = try Briefings.read(by: asker, in: snapshot)
    var members: [JSON.Member] = [.init("order_id", .string(order.text))]
    if let person { members.append(.init("person_id", .string(person.text))) }
    members.append(.init("at", .string(table.now.description)))
    members.append(.init("offers", .array(try json(called(rows, request), locale, read, at: table.now, in: snapshot))))
    return .json(.object(members))
  }

  /// The rows, each with the words to speak of it.
  private func json(
    _ rows: [Desk.Row], _ locale: String?, _ read: Briefings.Read, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [JSON] {
    let age = try SheetShelf.age(in: reading)
    return try rows.map { row in
      OfferJSON.row(row, locale: locale, read, say: try shelf.sheets.line(row.offer, locale: locale, at: now, age: age, in: reading))
    }
  }

  private func called(_ rows: [Desk.Row], _ request: Request) -> [Desk.Row] {
    guard let words = request.query("called"), !words.isEmpty else { return rows }
    return rows.filter { $0.offer.answers(to: words) }
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
