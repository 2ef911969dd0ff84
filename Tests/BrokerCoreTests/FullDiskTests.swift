import BrokerCore
import Contracts
import Journal
import TestKit
import Testing
import Wire

/// The whole way of a disk that is full: publishes are put off, all else goes on in what is left, a drain and a start lose nothing, and with
/// room it goes on by itself.
struct FullDiskTests {
  private let stage: Stage
  private let publisher = ConnectionID(1)
  private let reader = ConnectionID(2)

  init() throws { stage = try Stage() }

  private func greet(highest: UInt64) throws {
    try stage.apply(
      .hello(
        publisher,
        Hello(version: 1, credential: "ledger", secret: "", lineage: "L", epoch: 1, highestSequence: highest, manifest: Manifest()),
        Rights(publish: ["ledger.*"], subscribe: [], source: "/ledger")))
    try stage.apply(
      .hello(
        reader, Hello(version: 1, credential: "service", secret: "", lineage: nil, epoch: 1, highestSequence: 0, manifest: Manifest()),
        Rights(publish: [], subscribe: ["*"], source: nil)))
    try stage.apply(
      .subscribe(
        reader,
        Subscribe(
          handle: 1, name: "all", filters: [], start: .beginning, deadKey: .park, creditMessages: 1_000, creditBytes: 16 << 20)))
  }

  /// One event of 10 kB, and what was answered.
  private func publish(_ sequence: UInt64) throws -> [BrokerMessage] {
    let event = TestEvent(id: "e\(sequence)", type: "ledger.t", source: "/ledger", key: "k\(sequence)", padding: 10_000)
    try stage.publish(publisher, event, sequence: sequence)
    return try messages()
  }

  /// Ends turns and reads until nothing happens any more; what was sent, an acceptance as the message it becomes.
  private func messages() throws -> [BrokerMessage] {
    var messages: [BrokerMessage] = []
    while true {
      let effects = try stage.settleDisk()
      if effects.isEmpty { return messages }
      for effect in effects {
        switch effect {
        case .send(_, let message): messages.append(message)
        case .accepted(_, let through, let forget): messages.append(.accepted(through: through, forget: forget))
        case .fetch(let subscription, let from, let bytes):
          try stage.apply(.fetched(subscription: subscription, from: from, try stage.read(from: from, bytesMax: bytes)))
        case .deliver, .close, .carry, .forget, .examine, .heal, .mend: break
        }
      }
    }
  }

  @Test func `a full disk, a drain, a start on it and room again lose nothing and double nothing`() throws {
    try greet(highest: 100)
    _ = try messages()
    // The next segment finds no room.
    stage.disk.capacity = try stage.disk.list().reduce(0) { $0 + (stage.disk.contents($1)?.count ?? 0) }
    var accepted: UInt64 = 0
    while !stage.isFull {
      let answers = try publish(accepted + 1)
      if answers.contains(where: { if case .accepted(accepted + 1, _) = $0 { true } else { false } }) { accepted += 1 }
      try #require(accepted < 100, "the segment never ended")
    }
    #expect(accepted > 20)
    for _ in 1...3 {
      let answers = try publish(accepted + 1)
      #expect(
        answers.contains { if case .resume(accepted + 1, _, let why) = $0 { why.code == "disk_full" } else { false } }, "\(answers)")
    }
    // Settles go on in the reserve, durably.
    try stage.apply(.settle(reader, handle: 1, Settlement(done: [1...10])))
    try stage.turn()
    let known = stage.machine.checkpoint()
    #expect(try stage.remembered() == known)

    // It is drained: everybody hears farewell, nothing more is delivered, what is finished is taken.
    try stage.apply(.drain(reason: "the disk is full"))
    let words = try messages()
    #expect(words.count { if case .farewell = $0 { true } else { false } } == 2, "\(words)")
    try stage.apply(.settle(reader, handle: 1, Settlement(done: [11...12])))
    try stage.turn()
    for id in [publisher, reader] { try stage.apply(.disconnected(id)) }
    try stage.turn()

    // The next start meets the same full disk: all is there, and publishes wait still.
    try stage.crash()
    try greet(highest: accepted + 3)
    let welcomes = try messages().compactMap { if case .welcome(let welcome) = $0 { welcome } else { nil } }
    #expect(welcomes.first?.lastSequence == accepted && welcomes.first?.lastEventID == "e\(accepted)")
    stage.disk.capacity = .max
    for sequence in accepted + 1...accepted + 3 {
      #expect(try publish(sequence).contains { if case .accepted(sequence, _) = $0 { true } else { false } }, "\(sequence)")
    }
    #expect(!stage.isFull && stage.journal?.newestSegment == 2)
    let events = try stage.everything().filter { $0.event != nil }
    #expect(events.compactMap { $0.event?.head.sequence } == Array(1...accepted + 3))
    #expect(JournalVerify(stage.disk).isSound)
    let row = stage.machine.status()["subscriptions"]?.array?.first
    let settled = Int64(events[11].position.value)
    #expect(row?["floor"]?.integer ?? 0 >= settled, "what was settled on the full disk stays settled: \(row ?? .null)")
  }
}
