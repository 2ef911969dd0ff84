import Contracts
import Testing

/// Rules of facts that no schema says.
@Suite struct FactRuleTests {
  struct Broken: CustomTestStringConvertible {
    let type: String
    let pointer: String
    let value: JSON
    let rule: ContractRule
    init(_ type: String, _ pointer: String, _ value: JSON, _ rule: ContractRule) {
      self.type = type
      self.pointer = pointer
      self.value = value
      self.rule = rule
    }
    var testDescription: String { "\(type) \(pointer) = \(value.text.prefix(40))" }
  }

  private static let dollar: JSON = ["amount_minor": 1, "currency": "USD"]
  private static let mixed = ContractRule.currencies(MoneyTests.euro, MoneyTests.currency("USD"))
  private static let digest = String(repeating: "A", count: 64)

  static let broken: [Broken] = [
    Broken("ledger.order.returned.v1", "/clawed_back", dollar, mixed), Broken("ledger.order.returned.v1", "/shipping", dollar, mixed),
    Broken("ledger.order.returned.v1", "/refund/1/amount", dollar, mixed),
    Broken("ledger.order.cancelled.v1", "/clawed_back", dollar, mixed),
    Broken("ledger.order.cancelled.v1", "/refund/0/amount", dollar, mixed),
    Broken("ledger.order.amended.v1", "/lines/1/paid", dollar, mixed),
    Broken("ledger.order.amended.v1", "/tenders/0/amount", dollar, mixed),
    Broken("ledger.order.amended.v1", "/lines/1/line_id", "1", .repeated("1")),
    Broken("ledger.order.amended.v1", "/under", "spring", .offerVersion("spring")),
    Broken("ledger.subscription.changed.v1", "/carries", "spring@0", .offerVersion("spring@0")),
    Broken("ledger.subscription.changed.v1", "/channel", "Tele Phone", .notAWord("Tele Phone")),
    Broken("ledger.budget.advanced.v1", "/outstanding", dollar, mixed),
    Broken("ledger.remedy.granted.v1", "/lines/1/amount", dollar, mixed),
    Broken("ledger.remedy.granted.v1", "/tax/0/amount", dollar, mixed),
    Broken("ledger.remedy.granted.v1", "/destination/tenders/0/amount", dollar, mixed),
    Broken("ledger.remedy.granted.v1", "/already/amount", dollar, mixed),
    Broken("ledger.remedy.granted.v1", "/tax/0/jurisdiction", "New York", .notAWord("New York")),
    Broken("ledger.remedy.posted.v1", "/remedy_id", "a/b", .remedyID("a/b")),
    Broken("ledger.remedy.posted.v1", "/remedy_id", "a/b#0", .remedyID("a/b#0")),
    Broken("ledger.remedy.posted.v1", "/remedy_id", "a/b#01", .remedyID("a/b#01")),
    Broken("ledger.refund.refused.v1", "/remedy_id", "a b#1", .remedyID("a b#1")),
    Broken("ledger.chain.anchored.v1", "/head", .string(digest), .notADigest(digest)),
    Broken("marketing.offer.versioned.v1", "/terms_hash", "abc", .notADigest("abc")),
    Broken("ledger.look_back.completed.v1", "/refused/Not a word", 1, .notAWord("Not a word")),
    Broken("ledger.look_back.completed.v1", "/refused/late", -1, .outOfRange(-1, 0...Int64.max)),
    Broken("ledger.look_back.completed.v1", "/sum/currency", "eur", .currency("eur")),
    Broken("marketing.message.planned.v1", "/reason", "Why not", .notAWord("Why not")),
    Broken("ledger.customer.known.v1", "/contacts/0/channel", "", .notAWord("")),
    Broken("ledger.policy.published.v1", "/name", "Look back", .notAWord("Look back")),
    Broken("marketing.audience.listed.v1", "/audience_id", "two words", .identifier(.character(0x20))),
    Broken("ledger.membership.changed.v1", "/kind", "club", .unknownWord("club", allowed: ["list", "segment"])),
    Broken("ledger.membership.changed.v1", "/group_id", "two words", .identifier(.character(0x20))),
    Broken("ledger.membership.changed.v1", "/revision", 0, .outOfRange(0, 1...Int64.max)),
    Broken("ledger.membership.changed.v1", "/members", [], .empty),
    Broken("ledger.membership.changed.v1", "/members/1/person_id", "", .identifier(.length(0))),
    Broken("ledger.membership.changed.v1", "/members/1/until", "soon", .timestamp(.shape)),
    Broken("ledger.order.shipped.v1", "/shipped_at", "2026-05-08 and some more text", .timestamp(.shape)),
  ]

  @Test(arguments: broken) func `is broken at its place`(_ row: Broken) throws {
    let sample = try #require(FactTests.full.first { $0.event.type == row.type })
    let path = row.pointer.split(separator: "/").map(String.init)
    let tree = try sample.tree.changed(at: path.dropLast()) { $0.object == nil ? $0 : $0.with(path.last!, row.value) }
    let fault = #expect(throws: ContractFault.self) { try sample.decode(tree) }
    #expect(fault == .broken(row.rule, at: row.pointer))
  }

  @Test func `a version without an offer, or an offer without a version, is neither`() throws {
    let sample = try #require(FactTests.full.first { $0.event.type == "ledger.remedy.posted.v1" })
    for name in ["offer_id", "version"] {
      let fault = #expect(throws: ContractFault.self) { try sample.decode(sample.tree.without(name)) }
      #expect(fault == .broken(.missing(name), at: ""))
    }
    #expect(try sample.decode(sample.tree.without("offer_id").without("version")) != nil)
  }

  @Test func `a document has a bound`() throws {
    let sample = try #require(FactTests.full.first { $0.event.type == PolicyPublished.type })
    func tree(_ count: Int) throws -> JSON { try sample.tree.with("document", ["t": .string(String(repeating: "d", count: count - 8))]) }
    _ = try sample.decode(tree(Limits.documentBytesMax))
    let fault = #expect(throws: ContractFault.self) { try sample.decode(tree(Limits.documentBytesMax + 1)) }
    #expect(fault == .broken(.tooLong(bytes: Limits.documentBytesMax + 1, max: Limits.documentBytesMax), at: "/document"))
  }

  @Test func `a remedy's key names what it is given for, and each grant has its ordinal`() throws {
    let (offer, order) = (try Identifier<Offer>("spring"), try Identifier<Order>("o#7"))
    let key = RemedyKey(offer: offer, order: order)
    #expect(key.text == "spring/o#7" && RemedyKey(key.text) == key)
    let id = RemedyID(key: key, ordinal: 12)
    #expect("\(id)" == "spring/o#7#12" && RemedyID("\(id)") == id)
    let plan = RemedyKey(offer: offer, subscription: try Identifier("s-1"), period: try Identifier("2026-05"))
    #expect(plan.text == "spring/s-1/2026-05")
    let longest = String(repeating: "k", count: Limits.identifierBytesMax)
    let all = RemedyKey(offer: try Identifier(longest), subscription: try Identifier(longest), period: try Identifier(longest))
    #expect(RemedyKey(all.text) == all && RemedyKey(all.text + "k") == nil)
    for text in ["", "a b", "a\"b", "a\\b", "ä"] { #expect(RemedyKey(text) == nil) }
    for text in ["a/b", "a/b#", "a/b#-1", "a/b#+1", "#1"] { #expect(RemedyID(text) == nil, "\(text)") }
  }

  @Test func `goodwill is a person's, all else an order's`() throws {
    for sample in FactTests.samples {
      guard case .remedyChanged(var remedy) = sample.event, remedy.orderID != nil else { continue }
      #expect(remedy.event.key == "order-1000042")
      remedy.kind = .goodwill
      #expect(remedy.event.key == "p-77")
    }
  }
}
