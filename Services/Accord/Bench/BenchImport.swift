import Contracts
import Glibc
import HTTP
import Host

extension Command {
  static let benchImport = Command(
    "bench import", "Measures an import of orders into a fresh ledger beside the sqlite3 shell's .import of the same rows.",
    operands: "FILE",
    options: [
      .init("--map", "MEANING=COLUMN,...", "as `accord import orders` takes it (default: the columns of the Complete Journey panel)"),
      .init("--currency", "CODE", "default USD"),
      .init("--rounds", "N", "both, one after the other (default 3); the figures are medians"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench import transactions.csv --json"],
    run: { arguments throws(Complaint) in try BenchImport(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench import`: a whole mesh on an empty folder, the file through `accord import orders`, beside one table in one SQLite file.
///
/// The clock runs from the start of the importing process to its end, when each order is durable in the ledger with its entry and its event
/// in the outbox; the departments hear of them meanwhile, on the same processors.
struct BenchImport {
  private let file: String
  private let map: String
  private let currency: String
  private let rounds: Int
  private let folder: String

  private static let panel =
    "order=basket_id,customer=household_id,sku=product_id,quantity=quantity,amount=sales_value_cents,placed=at"

  init(_ arguments: Arguments) throws(Complaint) {
    file = try arguments.operand("file to import")
    guard access(file, R_OK) == 0 else { throw Complaint(code: .noInput, happened: "\(file) cannot be read", advice: "name a CSV file") }
    map = arguments.value("--map") ?? Self.panel
    currency = arguments.value("--currency") ?? "USD"
    rounds = Int(max(1, try arguments.integer("--rounds") ?? 3))
    folder = BenchPlaces.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    var ours: [Double] = []
    var theirs: [Double] = []
    var heard: [Double] = []
    var peaks: [String: Double] = [:]
    var lines: Int64 = 0
    var orders: Int64 = 0
    for round in 1...rounds {
      Terminal.note("round \(round) of \(rounds)")
      let imported = try importing(&peaks)
      (lines, orders) = (imported.lines, imported.orders)
      ours.append(Double(imported.lines) / imported.seconds)
      heard.append(imported.secondsUntilHeard)
      theirs.append(Double(imported.lines) / (try shell(&peaks)))
    }
    var report = BenchReport()
    report.add("lines", lines)
    report.add("orders", orders)
    report.add("linesPerSecond", Int(BenchFigures.median(ours)))
    report.add("sqliteShellLinesPerSecond", Int(BenchFigures.median(theirs)))
    report.add("shareOfSqliteShell", BenchFigures.ratio(ours, theirs))
    report.add("secondsUntilDepartmentsHeardAll", BenchFigures.median(heard))
    for (name, peak) in peaks.sorted(by: { $0.key < $1.key }) { report.add("\(name)PeakMebibytes", peak) }
    report.print(json: json)
  }

  private struct Imported {
    let lines: Int64
    let orders: Int64
    let seconds: Double
    let secondsUntilHeard: Double
  }

  private func importing(_ peaks: inout [String: Double]) throws(Complaint) -> Imported {
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data)
    defer { house.stop() }
    let began = Clock.uptimeMilliseconds
    let words = ["import", "orders", file, "--map", map, "--currency", currency, "--channel", "store", "--data", data, "--json"]
    let done = try ran(Programs.own, words, "import", &peaks)
    let ended = Clock.uptimeMilliseconds
    guard let answer = try? JSON(parsing: done.output), let lines = answer["lines"]?.integer, let orders = answer["created"]?.integer,
      done.code == 0
    else {
      throw Complaint(
        code: .refused, happened: "the import was refused: \(String(decoding: done.output.prefix(300), as: UTF8.self))",
        advice: "try `accord import orders` with the same file")
    }
    try house.awaitQuiet(seconds: 600)
    let heard = Clock.uptimeMilliseconds
    for name in Programs.all { note(name, BenchMeshHouse.peakMebibytes(of: house.process(of: name)), &peaks) }
    return Imported(
      lines: lines, orders: orders, seconds: Double(max(1, ended - began)) / 1_000, secondsUntilHeard: Double(heard - began) / 1_000)
  }

  /// The shell's own way: one table, every column text, one transaction, synced at its end. Returns the seconds.
  private func shell(_ peaks: inout [String: Double]) throws(Complaint) -> Double {
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let program = try PeerPrograms.path(of: "sqlite3", advice: "apt-get install sqlite3")
    let began = Clock.uptimeMilliseconds
    let words = ["\(data)/rows.sqlite", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", ".mode csv", ".import \"\(file)\" row"]
    guard try ran(program, words, "sqlite3", &peaks).code == 0 else {
      throw Complaint(code: .software, happened: "the sqlite3 shell could not import \(file)", advice: "is it a CSV file?")
    }
    return Double(max(1, Clock.uptimeMilliseconds - began)) / 1_000
  }

  private struct Done {
    let code: Int32
    let output: [UInt8]
  }

  /// Runs a program to its end, with an eye on its memory.
  private func ran(_ path: String, _ words: [String], _ name: String, _ peaks: inout [String: Double]) throws(Complaint) -> Done {
    let child = try ChildProcess(path: path, arguments: words, log: "\(folder)/accord-bench-\(getpid()).log")
    var output: [UInt8] = []
    while let bytes = child.read() {
      output += bytes
      note(name, BenchMeshHouse.peakMebibytes(of: child.pid), &peaks)
      usleep(2_000)
    }
    let code = child.end() ?? -1
    unlink("\(folder)/accord-bench-\(getpid()).log")
    return Done(code: code, output: output)
  }

  private func note(_ name: String, _ peak: Double, _ peaks: inout [String: Double]) { peaks[name] = max(peaks[name] ?? 0, peak) }
}

extension PeerPrograms {
  /// Where a program of the system lies on PATH.
  static func path(of name: String, advice: String) throws(Complaint) -> String {
    for folder in (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":") where access("\(folder)/\(name)", X_OK) == 0 {
      return "\(folder)/\(name)"
    }
    throw Complaint(code: .unavailable, happened: "\(name) is not installed", advice: advice)
  }
}
