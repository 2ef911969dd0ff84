import Contracts
import Glibc
import HTTP
import Host
import Transport

/// A broker that is killed and started again on the same folder.
final class BenchRecoveryBroker {
  let data: String
  let port: UInt16
  /// From the start of the process until its ready line was read.
  let nanosecondsToReady: Int64
  private let child: ChildProcess
  private let httpPort: UInt16

  init(_ data: String, segmentMebibytes: Int) throws(Complaint) {
    self.data = data
    let began = Reactor.uptime()
    child = try ChildProcess(
      path: Programs.path("broker"),
      arguments: [
        "--data", data, "--port", "0", "--http-port", "0", "--segment-mib", String(segmentMebibytes), "--parent", String(getpid()),
      ], log: "\(data).log")
    guard let line = child.firstLine() else {
      throw Complaint(code: .unavailable, happened: "the broker ended before it was ready", advice: "see \(data).log")
    }
    nanosecondsToReady = Reactor.uptime() - began
    guard let ready = try? JSON(parsing: line), let mesh = ready["mesh"]?["port"]?.integer, let http = ready["http"]?["port"]?.integer
    else { throw Complaint(code: .software, happened: "the broker's ready line was not understood", advice: "build again") }
    port = UInt16(truncatingIfNeeded: mesh)
    httpPort = UInt16(truncatingIfNeeded: http)
  }

  func secret(of name: String) throws(Complaint) -> String {
    do { return try Credential.read(name, in: DataFolder.existing(data)).secret } catch { throw Complaint(host: error) }
  }

  /// Ends the process with `signal` and waits for its end.
  func end(_ signal: Int32) {
    kill(child.pid, signal)
    _ = child.end()
  }

  /// The journal's place up to which everything is durable.
  func durableThrough() throws(Complaint) -> Int {
    var headers = Headers()
    headers.set("Authorization", "Bearer \(try secret(of: "operator"))")
    let answer: Response
    do throws(HTTPFault) {
      answer = try HTTPClient.send(.get, host: "127.0.0.1", port: httpPort, path: "/v1/status", headers: headers)
    } catch { throw Complaint(code: .unavailable, happened: "the broker did not answer: \(error)", advice: "see \(data).log") }
    return Int((try? JSON(parsing: answer.body))?["durable_through"]?.integer ?? 0)
  }

  /// Publishes until about `bytes` of journal are acknowledged, and returns in the middle of it: the publishers go on.
  func fill(bytes: Int) throws(Complaint) -> BenchRecoveryFill {
    let fill = try BenchRecoveryFill(port: port, secret: secret(of: "ledger"))
    try fill.wait(forBytes: bytes)
    return fill
  }
}

/// Publishers that fill a journal for as long as it is wanted.
final class BenchRecoveryFill: PublisherCourse, @unchecked Sendable {
  /// A record's head, its event head, and its share of padding and commits.
  private static let bytesBesideEvent = 64
  let plan = LoadPlan(events: LoadEvents(), messages: 1 << 43)
  private let reactor: Reactor
  // Of the reactor's thread.
  private var publishers: [LoadPublisher] = []
  private var welcomed = 0
  private var trouble: String?

  init(port: UInt16, secret: String) throws(Complaint) {
    do throws(SystemError) {
      reactor = try Reactor()
      try reactor.start(name: "loader")
    } catch { throw Complaint(host: error) }
    reactor.post { [self] in connect(port, secret) }
  }

  private func connect(_ port: UInt16, _ secret: String) {
    let connector = Connector(on: reactor)
    for index in 0..<plan.publishers {
      connector.connect(host: "127.0.0.1", port: port) { [self] result in
        guard case .success(let socket) = result else { return fail("a publisher could not connect") }
        let tongue = AccordPublisherTongue(index: index, plan: plan, secret: secret)
        publishers.append(LoadPublisher(socket, on: reactor, index: index, tongue: tongue, course: self))
      }
    }
  }

  /// All are welcome: they begin.
  func arrived() {
    welcomed += 1
    guard welcomed == plan.publishers else { return }
    for publisher in publishers { publisher.begin() }
  }

  func oneDone() {}
  func fail(_ reason: String) { if trouble == nil { trouble = reason } }

  func wait(forBytes bytes: Int) throws(Complaint) {
    let end = Reactor.uptime() + 600_000_000_000
    while true {
      let now = reactor.perform { [self] in (accepted: publishers.reduce(0) { $0 + $1.acknowledged }, trouble: trouble) }
      if Int(now?.accepted ?? 0) * (plan.events.byteCount + Self.bytesBesideEvent) >= bytes { return }
      if let trouble = now?.trouble { throw Complaint(code: .refused, happened: trouble, advice: "see the broker's log") }
      guard Reactor.uptime() < end else {
        throw Complaint(code: .temporary, happened: "the journal was not written within ten minutes", advice: "less --mib")
      }
      usleep(2_000)
    }
  }

  func stop() {
    reactor.stop()
    reactor.join()
  }
}
