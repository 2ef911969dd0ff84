import Contracts
import Glibc
import HTTP
import Host
import Shop

extension Command {
  static let benchDesk = Command(
    "bench desk", "Measures how soon the offers on a customer's table are there, while the ledger looks back over millions of orders.",
    options: [
      .init("--customers", "N", "customers (default 1000000)"), .init("--orders", "N", "captured orders (default 5000000)"),
      .init("--offers", "N", "offers, live or past; every other one is past (default 500)"),
      .init("--rate", "N", "requests a second, open loop (default 200)"), .init("--seconds", "N", "of asking (default 30)"),
      .init("--rows", "N", "rows wanted of a table at once (default: as many as the door gives)"),
      .init("--shop", "DIR", "takes the filled shop from below DIR, or keeps it there where there is none of this size yet"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench desk --json", "accord bench desk --customers 2000 --orders 10000 --offers 20 --seconds 5"],
    run: { arguments throws(Complaint) in try BenchDesk(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench desk`: a whole mesh on a manual clock, orders out of a file, an offer on each of many products.
///
///     import ─▸ offers go live, every other one ends ─▸ all have looked back ─▸ free shipping goes live for all, 30 days back ─▸ its run
///                                                      └ asking, quiet ┘                          └ asking, 200 a second, open loop ┘
///
/// All offers are on each table: the past ones are still honoured. Asked for is the first page, which has all that bears on the customer; the
/// whole table is asked for once more, quietly, at a tenth of the rate. One order in a thousand lies in the 48 hours that they reach back, and
/// every fourth request is about a customer who has such an order; the others are about anybody. Orders lie in 60 days, so the last offer's
/// look-back has half of them to credit and goes on throughout the asking. A request has its own instant, and its time counts from there.
struct BenchDesk {
  private let shop: BenchDeskShop
  private let rate: Int
  private let seconds: Int
  private let pageRows: Int?
  private let folder: String
  /// Where a filled shop of this size lies, or shall lie.
  private let kept: String?

  /// What is wanted at p99, in microseconds.
  private static let limit: Int64 = 5_000

  init(_ arguments: Arguments) throws(Complaint) {
    shop = BenchDeskShop(
      customers: max(1, try arguments.integer("--customers") ?? 1_000_000), orders: max(1, try arguments.integer("--orders") ?? 5_000_000),
      offers: min(5_000, max(1, try arguments.integer("--offers") ?? 500)))
    rate = Int(min(10_000, max(1, try arguments.integer("--rate") ?? 200)))
    seconds = Int(min(3_600, max(1, try arguments.integer("--seconds") ?? 30)))
    pageRows = try arguments.integer("--rows").map { Int(min(1_000, max(1, $0))) }
    folder = BenchPlaces.parent(arguments)
    let size = "\(shop.customers)-\(shop.orders)-\(shop.offers)"
    kept = arguments.value("--shop").map { "\($0)/desk-\(size)" }
  }

  func run(json: Bool) throws(Complaint) {
    try confirmKeeps()
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let began = Clock.uptimeMilliseconds
    if let kept, Files.exists(kept) { try copy(kept, to: data) } else { try fill(data) }
    let house = try open(data)
    defer { house.stop() }
    let prepared = Double(Clock.uptimeMilliseconds - began) / 1_000
    Terminal.note("asking")
    let course = BenchDeskCourse(house, shop, rate: rate, rows: pageRows)
    // The first requests of a program pay for pages and statements that later ones find.
    _ = try course.run(seconds: 1)
    let whole = try BenchDeskCourse(house, shop, rate: max(1, rate / 10), rows: 1_000).run(seconds: max(1, seconds / 3))
    let quiet = try course.run(seconds: seconds)
    try shop.startRun(house)
    let begun = try shop.considered(house)
    let before = Programs.all.map { BenchTally(of: house.process(of: $0)) }
    let beside = try course.run(seconds: seconds)
    let after = Programs.all.map { BenchTally(of: house.process(of: $0)) }
    let isRunning = try shop.isRunning(house)
    let considered = try shop.considered(house) - begun
    let p99 = beside.times.microseconds(at: 0.99)
    var report = BenchReport()
    report.add(
      "setup",
      "\(shop.customers) customers, \(shop.orders) orders, \(shop.offers) offers on each table, \(rate) requests a second, open loop, a look-back "
        + "going on; one request in four about a customer with an order in reach of them")
    report.add("customers", shop.customers)
    report.add("orders", shop.orders)
    report.add("offers", shop.offers)
    report.add("perSecond", rate)
    report.add("perSecondReached", Double(beside.times.count) / beside.seconds)
    report.add("answers", Int(quiet.times.count + beside.times.count))
    report.add("rowsPerAnswer", beside.rowsPerAnswer)
    report.add("kibibytesPerAnswer", beside.kibibytesPerAnswer)
    report.add("tableQuiet", quiet.times)
    report.add("tableBesideRun", beside.times)
    report.add("wholeTableRows", whole.rowsPerAnswer)
    report.add("wholeTableKibibytes", whole.kibibytesPerAnswer)
    report.add("wholeTableQuiet", whole.times)
    report.add("limitP99Microseconds", Self.limit)
    report.add("withinLimit", p99 <= Double(Self.limit) ? "yes" : "no")
    report.add("runGoingOnAtTheEnd", isRunning ? "yes" : "no")
    report.add("runOrdersPerSecondMeanwhile", Double(considered) / beside.seconds)
    report.add("secondsOfPreparing", prepared)
    try report.addSync(in: data)
    for ((name, before), after) in zip(zip(Programs.all, before), after) {
      report.add("\(name)ShareOfAProcessorMeanwhile", (after.microseconds - before.microseconds) / 1_000_000 / beside.seconds)
      report.add("\(name)MebibytesReadMeanwhile", (after.mebibytesRead - before.mebibytesRead))
    }
    for name in Programs.all { report.add("\(name)PeakMebibytes", BenchMeshHouse.peakMebibytes(of: house.process(of: name))) }
    report.print(json: json)
  }

  // MARK: Preparing

  private func open(_ data: String) throws(Complaint) -> BenchMeshHouse {
    try BenchMeshHouse(data, ["--sandbox", "--clock", "manual@2026-05-10T00:00:10-04:00"])
  }

  /// Whether a filled shop can be kept is known before it is filled, which takes long.
  private func confirmKeeps() throws(Complaint) {
    guard let kept, !Files.exists(kept) else { return }
    let unfinished = unfinished(kept)
    guard mkdir(unfinished, 0o700) == 0 else { throw .system("could not make \(unfinished); --shop names a folder that is there", errno) }
    rmdir(unfinished)
  }

  private func unfinished(_ kept: String) -> String { "\(kept).\(getpid())" }

  /// Fills the shop in `data` with a mesh that is ended again, and keeps a copy where somebody wants one.
  private func fill(_ data: String) throws(Complaint) {
    try fill(with: open(data))
    guard let kept else { return }
    let unfinished = unfinished(kept)
    guard mkdir(unfinished, 0o700) == 0 else { throw .system("could not make \(unfinished)", errno) }
    try copy(data, to: unfinished)
    guard rename(unfinished, kept) == 0 else { throw .system("could not name \(kept)", errno) }
  }

  private func fill(with house: BenchMeshHouse) throws(Complaint) {
    defer { house.stop() }
    Terminal.note("\(shop.orders) orders go in")
    try shop.fill(house)
    try house.awaitQuiet(seconds: 7_200)
    Terminal.note("\(shop.offers) offers go live, every other one ends")
    try shop.open(house)
    try house.awaitQuiet(seconds: 3_600)
  }

  /// All that lies in one folder, to another one.
  private func copy(_ from: String, to: String) throws(Complaint) {
    let child = try ChildProcess(path: "/bin/cp", arguments: ["-a", "--reflink=auto", "\(from)/.", to], log: "\(to).log")
    guard child.end() == 0 else {
      throw Complaint(code: .inputOutput, happened: "\(from) could not be copied to \(to)", advice: "see \(to).log")
    }
    unlink("\(to).log")
  }
}
