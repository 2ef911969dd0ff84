import Contracts
import Glibc
import HTTP
import Host
import Shop
import Transport

extension Command {
  static let benchLookBack = Command(
    "bench look-back", "Measures a look-back over many orders: from the offer's start until all is credited, booked and announced.",
    options: [
      .init("--orders", "N", "captured orders in all (default 1000000)"),
      .init("--window", "N", "those of them inside the look-back (default 100000)"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench look-back --json", "accord bench look-back --orders 100000 --window 10000"],
    run: { arguments throws(Complaint) in try BenchLookBack(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench look-back`: a whole mesh on a manual clock, so many orders out of a file, one offer of free shipping.
///
///     import ─▸ all have heard ─▸ clock jumps to the start ─▸ launched ─▸ run ─▸ completed ─▸ nothing waits at the ledger
///                                 └───────────── what is measured ──────────────────────────────────────┘
///     meanwhile a lone order every 200 ms at the ledger's door, each until it stands on its timeline
///
/// The orders are the same at each run: order n is of person n modulo 200,000, the window's are spread over its 48 hours, and the others
/// over the 60 days before. Announced means that the broker has accepted the last fact of the run.
struct BenchLookBack {
  private let orders: Int64
  private let window: Int64
  private let folder: String

  private static let offer = "sunday-free-shipping"
  private static let starts = "2026-05-10T00:00:00-04:00"
  private static let people: Int64 = 200_000
  private static let shipping: Int64 = 995
  /// Milliseconds from one lone order to the next.
  private static let loneEvery: Int64 = 200

  init(_ arguments: Arguments) throws(Complaint) {
    orders = max(1, try arguments.integer("--orders") ?? 1_000_000)
    window = min(orders, max(1, try arguments.integer("--window") ?? 100_000))
    folder = BenchPlaces.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data, ["--sandbox", "--clock", "manual@2026-05-09T23:59:00-04:00"])
    defer { house.stop() }
    Terminal.note("\(orders) orders go in")
    try prepare(house)
    try house.awaitQuiet(seconds: 1_800)
    Terminal.note("the offer starts")
    var report = BenchReport()
    try measure(house, &report)
    for name in Programs.all { report.add("\(name)PeakMebibytes", BenchMeshHouse.peakMebibytes(of: house.process(of: name))) }
    report.print(json: json)
  }

  // MARK: The shop

  private func prepare(_ house: BenchMeshHouse) throws(Complaint) {
    let file = "\(house.data)/orders.csv"
    try write(file)
    let map =
      "order=id,customer=customer,sku=sku,quantity=quantity,amount=amount,placed=placed,shipping=shipping,tender=tender,channel=channel,country=country"
    try house.accord(["import", "orders", file, "--map", map, "--currency", "USD"])
    try house.accord(["campaign", "open", "spring", "--budget", "9000000.00", "--currency", "USD", "--approved-by", "supervisor/ruth"])
    guard let shop = Shop.offer(Self.offer), var document = try? JSON(parsing: shop.text) else {
      throw Complaint(code: .software, happened: "the built-in shop has no offer \(Self.offer)", advice: "build again")
    }
    // Nobody is left out for having bought often, and the reserve is enough.
    document = document.replacing("limits", with: ["per_order": .null, "per_customer": .null, "total": .null])
    document = document.replacing(
      "budget",
      with: [
        "reserve": ["amount_minor": .integer(window * Self.shipping), "currency": "USD"],
        "desk_allowance": ["amount_minor": 0, "currency": "USD"],
      ])
    let path = "\(house.data)/offer.json"
    do throws(FileFault) { try Files.write(document.bytes, to: path) } catch { throw Complaint(host: error) }
    try house.accord([
      "offer", "schedule", path, "--waive", "promises,capacity,channels,sheets,briefings", "--reason", "a measurement: nobody works here",
    ])
  }

  /// In the order of their ids, which is not that of their times.
  private func write(_ path: String) throws(Complaint) {
    guard let file = fopen(path, "w") else { throw .system("could not write \(path)", errno) }
    defer { fclose(file) }
    fputs("id,customer,sku,quantity,amount,placed,shipping,tender,channel,country\n", file)
    let begins = Timestamp(milliseconds: 1_778_212_800_000)  // 2026-05-08T04:00:00Z, 48 hours before the start
    let (inside, outside) = (Int64(172_800_000), Int64(5_184_000_000))
    let stride = orders / window
    for number in 0..<orders {
      let isInside = number % stride == 0 && number / stride < window
      let at =
        isInside
        ? begins.adding(.milliseconds(number / stride * (inside / window)))
        : begins.adding(.milliseconds(-1 - number * 7_919 % outside))
      fputs("O-\(number),P-\(number % Self.people),KETTLE-17,1,3900,\(at),\(Self.shipping),card,web,US\n", file)
    }
  }

  // MARK: The start

  private func measure(_ house: BenchMeshHouse, _ report: inout BenchReport) throws(Complaint) {
    var lone = LoadHistogram()
    do {
      var ledger = try house.session(with: "ledger")
      var service = try house.session(with: "service")
      let clock = try ChildProcess(
        path: Programs.own, arguments: ["clock", "advance", "--to", Self.starts, "--jump", "--data", house.data],
        log: "\(house.data)/clock.log")
      let began = Clock.uptimeMilliseconds
      let before = Programs.all.map { BenchMeshHouse.processorMicroseconds(of: house.process(of: $0)) }
      var number = 0
      var next = began
      var answer: JSON = .null
      while true {
        if Clock.uptimeMilliseconds >= next {
          number += 1
          try loneOrder(number, &ledger, &service, house, &lone)
          next += Self.loneEvery
        }
        answer = try JSON(parsing: ledger.send(.get, "/v1/look-backs/\(Self.offer)", headers: house.headers()).body)
        if answer["look_backs"]?.array?.first?["state"]?.string == "completed" {
          let status = try JSON(parsing: ledger.send(.get, "/v1/status", headers: house.headers()).body)
          if status["link"]?["waiting"]?.integer == 0 { break }
        }
        guard Clock.uptimeMilliseconds - began < 600_000 else {
          throw Complaint(code: .temporary, happened: "the look-back took more than 10 minutes", advice: "see \(house.data)/logs")
        }
        usleep(20_000)
      }
      let seconds = Double(Clock.uptimeMilliseconds - began) / 1_000
      _ = clock.end()
      let run = answer["look_backs"]?.array?.first
      report.add("orders", orders)
      report.add("considered", run?["considered"]?.integer ?? 0)
      report.add("granted", run?["granted"]?.integer ?? 0)
      report.add("secondsUntilAnnounced", seconds)
      report.add("grantedPerSecond", Int(Double(run?["granted"]?.integer ?? 0) / seconds))
      report.add("loneOrdersMeanwhile", number)
      report.add("loneOrderToTimeline", lone)
      let told = Clock.uptimeMilliseconds
      try house.awaitQuiet(seconds: 600)
      report.add("secondsUntilDepartmentsHeardAll", seconds + Double(Clock.uptimeMilliseconds - told) / 1_000)
      // Until everybody has heard all: then it is the work for each credit, however long who waited for whom.
      for (name, start) in zip(Programs.all, before) {
        let spent = BenchMeshHouse.processorMicroseconds(of: house.process(of: name)) - start
        report.add("\(name)ProcessorMicrosecondsPerCredit", spent / Double(max(1, run?["granted"]?.integer ?? 0)))
      }
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
  }

  /// An order of now, until service shows it.
  private func loneOrder(
    _ number: Int, _ ledger: inout HTTPSession, _ service: inout HTTPSession, _ house: BenchMeshHouse, _ times: inout LoadHistogram
  ) throws {
    let id = "LONE-\(number)"
    let order: JSON = [
      "order_id": .string(id), "person_id": .string(id), "channel": "web", "country": "US",
      "lines": [["line_id": "1", "sku": "KETTLE-17", "quantity": 1, "paid": ["amount_minor": 3_900, "currency": "USD"]]],
    ]
    let began = Reactor.uptime()
    let answer = try ledger.send(.post, "/v1/orders", headers: house.headers([("Idempotency-Key", id)]), body: order.bytes)
    guard answer.status == 201 else {
      throw Complaint(code: .refused, happened: "an order was answered \(answer.status)", advice: "see \(house.data)/logs")
    }
    while Reactor.uptime() - began < 30_000_000_000 {
      let page = try service.send(.get, "/v1/customers/\(id)/timeline", headers: house.headers())
      if (try? JSON(parsing: page.body))?["entries"]?.array?.isEmpty == false {
        return times.add(Reactor.uptime() - began)
      }
      usleep(500)
    }
    throw Complaint(code: .temporary, happened: "order \(id) did not reach its timeline within 30 s", advice: "see \(house.data)/logs")
  }
}

extension JSON {
  /// The object with another value under `name`.
  func replacing(_ name: String, with value: JSON) -> JSON {
    .object((object ?? []).map { $0.name == name ? .init(name, value) : $0 })
  }
}
