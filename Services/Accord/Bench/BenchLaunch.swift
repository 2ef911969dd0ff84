import Contracts
import Glibc
import HTTP
import Host
import Shop
import Transport

extension Command {
  static let benchLaunch = Command(
    "bench launch", "Measures how soon after an offer's launch its credit stands on the customer's timeline, on an idle mesh.",
    options: [
      .init("--launches", "N", "offers, one after the other (default 200)"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench launch --json"],
    run: { arguments throws(Complaint) in try BenchLaunch(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench launch`: offer n is 10 percent off one product that one order bought.
///
/// The clock runs from before the launch is sent to marketing until service's timeline shows the remedy: scheduled, reserved by the ledger,
/// gate passed, launched, looked back, credited, heard. The timeline is read again and again with pauses of 0.5 ms.
struct BenchLaunch {
  private let launches: Int64
  private let folder: String

  init(_ arguments: Arguments) throws(Complaint) {
    launches = min(2_000, max(1, try arguments.integer("--launches") ?? 200))
    folder = BenchPlaces.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data, ["--sandbox", "--clock", "manual@2026-05-10T00:00:10-04:00"])
    defer { house.stop() }
    try house.accord([
      "campaign", "open", "spring", "--budget", "9000000.00", "--currency", "USD", "--approved-by", "supervisor/ruth",
    ])
    var products = "sku,kind,list\n"
    for number in 0..<launches { products += "L-\(number),goods,10000\n" }
    let path = "\(data)/products.csv"
    do throws(FileFault) { try Files.write(Array(products.utf8), to: path) } catch { throw Complaint(host: error) }
    try house.accord(["import", "products", path, "--map", "sku=sku,kind=kind,list=list", "--currency", "USD"])
    var times = LoadHistogram()
    do {
      var sessions = Sessions(
        ledger: try house.session(with: "ledger"), marketing: try house.session(with: "marketing"),
        service: try house.session(with: "service"))
      for number in 0..<launches { try capture(number, house, &sessions.ledger) }
      try house.awaitQuiet(seconds: 60)
      for number in 0..<launches { times.add(try launch(number, house, &sessions)) }
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
    var report = BenchReport()
    report.add("launches", launches)
    report.add("launchToTimeline", times)
    report.print(json: json)
  }

  private struct Sessions: ~Copyable {
    var ledger: HTTPSession
    var marketing: HTTPSession
    var service: HTTPSession
  }

  private func capture(_ number: Int64, _ house: BenchMeshHouse, _ ledger: inout HTTPSession) throws {
    let order: JSON = [
      "order_id": .string("O-\(number)"), "person_id": .string("P-\(number)"), "channel": "web", "country": "US",
      "placed_at": "2026-05-09T16:00:00Z",
      "lines": [
        ["line_id": "1", "sku": .string("L-\(number)"), "quantity": 1, "paid": ["amount_minor": 10_000, "currency": "USD"]]
      ],
      "tenders": [["kind": "card", "amount": ["amount_minor": 10_000, "currency": "USD"], "refundable_absent": true]],
    ]
    let answer = try ledger.send(.post, "/v1/orders", headers: house.headers([("Idempotency-Key", "O-\(number)")]), body: order.bytes)
    guard answer.status == 201 else { throw refused("an order", answer) }
  }

  /// Nanoseconds until it is seen.
  private func launch(_ number: Int64, _ house: BenchMeshHouse, _ sessions: inout Sessions) throws -> Int64 {
    let waive: JSON = [
      "checks": ["promises", "capacity", "channels", "sheets", "briefings"], "reason": "a measurement: nobody works here",
    ]
    let body = JSON.object([.init("document", try document(number)), .init("waive", waive)]).bytes
    let began = Reactor.uptime()
    let answer = try sessions.marketing.send(
      .post, "/v1/offers/launch", headers: house.headers([("Idempotency-Key", "launch-\(number)")]), body: body)
    guard (200..<300).contains(answer.status) else { throw refused("a launch", answer) }
    while Reactor.uptime() - began < 30_000_000_000 {
      let page = try sessions.service.send(.get, "/v1/customers/P-\(number)/timeline", headers: house.headers())
      let entries = (try? JSON(parsing: page.body))?["entries"]?.array ?? []
      if entries.contains(where: { $0["remedy"] != nil }) { return Reactor.uptime() - began }
      usleep(500)
    }
    throw Complaint(code: .temporary, happened: "launch \(number) gave nothing within 30 s", advice: "see \(house.data)/logs")
  }

  private func document(_ number: Int64) throws -> JSON {
    guard let shop = Shop.offer("sunday-free-shipping") else {
      throw Complaint(code: .software, happened: "the built-in shop has no offer to begin with", advice: "build again")
    }
    let amount: JSON = ["amount_minor": 2_000, "currency": "USD"]
    let changed: [(String, JSON)] = [
      ("offer_id", .string("ten-\(number)")), ("add_items", .null),
      ("applies_to", ["include": [["kind": "sku", "ids": [.string("L-\(number)")]]], "exclude": []]),
      ("benefit", ["kind": "percent_off", "percent_off": "10"]), ("stacking", ["group": "price", "combines_with": []]),
      ("budget", ["reserve": amount, "desk_allowance": ["amount_minor": 0, "currency": "USD"]]),
    ]
    return changed.reduce(try JSON(parsing: shop.text)) { $0.replacing($1.0, with: $1.1) }
  }

  private func refused(_ what: String, _ answer: Response) -> Complaint {
    Complaint(
      code: .refused, happened: "\(what) was answered \(answer.status): \(String(decoding: answer.body.prefix(400), as: UTF8.self))",
      advice: "")
  }
}
