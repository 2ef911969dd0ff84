import Contracts
import Dispatch
import Glibc
import HTTP
import Host
import Synchronization
import Transport

/// One measured round against a broker of its own.
struct BenchRound {
  var perSecond: Double
  var messagesPerSync: Double
  var brokerMicroseconds: Double
  var loaderMicroseconds: Double

  /// Starts a broker on an empty folder, publishes `messages` and waits until every subscriber's settles are durable.
  static func run(
    folder: String, messages: UInt64, window: UInt64, events: LoadEvents, subscribers: [String]
  ) throws(Complaint) -> BenchRound {
    let data = "\(folder)/accord-bench-\(getpid())-\(Clock.uptimeMilliseconds)"
    defer { Files.remove(data) }
    let broker = try BenchTarget(data)
    defer { broker.stop() }
    let course = LoadCourse(events: events, messages: messages, window: window, subscribers: subscribers)
    let cpuBefore = try (broker: broker.cpuMicroseconds(), loader: ownCPU())
    let syncsBefore = try broker.metric("accord_broker_journal_syncs_total")
    let seconds = try course.run(against: broker)
    let cpuAfter = try (broker: broker.cpuMicroseconds(), loader: ownCPU())
    let syncs = try broker.metric("accord_broker_journal_syncs_total") - syncsBefore
    let count = Double(messages)
    return BenchRound(
      perSecond: count / seconds, messagesPerSync: count / max(1, syncs), brokerMicroseconds: (cpuAfter.broker - cpuBefore.broker) / count,
      loaderMicroseconds: (cpuAfter.loader - cpuBefore.loader) / count)
  }

  private static func ownCPU() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  }
}

/// A broker that the benchmark started for itself.
final class BenchTarget {
  private let child: ChildProcess
  let data: String
  let port: UInt16
  private let httpPort: UInt16

  init(_ data: String) throws(Complaint) {
    self.data = data
    guard mkdir(data, 0o700) == 0 else { throw .system("could not make \(data)", errno) }
    child = try ChildProcess(
      path: Programs.path("broker"),
      arguments: ["--data", data, "--port", "0", "--http-port", "0", "--parent", String(getpid())], log: "\(data).log")
    guard let line = child.firstLine() else {
      throw Complaint(code: .unavailable, happened: "the broker ended before it was ready", advice: "see \(data).log")
    }
    guard let ready = try? JSON(parsing: line), let mesh = ready["mesh"]?["port"]?.integer, let http = ready["http"]?["port"]?.integer
    else {
      throw Complaint(code: .software, happened: "the broker's ready line was not understood", advice: "build again")
    }
    port = UInt16(truncatingIfNeeded: mesh)
    httpPort = UInt16(truncatingIfNeeded: http)
  }

  func secret(of name: String) throws(Complaint) -> String {
    do { return try Credential.read(name, in: DataFolder.existing(data)).secret } catch { throw Complaint(host: error) }
  }

  func stop() {
    kill(child.pid, SIGTERM)
    _ = child.end()
    unlink("\(data).log")
  }

  /// User and system time of the broker so far.
  func cpuMicroseconds() throws(Complaint) -> Double {
    let text = String(decoding: (try? Files.read("/proc/\(child.pid)/stat")) ?? [], as: UTF8.self)
    // Behind the name in parentheses come state and numbers; user and system time are the 12th and 13th (proc(5)).
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      throw Complaint(code: .unavailable, happened: "the broker has ended in the middle of a round", advice: "see \(data).log")
    }
    return (user + system) * 1e6 / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The value of a metric without labels.
  func metric(_ name: String) throws(Complaint) -> Double {
    let text = String(decoding: try get("/metrics", token: nil), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix(name + " ") {
      return Double(line.dropFirst(name.count + 1)) ?? 0
    }
    return 0
  }

  /// Whether every subscription has settled everything, durably.
  func isDrained(subscriptions: Int) throws(Complaint) -> Bool {
    let status = (try? JSON(parsing: get("/v1/status", token: secret(of: "operator")))) ?? .null
    let rows = status["subscriptions"]?.array ?? []
    return rows.count == subscriptions && rows.allSatisfy { $0["behind"]?.integer == 0 && $0["in_flight"]?.integer == 0 }
  }

  private func get(_ path: String, token: String?) throws(Complaint) -> [UInt8] {
    var headers = Headers()
    if let token { headers.set("Authorization", "Bearer \(token)") }
    do throws(HTTPFault) {
      return try HTTPClient.send(.get, host: "127.0.0.1", port: httpPort, path: path, headers: headers).body
    } catch {
      throw Complaint(code: .unavailable, happened: "the broker did not answer: \(error)", advice: "see \(data).log")
    }
  }
}
