import Contracts
import HTTP
import Host
import ServiceDomain
import Store

/// Customer service's doors: what happened to customers, and what the ledger's chain was when it was told.
struct API: Sendable {
  let desk: DepartmentDesk
  private let shelf = OfferShelf()

  init(desk: DepartmentDesk) { self.desk = desk }

  private static let pageMax = 1_000

  var routes: [Route] {
    [
      Route(
        .get, "/v1/customers/{id}/timeline", "what happened to a customer, latest first: ?limit=N&before=CURSOR",
        query: ["limit": .number(1...1_000), "before": .text(max: 64)]
      ) {
        request, parameters in
        desk.question(request) { snapshot in try timeline(parameters["id"], request, snapshot) }
      },
      Route(.get, "/v1/orders/{order}/timeline", "what happened to an order, whoever's it is, latest first") { request, parameters in
        desk.question(request) { snapshot in try timeline(ofOrder: parameters["order"], snapshot) }
      },
      Route(.get, "/v1/timeline", "how many entries and customers there are on all timelines") { request, _ in
        desk.question(request) { snapshot in
          let totals = try Heard.totals(in: snapshot)
          return .json(.object([.init("entries", .integer(totals.facts)), .init("customers", .integer(totals.customers))]))
        }
      },
      Route(.get, "/v1/chain", "the heads of the ledger's chain as they were told, latest first") { request, _ in
        desk.question(request) { snapshot in
          .json(.object([.init("heads", .array(try ChainHeads.latest(100, in: snapshot)))]))
        }
      },
    ] + OfferRoutes(desk: desk, shelf: shelf).routes + CaseDoors(desk: desk).routes + HoldDoors(desk: desk).routes
      + PromiseDoors(desk: desk, shelf: shelf).routes + CapacityDoors(desk: desk, shelf: shelf).routes
      + HonourDoors(desk: desk, shelf: shelf).routes + ApprovalDoors(desk: desk, shelf: shelf).routes
      + AskDoors(desk: desk, shelf: shelf).routes + Advances.routes(desk)
      + words
  }

  /// What may be said of offers, who says it and when.
  private var words: [Route] {
    RosterDoors(desk: desk, shelf: shelf).routes + BriefingDoors(desk: desk, shelf: shelf).routes
      + SheetDoors(desk: desk, shelf: shelf).routes
      + AnswerDoors(desk: desk, shelf: shelf).routes + Counterparts(desk: desk, shelf: shelf).routes
      + WordTasks(desk: desk, shelf: shelf).routes
  }

  private func timeline(_ text: String, _ request: Request, _ snapshot: borrowing Snapshot) throws -> Response {
    guard let person = try? Identifier<Person>(text) else { return .noID(text, "customer") }
    guard let limit = Int(request.query("limit") ?? "100"), (1...Self.pageMax).contains(limit) else {
      return .problem(status: 400, code: "limit", detail: "limit is a number from 1 to \(Self.pageMax); correct the query")
    }
    guard let before = Cursor(request.query("before")) else {
      return .problem(status: 400, code: "cursor", detail: "before takes what the last page gave as next; leave it out for the first page")
    }
    let found = try Heard.of(person, before: (before.time, before.position), limit: limit, in: snapshot)
    var members: [JSON.Member] = [.init("person_id", .string(person.text))]
    if let known = try Customers.find(person, in: snapshot) {
      if let kind = known.kind { members.append(.init("kind", .string(kind))) }
      if let locale = known.locale { members.append(.init("locale", .string(locale))) }
      members.append(.init("contacts", known.contacts))
    }
    members.append(.init("entries", .array(found.map(Timeline.json))))
    if found.count == limit, let last = found.last {
      members.append(.init("next", .string("\(last.time.milliseconds).\(last.position)")))
    }
    return .json(.object(members))
  }

  private func timeline(ofOrder text: String, _ snapshot: borrowing Snapshot) throws -> Response {
    guard let order = try? Identifier<Order>(text) else { return .noID(text, "order") }
    let found = try Heard.about(order.text, in: snapshot).sorted { ($0.time, $0.position) > ($1.time, $1.position) }
    guard !found.isEmpty else { return .noOrder(order) }
    var members: [JSON.Member] = [.init("order_id", .string(order.text))]
    if let person = found.lazy.compactMap(\.person).first { members.append(.init("person_id", .string(person.text))) }
    members.append(.init("entries", .array(found.map(Timeline.json))))
    return .json(.object(members))
  }

  /// Where a page begins: the time and the place of the last entry of the page before.
  private struct Cursor {
    var time = Int64.max
    var position = Int64.max

    init?(_ text: String?) {
      guard let text else { return }
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let time = Int64(parts[0]), let position = Int64(parts[1]) else { return nil }
      self.time = time
      self.position = position
    }
  }
}

extension Response {
  /// What was asked about cannot be a name.
  static func noID(_ text: String, _ noun: String) -> Response {
    .problem(
      status: 400, code: "\(noun)_id", detail: "“\(text)” is no \(noun)'s id; ids have no spaces and at most 128 characters")
  }

  static func noOrder(_ order: Identifier<Order>) -> Response {
    .problem(
      status: 404, code: "no_order",
      detail: "nothing was heard of an order \(order); check its id, or wait until the ledger has told of it (`accord status`)")
  }
}
