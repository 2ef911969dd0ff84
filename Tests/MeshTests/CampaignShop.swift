import Contracts
import Foundation
import HTTP
import Shop
import TestKit
import Testing

/// A shop with people who may be written to, a campaign with money, and an offer of free shipping: what tests of messages and remedies need.
struct CampaignShop: Sendable {
  let caller: Caller
  let folder: Folder
  static let offer = "sunday-free-shipping"

  // MARK: The command line

  @discardableResult
  func done(_ words: String..., within limit: Duration = .seconds(60), _ place: SourceLocation = #_sourceLocation) throws -> Caller.Said {
    let said = try caller.accord(words, within: limit)
    #expect(
      said.exit == .code(0), "accord \(words.joined(separator: " ")): \(said.stdout.suffix(2_000))\(said.stderr)", sourceLocation: place)
    return said
  }

  /// A file with a head and rows.
  func file(_ name: String, _ head: String, _ rows: [String]) throws -> String {
    try folder.write(([head] + rows).joined(separator: "\n") + "\n", to: name)
    return folder.file(name)
  }

  // MARK: People

  /// The name of a person of the shop.
  static func person(_ number: Int) -> String { "P-\(String(format: "%06d", number))" }

  /// People 1 to `count`, each with an email who wants to be written to and is in the audience; and a campaign with money.
  func open(people count: Int, budget: String = "2000000.00") throws {
    let people = (1...count).map(Self.person)
    let patience = Duration.seconds(120)
    try done(
      "import", "customers",
      file("customers.csv", "id,kind,locale,email,email_state", people.map { "\($0),person,en-US,\($0)@example.org,verified" }), "--map",
      "customer=id,kind=kind,locale=locale,email=email,email_state=email_state", within: patience)
    try done(
      "import", "consents",
      file("consents.csv", "id,purpose,channel,given,at,source", people.map { "\($0),marketing,email,yes,2026-01-15T12:00:00Z,web" }),
      "--map", "customer=id,purpose=purpose,channel=channel,given=given,at=at,source=source", within: patience)
    try done("audience", "import", file("audience.txt", people[0], Array(people.dropFirst())), "--id", "newsletter-us", within: patience)
    try done("campaign", "open", "spring", "--budget", budget, "--currency", "USD", "--approved-by", "supervisor/ruth")
  }

  /// Orders by way of a file, each with 9.95 of standard shipping on a card: what is confirmed at once.
  func orders(_ ids: [String], of people: [String], placed: String) throws {
    let rows = zip(ids, people).map { "\($0),\($1),KETTLE-17,1,3900,\(placed),995,card,web,US" }
    try done(
      "import", "orders", file("orders.csv", "id,customer,sku,quantity,amount,placed,shipping,tender,channel,country", rows), "--map",
      "order=id,customer=customer,sku=sku,quantity=quantity,amount=amount,placed=placed,shipping=shipping,tender=tender,channel=channel,country=country",
      "--currency", "USD", within: .seconds(120))
  }

  // MARK: The offer

  /// The offer with another window, which asks nothing of customer service: the local times of `zone`, three days apart.
  func schedule(from: String, to: String, zone: String = "America/New_York") throws {
    guard case .object(var members) = try JSON(parsing: #require(Shop.offer(Self.offer)).text) else { return }
    let changes: [(String, JSON)] = [
      ("window", ["starts_at": .string(from), "ends_at": .string(to), "time_zone": .string(zone)]), ("promises", []),
      ("sheets_required", []), ("briefing", .null), ("limits", ["per_order": .null, "per_customer": .null, "total": .null]),
      ("budget", ["reserve": ["amount_minor": 100_000_000, "currency": "USD"]]),
    ]
    for (name, value) in changes {
      members.removeAll { $0.name == name }
      members.append(.init(name, value))
    }
    try folder.write(JSON.object(members).text, to: "offer.json")
    try done("offer", "schedule", folder.file("offer.json"), "--waive", "channels", "--reason", "this shop has no desk")
  }

  /// What marketing says of the offer's first version.
  func version() throws -> JSON { try caller.get("marketing", "/v1/offers/\(Self.offer)")["versions"]?.array?.first ?? .null }

  // MARK: At the doors

  /// Somebody complains at the desk.
  func complain(_ person: String) throws -> Response {
    try caller.send(
      "service", .post, "/v1/cases", headers: ["Idempotency-Key": "complaint/\(person)"],
      body: ["kind": "complaint", "channel": "phone", "person_id": .string(person)])
  }

  /// Somebody wants no more mail.
  func withdraw(_ person: String) throws -> Response {
    let lines: [JSON] = [
      ["file": "desk"], ["line": 1, "person_id": .string(person), "given": false, "channel": "email", "source": "desk"],
    ]
    return try HTTPClient.send(
      .post, host: "127.0.0.1", port: caller.port("ledger"), path: "/v1/imports/consents",
      headers: ["Authorization": "Bearer \(caller.secret())", "Idempotency-Key": "withdrawal/\(person)"],
      body: Array(lines.map(\.bytes).joined(separator: [0x0A])))
  }

  /// Somebody's order becomes known that was placed at `placed`.
  func order(_ id: String, of person: String, placed: String) throws -> Response {
    func money(_ minor: Int64) -> JSON { ["amount_minor": .integer(minor), "currency": "USD"] }
    return try caller.send(
      "ledger", .post, "/v1/orders", headers: ["Idempotency-Key": "order/\(id)"],
      body: [
        "order_id": .string(id), "person_id": .string(person), "channel": "web", "country": "US", "placed_at": .string(placed),
        "lines": [["line_id": "1", "sku": "KETTLE-17", "categories": ["KITCHEN"], "quantity": 1, "paid": money(3_900)]],
        "charges": [["kind": "shipping", "method": "standard", "paid": money(995)]],
        "tenders": [["kind": "card", "amount": money(4_895), "refundable_absent": true]],
      ])
  }

  // MARK: What left the house

  private var spoolFolder: String { caller.data + "/marketing/spool" }

  /// How many messages were handed over so far.
  func handedOver() -> Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: spoolFolder)) ?? []).filter { $0.hasSuffix(".json") }.count
  }

  /// A message as it was laid down for whoever sends it.
  struct Letter {
    let person: String
    let purpose: String
    let handedOverAt: Timestamp
    let invites: Bool
  }

  func spool() throws -> [Letter] {
    try FileManager.default.contentsOfDirectory(atPath: spoolFolder).filter { $0.hasSuffix(".json") }.sorted().map { name in
      let json = try JSON(parsing: Array(Data(contentsOf: URL(filePath: "\(spoolFolder)/\(name)"))))
      return Letter(
        person: json["person_id"]?.string ?? "", purpose: json["purpose"]?.string ?? "",
        handedOverAt: try Timestamp(rfc3339: json["handed_over_at"]?.string ?? ""), invites: json["invites"]?.bool ?? false)
    }
  }

  /// When marketing committed each fact that it has heard, by the fact's place in the journal; read without any of Accord's code.
  func heardAtMarketing() throws -> [Int64: Timestamp] {
    let script =
      "import sqlite3,sys;[print(*row) for row in sqlite3.connect(sys.argv[1]).execute('SELECT position, handled_at FROM inbox')]"
    let read = try ChildProgram.run(
      "/usr/bin/env", ["python3", "-c", script, caller.data + "/marketing/store.sqlite"], within: .seconds(60))
    try #require(read.exit == .code(0), "\(read.stderr)")
    var heard: [Int64: Timestamp] = [:]
    for line in read.stdout.split(separator: "\n") {
      let parts = line.split(separator: " ").compactMap { Int64($0) }
      if parts.count == 2 { heard[parts[0]] = Timestamp(milliseconds: parts[1]) }
    }
    return heard
  }

  /// Marketing has heard everything that the journal has for it.
  func awaitCaughtUp(within limit: Duration = .seconds(60)) throws {
    try eventually("marketing has heard everything", within: limit) {
      let rows = try caller.get("broker", "/v1/status")["subscriptions"]?.array ?? []
      let own = rows.filter { $0["name"]?.string?.hasPrefix("marketing/") == true }
      return !own.isEmpty && own.allSatisfy { $0["behind"]?.integer == 0 && $0["in_flight"]?.integer == 0 }
    }
  }
}
