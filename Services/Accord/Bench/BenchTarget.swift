import Contracts
import Glibc
import HTTP
import Host

/// A broker of ours that the benchmark started for itself.
final class BenchTarget: BenchServer {
  let process: BenchProcess
  let data: String
  let port: UInt16
  private let httpPort: UInt16
  let title = "accord-broker"

  /// Starts the broker beside this program on the folder `data`, which must not exist yet.
  convenience init(_ data: String) throws(Complaint) {
    guard mkdir(data, 0o700) == 0 else { throw .system("could not make \(data)", errno) }
    try self.init(existing: data)
  }

  init(existing data: String) throws(Complaint) {
    self.data = data
    try BenchCredentials.widen(data)
    process = try BenchProcess(
      path: Programs.path("broker"),
      arguments: ["--data", data, "--port", "0", "--http-port", "0", "--parent", String(getpid())], data: data)
    var line: [UInt8] = []
    let deadline = Clock.uptimeMilliseconds + 60_000
    do throws(Complaint) {
      while !line.contains(UInt8(ascii: "\n")) {
        guard let bytes = process.read(waitMilliseconds: 1_000) else {
          throw Complaint(code: .unavailable, happened: "the broker ended before it was ready", advice: process.lastWords)
        }
        line += bytes
        guard Clock.uptimeMilliseconds < deadline else {
          throw Complaint(code: .temporary, happened: "the broker was not ready within 60 s", advice: process.lastWords)
        }
      }
      guard let ready = try? JSON(parsing: line), let mesh = ready["mesh"]?["port"]?.integer, let http = ready["http"]?["port"]?.integer
      else {
        throw Complaint(code: .software, happened: "the broker's ready line was not understood", advice: "build again")
      }
      port = UInt16(truncatingIfNeeded: mesh)
      httpPort = UInt16(truncatingIfNeeded: http)
    } catch {
      process.stop()
      throw error
    }
  }

  func secret(of name: String) throws(Complaint) -> String {
    do { return try Credential.read(name, in: DataFolder.existing(data)).secret } catch { throw Complaint(host: error) }
  }

  func stop() { process.stop() }

  // MARK: Under load

  func publisherTongue(_ index: Int, _ plan: LoadPlan) throws(Complaint) -> any PublisherTongue {
    AccordPublisherTongue(index: index, plan: plan, secret: try secret(of: "ledger"))
  }

  func subscriberTongue(_ subscription: LoadSubscription, _ plan: LoadPlan) throws(Complaint) -> any SubscriberTongue {
    AccordSubscriberTongue(subscription, plan: plan, secret: try secret(of: subscription.credential))
  }

  func isDrained(_ plan: LoadPlan) throws(Complaint) -> Bool {
    try isDrained(plan.subscriptions.filter { $0.slow == nil }.map { "\($0.credential)/\($0.name)" })
  }

  func syncs() throws(Complaint) -> Double? { try metric("accord_broker_journal_syncs_total") }

  /// User and system time of the broker so far.
  func cpuMicroseconds() throws(Complaint) -> Double { process.cpuMicroseconds }

  /// The value of a metric without labels.
  func metric(_ name: String) throws(Complaint) -> Double {
    let text = String(decoding: try get("/metrics", token: nil), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix(name + " ") {
      return Double(line.dropFirst(name.count + 1)) ?? 0
    }
    return 0
  }

  /// Whether the subscriptions `names` have settled everything, durably.
  func isDrained(_ names: [String]) throws(Complaint) -> Bool {
    let status = (try? JSON(parsing: get("/v1/status", token: secret(of: "operator")))) ?? .null
    let rows = (status["subscriptions"]?.array ?? []).filter { row in names.contains { $0 == row["name"]?.string } }
    return rows.count == names.count && rows.allSatisfy { $0["behind"]?.integer == 0 && $0["in_flight"]?.integer == 0 }
  }

  private func get(_ path: String, token: String?) throws(Complaint) -> [UInt8] {
    var headers = Headers()
    if let token { headers.set("Authorization", "Bearer \(token)") }
    do throws(HTTPFault) {
      return try HTTPClient.send(.get, host: "127.0.0.1", port: httpPort, path: path, headers: headers).body
    } catch {
      throw Complaint(code: .unavailable, happened: "the broker did not answer: \(error)", advice: process.lastWords)
    }
  }
}
