import Contracts
import Foundation
import Host
import TestKit
import Transport

/// A broker alone, an honest publisher and an honest reader on it, and room for somebody who means no good.
final class Siege {
  let mesh: LooseMesh
  let caller: Caller
  let port: UInt16
  private let pid: Int32
  private let publisher: RawPeer
  private let reader: RawPeer
  private var published: Int64 = 0
  private let connectionsBefore: Int
  private let residentBefore: Int

  /// `words` are settings of the broker, such as `HEARTBEAT: 1s`.
  init(_ settings: [String: String] = [:]) throws {
    mesh = try LooseMesh(
      starting: ["broker"], environment: Dictionary(uniqueKeysWithValues: settings.map { ("ACCORD_\($0.key)", $0.value) }))
    caller = mesh.caller
    port = try caller.port("broker", "mesh")
    guard let pid = FolderLock.holder(of: caller.data + "/broker") else { throw Caller.Fault.noEndpoint("broker") }
    self.pid = pid
    publisher = try RawPeer(port)
    try publisher.hello("ledger", caller.secret(of: "ledger"), ["lineage": "honest", "epoch": 1])
    reader = try RawPeer(port)
    try reader.hello("service", caller.secret(of: "service"))
    try reader.send(["op": "subscribe", "handle": 1, "name": "honest", "filters": ["ledger.honest.*"], "messages": 256, "bytes": 1_000_000])
    _ = try reader.expect("subscribed")
    connectionsBefore = try Self.descriptors(pid).connections
    residentBefore = try Processes.residentBytes(pid)
    try proceed()
  }

  /// What the broker holds open: files, which are its journal's and its folder's, and all else.
  private static func descriptors(_ pid: Int32) throws -> (connections: Int, files: Int) {
    let folder = "/proc/\(pid)/fd"
    // What was closed since it was listed leads nowhere.
    let targets = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
    }
    let files = targets.filter { $0.hasPrefix("/") && !$0.hasPrefix("/dev/") }.count
    return (targets.count - files, files)
  }

  /// The segment in use, the next one, the folder and its lock, and the segment that each reader of the journal read last: a slow machine has
  /// more of them open in the end, for what is not in memory any more is read.
  private static let filesMax = 16

  /// The honest two do some work, whatever goes on beside them.
  func proceed(_ count: Int64 = 5) throws {
    for _ in 0..<count {
      published += 1
      try publisher.send(Self.event("honest-\(published)", "ledger.honest.tried.v1", "/ledger", published))
    }
    try publisher.expect("accepted") { $0["through"]?.integer ?? 0 >= published }
    for _ in 0..<count {
      let delivery = try reader.expect("deliver")
      let number = JSON.integer(delivery["number"]?.integer ?? 0)
      try reader.send(["op": "settle", "handle": 1, "done": [[number, number]]])
      try reader.send(["op": "credit", "handle": 1, "messages": 1, "bytes": 4_000])
    }
  }

  /// Somebody honest who comes only now is let in.
  func welcomesNewcomer() throws {
    let newcomer = try RawPeer(port)
    try newcomer.hello("marketing", caller.secret(of: "marketing"))
    try newcomer.send(["op": "farewell", "reason": "done"])
  }

  /// How much more memory the broker has than before.
  func growth() throws -> Int { try Processes.residentBytes(pid) - residentBefore }

  /// Waits until the broker has given back every descriptor (whoever takes no leave is asked for 40 s whether it is there, then has 10 s for what
  /// is left to read), lets the honest two work once more, and ends it.
  func lift() throws {
    try eventually("descriptors return to what they were", within: .seconds(120)) {
      let now = try Self.descriptors(pid)
      return now.connections <= connectionsBefore && now.files <= Self.filesMax
    }
    try proceed()
    guard try mesh.stop("broker") == .code(0) else { throw NeverHappened("the broker ends in order") }
  }

  /// A client that says hello as `name`.
  func enter(_ name: String, _ more: [String: JSON] = [:]) throws -> RawPeer {
    let peer = try RawPeer(port)
    try peer.hello(name, caller.secret(of: name), more)
    return peer
  }

  /// A credential of its own, as `accord credential add` gives it; returns once the broker follows.
  func admit(_ words: String...) throws {
    let said = try caller.accord(["credential", "add"] + words + ["--json"])
    // The command itself waits five seconds for the broker, and says so where that is too short.
    guard [.code(0), .code(75)].contains(said.exit) else { throw NeverHappened("\(words): \(said.stderr)") }
    try eventually("the broker follows", within: .seconds(60)) {
      try caller.accord("credential", "list", "--json").json["followed"] == true
    }
  }

  /// The row of a subscription in the broker's status.
  func subscription(_ name: String) throws -> JSON? {
    try caller.get("broker", "/v1/status")["subscriptions"]?.array?.first { $0["name"]?.string == name }
  }

  /// A publish as text.
  static func event(_ id: String, _ type: String, _ source: String, _ sequence: Int64, key: String? = nil, time: String? = nil) -> JSON {
    var members: [JSON.Member] = [
      .init("specversion", "1.0"), .init("id", .string(id)), .init("source", .string(source)), .init("type", .string(type)),
      .init("partitionkey", .string(key ?? id)),
    ]
    if let time { members.append(.init("time", .string(time))) }
    return ["op": "publish", "sequence": .integer(sequence), "event": .object(members + [.init("data", ["n": .integer(sequence)])])]
  }
}

/// One connection to the broker that says whatever a test likes.
final class RawPeer {
  private var stream: BlockingStream
  private var bytes: [UInt8] = []

  init(_ port: UInt16) throws { stream = try BlockingStream.connect(host: "127.0.0.1", port: port) }

  /// Says hello and waits for the welcome.
  @discardableResult
  func hello(_ name: String, _ secret: String, _ more: [String: JSON] = [:]) throws -> JSON {
    try sayHello(name, secret, more)
    return try expect("welcome")
  }

  /// Says hello.
  func sayHello(_ name: String, _ secret: String, _ more: [String: JSON] = [:]) throws {
    let members: [JSON.Member] =
      [.init("op", "hello"), .init("version", 1), .init("credential", .string(name)), .init("secret", .string(secret))]
      + more.map { .init($0.key, $0.value) }
    try send(.object(members))
  }

  func send(_ message: JSON) throws { try send(message.bytes) }

  /// One frame with this payload, whatever it is.
  func send(_ payload: [UInt8]) throws { try send(raw: Self.frame(payload)) }

  func send(raw bytes: [UInt8], within limit: Duration = .seconds(10)) throws { try stream.write(bytes, timeout: limit) }

  static func frame(_ payload: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt32(payload.count).bigEndian) { Array($0) } + payload
  }

  /// The next frame; nil where the broker has ended the connection.
  func next(within limit: Duration = .seconds(20)) throws -> JSON? {
    while true {
      if bytes.count >= 4 {
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        if bytes.count >= 4 + length {
          defer { bytes.removeFirst(4 + length) }
          return try JSON(parsing: Array(bytes[4..<4 + length]))
        }
      }
      let more: [UInt8]
      do throws(SystemError) { more = try stream.read(timeout: limit) } catch {
        guard error.code == ECONNRESET else { throw error }
        return nil
      }
      guard !more.isEmpty else { return nil }
      bytes += more
    }
  }

  /// The next message called `op` that `holds`; pings are answered and all else is passed over. Throws where the connection ends before.
  @discardableResult
  func expect(_ op: String, within limit: Duration = .seconds(20), _ holds: (JSON) -> Bool = { _ in true }) throws -> JSON {
    var seen: [String] = []
    while let message = try next(within: limit) {
      if message["op"]?.string == op, holds(message) { return message }
      if message["op"] == "ping" { try send(["op": "pong", "id": message["id"] ?? 0]) }
      seen.append(message.text)
    }
    throw NeverHappened("\(op) comes; but: \(seen.suffix(3))")
  }

  /// The code of the fault with which the broker ends the connection; nil where it ends without a word.
  func fault(within limit: Duration = .seconds(20)) throws -> String? {
    while let message = try next(within: limit) {
      if message["op"] == "fault" {
        _ = try next(within: limit)
        return message["code"]?.string
      }
    }
    return nil
  }
}
