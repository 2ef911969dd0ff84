import Contracts
import HTTP
import Host
import LedgerRoom
import MeshMachines
import Store
import TestKit
import Testing
import Wire

/// All facts again: (a) known to the inbox, (b) with the inbox emptied, (c) into empty stores. Everybody ends where they were.
struct ReplayTests {
  @Test(arguments: [Hearer.marketing, .service]) func `a hearer ends where it was`(hearer: Hearer) throws {
    var random = Seed.printed(for: "replay")
    let facts = try Facts(60, retold: 10, using: &random)
    let premises = try Premises(hearer.department)
    // As they came in life: in parts, with other instants in between.
    try premises.hear(Array(facts.deliveries.prefix(25)), through: hearer)
    premises.clock.advance(to: premises.clock.now().adding(.seconds(3_600)))
    try premises.hear(Array(facts.deliveries.dropFirst(25)), through: hearer)
    let before = try premises.tables()

    try premises.hear(facts.deliveries, through: hearer)
    #expect(try premises.tables().differences(from: before) == [])

    try premises.emptyInbox()
    try premises.hear(facts.deliveries, through: hearer)
    // When a message was handled belongs to the handling; what was known belongs to the facts.
    let handled: Set = ["inbox.handled_at", "inbox.producer", "inbox_producer.number"]
    let known = try Self.but(premises, handled)
    #expect(known.count("inbox") == facts.deliveries.count)
    #expect(known.without(["inbox", "inbox_producer"]).differences(from: before.without(["inbox", "inbox_producer"])) == [])

    let empty = try Premises(hearer.department)
    try empty.hear(facts.deliveries, through: hearer)
    #expect(try Self.but(empty, handled).differences(from: known) == [])
    for one in [premises, empty] { #expect(try one.findings() == []) }
  }

  private static func but(_ premises: Premises, _ columns: Set<String>) throws -> Tables { try premises.tables(but: columns) }

  @Test func `the ledger takes its own facts back and tells nothing again`() throws {
    var random = Seed.printed(for: "replay of the ledger")
    let facts = try Facts(60, retold: 10, using: &random)
    let ledger = facts.ledger
    let before = try ledger.tables()

    // (b) comes first here: in life the ledger does not hear itself, so its inbox is empty.
    #expect(before.count("inbox") == 0 && before.count("captured_order") == 60)
    try ledger.hear(facts.deliveries, through: Hearer.ledger)
    #expect(try ledger.tables().without(["inbox", "inbox_producer"]).differences(from: before.without(["inbox", "inbox_producer"])) == [])
    // (a)
    let marked = try ledger.tables()
    try ledger.hear(facts.deliveries, through: Hearer.ledger)
    #expect(try ledger.tables().differences(from: marked) == [])
    #expect(try ledger.findings() == [])

    // (c) The orders are those of before, byte for byte; nothing waits to be told.
    let rebuilt = try Premises(LedgerProgram.department)
    try rebuilt.hear(facts.deliveries, through: Hearer.ledger)
    let orders = try rebuilt.tables().only(["captured_order"])
    // The rebuilt store has another name than the one whose messages it holds.
    let name = String(ledger.store.identity.lineage.prefix(12))
    #expect(orders.replacing(name, with: "LINEAGE").differences(from: before.only(["captured_order"])) == [])
    #expect(try rebuilt.tables().count("outbox") == 0)
    #expect(try rebuilt.findings() == [])
  }

  @Test func `a rebuilt ledger knows its orders, and its next facts have names of their own`() throws {
    var random = Seed.printed(for: "after the replay of the ledger")
    let facts = try Facts(10, retold: 2, using: &random)
    let rebuilt = try Premises(LedgerProgram.department)
    try rebuilt.hear(facts.deliveries, through: Hearer.ledger)
    for delivery in facts.deliveries.prefix(10) {
      let envelope = try Envelope(decoding: delivery.event)
      let order = try #require(envelope.order)
      let answer = rebuilt.ask(
        .post, "/v1/orders", headers: rebuilt.headers(key: "again-\(order.orderID)"), body: DomainEvent.orderCaptured(order).encode())
      #expect(answer.status == 200)
      #expect(try answer.json["message_id"]?.string == envelope.id.text)
      let story = try rebuilt.ask(.get, "/v1/messages/\(envelope.id)").json
      #expect(story["known"] == .bool(true) && story["role"] == .string("publisher"))
      #expect(story["sentences"]?.strings?.first?.hasPrefix("operator had order \(order.orderID)") == true)
    }
    #expect(try rebuilt.tables().count("outbox") == 0)
    #expect(try rebuilt.capture(OrderDraft("new"), key: "new").status == 201)
    let told = try rebuilt.told()
    #expect(told.map(\.sequence) == [1])
    #expect(try !facts.deliveries.contains { try Envelope(decoding: $0.event).id == Envelope(decoding: told[0].event).id })
    #expect(try rebuilt.findings() == [])
  }

  @Test func `the ledger never takes back another content under a known id`() throws {
    var random = Seed.printed(for: "another content")
    let facts = try Facts(3, retold: 0, using: &random)
    let rebuilt = try Premises(LedgerProgram.department)
    try rebuilt.hear(facts.deliveries, through: Hearer.ledger)
    let before = try rebuilt.tables()
    var envelope = try Envelope(decoding: facts.deliveries[1].event)
    let order = try #require(envelope.order)
    var draft = OrderDraft(order.orderID.text)
    draft.personID = "somebody-else"
    envelope.data = DomainEvent.orderCaptured(try draft.order()).encode()
    envelope.id = Identifier(restoring: "other-1")
    let other = Delivery(
      handle: 1, number: 9, position: 99_999, attempt: 1, producer: "ledger/other", sequence: 1, event: envelope.bytes)
    let verdicts = try rebuilt.hear([other, facts.deliveries[2]], through: Hearer.ledger)
    guard case .never(let reason) = verdicts[0] else {
      Issue.record("\(verdicts)")
      return
    }
    #expect(reason.contains(order.orderID.text) && reason.contains("person_id"))
    #expect(verdicts[1] == .done)
    #expect(try rebuilt.tables().differences(from: before) == [])
  }

  @Test(arguments: Hearer.all) func `what is no fact of ours is passed over, what breaks its contract is a dead letter`(hearer: Hearer)
    throws
  {
    let premises = try Premises(hearer.department)
    func delivery(_ number: UInt64, _ change: (inout Envelope) -> Void) throws -> Delivery {
      let order = DomainEvent.orderCaptured(try OrderDraft("o-\(number)").order())
      var envelope = Envelope(
        id: Identifier(restoring: "m-\(number)"), source: "/ledger", type: order.type, time: OrderDraft.day, recordedTime: OrderDraft.day,
        partitionKey: order.key, data: order.encode())
      change(&envelope)
      return Delivery(
        handle: 1, number: number, position: number * 8, attempt: 1, producer: "ledger/x", sequence: number, event: envelope.bytes)
    }
    let verdicts = try premises.hear(
      [
        delivery(1) { $0.type = "ledger.order.wrapped.v1" },
        delivery(2) { $0.data = Array(#"{"order_id":"o-2","channel":"web"}"#.utf8) },
        delivery(3) { $0.data = Array(#"[1,2,3]"#.utf8) },
        delivery(4) { $0.data = [] },
        delivery(5) { _ in },
      ], through: hearer)
    #expect(verdicts.count == 5 && verdicts[0] == .done && verdicts[4] == .done)
    for (verdict, words) in zip(verdicts[1...3], ["placed_at", "object", "value"]) {
      guard case .never(let reason) = verdict else {
        Issue.record("\(verdict)")
        continue
      }
      #expect(reason.contains(words), "\(reason)")
    }
    // Only what was handled has a mark: a dead letter that is sent again is handled then.
    #expect(try premises.tables().count("inbox") == 2)
    #expect(try premises.findings() == [])
  }
}

extension Tables {
  /// The same with one text in place of another.
  func replacing(_ text: String, with other: String) -> Tables { mapped { $0.replacing(text, with: other) } }
}
