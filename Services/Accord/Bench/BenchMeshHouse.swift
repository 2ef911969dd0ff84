import Contracts
import Glibc
import HTTP
import Host

/// A whole mesh that a benchmark started for itself: `accord up --detach --ephemeral` on an empty folder.
final class BenchMeshHouse: Sendable {
  let data: String
  private let endpoints: JSON
  private let token: String

  /// On the empty folder `data`, which exists.
  init(_ data: String) throws(Complaint) {
    self.data = data
    let up = try ChildProcess(
      path: Programs.own, arguments: ["up", "--data", data, "--detach", "--ephemeral", "--json"],
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
}
