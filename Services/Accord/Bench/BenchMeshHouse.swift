import Contracts
import Glibc
import HTTP
import Host

/// A whole mesh that a benchmark started for itself: `accord up --detach --ephemeral` on an empty folder.
final class BenchMeshHouse: Sendable {
  let data: String
  private let endpoints: JSON
  private let token: String

  /// On the empty folder `data`, which exists; `words` are further words for `accord up`.
  init(_ data: String, _ words: [String] = []) throws(Complaint) {
    self.data = data
    // Whoever asks stands beside the programs that they ask: with longer turns than theirs they would measure their own waiting for one.
    ShortTurns.take()
    let up = try ChildProcess(
      path: Programs.own, arguments: ["up", "--data", data, "--detach", "--ephemeral", "--json"] + words,
      log: "\(data).log")
    guard up.end() == 0, let bytes = try? Files.read("\(data)/endpoints.json"), let found = try? JSON(parsing: bytes) else {
      throw Complaint(code: .unavailable, happened: "the mesh did not start", advice: "see \(data).log and \(data)/logs")
    }
    unlink("\(data).log")
    endpoints = found
    do { token = try Credential.read("operator", in: DataFolder.existing(data)).secret } catch { throw Complaint(host: error) }
  }

  /// Ends the mesh in order.
  func stop() {
    guard let supervisor = FolderLock.holder(of: data) else { return }
    kill(supervisor, SIGTERM)
    let end = Clock.uptimeMilliseconds + 25_000
    while FolderLock.holder(of: data) == supervisor, Clock.uptimeMilliseconds < end { usleep(10_000) }
  }

  func process(of program: String) -> pid_t { pid_t(truncatingIfNeeded: endpoints[program]?["pid"]?.integer ?? 0) }

  func session(with program: String) throws(HTTPFault) -> HTTPSession {
    let port = endpoints[program]?["http"]?["port"]?.integer ?? 0
    return try HTTPSession(host: "127.0.0.1", port: UInt16(truncatingIfNeeded: port))
  }

  /// The operator's, with further fields.
  func headers(_ fields: [(String, String)] = []) -> Headers {
    var headers = Headers()
    for (name, value) in [("Authorization", "Bearer \(token)"), ("Content-Type", "application/json")] + fields { headers.set(name, value) }
    return headers
  }

  /// Waits until nothing waits at the ledger and nobody is behind at the broker.
  func awaitQuiet(seconds: Int64) throws(Complaint) {
    let end = Clock.uptimeMilliseconds + seconds * 1_000
    while Clock.uptimeMilliseconds < end {
      if try isQuiet() { return }
      usleep(50_000)
    }
    throw Complaint(
      code: .temporary, happened: "the departments did not hear of everything within \(seconds) s", advice: "see `accord status`")
  }

  private func isQuiet() throws(Complaint) -> Bool {
    func ask(_ program: String) throws(Complaint) -> JSON {
      do {
        var session = try session(with: program)
        return try JSON(parsing: session.send(.get, "/v1/status", headers: headers()).body)
      } catch { throw Complaint(host: error) }
    }
    guard try ask("ledger")["link"]?["waiting"]?.integer == 0 else { return false }
    let subscriptions = try ask("broker")["subscriptions"]?.array ?? []
    return subscriptions.allSatisfy { ($0["behind"]?.integer ?? 0) == 0 && ($0["in_flight"]?.integer ?? 0) == 0 }
  }

  /// Runs `accord` with `words` on this mesh. Throws where it is refused.
  func accord(_ words: [String]) throws(Complaint) {
    let child = try ChildProcess(path: Programs.own, arguments: words + ["--data", data], log: "\(data)/words.log")
    let said = child.wholeOutput()
    guard child.end() == 0 else {
      let log = String(decoding: (try? Files.read("\(data)/words.log")) ?? [], as: UTF8.self)
      throw Complaint(
        code: .refused,
        happened: "accord \(words.prefix(2).joined(separator: " ")) was refused: \(log)\(String(decoding: said, as: UTF8.self))",
        advice: "")
    }
  }

  /// The processor time that a process has spent so far (man 5 proc, stat), in steps of 10 ms; 0 where it has ended.
  static func processorMicroseconds(of process: pid_t) -> Double {
    let text = String(decoding: (try? Files.read("/proc/\(process)/stat")) ?? [], as: UTF8.self)
    // Behind the name in parentheses: utime and stime are the fields 14 and 15.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[12]), let kernel = Double(fields[13]) else { return 0 }
    return (user + kernel) * 1_000_000 / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The most memory that was resident for a process so far, MiB (man 5 proc, VmHWM); 0 where it has ended.
  static func peakMebibytes(of process: pid_t) -> Double {
    let text = String(decoding: (try? Files.read("/proc/\(process)/status")) ?? [], as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return Double(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]).map { $0 / 1_024 } ?? 0
    }
    return 0
  }
}
