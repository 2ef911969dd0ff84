import BrokerCore
import Contracts
import Foundation
import Journal
import TestKit
import Testing
import Wire

/// What the machine writes is a disk format: every kind of record and the checkpoint, byte for byte, as long as version 1 lives.
struct MemoryFormatTests {
  private static let golden = ScenarioTests.folder.appendingPathComponent("memory.golden")

  /// A life that writes every kind of record; the bytes it left on disk, and the checkpoint.
  private static func life() throws -> (records: [(kind: UInt8, payload: [UInt8])], checkpoint: [UInt8]) {
    var limits = BrokerLimits()
    limits.attempts = 2
    limits.backoffFirst = 1
    let stage = try Stage(limits: limits)
    let (publisher, session, reader) = (ConnectionID(1), ConnectionID(2), ConnectionID(3))
    func hello(_ id: ConnectionID, _ credential: String, _ lineage: String?, _ manifest: Manifest = Manifest()) throws {
      try stage.apply(
        .hello(
          id,
          Hello(
            version: 1, credential: credential, secret: "", lineage: lineage, epoch: 7, highestSequence: 9, manifest: manifest),
          Rights(publish: ["ledger.*"], subscribe: ["*"], source: "/ledger")))
    }
    try hello(publisher, "ledger", "L1")
    try hello(session, "cli", nil)
    try hello(reader, "service", nil)
    let contract: JSON = ["type": "object", "required": ["order_id"], "properties": ["order_id": ["type": "string"]]]
    try hello(
      ConnectionID(4), "shop", "L2",
      Manifest(publishes: [.init("ledger.shop.opened", contract)], reads: [Manifest.Read("ledger.known", fields: ["/order_id"])]))
    try stage.apply(
      .subscribe(
        reader,
        Subscribe(
          handle: 1, name: "orders", filters: ["ledger.order.*", "ledger.known"], start: .new, deadKey: .park, creditMessages: 99,
          creditBytes: 9_999)))
    try stage.apply(
      .subscribe(
        reader,
        Subscribe(
          handle: 2, name: "gone", filters: [], start: .time(Timestamp(milliseconds: 5)), deadKey: .pass, creditMessages: 0,
          creditBytes: 0)))
    for (sequence, key) in ["a", "b", "a", "order-17", "a-key-of-more-than-sixteen-bytes"].enumerated() {
      try stage.publish(
        publisher,
        TestEvent(id: "e\(sequence)", type: "ledger.order.captured", source: "/ledger", key: key), sequence: UInt64(sequence + 1))
    }
    try stage.publish(publisher, TestEvent(id: "e6", type: "other", source: "/ledger", key: "a"), sequence: 6)
    try stage.publish(session, TestEvent(id: "s1", type: "ledger.known", source: "/ledger", key: "c"), sequence: 1)
    try stage.turn()
    try stage.apply(.unsubscribe(reader, handle: 2, forget: true))
    try stage.apply(
      .settle(
        reader, handle: 1,
        Settlement(done: [4...4], exceptions: [.init(delivery: 1, verdict: .never(reason: "no such order ü"))])))
    try stage.apply(.working(reader, handle: 1, [2...2, 5...5]))
    try stage.apply(
      .settle(reader, handle: 1, Settlement(done: [], exceptions: [.init(delivery: 5, verdict: .later(after: .seconds(2)))])))
    try stage.apply(.disconnected(reader))
    try stage.turn()
    try interventions(stage)
    return (try stage.records(), stage.machine.checkpoint())
  }

  /// An operator's day: every kind of record that comes of it.
  private static func interventions(_ stage: Stage) throws {
    let (publisher, reader) = (ConnectionID(1), ConnectionID(5))
    func order(_ name: String, _ members: [JSON.Member] = []) throws {
      let command: [JSON.Member] = [.init("name", .string(name)), .init("subscription", "service/work"), .init("by", "ada")]
      try stage.apply(.admin(reader, id: 1, command: .object(command + members)))
      try stage.turn()
    }
    func deliver(_ handle: UInt32, _ settlement: Settlement) throws {
      try stage.apply(.settle(reader, handle: handle, settlement))
      try stage.turn()
    }
    try stage.apply(
      .hello(
        reader,
        Hello(version: 1, credential: "service", secret: "", lineage: nil, epoch: 1, highestSequence: 0, manifest: Manifest()),
        Rights(publish: [], subscribe: ["*"], source: nil, administers: true)))
    try stage.apply(
      .subscribe(
        reader,
        Subscribe(handle: 1, name: "work", filters: [], start: .new, deadKey: .park, creditMessages: 999, creditBytes: 99_999)))
    for sequence in UInt64(7)...12 {
      try stage.publish(
        publisher, TestEvent(id: "w\(sequence)", type: "ledger.order.captured", source: "/ledger", key: "k\(sequence)"), sequence: sequence)
    }
    try stage.turn()
    try deliver(1, Settlement(done: [5...6], exceptions: (1...4).map { .init(delivery: $0, verdict: .never(reason: "no")) }))
    try order("drop", [.init("key", "k7")])
    try order("redrive", [.init("key", "k8"), .init("rate", 5)])
    try deliver(1, Settlement(done: [7...7]))
    try order("redrive", [.init("key", "k9")])
    try order("replay", [.init("from", "beginning"), .init("rate", 1)])
    for effect in stage.takeReleased() {
      guard case .fetch(let subscription, let from, let bytesMax) = effect else { continue }
      try stage.apply(.fetched(subscription: subscription, from: from, try stage.read(from: from, bytesMax: bytesMax)))
      try stage.turn()
    }
    // A flood, and with it everything that a checkpoint holds.
    for sequence in UInt64(13)...34 {
      try stage.publish(
        publisher, TestEvent(id: "w\(sequence)", type: "ledger.order.captured", source: "/ledger", key: "k\(sequence)"), sequence: sequence)
    }
    try stage.turn()
    try deliver(1, Settlement(done: [], exceptions: (1...60).map { .init(delivery: $0, verdict: .later(after: nil)) }))
  }

  private static func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

  @Test func `records and checkpoint are what the formats say`() throws {
    let (records, checkpoint) = try Self.life()
    let text =
      (records.map { "\($0.kind) \(Self.hex($0.payload))" } + ["checkpoint \(Self.hex(checkpoint))"]).joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["ACCORD_RECORD"] == "1" {
      try text.write(to: Self.golden, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: Self.golden, encoding: .utf8) == text)
    #expect(Set(records.map(\.kind)).isSuperset(of: Set(16...26).union(40...45)), "a kind of record is not covered")
  }

  /// What the first version wrote, whose letters did not say their types.
  @Test func `records and checkpoint of the first version are still read`() throws {
    let lines = try String(contentsOf: ScenarioTests.folder.appendingPathComponent("memory-1.golden"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: " ") }
    func bytes(_ hex: Substring) -> [UInt8] {
      stride(from: 0, to: hex.count, by: 2).map { at in UInt8(hex.dropFirst(at).prefix(2), radix: 16) ?? 0 }
    }
    let stage = try Stage()
    try stage.replay(lines.dropLast().map { (UInt8($0[0]) ?? 0, bytes($0[1])) })
    // It is the first version's indeed: a checkpoint that says so, and letters that end with their cause.
    #expect(bytes(lines[lines.count - 1][1]).prefix(4) == [1, 0, 0, 0])
    let letters = lines.filter { $0[0] == "24" }.map { bytes($0[1]).count }
    let now = try String(contentsOf: Self.golden, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("24 ") }
    #expect(letters.count == 2 && now.allSatisfy { !letters.contains(($0.count - 3) / 2) })
    var machine = BrokerMachine(journalID: Stage.journalID)
    try bytes(lines[lines.count - 1][1]).withUnsafeBytes { try machine.restore(checkpoint: $0) }
    machine.recovered()
    for status in [stage.machine.status(), machine.status()] {
      #expect(status["dead"] == 2 && status["returning"] == 0 && status["paused"] == 0)
    }
  }

  @Test func `what the first version wrote is still understood`() throws {
    let first = ScenarioTests.folder.appendingPathComponent("memory-1.golden")
    let stage = try Stage()
    var count = 0
    for line in try String(contentsOf: first, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: " ")
      let digits = Array(parts[1].utf8)
      let bytes = stride(from: 0, to: digits.count, by: 2).map { at in
        UInt8(String(decoding: digits[at..<at + 2], as: UTF8.self), radix: 16)!
      }
      if let kind = UInt8(parts[0]) {
        try stage.replay(alone: kind, bytes)
        count += 1
      } else {
        var machine = BrokerMachine(journalID: Stage.journalID)
        try bytes.withUnsafeBytes { try machine.restore(checkpoint: $0) }
        machine.recovered()
      }
    }
    #expect(count > 20)
  }

  @Test func `a checkpoint cut short anywhere is refused, never half taken`() throws {
    let (_, checkpoint) = try Self.life()
    for end in 0..<checkpoint.count {
      var machine = BrokerMachine(journalID: Stage.journalID)
      #expect(throws: (any Error).self) { try checkpoint[..<end].withUnsafeBytes { try machine.restore(checkpoint: $0) } }
    }
    var longer = BrokerMachine(journalID: Stage.journalID)
    #expect(throws: (any Error).self) { try (checkpoint + [0]).withUnsafeBytes { try longer.restore(checkpoint: $0) } }
    var newer = BrokerMachine(journalID: Stage.journalID)
    #expect(throws: (any Error).self) { try ([3] + checkpoint[1...]).withUnsafeBytes { try newer.restore(checkpoint: $0) } }
  }

  @Test func `a checkpoint with any byte changed is taken or refused, but breaks nothing`() throws {
    let (_, checkpoint) = try Self.life()
    var random = Seed.printed(for: "MemoryFormatTests")
    for _ in 0..<2_000 {
      var changed = checkpoint
      changed[Int.random(in: 4..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      var machine = BrokerMachine(journalID: Stage.journalID)
      do {
        try changed.withUnsafeBytes { try machine.restore(checkpoint: $0) }
        machine.recovered()
        _ = machine.checkpoint()
        _ = machine.status()
      } catch {}
    }
  }

  @Test func `records that speak of what nobody made are refused`() throws {
    let (records, _) = try Self.life()
    // Each record alone, in an empty machine: only those that make something are taken.
    for record in records where record.kind != 16 {
      let stage = try Stage()
      // What a program reads stands for itself; the others begin with a number, which is the first of its kind.
      let makes = record.kind == 26 || [17, 18, 20].contains(record.kind) && record.payload.prefix(4) == [0, 0, 0, 0]
      let isTaken = (try? stage.replay(alone: record.kind, record.payload)) != nil
      #expect(isTaken == makes, "record of kind \(record.kind)")
    }
  }
}
