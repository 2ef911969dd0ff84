import Contracts
import Glibc
import HTTP
import Host
import Shop

extension Command {
  static let benchVerdicts = Command(
    "bench verdicts", "Measures how long it takes to judge all people of an offer: from the end of the look-back until it is told.",
    options: [
      .init("--people", "N", "who are to be told (default 1000000)"), .init("--orders", "N", "captured orders in all (default 2000000)"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench verdicts --json", "accord bench verdicts --people 100000 --orders 200000"],
    run: { arguments throws(Complaint) in try BenchVerdicts(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench verdicts`: a whole mesh on a manual clock, so many people who agreed to email, so many orders of theirs, one offer of free
/// shipping for all of them.
///
///     import ─▸ all have heard ─▸ clock jumps to the start ─▸ launched ─▸ looked back ─▸ judged ─▸ audience.prepared
///                                                                                └─── what is measured ───┘
///
/// One order in a hundred lies in the look-back and gets its shipping back: its person is honoured, the others are sent to. The measure
/// ends when marketing says that everybody is judged; what leaves then is not waited for.
struct BenchVerdicts {
  private let people: Int64
  private let orders: Int64
  private let folder: String

  private static let offer = "sunday-free-shipping"
  private static let starts = "2026-05-10T00:00:00-04:00"
  private static let shipping: Int64 = 995
  /// What is wanted of a million people and two million orders.
  private static let limitSeconds = 10.0

  init(_ arguments: Arguments) throws(Complaint) {
    people = max(1, try arguments.integer("--people") ?? 1_000_000)
    orders = max(1, try arguments.integer("--orders") ?? 2_000_000)
    folder = BenchPlaces.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data, ["--sandbox", "--clock", "manual@2026-05-09T23:59:00-04:00"])
    defer { house.stop() }
    Terminal.note("\(people) people and \(orders) orders go in")
    try prepare(house)
    try house.awaitQuiet(seconds: 7_200)
    Terminal.note("the offer starts")
    var report = BenchReport()
    report.add(
      "setup",
      "\(people) people who agreed to email, \(orders) orders, one in a hundred of them in the look-back; from the run's beginning until "
        + "audience.prepared is told")
    try measure(house, &report)
    for name in Programs.all { report.add("\(name)PeakMebibytes", BenchMeshHouse.peakMebibytes(of: house.process(of: name))) }
    report.print(json: json)
  }

  private func prepare(_ house: BenchMeshHouse) throws(Complaint) {
    try write("\(house.data)/people.csv", "id,email,state") { number, file in fputs("P-\(number),p\(number)@example.org,verified\n", file) }
    try write("\(house.data)/consents.csv", "id,purpose,channel,given,at") { number, file in
      fputs("P-\(number),marketing,email,yes,2026-01-15T12:00:00Z\n", file)
    }
    try write("\(house.data)/audience.txt", nil) { number, file in fputs("P-\(number)\n", file) }
    try writeOrders("\(house.data)/orders.csv")
    try house.accord([
      "import", "customers", "\(house.data)/people.csv", "--map", "customer=id,email=email,email_state=state",
    ])
    try house.accord([
      "import", "consents", "\(house.data)/consents.csv", "--map", "customer=id,purpose=purpose,channel=channel,given=given,at=at",
    ])
    try house.accord(["audience", "import", "\(house.data)/audience.txt", "--id", "newsletter-us"])
    let map =
      "order=id,customer=customer,sku=sku,quantity=quantity,amount=amount,placed=placed,shipping=shipping,tender=tender,channel=channel,country=country"
    try house.accord(["import", "orders", "\(house.data)/orders.csv", "--map", map, "--currency", "USD"])
    try house.accord([
      "campaign", "open", "spring", "--budget", "\(orders * 10).00", "--currency", "USD", "--approved-by", "supervisor/ruth",
    ])
    guard let shop = Shop.offer(Self.offer), var document = try? JSON(parsing: shop.text) else {
      throw Complaint(code: .software, happened: "the built-in shop has no offer \(Self.offer)", advice: "build again")
    }
    document = document.replacing("limits", with: ["per_order": .null, "per_customer": .null, "total": .null])
    document = document.replacing(
      "budget",
      with: [
        "reserve": ["amount_minor": .integer(orders * Self.shipping), "currency": "USD"],
        "desk_allowance": ["amount_minor": 0, "currency": "USD"],
      ])
    let path = "\(house.data)/offer.json"
    do throws(FileFault) { try Files.write(document.bytes, to: path) } catch { throw Complaint(host: error) }
    try house.accord([
      "offer", "schedule", path, "--waive", "promises,capacity,channels,sheets,briefings", "--reason", "a measurement: nobody works here",
    ])
  }

  private func write(_ path: String, _ head: String?, _ line: (Int64, UnsafeMutablePointer<FILE>) -> Void) throws(Complaint) {
    guard let file = fopen(path, "w") else { throw .system("could not write \(path)", errno) }
    defer { fclose(file) }
    if let head { fputs(head + "\n", file) }
    for number in 0..<people { line(number, file) }
  }

  /// Order n is of person n modulo all of them; one in a hundred was placed on the Saturday before the start.
  private func writeOrders(_ path: String) throws(Complaint) {
    guard let file = fopen(path, "w") else { throw .system("could not write \(path)", errno) }
    defer { fclose(file) }
    fputs("id,customer,sku,quantity,amount,placed,shipping,tender,channel,country\n", file)
    let begins = Timestamp(milliseconds: 1_778_212_800_000)  // 2026-05-08T04:00:00Z, 48 hours before the start
    for number in 0..<orders {
      let at =
        number % 100 == 0
        ? begins.adding(.milliseconds(number % 172_000_000)) : begins.adding(.milliseconds(-1 - number * 7_919 % 5_184_000_000))
      fputs("O-\(number),P-\(number % people),KETTLE-17,1,3900,\(at),\(Self.shipping),card,web,US\n", file)
    }
  }

  private func measure(_ house: BenchMeshHouse, _ report: inout BenchReport) throws(Complaint) {
    do {
      var marketing = try house.session(with: "marketing")
      let clock = try ChildProcess(
        path: Programs.own, arguments: ["clock", "advance", "--to", Self.starts, "--jump", "--data", house.data],
        log: "\(house.data)/clock.log")
      var judging: Int64?
      var spent = 0.0
      let marketer = house.process(of: "marketing")
      let began = Clock.uptimeMilliseconds
      var audience: JSON = .null
      while true {
        let answer = try JSON(parsing: marketing.send(.get, "/v1/offers/\(Self.offer)", headers: house.headers()).body)
        audience = answer["versions"]?.array?.first?["audience"] ?? .null
        if answer["versions"]?.array?.first?["state"]?.string == "blocked" {
          throw Complaint(
            code: .refused, happened: "the offer did not go live", advice: "\(house.data)/logs/marketing.log says what blocks it")
        }
        if judging == nil, ["judging", "prepared"].contains(audience["state"]?.string ?? "") {
          judging = Clock.uptimeMilliseconds
          spent = BenchMeshHouse.processorMicroseconds(of: marketer)
        }
        if audience["state"]?.string == "prepared" { break }
        guard Clock.uptimeMilliseconds - began < 1_800_000 else {
          throw Complaint(code: .temporary, happened: "the verdicts took more than half an hour", advice: "see \(house.data)/logs")
        }
        usleep(20_000)
      }
      let done = Clock.uptimeMilliseconds
      spent = BenchMeshHouse.processorMicroseconds(of: marketer) - spent
      _ = clock.end()
      let counts = audience["counts"]
      let judged = ["send", "honour", "suppress", "defer"].reduce(Int64(0)) { $0 + (counts?[$1]?.integer ?? 0) }
      let seconds = Double(done - (judging ?? began)) / 1_000
      report.add("people", people)
      report.add("orders", orders)
      report.add("judged", judged)
      report.add("honoured", counts?["honour"]?.integer ?? 0)
      report.add("sent", counts?["send"]?.integer ?? 0)
      report.add(
        "reasons", heads: ["reason", "people"],
        rows: (audience["reasons"]?.object ?? []).map { [.word($0.name), .whole($0.value.integer ?? 0)] })
      let page = try JSON(parsing: marketing.send(.get, "/v1/offers/\(Self.offer)/audience?limit=1000", headers: house.headers()).body)
      report.add("rowsOfTheFirstPage", page["verdicts"]?.array?.count ?? 0)
      report.add("secondsOfJudging", seconds)
      report.add("limitSeconds", Self.limitSeconds)
      report.add("withinLimit", seconds <= Self.limitSeconds ? "yes" : "no")
      report.add("marketingProcessorMicrosecondsPerPerson", spent / Double(max(1, judged)))
      report.add("judgedPerSecond", Int(Double(judged) / max(0.001, seconds)))
      report.add("secondsFromTheStart", Double(done - began) / 1_000)
    } catch let complaint as Complaint { throw complaint } catch { throw Complaint(host: error) }
  }
}
