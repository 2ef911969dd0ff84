import Contracts
import HTTP
import Host
import LedgerRoom
import Store
import TestKit
import Testing
import Wire

/// What customer service and marketing answer about what they heard.
struct HearerDoorTests {
  /// Deliveries of orders, as a ledger tells of them.
  private func deliveries(_ drafts: [OrderDraft]) throws -> [Delivery] {
    let ledger = try Premises(LedgerProgram.department)
    for (number, draft) in drafts.enumerated() { try ledger.capture(draft, key: "\(number)") }
    return try ledger.told()
  }

  private func drafts(_ count: Int, of person: String, instants: Int64) -> [OrderDraft] {
    (0..<count).map { number in
      var draft = OrderDraft("\(person)-\(number)")
      draft.personID = person
      // Several in the same instant: a feed that knows only the day.
      draft.placedAt = OrderDraft.day.adding(.seconds(-60 * (Int64(number) * 7 % instants)))
      return draft
    }
  }

  private struct Entry: Hashable {
    let time: String
    let order: String
  }

  private func page(_ service: Premises, _ person: String, limit: Int?, before: String?) throws -> (entries: [Entry], next: String?) {
    var query = limit.map { [("limit", "\($0)")] } ?? []
    if let before { query.append(("before", before)) }
    let answer = service.ask(.get, "/v1/customers/\(person)/timeline", query: query)
    #expect(answer.status == 200)
    let json = try answer.json
    #expect(json["person_id"] == .string(person))
    let entries = try #require(json["entries"]?.array).map { Entry(time: $0["time"]?.string ?? "", order: $0["order_id"]?.string ?? "") }
    return (entries, json["next"]?.string)
  }

  @Test(arguments: [1, 2, 7, 24, 25, 26, 1_000]) func `a timeline is read page by page, whole and once`(limit: Int) throws {
    let service = try Premises(Hearer.service.department)
    try service.hear(
      deliveries(drafts(25, of: "ada", instants: 4) + drafts(5, of: "bob", instants: 5)), through: Hearer.service)
    let whole = try page(service, "ada", limit: nil, before: nil)
    #expect(whole.entries.count == 25 && whole.next == nil && Set(whole.entries).count == 25)
    #expect(whole.entries.map(\.time) == whole.entries.map(\.time).sorted(by: >))
    #expect(whole.entries.allSatisfy { $0.order.hasPrefix("ada-") })

    var read: [Entry] = []
    var pages = 0
    var cursor: String?
    repeat {
      let part = try page(service, "ada", limit: limit, before: cursor)
      #expect(part.entries.count <= limit)
      read += part.entries
      cursor = part.next
      pages += 1
    } while cursor != nil && pages < 100
    #expect(read == whole.entries)
    #expect(pages <= 25 / limit + 1)
  }

  @Test func `what comes in between two pages moves nothing that was read`() throws {
    let service = try Premises(Hearer.service.department)
    let all = try deliveries(drafts(20, of: "ada", instants: 20))
    try service.hear(Array(all.prefix(10)), through: Hearer.service)
    let first = try page(service, "ada", limit: 4, before: nil)
    let rest = try page(service, "ada", limit: 100, before: first.next)
    try service.hear(Array(all.dropFirst(10)), through: Hearer.service)
    let later = try page(service, "ada", limit: 100, before: first.next)
    // Everything of before is still behind the cursor, in its order, and nothing of the first page comes again.
    #expect(later.entries.filter { Set(rest.entries).contains($0) } == rest.entries)
    #expect(Set(later.entries).isDisjoint(with: first.entries))
  }

  @Test(
    arguments: [
      ("limit", "0"), ("limit", "1001"), ("limit", "-1"), ("limit", ""), ("limit", "ten"), ("limit", "99999999999999999999"),
      ("before", ""), ("before", "7"), ("before", "7."), ("before", "7.8.9"), ("before", "a.b"), ("before", "99999999999999999999.1"),
    ]) func `a page that cannot be is refused with what to write`(name: String, value: String) throws
  {
    let service = try Premises(Hearer.service.department)
    let answer = service.ask(.get, "/v1/customers/ada/timeline", query: [(name, value)])
    #expect(try problem(answer, 400) == (name == "limit" ? "limit" : "cursor"))
  }

  @Test func `whoever bought nothing has an empty timeline, and what is no id is no customer`() throws {
    let service = try Premises(Hearer.service.department)
    let nobody = try page(service, "nobody", limit: nil, before: nil)
    #expect(nobody.entries == [] && nobody.next == nil)
    #expect(try problem(service.ask(.get, "/v1/customers/two words/timeline"), 400) == "id")
    #expect(try problem(service.ask(.get, "/v1/customers/\(String(repeating: "x", count: 129))/timeline"), 400) == "id")
  }

  @Test func `totals and single entries agree with what was heard`() throws {
    var anonymous = OrderDraft("anonymous")
    anonymous.personID = nil
    let told = try deliveries(drafts(6, of: "ada", instants: 3) + drafts(2, of: "bob", instants: 2) + [anonymous])

    let service = try Premises(Hearer.service.department)
    try service.hear(told + told, through: Hearer.service)
    #expect(try service.ask(.get, "/v1/timeline").json == .object([.init("entries", .integer(9)), .init("customers", .integer(2))]))

    let marketing = try Premises(Hearer.marketing.department)
    #expect(try marketing.ask(.get, "/v1/buyers").json == .object([.init("buyers", .integer(0)), .init("orders", .integer(0))]))
    try marketing.hear(told + told, through: Hearer.marketing)
    #expect(try marketing.ask(.get, "/v1/buyers").json == .object([.init("buyers", .integer(2)), .init("orders", .integer(9))]))
    let ada = try marketing.ask(.get, "/v1/buyers/ada").json
    #expect(ada["orders"] == .integer(6) && ada["last_placed_at"] == .string(OrderDraft.day.description))
    #expect(ada["first_placed_at"] == .string(OrderDraft.day.adding(.seconds(-120)).description))
    #expect(try problem(marketing.ask(.get, "/v1/buyers/cid"), 404) == "no_buyer")
    #expect(try problem(marketing.ask(.get, "/v1/buyers/two words"), 400) == "id")

    // Each tells of a message what it made of it.
    let (first, last) = (try Envelope(decoding: told[0].event).id, try Envelope(decoding: told[8].event).id)
    let noted = try service.ask(.get, "/v1/messages/\(first)").json
    #expect(noted["role"] == .string("handler") && noted["position"] == .integer(4_096))
    #expect(noted["sentences"]?.strings?.first?.contains("on the timeline of ada: ordered ada-0") == true)
    let nobodys = try service.ask(.get, "/v1/messages/\(last)").json
    #expect(nobodys["sentences"]?.strings?.first?.contains("nobody's by name") == true)
    let counted = try marketing.ask(.get, "/v1/messages/\(last)").json
    #expect(counted["sentences"]?.strings?.first?.contains("counts for nobody") == true)
  }
}
