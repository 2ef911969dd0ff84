import Contracts
import Dispatch
import Glibc
import HTTP
import Host
import Shop
import Synchronization
import Transport

extension Command {
  static let benchDesk = Command(
    "bench desk", "Measures how soon the offers on a customer's table are there, while the ledger looks back over many orders.",
    options: [
      .init("--customers", "N", "customers (default 1000000)"), .init("--orders", "N", "captured orders (default 5000000)"),
      .init("--offers", "N", "offers, live or past; every other one is past (default 500)"),
      .init("--rate", "N", "requests a second, open loop (default 200)"), .init("--seconds", "N", "of asking (default 30)"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench desk --json", "accord bench desk --customers 2000 --orders 10000 --offers 20 --seconds 5"],
    run: { arguments throws(Complaint) in try BenchDesk(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench desk`: a whole mesh on a manual clock, orders out of a file, an offer on each of many products.
///
///     import ─▸ offers go live, every other one ends ─▸ all have heard ─▸ free shipping goes live for all ─▸ its run
///                                                                        └ asking, 200 a second, open loop ┘
///
/// Order n is of customer n modulo their number and of product n modulo the offers'; a hundredth of them lie in the 48 hours before the
/// start. A request has its own instant, and its time counts from there.
struct BenchDesk {
  private let customers: Int64
  private let orders: Int64
  private let offers: Int64
  private let rate: Int
  private let seconds: Int
  private let folder: String
  private static let connections = 8

  init(_ arguments: Arguments) throws(Complaint) {
    customers = max(1, try arguments.integer("--customers") ?? 1_000_000)
    orders = max(1, try arguments.integer("--orders") ?? 5_000_000)
    offers = min(5_000, max(1, try arguments.integer("--offers") ?? 500))
    rate = Int(min(10_000, max(1, try arguments.integer("--rate") ?? 200)))
    seconds = Int(min(3_600, max(1, try arguments.integer("--seconds") ?? 30)))
    folder = BenchPlaces.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data, ["--sandbox", "--clock", "manual@2026-05-10T00:00:10-04:00"])
    defer { house.stop() }
    Terminal.note("\(orders) orders go in")
    try prepare(house)
    try house.awaitQuiet(seconds: 7_200)
    Terminal.note("\(offers) offers go live, every other one ends")
    do {
      var marketing = try house.session(with: "marketing")
      for number in 0..<offers { try open(number, house, &marketing) }
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
    try house.awaitQuiet(seconds: 3_600)
    Terminal.note("asking")
    var report = BenchReport()
    let quiet = try ask(house)
    try startRun(house)
    let beside = try ask(house)
    report.add("customers", customers)
    report.add("orders", orders)
    report.add("offers", offers)
    report.add("perSecond", rate)
    report.add("answers", Int(quiet.times.count + beside.times.count))
    report.add("rowsPerAnswer", Double(beside.rows) / Double(max(1, beside.times.count)))
    report.add("tableQuiet", quiet.times)
    report.add("tableBesideRun", beside.times)
    report.add("runGoingOnAtTheEnd", try isRunning(house) ? "yes" : "no")
    report.add("servicePeakMebibytes", BenchMeshHouse.peakMebibytes(of: house.process(of: "service")))
    report.print(json: json)
  }

  // MARK: The shop

  private func prepare(_ house: BenchMeshHouse) throws(Complaint) {
    let (products, file) = ("\(house.data)/products.csv", "\(house.data)/orders.csv")
    var text = "sku,kind,list\n"
    for number in 0..<offers { text += "L-\(number),goods,3900\n" }
    do throws(FileFault) { try Files.write(Array(text.utf8), to: products) } catch { throw Complaint(host: error) }
    try house.accord(["import", "products", products, "--map", "sku=sku,kind=kind,list=list", "--currency", "USD"])
    try write(file)
    let map =
      "order=id,customer=customer,sku=sku,quantity=quantity,amount=amount,placed=placed,shipping=shipping,tender=tender,channel=channel,country=country"
    try house.accord(["import", "orders", file, "--map", map, "--currency", "USD"])
    try house.accord(["campaign", "open", "spring", "--budget", "90000000.00", "--currency", "USD", "--approved-by", "supervisor/ruth"])
  }

  private func write(_ path: String) throws(Complaint) {
    guard let file = fopen(path, "w") else { throw .system("could not write \(path)", errno) }
    defer { fclose(file) }
    fputs("id,customer,sku,quantity,amount,placed,shipping,tender,channel,country\n", file)
    let start: Int64 = 1_778_385_600_000
    for number in 0..<orders {
      // Scattered, so that a customer's orders lie apart and a hundredth of all are in reach.
      let scatter = number &* 2_654_435_761 % 1_000_003
      let back = number % 100 == 0 ? scatter % 172_000_000 : 172_800_000 + scatter * 5_000
      fputs(
        "O-\(number),P-\(number % customers),L-\(number % offers),1,3900,\(Timestamp(milliseconds: start - 1 - back)),995,card,web,US\n",
        file)
    }
  }

  /// Ten percent off one product; live, or over and still honoured.
  private func open(_ number: Int64, _ house: BenchMeshHouse, _ marketing: inout HTTPSession) throws {
    let amount: JSON = ["amount_minor": 2_000_000, "currency": "USD"]
    try launch(
      [
        ("offer_id", .string("ten-\(number)")), ("add_items", .null),
        ("applies_to", ["include": [["kind": "sku", "ids": [.string("L-\(number)")]]], "exclude": []]),
        ("benefit", ["kind": "percent_off", "percent_off": "10"]), ("stacking", ["group": "price", "combines_with": []]),
        ("budget", ["reserve": amount, "desk_allowance": ["amount_minor": 0, "currency": "USD"]]),
      ], house, &marketing)
    guard number % 2 == 1 else { return }
    // It has to be live before it can end: the ledger sets its money aside first.
    let end = Clock.uptimeMilliseconds + 60_000
    while Clock.uptimeMilliseconds < end {
      let answer = try marketing.send(
        .post, "/v1/offers/end", headers: house.headers([("Idempotency-Key", "end-\(number)-\(Clock.uptimeMilliseconds)")]),
        body: JSON.object([.init("offer", .string("ten-\(number)"))]).bytes)
      if (200..<300).contains(answer.status) { return }
      usleep(2_000)
    }
    throw Complaint(code: .temporary, happened: "offer ten-\(number) did not go live within a minute", advice: "see \(house.data)/logs")
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

  /// Free shipping for everybody: the run that goes on meanwhile.
  private func startRun(_ house: BenchMeshHouse) throws(Complaint) {
    do {
      var marketing = try house.session(with: "marketing")
      let amount: JSON = ["amount_minor": .integer(max(1, orders) * 995), "currency": "USD"]
      try launch(
        [
          ("limits", ["per_order": .null, "per_customer": .null, "total": .null]),
          ("budget", ["reserve": amount, "desk_allowance": ["amount_minor": 0, "currency": "USD"]]),
        ], house, &marketing)
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
  }

  private func isRunning(_ house: BenchMeshHouse) throws(Complaint) -> Bool {
    do {
      var ledger = try house.session(with: "ledger")
      let answer = try JSON(parsing: ledger.send(.get, "/v1/look-backs/sunday-free-shipping", headers: house.headers()).body)
      return answer["look_backs"]?.array?.first?["state"]?.string != "completed"
    } catch { throw Complaint(host: error) }
  }

  // MARK: Asking

  private struct Asked {
    var times = LoadHistogram()
    var rows = 0
    var trouble: String?
  }

  private func ask(_ house: BenchMeshHouse) throws(Complaint) -> (times: LoadHistogram, rows: Int) {
    let began = Reactor.uptime() + 100_000_000
    let state = Mutex(Asked())
    let group = DispatchGroup()
    let (rate, seconds, customers) = (rate, seconds, customers)
    for connection in 0..<Self.connections {
      DispatchQueue(label: "accord.bench.desk.\(connection)").async(group: group) {
        do {
          var session = try house.session(with: "service")
          let headers = house.headers()
          for number in stride(from: connection, to: rate * seconds, by: Self.connections) {
            let intended = began + Int64(number) * 1_000_000_000 / Int64(rate)
            BenchHoldCourse.sleep(until: intended)
            let customer = Int64(number) &* 2_654_435_761 % customers
            let answer = try session.send(.get, "/v1/customers/P-\(customer)/offers", headers: headers)
            let time = Reactor.uptime() - intended
            let rows = (try? JSON(parsing: answer.body))?["offers"]?.array?.count
            state.withLock { state in
              state.times.add(time)
              state.rows += rows ?? 0
              if rows == nil { state.trouble = state.trouble ?? "an answer was \(answer.status)" }
            }
          }
        } catch { state.withLock { $0.trouble = $0.trouble ?? "\(error)" } }
      }
    }
    group.wait()
    let asked = state.withLock { $0 }
    if let trouble = asked.trouble { throw Complaint(code: .refused, happened: trouble, advice: "see \(house.data)/logs") }
    return (asked.times, asked.rows)
  }
}
