import Contracts
import Glibc
import HTTP
import Host
import Wire

extension Command {
  static let replay = Command(
    "replay", "Rebuilds every store from the facts in the journal, into a new data folder.",
    options: [Arguments.Option("--into", "DIR", "the folder to make; no data folder may be there yet")],
    examples: ["accord replay --data /tmp/shop --into /tmp/shop-again"],
    run: { arguments throws(Complaint) in try Replay.run(arguments) })
}

/// `accord replay`: asks the broker for every event and gives them to the three departments, each of which makes its store of them.
///
/// ```
/// broker ── pages of events ─▸ accord ── frames, as to a consumer ─▸ accord-ledger replay, accord-marketing replay, accord-service replay
/// ```
/// Takes the broker that runs on the folder, or starts one for this. What was written but had not reached it is not in the journal.
enum Replay {
  private static let pageEvents = 1_000

  static func run(_ arguments: Arguments) throws(Complaint) {
    let data = try DataPath.of(arguments)
    guard let into = arguments.value("--into") else {
      throw .usage("a folder to rebuild into is needed", "accord replay --data DIR --into NEW")
    }
    guard access("\(data)/accord.json", R_OK) == 0 else {
      throw Complaint(
        code: .noInput, happened: "\(data) is no data folder of Accord (it has no accord.json)", advice: "name one with --data")
    }
    guard access("\(into)/accord.json", F_OK) != 0 else {
      throw Complaint(code: .refused, happened: "\(into) is a data folder already", advice: "name one that does not exist yet")
    }
    do {
      let source = try DataFolder.existing(data)
      let folder = try DataFolder.open(into, sandbox: source.isSandbox, now: Clock.system().now())
      // A sandbox's stores are as old as its clock says.
      if source.isSandbox, let now = try ManualClock.now(of: source) { try ManualClock.advance(to: now, in: folder) }
    } catch { throw Complaint(host: error) }
    let broker = try BrokerOfFolder(data, log: "\(into)/logs/replay-broker.log")
    defer { broker.end() }
    var rebuilders: [Rebuilder] = []
    for name in Programs.departments { rebuilders.append(try Rebuilder(name, into: into)) }
    try feed(rebuilders, from: broker)
    try tell(rebuilders.map { ($0.name, $0.report()) }, json: arguments.has("--json"), logs: "\(into)/logs")
  }

  /// Every event up to where the journal stands now.
  private static func feed(_ rebuilders: [Rebuilder], from broker: BrokerOfFolder) throws(Complaint) {
    let end = try broker.ask("/v1/status")["durable_through"]?.integer ?? .max
    var (after, told): (Int64, UInt64) = (0, 0)
    while after < end {
      let page = try broker.ask("/v1/events?after=\(after)&limit=\(pageEvents)")
      if let hole = page["damaged"]?.string { Terminal.note(hole) }
      var frames: [UInt8] = []
      for row in page["events"]?.array ?? [] {
        guard let position = row["position"]?.integer, let producer = row["producer"]?.string, let sequence = row["sequence"]?.integer,
          let event = row["event"]
        else { throw Complaint(code: .software, happened: "the broker told of an event without its place", advice: "") }
        told += 1
        let delivery = Delivery(
          handle: 1, number: told, position: UInt64(position), attempt: 1, producer: producer, sequence: UInt64(sequence),
          event: event.bytes)
        do throws(WireFault) { try BrokerMessageEncoder.append(.deliver(delivery), to: &frames) } catch {
          throw Complaint(code: .software, happened: "the event at \(position) is longer than a message", advice: "")
        }
      }
      for rebuilder in rebuilders { rebuilder.write(frames) }
      let next = page["next"]?.integer ?? end
      guard next > after else { break }
      after = next
    }
  }

  private static func tell(_ found: [(name: String, report: (json: JSON, code: ExitCode))], json: Bool, logs: String) throws(Complaint) {
    if json { Terminal.print(.object(found.map { JSON.Member($0.name, $0.report.json) })) }
    for (name, report) in found where !json {
      let verdict = report.json["sound"]?.bool.map { $0 ? "rebuilt" : "rebuilt, but NOT SOUND" } ?? "could not be rebuilt"
      Terminal.print("\(name): \(verdict)" + (report.json["summary"]?.string.map { ", \($0)" } ?? ""))
      for finding in report.json["findings"]?.array ?? [] { Terminal.print("  - \(finding.string ?? "?")") }
    }
    guard let worst = found.map(\.report.code).first(where: { $0 != .success }) else { return }
    throw Complaint(
      code: worst, happened: "not every store could be rebuilt as it should", advice: "what was found stands above and in \(logs)")
  }
}

/// The program of one department that makes its store anew.
private struct Rebuilder {
  let name: String
  private let child: ChildProcess
  private let input: Int32
  private let log: String

  init(_ name: String, into: String) throws(Complaint) {
    self.name = name
    log = "\(into)/logs/replay-\(name).log"
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system("could not open a pipe", errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    input = ends[1]
    defer { close(ends[0]) }
    child = try ChildProcess(path: Programs.path(name), arguments: ["replay", "--data", into], log: log, input: ends[0])
  }

  /// What a program that has ended no longer takes is lost: its report says why.
  func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(input, bytes.baseAddress?.advanced(by: done), bytes.count - done)
        if count > 0 { done += count } else if count == 0 || errno != EINTR { return }
      }
    }
  }

  /// Ends its input and waits for what it says.
  func report() -> (json: JSON, code: ExitCode) {
    close(input)
    let bytes = child.wholeOutput()
    let code = child.end().map { ExitCode(rawValue: $0) ?? .software } ?? .software
    if let report = try? JSON(parsing: bytes) { return (report, code) }
    let finding = LastWords.of(log: log) ?? "accord-\(name) ended without a report"
    return (.object([.init("sound", .null), .init("findings", .array([.string(finding)]))]), code == .success ? .software : code)
  }
}

/// The broker of a folder: the one that runs, or one that is started for as long as it is asked.
private struct BrokerOfFolder {
  private let address: Address
  private let token: String
  private let own: ChildProcess?

  init(_ data: String, log: String) throws(Complaint) {
    let isRunning = FolderLock.holder(of: "\(data)/broker") != nil
    own =
      isRunning
      ? nil
      : try ChildProcess(
        path: Programs.path("broker"), arguments: ["--data", data, "--port", "0", "--http-port", "0", "--parent", "\(getpid())"], log: log)
    let said: JSON?
    if let own {
      said = own.firstLine().flatMap { try? JSON(parsing: $0) }
    } else {
      said = (try? Files.read("\(data)/endpoints.json")).flatMap { try? JSON(parsing: $0) }?["broker"]
    }
    guard let host = said?["http"]?["host"]?.string, let port = said?["http"]?["port"]?.integer else {
      let words = own == nil ? "endpoints.json does not say where it listens" : LastWords.of(log: log) ?? "it ended before it was ready"
      _ = own?.end()
      throw Complaint(code: .unavailable, happened: "the broker of \(data) cannot be asked: \(words)", advice: "")
    }
    address = Address(host: host, port: UInt16(truncatingIfNeeded: port))
    do { token = try Credential.read("operator", in: DataFolder.existing(data)).secret } catch { throw Complaint(host: error) }
  }

  func ask(_ path: String) throws(Complaint) -> JSON {
    let response: Response
    do throws(HTTPFault) {
      response = try HTTPClient.send(
        .get, host: address.host, port: address.port, path: path, headers: ["Authorization": "Bearer \(token)"], timeout: .seconds(60))
    } catch { throw Complaint(code: .unavailable, happened: "the broker does not answer: \(error)", advice: "") }
    guard response.status == 200, let json = try? JSON(parsing: response.body) else {
      throw Complaint(code: .temporary, happened: "the broker answered \(response.status) to \(path)", advice: "")
    }
    return json
  }

  /// Ends a broker that was started for this.
  func end() {
    guard let own else { return }
    kill(own.pid, SIGTERM)
    _ = own.end()
  }
}
