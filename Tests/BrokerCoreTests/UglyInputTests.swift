import BrokerCore
import Contracts
import Journal
import Testing
import Wire

/// What no well-behaved shell or client sends.
struct UglyInputTests {
  private let stage: Stage
  private let publisher = ConnectionID(1)
  private let reader = ConnectionID(2)

  init() throws {
    var limits = BrokerLimits()
    limits.connections = 3
    limits.handles = 2
    limits.consumers = 2
    limits.producers = 2
    limits.reasonBytes = 10
    stage = try Stage(limits: limits)
    try hello(publisher, "ledger", lineage: "L")
    try hello(reader, "service")
    try subscribe(reader, 1, "orders")
    try publish(1...3)
    try stage.turn()
    _ = stage.takeReleased()
  }

  private func hello(_ id: ConnectionID, _ credential: String, lineage: String? = nil) throws {
    try stage.apply(
      .hello(
        id,
        Hello(version: 1, credential: credential, secret: "", lineage: lineage, epoch: 1, highestSequence: 0, manifest: Manifest()),
        Rights(publish: ["\(credential).*"], subscribe: ["*"], source: "/\(credential)", administers: true)))
  }

  private func subscribe(_ id: ConnectionID, _ handle: UInt32, _ name: String) throws {
    try stage.apply(
      .subscribe(
        id,
        Subscribe(
          handle: handle, name: name, filters: [], start: .new, deadKey: .park, creditMessages: 100, creditBytes: 1 << 20)))
  }

  private func publish(_ sequences: ClosedRange<UInt64>, padding: Int = 0) throws {
    for sequence in sequences {
      try stage.publish(
        publisher, TestEvent(id: "e\(sequence)", type: "ledger.a", source: "/ledger", key: "k\(sequence)", padding: padding),
        sequence: sequence)
    }
  }

  private func left() throws -> [Effect] {
    try stage.turn()
    #expect(try stage.remembered() == stage.machine.checkpoint())
    return stage.takeReleased()
  }

  private func codes(_ effects: [Effect]) -> [String] {
    effects.compactMap { effect in
      switch effect {
      case .close(_, let refusal): refusal.code
      case .send(_, .unsubscribed(_, let reason)): reason?.code ?? "unsubscribed"
      case .send(_, .admin(_, let answer)): if case .string(let code)? = answer["code"] { code } else { nil }
      case .accepted, .deliver, .fetch, .send, .carry, .forget, .examine, .heal, .mend: nil
      }
    }
  }

  @Test func `strangers are ignored`() throws {
    let stranger = ConnectionID(77)
    let before = stage.machine.checkpoint()
    try stage.publish(stranger, TestEvent(id: "x", type: "ledger.a", source: "/ledger", key: "k"), sequence: 1)
    try stage.apply(.refuse(stranger, sequence: 1, Refusal(code: "x", sentence: "x")))
    try stage.apply(.settle(stranger, handle: 1, Settlement(done: [1...3])))
    try stage.apply(.credit(stranger, handle: 1, messages: 1, bytes: 1))
    try stage.apply(.disconnected(stranger))
    try stage.apply(.farewell(stranger))
    try stage.apply(.flushed(stranger, queuedBytes: 0))
    try stage.apply(.mark(stranger, through: stage.now.wall))
    try stage.apply(.fetched(subscription: 99, from: .zero, .events([], next: Position(9))))
    try stage.apply(.fetched(subscription: 0, from: Position(3), .damaged(from: Position(3), through: Position(4))))
    try stage.apply(.reply(reader, Reply(id: 5, outcome: .answered(.null))))
    #expect(try left().isEmpty)
    #expect(stage.machine.checkpoint() == before)
  }

  @Test(arguments: [[0...UInt64.max], [0...0], [4...9], [1_000_000...UInt64.max - 1], [UInt64.max...UInt64.max]])
  func `ranges beyond what was delivered settle nothing more`(_ ranges: DeliveryRanges) throws {
    try stage.apply(.working(reader, handle: 1, ranges))
    try stage.apply(.extend(reader, handle: 1, ranges))
    try stage.apply(.settle(reader, handle: 1, Settlement(done: ranges)))
    try stage.apply(.settle(reader, handle: 9, Settlement(done: ranges)))
    _ = try left()
    guard case .array(let rows)? = stage.machine.status()["subscriptions"], let row = rows.first else { return }
    let settled: Int64 = ranges[0].contains(1) ? 3 : 0
    #expect(row["settled"] == .integer(settled))
  }

  @Test func `the same delivery twice in one settle counts once`() throws {
    let twice = Settlement.Exception(delivery: 2, verdict: .later(after: .zero))
    try stage.apply(.settle(reader, handle: 1, Settlement(done: [2...2], exceptions: [twice, twice])))
    try stage.apply(.settle(reader, handle: 1, Settlement(done: [1...1], exceptions: [twice])))
    _ = try left()
    guard case .array(let rows)? = stage.machine.status()["subscriptions"], let row = rows.first else { return }
    #expect(row["settled"] == .integer(2))
    #expect(row["troubled"] == .integer(0))
  }

  @Test func `credit of any size is cut, not wrapped`() throws {
    for (messages, bytes) in [(Int.max, Int.max), (Int.min, Int.min), (-1, 5), (0, 0)] {
      try stage.apply(.credit(reader, handle: 1, messages: messages, bytes: bytes))
    }
    try publish(4...6)
    #expect(try left().count { if case .deliver = $0 { true } else { false } } == 3)
  }

  @Test func `limits of connections, handles, consumers and producers are told by code`() throws {
    try hello(ConnectionID(3), "other", lineage: "M")
    try hello(ConnectionID(4), "fourth")
    #expect(codes(try left()) == ["limit"])
    try stage.apply(.disconnected(ConnectionID(3)))
    try hello(ConnectionID(5), "third", lineage: "N")
    #expect(codes(try left()) == ["limit"])
    try subscribe(reader, 2, "orders")
    try subscribe(reader, 3, "more")
    try stage.apply(.unsubscribe(reader, handle: 44, forget: true))
    #expect(codes(try left()) == ["limit", "unsubscribed"])
    try hello(ConnectionID(6), "service")
    try subscribe(ConnectionID(6), 1, "orders")
    #expect(codes(try left()) == ["limit"])
  }

  @Test func `a reason is cut between characters`() throws {
    try stage.apply(
      .settle(reader, handle: 1, Settlement(done: [], exceptions: [.init(delivery: 1, verdict: .never(reason: "üüüüüüü"))])))
    try stage.apply(
      .admin(reader, id: 1, command: .object([.init("name", .string("dead")), .init("subscription", .string("service/orders"))])))
    let answers = try left().compactMap { effect -> JSON? in
      if case .send(_, .admin(_, let answer)) = effect { answer } else { nil }
    }
    guard case .array(let letters)? = answers.first?["letters"] else { return #expect(Bool(false), "no letters") }
    #expect(letters.first?["reason"] == .string("üüüüü"))
  }

  @Test func `admin commands that are none are answered`() throws {
    for command in [
      JSON.null, .object([]), .object([.init("name", .string("redrive"))]),
      .object([.init("name", "dead"), .init("subscription", "nobody/none")]),
    ] {
      try stage.apply(.admin(reader, id: 1, command: command))
    }
    #expect(codes(try left()) == ["unknown_command", "unknown_command", "missing", "unknown_subscription"])
  }

  @Test func `damage stops a subscription before it, and says so`() throws {
    try stage.apply(.disconnected(reader))
    try stage.crash()
    try hello(reader, "service")
    try subscribe(reader, 1, "orders")
    let fetches = try left().compactMap { effect -> Position? in if case .fetch(_, let from, _) = effect { from } else { nil } }
    let from = try #require(fetches.first)
    try stage.apply(.fetched(subscription: 0, from: from, .damaged(from: from, through: Position(from.value + 100))))
    // The shell is asked once what stood there.
    let effects = try left()
    guard effects.count == 1, case .examine(let segment)? = effects.first else { return #expect(Bool(false), "\(effects)") }
    #expect(segment.value == UInt64(Stage.segmentBytes))
    try stage.apply(.tick)
    #expect(try left().isEmpty)
    guard case .array(let rows)? = stage.machine.status()["subscriptions"], let row = rows.first else { return }
    #expect(row["waits_for"] == .string("damage"))
  }

  @Test func `after a restart nothing forgotten by retention is waited for`() throws {
    try stage.crash()
    try hello(reader, "service")
    try stage.apply(
      .subscribe(
        reader,
        Subscribe(
          handle: 1, name: "old", filters: [], start: .beginning, deadKey: .park, creditMessages: 9, creditBytes: 9_000)))
    _ = try left()
    try stage.apply(.fetched(subscription: 1, from: .zero, .forgotten(oldest: Position(UInt64(Stage.segmentBytes)))))
    let fetches = try left().compactMap { effect -> Position? in if case .fetch(_, let from, _) = effect { from } else { nil } }
    #expect(fetches == [Position(UInt64(Stage.segmentBytes))])
  }

  @Test func `the largest loss of one connection stays within one input`() throws {
    // As many in flight as one connection may have, all at work for the last time, all dead at once.
    var limits = BrokerLimits()
    limits.attempts = 1
    limits.queuedBytes = .max
    let stage = try Stage(limits: limits, inputBytesMax: JournalLimits.inputBytesMax)
    let (publisher, reader) = (ConnectionID(1), ConnectionID(2))
    for (id, credential, lineage) in [(publisher, "ledger", "L"), (reader, "service", nil)] as [(ConnectionID, String, String?)] {
      try stage.apply(
        .hello(
          id,
          Hello(version: 1, credential: credential, secret: "", lineage: lineage, epoch: 1, highestSequence: 0, manifest: Manifest()),
          Rights(publish: ["\(credential).*"], subscribe: ["*"], source: "/\(credential)")))
    }
    for handle in 0..<3 {
      try stage.apply(
        .subscribe(
          reader,
          Subscribe(
            handle: UInt32(handle), name: "s\(handle)", filters: [], start: .new, deadKey: .park, creditMessages: 65_536,
            creditBytes: 67_108_864)))
    }
    for sequence in 1...UInt64(limits.inFlightPerConnection / 3 + 1) {
      try stage.publish(
        publisher, TestEvent(id: "e", type: "ledger.a", source: "/ledger", key: "k\(sequence)"), sequence: sequence)
      // A window is answered before the next.
      if sequence % 500 == 0 { try stage.turn() }
    }
    try stage.turn()
    for handle in 0..<3 { try stage.apply(.working(reader, handle: UInt32(handle), [0...UInt64.max])) }
    let bytes = try stage.bytes { try stage.apply(.disconnected(reader)) }
    #expect(bytes > 400_000 && bytes < JournalLimits.inputBytesMax)
    try stage.turn()
    #expect(try stage.remembered() == stage.machine.checkpoint())
  }
}
