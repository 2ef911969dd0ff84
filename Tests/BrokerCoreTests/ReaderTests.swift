import BrokerCore
import Contracts
import Journal
import Testing
import Wire

/// Readers that are gone: what they said they read binds those who publish it until it is withdrawn.
struct ReaderTests {
  private static let strict: JSON = ["type": "object", "required": ["id"], "properties": ["id": ["type": "string"]]]
  private static let loose: JSON = ["type": "object"]

  private let stage: Stage

  init() throws {
    stage = try Stage()
    try hello(1, "ledger", Manifest(publishes: [.init("ledger.a", Self.strict)]))
    try hello(2, "report", Manifest(reads: [Manifest.Read("ledger.a", fields: ["/id"])]))
    _ = try left()
  }

  private func hello(_ id: UInt32, _ credential: String, _ manifest: Manifest, administers: Bool = false) throws {
    try stage.apply(
      .hello(
        ConnectionID(id),
        Hello(version: 1, credential: credential, secret: "", lineage: nil, epoch: 1, highestSequence: 0, manifest: manifest),
        Rights(publish: ["\(credential).*"], subscribe: ["*"], source: "/\(credential)", administers: administers)))
  }

  /// The answer to an operator who withdraws what `name` reads, as text.
  private func withdraw(_ name: String) throws -> String {
    try hello(90, "operator", Manifest(), administers: true)
    _ = try left()
    try stage.apply(.admin(ConnectionID(90), id: 1, command: ["name": "withdraw", "credential": .string(name)]))
    try stage.turn()
    for case .send(_, .admin(_, let answer)) in stage.takeReleased() {
      return answer["code"]?.string ?? answer["withdrawn"]?.strings?.joined(separator: " ") ?? "?"
    }
    return "silence"
  }

  /// The codes of the faults that left, and a dot for each welcome.
  private func left() throws -> [String] {
    try stage.turn()
    #expect(try stage.remembered() == stage.machine.checkpoint())
    return stage.takeReleased().compactMap { effect in
      switch effect {
      case .close(_, let refusal): refusal.code
      case .send(_, .welcome): "."
      case .accepted, .deliver, .fetch, .send, .carry, .forget, .examine, .heal, .mend: nil
      }
    }
  }

  @Test func `a contract is loosened once its dead reader is withdrawn, and binds again when the reader comes back`() throws {
    try hello(3, "ledger", Manifest(publishes: [.init("ledger.a", Self.loose)]))
    #expect(try left() == ["contract_incompatible"])
    #expect(try withdraw("report") == "still_here")
    try stage.apply(.disconnected(ConnectionID(2)))
    #expect(try withdraw("nobody") == "nothing_read")
    #expect(try withdraw("ledger") == "nothing_read")
    #expect(try withdraw("report") == "ledger.a")
    #expect(try withdraw("report") == "nothing_read")
    #expect(try left() == [])
    // It is a record: a power cut does not bring the dead back.
    try stage.crash()
    try hello(4, "ledger", Manifest(publishes: [.init("ledger.a", Self.loose)]))
    try hello(5, "report", Manifest(reads: [Manifest.Read("ledger.a", fields: ["/id"])]))
    #expect(try left() == [".", "."])
    try hello(6, "ledger", Manifest(publishes: [.init("ledger.a", true)]))
    #expect(try left() == ["contract_incompatible"])
  }

  @Test func `who floods is not read from, whatever he sends, and each connection is told of once`() throws {
    var rights = Rights(publish: [], subscribe: ["*"], source: nil)
    rights.quota = Quota(messagesPerSecond: 10)
    try stage.change("report", rights)
    let flooder = ConnectionID(2)
    for _ in 0..<10 { stage.heard(flooder, bytes: 30) }
    #expect(stage.takeHolds().isEmpty)
    for _ in 0..<100 { stage.heard(flooder, bytes: 30) }
    #expect(stage.takeHolds().map(\.connection) == [flooder])
    #expect(stage.takeHolds().isEmpty)
    // The debt is told in parts, none longer than leaves room for heartbeats; time pays for it.
    stage.heard(flooder, bytes: 30)
    #expect(stage.takeHolds().map(\.milliseconds) == [stage.limits.holdMax])
    stage.now.uptime += 20_000
    stage.heard(flooder, bytes: 30)
    #expect(stage.takeHolds().isEmpty)
    stage.heard(ConnectionID(77), bytes: 1 << 20)
    #expect(stage.takeHolds().isEmpty)
  }

  @Test func `who reconnects without end is told to wait, and others are not`() throws {
    var rights = Rights(publish: [], subscribe: [], source: nil)
    rights.quota = Quota(messagesPerSecond: 5)
    for number in 0..<20 {
      let id = ConnectionID(UInt32(100 + number))
      try stage.apply(
        .hello(
          id, Hello(version: 1, credential: "storm", secret: "", lineage: nil, epoch: 0, highestSequence: 0, manifest: Manifest()), rights))
      try stage.apply(.disconnected(id))
    }
    try hello(200, "calm", Manifest())
    let codes = try left()
    #expect(
      codes.prefix(5) == [".", ".", ".", ".", "."] && codes.dropFirst(5).dropLast().allSatisfy { $0 == "limit" } && codes.last == ".")
  }

  @Test func `one credential's stores and types leave room for the others'`() throws {
    var limits = BrokerLimits()
    (limits.producersOfOne, limits.typesOfOne) = (2, 2)
    let stage = try Stage(limits: limits)
    for (number, (credential, lineage)) in [("a", "1"), ("a", "2"), ("a", "3"), ("a", "2"), ("b", "1")].enumerated() {
      try stage.apply(
        .hello(
          ConnectionID(UInt32(number)),
          Hello(version: 1, credential: credential, secret: "", lineage: lineage, epoch: 1, highestSequence: 9, manifest: Manifest()),
          Rights(publish: ["\(credential).*"], subscribe: [], source: "/\(credential)")))
    }
    for (number, type) in ["a.x", "a.y", "a.z", "a.x"].enumerated() {
      try stage.publish(
        ConnectionID(0), TestEvent(id: "e", type: type, source: "/a", key: "k"), sequence: UInt64(number + 1))
    }
    try stage.publish(ConnectionID(4), TestEvent(id: "e", type: "b.x", source: "/b", key: "k"), sequence: 1)
    try stage.turn()
    var told: [String] = []
    for effect in stage.takeReleased() {
      switch effect {
      case .close(let id, let refusal): told.append("\(id.raw) \(refusal.code)")
      case .send(let id, .refused(let sequence, let refusal)): told.append("\(id.raw) \(sequence) \(refusal.code)")
      case .accepted, .deliver, .fetch, .send, .carry, .forget, .examine, .heal, .mend: break
      }
    }
    // The second lineage's own second connection takes over; the third lineage is one too many.
    #expect(told == ["2 limit", "1 superseded", "0 3 limit"], "\(told)")
  }
}
