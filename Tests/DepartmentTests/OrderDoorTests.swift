import Contracts
import Foundation
import HTTP
import Host
import LedgerRoom
import Store
import Synchronization
import TestKit
import Testing
import Wire

/// The ledger's doors: what comes in, what is answered, and that an answer once given stays.
struct OrderDoorTests {
  private let ledger: Premises
  init() throws { ledger = try Premises(LedgerProgram.department) }

  private func post(_ body: String, key: String, _ more: [(String, String)] = []) -> Response {
    ledger.ask(.post, "/v1/orders", headers: ledger.headers(key: key, more), body: Array(body.utf8))
  }

  /// The smallest body that is an order.
  private func body(_ id: String, paid: Int = 4_995, more: String = "") -> String {
    """
    {"order_id":"\(id)","person_id":"ada","channel":"web",
     "lines":[{"line_id":"1","sku":"KETTLE","quantity":1,"paid":{"amount_minor":\(paid),"currency":"EUR"}}]\(more)}
    """
  }

  @Test func `an order is captured once for its key, and the first answer is given again`() throws {
    let first = post(body("o-1"), key: "k-1")
    #expect(first.status == 201 && first.header("Idempotent-Replay") == nil)
    #expect(try first.json["outcome"] == .string("captured") && first.json["order_id"] == .string("o-1"))
    let before = try ledger.tables()
    #expect(before.count("captured_order") == 1 && before.count("outbox") == 1 && before.count("idempotency") == 1)
    ledger.clock.advance(to: ledger.clock.now().adding(.seconds(86_400)))
    for _ in 0..<3 {
      let again = post(body("o-1"), key: "k-1")
      #expect(again.status == 201 && again.body == first.body && again.header("Idempotent-Replay") == "true")
    }
    #expect(try ledger.tables().differences(from: before) == [])
  }

  @Test func `the same order under another key exists already`() throws {
    let first = post(body("o-1"), key: "k-1")
    // Also a day later: what the body leaves out means what it meant then.
    ledger.clock.advance(to: ledger.clock.now().adding(.seconds(86_400)))
    let again = post(body("o-1"), key: "k-2")
    #expect(again.status == 200)
    #expect(try again.json["outcome"] == .string("exists") && again.json["message_id"] == first.json["message_id"])
    #expect(try ledger.tables().count("outbox") == 1)
  }

  @Test func `another order under a known id is refused by field, and so is every repetition`() throws {
    _ = post(body("o-1"), key: "k-1")
    let orders = try ledger.tables().only(["captured_order", "outbox"])
    let refused = post(body("o-1", paid: 5), key: "k-2")
    #expect(try problem(refused, 409) == "exists_with_different_lines")
    #expect(try refused.json["detail"]?.string?.contains("lines[0]") == true)
    let again = post(body("o-1", paid: 5), key: "k-2")
    #expect(again.status == 409 && again.body == refused.body && again.header("Idempotent-Replay") == "true")
    #expect(again.header("Content-Type") == "application/problem+json")
    #expect(try ledger.tables().only(["captured_order", "outbox"]).differences(from: orders) == [])
  }

  @Test func `a key that came before with another body is not this command's`() throws {
    _ = post(body("o-1"), key: "k-1")
    let before = try ledger.tables()
    #expect(try problem(post(body("o-2"), key: "k-1"), 422) == "idempotency_key_reused")
    // A blank more is another body: nobody reads bodies to see what they mean.
    #expect(try problem(post(body("o-1") + " ", key: "k-1"), 422) == "idempotency_key_reused")
    #expect(try ledger.tables().differences(from: before) == [])
  }

  @Test(arguments: [nil, "", String(repeating: "k", count: 256)]) func `a command needs a key that can be kept`(key: String?) throws {
    let answer = ledger.ask(.post, "/v1/orders", headers: ledger.headers(key: key), body: Array(body("o-1").utf8))
    #expect(try problem(answer, 400) == "idempotency_key")
    #expect(try ledger.tables().count("captured_order") == 0)
    #expect(post(body("o-1"), key: String(repeating: "k", count: 255)).status == 201)
  }

  @Test func `nobody comes in without the operator's token`() throws {
    for (method, path) in [(.post, "/v1/orders"), (.get, "/v1/orders/o-1"), (.get, "/v1/status"), (.get, "/v1/messages/m")]
      as [(HTTP.Method, String)]
    {
      for (headers, code) in [([:], "token_missing"), (["Authorization": "Bearer wrong"], "token_wrong")] as [(Headers, String)] {
        var headers = headers
        headers.set("Idempotency-Key", "k")
        #expect(try problem(ledger.ask(method, path, headers: headers, body: Array(body("o-1").utf8)), 401) == code)
      }
    }
    #expect(try ledger.tables().count("captured_order") == 0 && ledger.tables().count("idempotency") == 0)
  }

  /// A body that is no order, and what the sentence must name.
  @Test(
    arguments: [
      ("", "ends"), ("nonsense", "byte 1"), ("[1]", "object"), ("{}", "order_id"), (#"{"order_id":7}"#, "order_id"),
      (#"{"order_id":"two words","channel":"web","lines":[]}"#, "spaces"), (#"{"order_id":"o-1","order_id":"o-2"}"#, "order_id"),
      (#"{"order_id":"o-1","channel":"web","lines":[]}"#, "/lines"), (#"{"order_id":"o-1","channel":"web"}"#, "lines"),
      (
        #"{"order_id":"o-1","channel":"a shop","lines":[{"line_id":"1","sku":"K","quantity":1,"paid":{"amount_minor":5,"currency":"EUR"}}]}"#,
        "/channel"
      ),
      (
        #"{"order_id":"o-1","channel":"web","lines":[{"line_id":"1","sku":"K","quantity":1,"paid":{"amount_minor":5,"currency":"XXX"}}]}"#,
        "XXX"
      ),
      (
        #"{"order_id":"o-1","channel":"web","lines":[{"line_id":"1","sku":"K","quantity":1,"paid":{"amount_minor":5.5,"currency":"EUR"}}]}"#,
        "amount_minor"
      ),
      (
        #"{"order_id":"o-1","channel":"web","lines":[{"line_id":"1","sku":"K","quantity":-1,"paid":{"amount_minor":5,"currency":"EUR"}}]}"#,
        "quantity"
      ),
      (
        #"{"order_id":"o-1","channel":"web","placed_at":"yesterday","lines":[{"line_id":"1","sku":"K","quantity":1,"paid":{"amount_minor":5,"currency":"EUR"}}]}"#,
        "/placed_at"
      ),
      (
        #"{"order_id":"o-1","channel":"web","tenders":[{"kind":"cash","amount":{"amount_minor":5,"currency":"JPY"},"refundable_absent":true}],"lines":[{"line_id":"1","sku":"K","quantity":1,"paid":{"amount_minor":5,"currency":"EUR"}}]}"#,
        "/tenders/0/amount"
      ),
    ]) func `a body that is no order is answered with the place and what to do`(body: String, named: String) throws
  {
    let answer = post(body, key: "k-1")
    #expect(try problem(answer, 400) == "order_unreadable")
    let detail = try #require(answer.json["detail"]?.string)
    #expect(detail.contains(named), "\(detail)")
    #expect(try ledger.tables().count("captured_order") == 0 && ledger.tables().count("outbox") == 0)
  }

  @Test func `what the business refuses is a conflict with a code, and what it was about stays out`() throws {
    let ahead = ledger.clock.now().adding(.seconds(301)).description
    #expect(try problem(post(body("o-1", more: #","placed_at":"\#(ahead)""#), key: "k-1"), 409) == "placed_ahead")
    let tender = #","tenders":[{"kind":"cash","amount":{"amount_minor":1,"currency":"EUR"},"refundable_absent":false}]"#
    #expect(try problem(post(body("o-1", more: tender), key: "k-2"), 409) == "tenders_do_not_cover")
    #expect(try ledger.tables().count("captured_order") == 0 && ledger.tables().count("outbox") == 0)
    // The key stays with its answer; the corrected order takes a new one.
    #expect(try problem(post(body("o-1"), key: "k-1"), 422) == "idempotency_key_reused")
    #expect(post(body("o-1"), key: "k-3").status == 201)
  }

  @Test func `what is told is the order as it was captured, with who, why and when`() throws {
    let answer = post(body("o-1"), key: "k-1", [("X-Correlation-Id", "case-17")])
    let told = try ledger.told()
    #expect(told.count == 1)
    let envelope = try Envelope(decoding: told[0].event)
    #expect(try answer.json["message_id"] == .string(envelope.id.text))
    #expect(envelope.source == "/ledger" && envelope.type == OrderCaptured.type && envelope.partitionKey == "o-1")
    #expect(envelope.correlationID == "case-17" && envelope.causationID == "command/k-1" && envelope.authID == "operator")
    #expect(envelope.recordedTime == ledger.clock.now())
    let order = try #require(envelope.order)
    #expect(order.capturedAt == ledger.clock.now() && order.placedAt == ledger.clock.now() && !order.discountsKnown)
    let shown = try ledger.ask(.get, "/v1/orders/o-1").json
    #expect(shown["message_id"] == .string(envelope.id.text))
    #expect(try shown["order"] == JSON(parsing: envelope.data))
    #expect(try problem(ledger.ask(.get, "/v1/orders/o-2"), 404) == "no_order")
  }

  /// Whatever comes in at the door must be readable by those who hear of it: a fact that nobody reads is a dead letter everywhere.
  @Test(arguments: [
    ("", false), ("two words", false), ("\u{e4}", false), ("a\"b", false), (String(repeating: "c", count: 129), false),
    (String(repeating: "c", count: 128), true), ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
  ])
  func `a correlation that no event may carry is refused at the door`(correlation: String, isTaken: Bool) throws {
    let answer = post(body("o-1"), key: "k \"1\" \u{e4}", [("X-Correlation-Id", correlation)])
    if isTaken {
      #expect(answer.status == 201)
    } else {
      #expect(try problem(answer, 400) == "correlation_id")
    }
    let told = try ledger.told()
    #expect(told.count == (isTaken ? 1 : 0))
    for delivery in told { #expect(try Envelope(decoding: delivery.event).correlationID == correlation) }
  }

  @Test func `the largest order that the door lets in is told in one message`() throws {
    let route = try #require(ledger.department.routes(ledger.desk).first { $0.method == .post })
    let bytesMax = try #require(route.bodyBytesMax)
    /// A thousand lines, the first of them as long as lines are; the others leave out what the fact will say.
    func body(longer: Int) -> String {
      let category = "\"" + String(repeating: "c", count: 250) + "\""
      let lines = (0..<Limits.orderLinesMax).map { number in
        let id = "\(number)-" + String(repeating: "x", count: 120)
        let more =
          number < longer
          ? #""categories":[\#(category),\#(category)],"seller":"\#(String(repeating: "y", count: 128))","added_at":"2026-05-08T09:00:00Z","#
          : ""
        return #"{"line_id":"\#(id)","sku":"KETTLE","quantity":1,\#(more)"paid":{"amount_minor":900000000000000,"currency":"EUR"}}"#
      }
      return #"{"order_id":"o-1","channel":"web","lines":[\#(lines.joined(separator: ","))]}"#
    }
    let shortest = body(longer: 0).utf8.count
    let largest = body(longer: (bytesMax - shortest) / ((body(longer: 1_000).utf8.count - shortest) / 1_000))
    #expect(largest.utf8.count <= bytesMax)
    #expect(largest.utf8.count > bytesMax * 9 / 10)
    #expect(post(largest, key: "k-1").status == 201)
    let event = try ledger.told()[0].event
    #expect(event.count > largest.utf8.count && event.count <= WireLimits.messageBytesMax)
  }

  @Test func `an instant is taken in the writer's turn, for marks go by it`() throws {
    let (ledger, body) = (ledger, Array(body("o-1").utf8))
    // Such as 4711/task/4712.
    let thread = Mutex("")
    let ended = DispatchSemaphore(value: 0)
    try ledger.store.write { _ in
      Thread.detachNewThread {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        thread.withLock { $0 = own ?? "" }
        _ = ledger.ask(.post, "/v1/orders", headers: ledger.headers(key: "k-1"), body: body)
        ended.signal()
      }
      // The command stands in line behind this write as soon as its thread sleeps.
      try eventually("the command waits for its turn") {
        let stat = (try? String(contentsOfFile: "/proc/\(thread.withLock { $0 })/stat", encoding: .utf8)) ?? ""
        return !thread.withLock { $0.isEmpty } && stat.contains(") S ")
      }
      ledger.clock.advance(to: OrderDraft.day.adding(.seconds(60)))
    }
    #expect(ended.wait(timeout: .now() + 10) == .success)
    #expect(try Envelope(decoding: ledger.told()[0].event).recordedTime == OrderDraft.day.adding(.seconds(60)))
  }

  @Test func `what the ledger knows of its messages, and where it stands`() throws {
    let id = try #require(try post(body("o-1"), key: "k-1").json["message_id"]?.string)
    let story = try ledger.ask(.get, "/v1/messages/\(id)").json
    #expect(story["known"] == .bool(true) && story["role"] == .string("publisher"))
    #expect(story["sentences"]?.strings?.first == "operator had order o-1 of ada captured at \(OrderDraft.day)")
    #expect(try ledger.ask(.get, "/v1/messages/unknown").json == .object([.init("known", .bool(false))]))
    #expect(try problem(ledger.ask(.get, "/v1/messages/two words"), 400) == "id")
    let status = try ledger.ask(.get, "/v1/status").json
    #expect(status["program"] == .string("ledger") && status["now"] == .string(OrderDraft.day.description))
    #expect(status["outbox"]?["highest"] == .integer(1) && status["outbox"]?["forgotten"] == .integer(0))
    #expect(status["lineage"] == .string(ledger.store.identity.lineage) && status["link"]?["up"] == .bool(false))
  }
}

/// Holds a response to RFC 9457 and to the house's rule for sentences; returns its code.
func problem(_ response: Response, _ status: Int, sourceLocation: SourceLocation = #_sourceLocation) throws -> String? {
  #expect(response.status == status, "\(String(decoding: response.body, as: UTF8.self))", sourceLocation: sourceLocation)
  #expect(response.header("Content-Type") == "application/problem+json", sourceLocation: sourceLocation)
  let json = try response.json
  let (code, detail) = (json["code"]?.string ?? "", json["detail"]?.string ?? "")
  #expect(json["status"] == .integer(Int64(status)), sourceLocation: sourceLocation)
  #expect(json["type"] == .string("urn:accord:problem:\(code)"), sourceLocation: sourceLocation)
  #expect(json["title"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
  // What happened, why, and what to do; never a look behind the curtain.
  #expect(detail.count > 20 && !detail.contains("\n") && !detail.contains("Optional("), "\(detail)", sourceLocation: sourceLocation)
  return code
}
