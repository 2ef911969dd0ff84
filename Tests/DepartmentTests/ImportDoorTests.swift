import Contracts
import Feed
import Foundation
import HTTP
import Host
import LedgerRoom
import Store
import TestKit
import Testing

/// The ledger's doors for many things at once: each taken whole or refused by itself, once however often it comes.
struct ImportDoorTests {
  private let ledger: Premises
  init() throws { ledger = try Premises(LedgerProgram.department) }

  private func post(_ kind: String, _ lines: [String], key: String = UUID().uuidString, dry: Bool = false) -> Response {
    ledger.ask(
      .post, "/v1/imports/\(kind)", query: dry ? [("dry_run", "true")] : [], headers: ledger.headers(key: key),
      body: Array(lines.joined(separator: "\n").utf8))
  }

  private let head = "{\"file\":\"orders.csv\",\"currency\":\"USD\",\"channel\":\"store\"}"

  private func order(
    _ id: String, line: Int = 2, paid: Int64 = 50, sku: String = "KETTLE", placed: String = "2026-05-08T07:00:00Z", more: String = ""
  ) -> String {
    """
    {"line":\(line),"order_id":"\(id)","person_id":"ada","placed_at":"\(placed)","lines":[["1","\(sku)",1,\(paid)],["2",null,0,0]]\(more)}
    """
  }

  private func outcomes(_ response: Response) throws -> String { try response.json["outcomes"]?.string ?? "\(response.status)" }

  @Test func `orders are captured once, matched again, and conflicts name the field`() throws {
    let first = post("orders", [head, order("A"), order("B", line: 4)], key: "k-1")
    #expect(try first.status == 200 && outcomes(first) == "cc")
    let before = try ledger.tables()
    #expect(before.count("captured_order") == 2 && before.count("outbox") == 2 && before.count("entry") == 2)
    // Under the same key the first answer; under another each order is looked at, and the file it came from does not count.
    #expect(try outcomes(post("orders", [head, order("A"), order("B", line: 4)], key: "k-1")) == "cc")
    let again = post("orders", [head.replacing("orders.csv", with: "half.csv"), order("B", line: 9), order("A"), order("C")], key: "k-2")
    #expect(try outcomes(again) == "mmc")
    let other = post("orders", [head, order("A", line: 7, paid: 51), order("B", placed: "2026-05-08T07:00:01Z"), order("D")], key: "k-3")
    #expect(try outcomes(other) == "xxc")
    let refusals = try other.json["refusals"]?.array ?? []
    #expect(refusals.count == 2 && refusals[0]["line"] == 7 && refusals[0]["id"] == "A")
    #expect(refusals[0]["field"]?.string?.hasPrefix("lines[0]") == true && refusals[1]["field"] == "placed_at")
    #expect(try ledger.tables().count("captured_order") == 4 && ledger.findings().isEmpty)
  }

  @Test func `an order that breaks a rule is rejected alone, with its line and field`() throws {
    let answer = post(
      "orders",
      [
        head, order("A"), order("b d", line: 3), order("AHEAD", line: 4, placed: "2026-05-08T09:05:00.001Z"),
        order("EDGE", placed: "2026-05-08T09:05:00Z"),
        order("NEGATIVE", line: 5, paid: -1), order("HUGE", line: 6, paid: Int64.max),
        order("TENDER", line: 7, more: ",\"tender\":\"shells\""),
        order("SPLIT", line: 8, more: ",\"tenders\":[[\"card\",20],[\"cash\",20]]"), order("LAST"),
      ])
    #expect(try outcomes(answer) == "crrcrrrrc")
    let refusals = try answer.json["refusals"]?.array ?? []
    #expect(refusals.map { $0["line"]?.integer } == [3, 4, 5, 6, 7, 8])
    #expect(refusals[0]["field"] == "order" && refusals[1]["field"] == "placed")
    #expect(refusals.allSatisfy { $0["sentence"]?.string?.isEmpty == false })
    #expect(try ledger.tables().count("captured_order") == 3 && ledger.tables().count("outbox") == 3)
  }

  @Test func `a dry run says the same and writes nothing`() throws {
    _ = post("orders", [head, order("A")])
    let before = try ledger.tables()
    let lines = [head, order("A"), order("B"), order("A2", paid: -1)]
    #expect(try outcomes(post("orders", lines, dry: true)) == "mcr")
    #expect(try ledger.tables().differences(from: before) == [])
    #expect(try outcomes(post("orders", lines)) == "mcr")
  }

  @Test(arguments: [
    "", "[]", "{\"file\":\"f\",\"currency\":\"XXX\",\"channel\":\"web\"}", "{\"file\":\"f\",\"currency\":\"USD\",\"channel\":\"web\"}\n{",
  ])
  func `a body that is no batch changes nothing`(body: String) throws {
    let before = try ledger.tables()
    let answer = post("orders", [body])
    #expect(try answer.status == 400 && answer.json["code"] == "batch_unreadable")
    #expect(try ledger.tables().differences(from: before) == [])
  }

  @Test func `an order for nothing is kept without an entry, lines without goods or money count`() throws {
    let zero =
      "{\"line\":2,\"order_id\":\"Z\",\"placed_at\":\"2026-05-08T00:00:00Z\",\"precision\":\"day\",\"lines\":[[\"1\",\"TEA\",0,0]]}"
    #expect(try outcomes(post("orders", [head, zero, order("A")])) == "cc")
    let tables = try ledger.tables()
    #expect(tables.count("captured_order") == 2 && tables.count("entry") == 1)
    let known = try ledger.ask(.get, "/v1/orders/Z").json["order"]
    #expect(known?["placed_precision"] == "day" && known?["tenders"] == [] && known?["person_id"] == nil)
    #expect(try ledger.ask(.get, "/v1/orders/A").json["order"]?["tenders"]?.array?.first?["kind"] == "unknown")
  }

  @Test func `what a feed says of taxes, shipping, discounts and tenders stands in the order`() throws {
    let head = """
      {"file":"f","currency":"USD","channel":"web","country":"US","discounts_known":true,"tax_jurisdiction":"us-ny"}
      """
    let order = """
      {"line":2,"order_id":"T","placed_at":"2026-05-08T07:00:00Z","lines":[["7","KETTLE",1,4995,5500,400,505,"SPRING","acme"]],"shipping":995,"tender":"card","channel":"phone"}
      """
    #expect(try outcomes(post("orders", [head, order])) == "c")
    let known = try #require(try ledger.ask(.get, "/v1/orders/T").json["order"])
    #expect(known["channel"] == "phone" && known["country"] == "US" && known["discounts_known"] == true)
    #expect(
      known["tenders"]?.array?.first?["amount"]?["amount_minor"] == 6_390 && known["tenders"]?.array?.first?["refundable_absent"] == true)
    #expect(
      known["discounts"]?.array?.first?["offer_id"] == "SPRING"
        && known["lines"]?.array?.first?["tax"]?.array?.first?["jurisdiction"] == "us-ny")
    #expect(known["lines"]?.array?.first?["seller"] == "acme" && known["import"]?["line"] == 2)
  }

  @Test func `lines are described by the catalogue as it stood, and a later listing makes no other order of them`() throws {
    let products = "{\"file\":\"p.csv\",\"currency\":\"USD\"}"
    func product(_ category: String) -> String {
      "{\"line\":2,\"sku\":\"KETTLE\",\"categories\":[\"KITCHEN\",\"\(category)\"],\"brand\":\"Acme\",\"list\":4995}"
    }
    #expect(try outcomes(post("products", [products, product("KETTLES")])) == "c")
    #expect(try outcomes(post("orders", [head, order("A")])) == "c")
    #expect(try outcomes(post("products", [products, product("KETTLES")])) == "m")
    #expect(try outcomes(post("products", [products, product("POTS")])) == "u")
    #expect(try outcomes(post("orders", [head, order("A"), order("B")])) == "mc")
    func line(_ id: String) throws -> JSON? { try ledger.ask(.get, "/v1/orders/\(id)").json["order"]?["lines"]?.array?.first }
    #expect(try line("A")?["categories"] == ["KITCHEN", "KETTLES"] && line("A")?["brand"] == "Acme")
    #expect(try line("B")?["categories"] == ["KITCHEN", "POTS"])
    // Through the single door too.
    let single =
      "{\"order_id\":\"C\",\"channel\":\"web\",\"lines\":[{\"line_id\":\"1\",\"sku\":\"KETTLE\",\"quantity\":1,\"paid\":{\"amount_minor\":5,\"currency\":\"USD\"}}]}"
    #expect(ledger.ask(.post, "/v1/orders", headers: ledger.headers(key: "s"), body: Array(single.utf8)).status == 201)
    #expect(try line("C")?["brand"] == "Acme")
    // The back to the first listing is told again.
    #expect(try outcomes(post("products", [products, product("KETTLES")])) == "u")
    #expect(try ledger.findings().isEmpty)
  }

  @Test func `names and addresses stay in the store's own tables and are told to nobody`() throws {
    let rows = [
      "{\"file\":\"people.csv\"}",
      "{\"line\":2,\"person_id\":\"ada\",\"name\":\"Ada Invented\",\"contacts\":[{\"channel\":\"email\",\"address\":\"ada@example.com\",\"state\":\"verified\"}]}",
      "{\"line\":3,\"person_id\":\"bob\",\"kind\":\"household\",\"contacts\":[{\"channel\":\"email\",\"state\":\"declined\"},{\"channel\":\"phone\"}]}",
      "{\"line\":4,\"person_id\":\"eve\",\"contacts\":[{\"channel\":\"email\",\"state\":\"maybe\"}]}",
    ]
    #expect(try outcomes(post("customers", rows)) == "ccr")
    #expect(try outcomes(post("customers", rows)) == "mmr")
    var told: [String] = []
    try ledger.store.read { snapshot in
      try snapshot.rows("SELECT event FROM outbox") { row in told.append(String(decoding: try row.blob(0), as: UTF8.self)) }
    }
    #expect(told.count == 2 && told.allSatisfy { !$0.contains("Invented") && !$0.contains("example.com") })
    #expect(told[0].contains("\"verified\"") && told[1].contains("declined") && told[1].contains("never_asked"))
    #expect(try ledger.tables().count("personal") == 2)
  }

  @Test func `a consent counts from when it was said, and the last word stands`() throws {
    func said(_ given: Bool, at: String? = nil) -> String {
      "{\"line\":2,\"person_id\":\"ada\",\"channel\":\"email\",\"given\":\(given),\"source\":\"desk\"\(at.map { ",\"at\":\"\($0)\"" } ?? "")}"
    }
    #expect(try outcomes(post("consents", ["{}", said(true, at: "2026-05-01T00:00:00Z")])) == "c")
    #expect(try outcomes(post("consents", ["{}", said(false, at: "2026-05-03T00:00:00Z")])) == "u")
    // What was said before is known better; the same once more is nothing new.
    #expect(try outcomes(post("consents", ["{}", said(true, at: "2026-05-02T00:00:00Z"), said(false)])) == "mm")
    #expect(try outcomes(post("consents", ["{}", said(true)])) == "u")
    #expect(try ledger.tables().count("consent") == 1 && ledger.tables().count("outbox") == 3)
  }

  @Test func `returns and shipments happen once for their name, whichever batch brings them`() throws {
    _ = post("orders", [head, order("A"), order("B")])
    let change =
      "{\"line\":2,\"order_id\":\"A\",\"id\":\"R1\",\"at\":\"2026-05-08T08:00:00Z\",\"lines\":[{\"sku\":\"KETTLE\",\"quantity\":1}]}"
    let unknown = "{\"line\":3,\"order_id\":\"NONE\",\"at\":\"2026-05-08T08:00:00Z\"}"
    let before = try ledger.tables()
    #expect(try outcomes(post("returns", ["{}", change, unknown], dry: true)) == "cr")
    #expect(try ledger.tables().differences(from: before) == [])
    #expect(try outcomes(post("returns", ["{}", change, unknown])) == "cr")
    #expect(try outcomes(post("returns", ["{}", unknown, change])) == "rm")
    #expect(try outcomes(post("returns", ["{}", change.replacing("\"quantity\":1", with: "\"quantity\":2")])) == "x")
    let sent = "{\"line\":2,\"order_id\":\"B\",\"at\":\"2026-05-08T08:00:00Z\",\"lines\":[{\"line\":\"1\"}]}"
    #expect(try outcomes(post("shipments", ["{}", sent])) == "c")
    #expect(try outcomes(post("shipments", ["{}", sent, change])) == "mr")
    #expect(try ledger.findings().isEmpty)
  }

  @Test func `a plan's changes are told once`() throws {
    let started =
      "{\"line\":2,\"subscription_id\":\"S\",\"person_id\":\"ada\",\"change\":\"started\",\"to_plan\":\"PRO\",\"from\":\"2026-05-01T00:00:00Z\",\"to\":\"2026-06-01T00:00:00Z\"}"
    let nothing = "{\"line\":3,\"subscription_id\":\"S\",\"change\":\"upgraded\",\"from\":\"2026-05-02T00:00:00Z\"}"
    #expect(try outcomes(post("subscriptions", ["{}", started, nothing])) == "cr")
    #expect(try outcomes(post("subscriptions", ["{}", started])) == "m")
    #expect(try outcomes(post("subscriptions", ["{}", started.replacing("PRO", with: "BASIC")])) == "r")
    #expect(try ledger.tables().count("outbox") == 1)
  }

  @Test func `whatever write fails, a batch is whole or absent`() throws {
    let lines = [head, order("A"), order("B"), order("C")]
    let before = try ledger.tables()
    var failures = 0
    for count in 1...1_000 {
      ledger.faults.fail(write: count)
      let answer = post("orders", lines, key: "k")
      guard !ledger.faults.isPending else { break }
      failures += 1
      #expect(answer.status == 503)
      #expect(try ledger.tables().differences(from: before) == [], "after write \(count)")
    }
    #expect(failures > 10)
    #expect(try ledger.tables().count("captured_order") == 3 && ledger.findings().isEmpty)
  }
}
