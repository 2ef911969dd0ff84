import Contracts
import Glibc
import HTTP
import Host
import Shop

/// The shop of `accord bench desk`: the same orders and offers at each run.
struct BenchDeskShop: Sendable {
  let customers: Int64
  let orders: Int64
  let offers: Int64

  /// 2026-05-10T04:00:00Z, when all offers start.
  private static let start: Int64 = 1_778_385_600_000
  private static let shipping: Int64 = 995

  // MARK: Orders

  /// Order n is of customer n modulo their number. Spread by a multiplier, so that a customer's orders lie apart in time.
  private func spread(_ number: Int64) -> Int64 { number &* 2_654_435_761 % 1_000_003 }

  /// One in a thousand lies in the 48 hours that each offer reaches back.
  private func isNear(_ number: Int64) -> Bool { spread(number) % 1_000 == 0 }

  func customer(of number: Int64) -> Int64 { number % customers }

  /// Orders in reach, some thousands of them at most.
  func near() -> [Int64] { Array((0..<orders).lazy.filter(isNear).prefix(10_000)) }

  func fill(_ house: BenchMeshHouse) throws(Complaint) {
    let (products, file) = ("\(house.data)/products.csv", "\(house.data)/orders.csv")
    var text = "sku,kind,list\n"
    for number in 0..<offers { text += "L-\(number),goods,3900\n" }
    do throws(FileFault) { try Files.write(Array(text.utf8), to: products) } catch { throw Complaint(host: error) }
    try house.accord(["import", "products", products, "--map", "sku=sku,kind=kind,list=list", "--currency", "USD"])
    try write(file)
    let map =
      "order=id,customer=customer,sku=sku,quantity=quantity,amount=amount,placed=placed,shipping=shipping,tender=tender,channel=channel,country=country"
    try house.accord(["import", "orders", file, "--map", map, "--currency", "USD"])
    unlink(file)
    try house.accord(["campaign", "open", "spring", "--budget", "90000000.00", "--currency", "USD", "--approved-by", "supervisor/ruth"])
  }

  private func write(_ path: String) throws(Complaint) {
    guard let file = fopen(path, "w") else { throw .system("could not write \(path)", errno) }
    defer { fclose(file) }
    fputs("id,customer,sku,quantity,amount,placed,shipping,tender,channel,country\n", file)
    for number in 0..<orders {
      let scatter = spread(number)
      let back = isNear(number) ? number &* 7_919 % 172_000_000 : 172_800_000 + scatter * 5_000
      fputs(
        "O-\(number),P-\(customer(of: number)),L-\((scatter / 1_000 + scatter) % offers),1,3900,\(Timestamp(milliseconds: Self.start - 1 - back)),"
          + "\(Self.shipping),card,web,US\n", file)
    }
  }

  // MARK: Offers

  /// Ten percent off each product, on another one each; live, or over and still honoured. Returns when all have looked back.
  func open(_ house: BenchMeshHouse) throws(Complaint) {
    do {
      var marketing = try house.session(with: "marketing")
      for number in 0..<offers { try launch(number, house, &marketing) }
      for number in 0..<offers where number % 2 == 1 { try end(number, house, &marketing) }
      // Not before: on a busy machine the ledger would have closed a line that was silent for so long.
      var ledger = try house.session(with: "ledger")
      for number in 0..<offers { try awaitLookBack("ten-\(number)", house, &ledger) }
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
  }

  private func launch(_ number: Int64, _ house: BenchMeshHouse, _ marketing: inout HTTPSession) throws {
    let amount: JSON = ["amount_minor": 2_000_000, "currency": "USD"]
    try launch(
      [
        ("offer_id", .string("ten-\(number)")), ("add_items", .null),
        ("applies_to", ["include": [["kind": "sku", "ids": [.string("L-\(number)")]]], "exclude": []]),
        ("benefit", ["kind": "percent_off", "percent_off": "10"]), ("stacking", ["group": "price", "combines_with": []]),
        ("budget", ["reserve": amount, "desk_allowance": ["amount_minor": 0, "currency": "USD"]]),
      ], house, &marketing)
  }

  /// It has to be live before it can end: the ledger sets its money aside first.
  private func end(_ number: Int64, _ house: BenchMeshHouse, _ marketing: inout HTTPSession) throws {
    let end = Clock.uptimeMilliseconds + 300_000
    while Clock.uptimeMilliseconds < end {
      let answer = try marketing.send(
        .post, "/v1/offers/end", headers: house.headers([("Idempotency-Key", "end-\(number)-\(Clock.uptimeMilliseconds)")]),
        body: JSON.object([.init("offer", .string("ten-\(number)"))]).bytes)
      if (200..<300).contains(answer.status) { return }
      usleep(5_000)
    }
    throw Complaint(code: .temporary, happened: "offer ten-\(number) did not go live within 5 minutes", advice: "see \(house.data)/logs")
  }

  private func launch(_ changes: [(String, JSON)], _ house: BenchMeshHouse, _ marketing: inout HTTPSession) throws {
    guard let shop = Shop.offer("sunday-free-shipping") else {
      throw Complaint(code: .software, happened: "the built-in shop has no offer to begin with", advice: "build again")
    }
    let document = changes.reduce(try JSON(parsing: shop.text)) { $0.replacing($1.0, with: $1.1) }
    let waive: JSON = [
      "checks": ["promises", "capacity", "channels", "sheets", "briefings"], "reason": "a measurement: nobody works here",
    ]
    let answer = try marketing.send(
      .post, "/v1/offers/launch", headers: house.headers([("Idempotency-Key", "launch-\(document["offer_id"]?.string ?? "")")]),
      body: JSON.object([.init("document", document), .init("waive", waive)]).bytes)
    guard (200..<300).contains(answer.status) else {
      throw Complaint(
        code: .refused, happened: "a launch was answered \(answer.status): \(String(decoding: answer.body.prefix(400), as: UTF8.self))",
        advice: "see \(house.data)/logs")
    }
  }

  private func awaitLookBack(_ offer: String, _ house: BenchMeshHouse, _ ledger: inout HTTPSession) throws {
    let end = Clock.uptimeMilliseconds + 3_600_000
    while Clock.uptimeMilliseconds < end {
      if try lookBack(offer, house, &ledger) == "completed" { return }
      usleep(20_000)
    }
    throw Complaint(code: .temporary, happened: "the look-back of \(offer) took more than an hour", advice: "see \(house.data)/logs")
  }

  private func lookBack(_ offer: String, _ house: BenchMeshHouse, _ ledger: inout HTTPSession) throws -> String? {
    try found(offer, house, &ledger)?["state"]?.string
  }

  private func found(_ offer: String, _ house: BenchMeshHouse, _ ledger: inout HTTPSession) throws -> JSON? {
    try JSON(parsing: ledger.send(.get, "/v1/look-backs/\(offer)", headers: house.headers()).body)["look_backs"]?.array?.first
  }

  // MARK: The run

  /// Free shipping for everybody, thirty days back: the run that goes on meanwhile. Returns once it has begun.
  func startRun(_ house: BenchMeshHouse) throws(Complaint) {
    do {
      var marketing = try house.session(with: "marketing")
      var ledger = try house.session(with: "ledger")
      let amount: JSON = ["amount_minor": .integer(max(1, orders) * Self.shipping), "currency": "USD"]
      try launch(
        [
          ("applies_to", ["include": [["kind": "shipping", "methods": ["standard"]]], "exclude": []]),
          ("limits", ["per_order": .null, "per_customer": .null, "total": .null]),
          ("look_back", ["duration": "PT720H", "basis": "placed_at", "claim": "automatic"]),
          ("budget", ["reserve": amount, "desk_allowance": ["amount_minor": 0, "currency": "USD"]]),
        ], house, &marketing)
      let end = Clock.uptimeMilliseconds + 60_000
      while Clock.uptimeMilliseconds < end, try lookBack("sunday-free-shipping", house, &ledger) == nil { usleep(5_000) }
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
  }

  /// How many orders the run has considered so far.
  func considered(_ house: BenchMeshHouse) throws(Complaint) -> Int64 {
    do {
      var ledger = try house.session(with: "ledger")
      return try found("sunday-free-shipping", house, &ledger)?["considered"]?.integer ?? 0
    } catch { throw Complaint(host: error) }
  }

  func isRunning(_ house: BenchMeshHouse) throws(Complaint) -> Bool {
    do {
      var ledger = try house.session(with: "ledger")
      return try lookBack("sunday-free-shipping", house, &ledger) != "completed"
    } catch { throw Complaint(host: error) }
  }
}
