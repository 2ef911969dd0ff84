import BrokerCore
import Contracts
import Journal
import TestKit
import Testing
import Wire

/// Damage as the machine sees it: who waits, who is asked, what comes back, and what the operator's word does.
struct HealingTests {
  let stage: Stage
  let publisher = ConnectionID(1)
  let reader = ConnectionID(2)
  /// Where events stand, by sequence.
  private(set) var positions: [UInt64: Position] = [:]

  init() throws {
    var limits = BrokerLimits()
    limits.tailEvents = 2
    stage = try Stage(limits: limits)
    try greet()
    try subscribe("all", .beginning, credit: 3)
    for sequence in 1...12 as ClosedRange<UInt64> { try publish(sequence) }
    _ = try stage.settleDisk()
    for record in try stage.everything() { if let (head, _) = record.event { positions[head.sequence] = record.position } }
    try stage.closeMark()
  }

  func greet(highest: UInt64 = 100) throws {
    try stage.apply(
      .hello(
        publisher,
        Hello(version: 1, credential: "ledger", secret: "", lineage: "L", epoch: 1, highestSequence: highest, manifest: Manifest()),
        Rights(publish: ["ledger.*"], subscribe: [], source: "/ledger")))
    try stage.apply(
      .hello(
        reader, Hello(version: 1, credential: "service", secret: "", lineage: nil, epoch: 1, highestSequence: 0, manifest: Manifest()),
        Rights(publish: [], subscribe: ["*"], source: nil, administers: true)))
  }

  func subscribe(_ name: String, _ start: Subscribe.Start, handle: UInt32 = 1, credit: Int = 50) throws {
    try stage.apply(
      .subscribe(
        reader,
        Subscribe(
          handle: handle, name: name, filters: ["ledger.*"], start: start, deadKey: .park, creditMessages: credit, creditBytes: 1 << 20)))
  }

  func event(_ sequence: UInt64) -> TestEvent {
    TestEvent(id: "e\(sequence)", type: "ledger.\(sequence % 3)", source: "/ledger", key: "k\(sequence % 4)", padding: Int(sequence))
  }

  func publish(_ sequence: UInt64) throws { try stage.publish(publisher, event(sequence), sequence: sequence) }

  func heal(_ sequence: UInt64, _ event: TestEvent? = nil) throws {
    let (frame, publish) = (event ?? self.event(sequence)).frame(sequence)
    try frame.withUnsafeBytes { try stage.apply(.heal(publisher, publish, frame: $0)) }
  }

  /// Flips a bit of the records at `sequences`, then the power goes and everybody comes back.
  func damage(_ sequences: UInt64...) throws {
    for sequence in sequences { stage.flip(positions[sequence]!, plus: 40) }
    try stage.crash()
  }

  /// Ends turns and reads until nothing happens any more; the sequences delivered, in order, and what was asked to heal.
  func settle() throws -> (delivered: [UInt64], asked: [DeliveryRanges]) {
    var (delivered, asked): ([UInt64], [DeliveryRanges]) = ([], [])
    while true {
      let effects = try stage.settleDisk()
      if effects.isEmpty { return (delivered, asked) }
      for effect in effects {
        switch effect {
        case .fetch(let subscription, let from, let bytes):
          try stage.apply(.fetched(subscription: subscription, from: from, try stage.read(from: from, bytesMax: bytes)))
        case .deliver(_, _, _, let position, _, _, let sequence, _):
          delivered.append(sequence)
          #expect(try stage.json(at: position)?.contains(#""id":"e\#(sequence)""#) == true)
        case .send(_, .heal(let ranges)): asked.append(ranges)
        case .accepted, .send, .close: break
        case .carry, .forget, .examine, .heal, .mend: Issue.record("left over: \(effect)")
        }
      }
    }
  }

  func row(_ name: String) -> JSON? {
    stage.machine.status()["subscriptions"]?.array?.first { $0["name"]?.string == "service/\(name)" }
  }

  @Test func `what its outbox still has is asked of the publisher, and stands where it stood`() throws {
    let before = try (4...5).map { try stage.json(at: positions[$0]!) }
    try damage(4, 5)
    try greet()
    #expect(try settle().asked == [[4...5]])
    try subscribe("all", .beginning)
    let stopped = try settle()
    #expect(stopped.delivered == [1, 2, 3], "nothing moves over the hole")
    #expect(row("all")?["waits_for"] == "damage")
    let hole = stage.machine.holeRows.first
    #expect(hole?["lost"] == 2 && hole?["named"] == true && hole?["events"]?.array?.first?["healable"] == true, "\(hole ?? .null)")
    try heal(4)
    #expect(try settle().delivered == [], "one is still missing")
    try heal(5)
    let after = try settle()
    #expect(after.delivered == Array(4...12))
    #expect(stage.machine.holeRows.isEmpty && stage.machine.counts.healed == 2)
    #expect(try (4...5).map { try stage.json(at: positions[$0]!) } == before)
    #expect(JournalVerify(stage.disk).isSound)
    // The publisher's next is 13: what was lost counts as taken.
    #expect(stage.machine.status()["producers"]?.array?.first?["last"] == 12)
  }

  @Test func `another event under the same number is not written, nor one that nobody asked for`() throws {
    try damage(4)
    try greet()
    _ = try settle()
    var other = event(4)
    other.padding += 1
    try heal(4, other)
    other = event(4)
    other.key = "k9"
    try heal(4, other)
    try heal(7)
    _ = try settle()
    #expect(stage.machine.counts.unlike == 2 && stage.machine.counts.healed == 0 && stage.machine.holeRows.count == 1)
    try heal(4)
    _ = try settle()
    #expect(stage.machine.holeRows.isEmpty)
  }

  @Test func `below the mark only the operator's word passes a hole, told and remembered`() throws {
    // The mark rises as the journal grows: these rows are gone from the outbox.
    var limits = BrokerLimits()
    limits.healBytes = 1
    limits.tailEvents = 2
    let it = try HealingTests(limits)
    try it.damage(4)
    try it.greet()
    #expect(try it.settle().asked == [])
    try it.subscribe("all", .beginning)
    #expect(try it.settle().delivered == [1, 2, 3])
    let position = it.positions[4]!
    // A range that does not cover the hole accepts nothing.
    try it.stage.apply(.acceptLoss(position..<position.advanced(by: 8), by: "operator"))
    #expect(try it.settle().delivered == [] && it.stage.machine.holeRows.count == 1)
    try it.stage.apply(.acceptLoss(position..<position.advanced(by: 4_096), by: "operator"))
    #expect(try it.settle().delivered == Array(5...12))
    #expect(it.row("all")?["passed_over"]?["messages"] == 1 && it.row("all")?["passed_over"]?["why"] == "loss")
    let losses = it.stage.machine.status()["disk"]?["losses_accepted"]?.array
    #expect(losses?.count == 1 && losses?.first?["events"] == 1 && losses?.first?["by"] == "operator")
    let known = it.stage.machine.checkpoint()
    try it.stage.crash()
    #expect(it.stage.machine.checkpoint() == known, "the word is in the journal")
    #expect(JournalVerify(it.stage.disk).isSound)
  }

  init(_ limits: BrokerLimits) throws {
    stage = try Stage(limits: limits)
    try greet()
    try subscribe("all", .beginning, credit: 3)
    for sequence in 1...12 as ClosedRange<UInt64> { try publish(sequence) }
    _ = try stage.settleDisk()
    for record in try stage.everything() { if let (head, _) = record.event { positions[head.sequence] = record.position } }
    try stage.closeMark()
  }

  @Test func `what the journal lost is not given up by its outbox, however far the mark goes on`() throws {
    var limits = BrokerLimits()
    limits.healBytes = 4_096
    limits.tailEvents = 2
    let it = try HealingTests(limits)
    try it.damage(4)
    try it.greet()
    #expect(try it.settle().asked == [[4...4]])
    /// The mark that goes with the answer to one more event.
    func mark(_ sequence: UInt64) throws -> UInt64? {
      try it.publish(sequence)
      return try it.stage.settleDisk().compactMap { if case .accepted(_, _, let forget) = $0 { forget } else { nil } }.last
    }
    for sequence in 13...99 as ClosedRange<UInt64> { #expect(try mark(sequence)! <= 3, "4 is missing, and its row must stay") }
    // Whoever comes again is told the same, and asked again.
    try it.stage.apply(.disconnected(it.publisher))
    try it.stage.apply(.disconnected(it.reader))
    try it.greet()
    #expect(try it.settle().asked == [[4...4]])
    try it.heal(4)
    _ = try it.settle()
    #expect(it.stage.machine.holeRows.isEmpty && it.stage.machine.counts.healed == 1)
    #expect(try mark(100)! > 12, "what it waited for stands again: the mark goes on")
  }

  @Test func `a power cut after the word and before the filler does not take the word back`() throws {
    try damage(4)
    try greet()
    try subscribe("all", .beginning)
    _ = try settle()
    let position = positions[4]!
    try stage.apply(.acceptLoss(position..<position.advanced(by: 4_096), by: "operator"))
    try stage.turn()
    try stage.crash()
    try greet()
    try subscribe("all", .beginning)
    let after = try settle()
    #expect(after.asked == [[4...4]] || after.asked.isEmpty)
    #expect(after.delivered == [1, 2, 3] + Array(5...12), "the hole is known to be accepted")
  }

  /// Damages the records of `kind`, all of them.
  private func swallow(_ kind: UInt8) throws {
    for record in try stage.everything() where record.kind.rawValue == kind { stage.flip(record.position, plus: 26) }
    try stage.crash()
  }

  @Test(arguments: [17, 18, 20, 22] as [UInt8]) func `a record that damage took does not keep the broker from starting`(kind: UInt8) throws
  {
    try swallow(kind)
    try greet()
    let welcome = try stage.settleDisk().compactMap { effect -> Welcome? in
      if case .send(publisher, .welcome(let welcome)) = effect { welcome } else { nil }
    }
    #expect(welcome.first?.lastSequence == 12 && welcome.first?.lastEventID == "e12", "the publisher is found again by its events")
    try subscribe("all", .new)
    let delivered = try settle().delivered
    #expect(delivered.suffix(9) == Array(4...12), "a subscription whose record may be gone begins no later than the damage")
    try publish(13)
    #expect(try settle().delivered == [13])
    #expect(try stage.remembered() == stage.machine.checkpoint())
    // It is as sound as before for the next start, from its own checkpoint.
    try stage.roll()
    try stage.crash()
    #expect(stage.machine.status()["producers"]?.array?.contains { $0["name"] == "ledger/L" } == true)
  }

  @Test func `damage that took no event is closed without asking anybody`() throws {
    // A settle of its own commit.
    try stage.apply(.settle(reader, handle: 1, Settlement(done: [1...2])))
    try stage.turn()
    try stage.closeMark()
    for record in try stage.everything() where record.kind.rawValue == 22 { stage.flip(record.position, plus: 26) }
    try stage.crash()
    // As the shell does for every segment that was told with damage.
    try stage.examine(1)
    try greet()
    try subscribe("all", .beginning)
    #expect(try settle().delivered == Array(1...12), "what was settled comes again, nothing is missing")
    #expect(JournalVerify(stage.disk).isSound && stage.machine.holeRows.isEmpty)
  }

  @Test func `segments that are missing are damage, those that went by decision are not`() throws {
    try stage.roll()
    try publish(13)
    try stage.roll()
    try publish(14)
    _ = try stage.settleDisk()
    try stage.disk.remove("000000000001.segment")
    try stage.disk.syncDirectory()
    try stage.crash()
    try greet()
    try subscribe("all", .beginning)
    #expect(try settle().delivered == [], "what is missing was never let go of")
    #expect(row("all")?["waits_for"] == "damage")
    // Its digest tells what stood there, and the outbox has it.
    for sequence in 1...12 as ClosedRange<UInt64> { try heal(sequence) }
    #expect(try settle().delivered == Array(1...14))
    #expect(stage.machine.holeRows.isEmpty && stage.machine.counts.healed == 12)
  }
}
