import Contracts
import Foundation
import TestKit
import Transport
import Wire

/// Somebody who speaks with the broker over its own protocol, one thing after the other, and gives up at the first trouble.
final class OutsideClient {
  /// How a connection ended.
  enum Ended: Error, CustomStringConvertible {
    case fault(Refusal)
    case farewell
    case gone
    case silent

    var description: String {
      switch self {
      case .fault(let refusal): "\(refusal)"
      case .farewell: "the broker said farewell"
      case .gone: "the connection is gone"
      case .silent: "nothing came"
      }
    }
  }

  private let stream: BlockingStream
  private var received: [UInt8] = []
  private(set) var welcome: Welcome

  /// Says hello as `credential` and waits for the welcome.
  init(_ caller: Caller, as credential: String, lineage: String? = nil, epoch: UInt64 = 1, highest: UInt64 = 0) throws {
    stream = try BlockingStream.connect(host: "127.0.0.1", port: caller.port("broker", "mesh"), timeout: .seconds(2))
    welcome = Welcome(
      version: 0, journal: "", lastSequence: 0, lastEventID: nil, forget: 0, deduplicated: false,
      limits: SessionLimits(frameBytesMax: 0, windowMax: 0, heartbeat: .zero, lease: .zero), now: Timestamp(milliseconds: 0))
    try send(
      .hello(
        Hello(
          version: 1, credential: credential, secret: try caller.secret(of: credential), lineage: lineage, epoch: epoch,
          highestSequence: highest, manifest: Manifest())))
    while true {
      if case .welcome(let welcome) = try next(within: .seconds(10)) {
        self.welcome = welcome
        return
      }
    }
  }

  func send(_ message: ClientMessage) throws {
    var frame: [UInt8] = []
    try ClientMessageEncoder.append(message, to: &frame)
    try stream.write(frame, timeout: .seconds(10))
  }

  func publish(_ events: [(sequence: UInt64, event: [UInt8])]) throws {
    var frames: [UInt8] = []
    for (sequence, event) in events { try ClientMessageEncoder.appendPublish(sequence: sequence, event: event, to: &frames) }
    try stream.write(frames, timeout: .seconds(10))
  }

  /// Gives back a row that the broker asked for.
  func heal(_ sequence: UInt64, _ event: [UInt8]) throws {
    var frame: [UInt8] = []
    try ClientMessageEncoder.appendHeal(sequence: sequence, event: event, to: &frame)
    try stream.write(frame, timeout: .seconds(10))
  }

  /// The broker's next word, pings answered on the way.
  func next(within limit: Duration = .seconds(10)) throws -> BrokerMessage {
    let end = ContinuousClock.now + limit
    while true {
      if let message = try buffered() {
        switch message {
        case .ping(let id): try send(.pong(id))
        case .fault(let refusal): throw Ended.fault(refusal)
        case .farewell: throw Ended.farewell
        default: return message
        }
        continue
      }
      let left = end - ContinuousClock.now
      guard left > .zero else { throw Ended.silent }
      let more = try stream.read(timeout: left)
      guard !more.isEmpty else { throw Ended.gone }
      received += more
    }
  }

  /// A whole frame that has come already.
  private func buffered() throws -> BrokerMessage? {
    guard received.count >= 4 else { return nil }
    let length = received[..<4].reduce(0) { $0 << 8 | Int($1) }
    guard received.count >= 4 + length else { return nil }
    let payload = Array(received[4..<4 + length])
    received.removeFirst(4 + length)
    let outcome = payload.withUnsafeBytes { bytes in Result { () throws(WireFault) in try BrokerMessageDecoder.decode(bytes) } }
    return try outcome.get()
  }
}

/// Events that outside programs publish: their contents follow from their number, so that every sum is known beforehand.
struct OutsideEvents {
  let name: String

  /// Ten events a key, one after the other on four keys at a time.
  func key(_ sequence: UInt64) -> String { "\(name)-\(sequence / 40)-\(sequence % 4)" }

  func cents(_ sequence: UInt64) -> Int64 { Int64(100 + sequence % 977) }

  func event(_ sequence: UInt64) -> [UInt8] {
    Array(
      #"{"specversion":"1.0","id":"\#(name)-\#(sequence)","source":"/\#(name)","type":"\#(name).paid.v1","partitionkey":"\#(key(sequence))","data":{"cents":\#(cents(sequence))}}"#
        .utf8)
  }
}

extension Caller {
  /// Makes `names` known to the broker of this folder before it is started again, or while it runs: each may publish below its own name and
  /// read everything.
  func admit(_ names: [String], pid: Int32?) throws {
    let registry = data + "/broker/credentials.json"
    let known = try JSON(parsing: String(contentsOfFile: registry, encoding: .utf8))["credentials"]?.array ?? []
    var entries = known
    for name in names {
      let secret = "the secret of \(name)"
      try JSON.object([.init("name", .string(name)), .init("secret", .string(secret))]).text
        .write(toFile: "\(data)/credentials/\(name).json", atomically: true, encoding: .utf8)
      entries.append([
        "name": .string(name), "sha256": .string(Hex.encode(SHA256.hash(Array(secret.utf8)))), "source": .string("/" + name),
        "publish": .array([.string(name + ".*")]), "subscribe": ["*"], "administers": false,
      ])
    }
    try JSON.object([.init("credentials", .array(entries))]).text.write(toFile: registry, atomically: true, encoding: .utf8)
    chmod(registry, 0o600)
    guard let pid else { return }
    kill(pid, SIGHUP)
    try eventually("the broker knows \(names)") {
      for name in names where (try? OutsideClient(self, as: name)) == nil { return false }
      return true
    }
  }
}
