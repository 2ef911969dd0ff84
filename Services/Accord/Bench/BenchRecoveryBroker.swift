import Contracts
import Dispatch
import Glibc
import HTTP
import Host
import Transport

/// A broker that is killed in the middle of its work and started again on the same folder.
final class BenchRecoveryBroker: BenchServer {
  let process: BenchProcess
  let port: UInt16
  let title = "accord-broker"
  /// From the start of the process until its ready line was read.
  let nanosecondsToReady: Int64
  private let httpPort: UInt16

  /// On the folder `data`, which exists.
  init(_ data: String, segmentMebibytes: Int) throws(Complaint) {
    let began = Reactor.uptime()
    process = try BenchProcess(
      path: Programs.path("broker"),
      arguments: [
        "--data", data, "--port", "0", "--http-port", "0", "--segment-mib", String(segmentMebibytes), "--parent", String(getpid()),
      ], data: data)
    var line: [UInt8] = []
    while !line.contains(UInt8(ascii: "\n")), let bytes = process.read(waitMilliseconds: 60_000), !bytes.isEmpty { line += bytes }
    nanosecondsToReady = Reactor.uptime() - began
    guard let ready = try? JSON(parsing: line), let mesh = ready["mesh"]?["port"]?.integer, let http = ready["http"]?["port"]?.integer
    else {
      let words = process.lastWords
      process.stop()
      throw Complaint(code: .unavailable, happened: "the broker was not ready within 60 s", advice: words)
    }
    port = UInt16(truncatingIfNeeded: mesh)
    httpPort = UInt16(truncatingIfNeeded: http)
  }

  /// The journal's place up to which everything is durable.
  func durableThrough() throws(Complaint) -> Int {
    var headers = Headers()
    headers.set("Authorization", "Bearer \(try secret(of: "operator"))")
    let answer: Response
    do throws(HTTPFault) {
      answer = try HTTPClient.send(.get, host: "127.0.0.1", port: httpPort, path: "/v1/status", headers: headers)
    } catch { throw Complaint(code: .unavailable, happened: "the broker did not answer: \(error)", advice: process.lastWords) }
    return Int((try? JSON(parsing: answer.body))?["durable_through"]?.integer ?? 0)
  }

  /// Lets eight publishers write, kills the process once `bytes` of journal are durable, and waits for its end.
  func killed(after bytes: Int) throws(Complaint) {
    // About twice what is wanted, so that the publishers are at work when the end comes.
    var plan = LoadPlan(events: LoadEvents(), messages: UInt64(max(bytes, 64 << 20) / LoadEvents.standardBytes * 2))
    plan.secondsMax = 900
    let course = try LoadCourse(plan, against: self)
    let (ended, outcome) = (Event(), Outcome())
    DispatchQueue(label: "accord.bench.fill").async {
      outcome.isWhole = (try? course.run()) != nil
      ended.happen()
    }
    let first = try durableThrough()
    while try durableThrough() - first < bytes {
      guard !ended.wait(within: .milliseconds(10)) else {
        throw Complaint(code: .software, happened: "the publishers ended before the journal had \(bytes) bytes", advice: process.lastWords)
      }
    }
    kill(process.pid, SIGKILL)
    while process.isAlive { usleep(200) }
    ended.wait(within: .seconds(60))
    guard !outcome.isWhole else {
      throw Complaint(code: .software, happened: "the publishers had ended before the kill", advice: "more --mib")
    }
  }

  /// Whether the publishers came to their end. Written before `ended` happens, read after.
  private final class Outcome: @unchecked Sendable { var isWhole = false }

  private func secret(of name: String) throws(Complaint) -> String {
    do { return try Credential.read(name, in: DataFolder.existing(process.data)).secret } catch { throw Complaint(host: error) }
  }

  func publisherTongue(_ index: Int, _ plan: LoadPlan) throws(Complaint) -> any PublisherTongue {
    AccordPublisherTongue(index: index, plan: plan, secret: try secret(of: "ledger"))
  }

  func subscriberTongue(_ subscription: LoadSubscription, _ plan: LoadPlan) throws(Complaint) -> any SubscriberTongue {
    AccordSubscriberTongue(subscription, plan: plan, secret: try secret(of: subscription.credential))
  }
}
