import BrokerCore
import Contracts
import Journal
import TestKit
import Testing
import Wire

/// Holes over restarts: what was known to be damaged is known again before any publisher hears a mark, and what nobody had noticed is found
/// before marks go on.
struct HoleNoteTests {
  private func world() throws -> HealingTests {
    var limits = BrokerLimits()
    limits.healBytes = 4_096
    limits.tailEvents = 2
    return try HealingTests(limits)
  }

  /// The marks that leave with what is on its way.
  private func marks(_ it: HealingTests) throws -> [UInt64] {
    try it.stage.settleDisk().compactMap { effect in
      switch effect {
      case .accepted(it.publisher, _, let forget): forget
      case .send(it.publisher, .welcome(let welcome)): welcome.forget
      default: nil
      }
    }
  }

  private func asked(_ effects: [Effect]) -> [DeliveryRanges] {
    effects.compactMap { if case .send(_, .heal(let ranges)) = $0 { ranges } else { nil } }
  }

  /// How far the mark would be, were nothing missing.
  private func durableMark(_ it: HealingTests) -> Int64 {
    it.stage.machine.status()["producers"]?.array?.first { $0["name"] == "ledger/L" }?["forget"]?.integer ?? -1
  }

  @Test(arguments: [false, true]) func `a hole that was known before a restart holds the mark behind it, and is healed`(
    rolls: Bool
  ) throws {
    let it = try world()
    try it.damage(4)
    try it.greet()
    #expect(try it.settle().asked == [[4...4]])
    try it.stage.examine(1)
    // Its row does not come, and the mark goes far beyond it.
    for sequence in 13...99 as ClosedRange<UInt64> { try it.publish(sequence) }
    #expect(try marks(it).allSatisfy { $0 <= 3 } && durableMark(it) > 12)
    // From the record, or from the checkpoint of a segment behind it.
    if rolls { try it.stage.roll() }
    let known = it.stage.machine.checkpoint()
    try it.stage.crash()
    #expect(it.stage.machine.checkpoint() == known)
    let hole = it.stage.machine.holeRows.first
    #expect(it.stage.machine.holeRows.count == 1 && hole?["lost"] == 1, "known before anything is read: \(hole ?? .null)")
    #expect(it.stage.machine.hasHoles(in: it.positions[4]!..<it.positions[5]!), "its segment must not go")
    try it.greet()
    try it.publish(100)
    #expect(try marks(it).allSatisfy { $0 <= 3 }, "the row of 4 must stay")
    try it.stage.examine(1)
    #expect(asked(try it.stage.settleDisk()) == [[4...4]])
    try it.stage.apply(.lookedThrough)
    #expect(try marks(it).allSatisfy { $0 <= 3 })
    try it.heal(4)
    _ = try it.settle()
    #expect(it.stage.machine.holeRows.isEmpty && it.stage.machine.counts.healed == 1)
    #expect(JournalVerify(it.stage.disk).isSound)
    // Nothing is held any more, now and after the next start.
    try it.stage.apply(.disconnected(it.publisher))
    try it.greet()
    #expect(try marks(it).contains { $0 > 12 })
    try it.stage.crash()
    try it.greet()
    #expect(try marks(it).contains { $0 > 12 } && it.stage.machine.holeRows.isEmpty)
  }

  @Test func `damage of the time when the broker was down is found before marks go on`() throws {
    let it = try world()
    try it.stage.roll()
    it.stage.looksThrough = true
    it.stage.flip(it.positions[4]!, plus: 40)
    try it.stage.crash()
    // The start reads the newest segment alone.
    #expect(it.stage.machine.holeRows.isEmpty)
    let before = durableMark(it)
    #expect(before < 4)
    try it.greet()
    for sequence in 13...99 as ClosedRange<UInt64> { try it.publish(sequence) }
    #expect(try marks(it).allSatisfy { $0 <= UInt64(before) } && durableMark(it) > 12)
    try it.stage.examine(1)
    #expect(asked(try it.stage.settleDisk()) == [[4...4]])
    try it.stage.examine(2)
    try it.stage.apply(.lookedThrough)
    #expect(try marks(it).allSatisfy { $0 <= 3 }, "4 is missing, and its row must stay")
    try it.heal(4)
    _ = try it.settle()
    try it.stage.apply(.disconnected(it.publisher))
    try it.greet()
    #expect(try marks(it).contains { $0 > 12 })
  }

  @Test func `a word of acceptance closes a hole that was not read since the start`() throws {
    let it = try world()
    try it.damage(4)
    try it.greet()
    _ = try it.settle()
    try it.stage.examine(1)
    try it.stage.turn()
    try it.stage.roll()
    try it.stage.crash()
    let position = it.positions[4]!
    try it.stage.apply(.acceptLoss(position..<position.advanced(by: 4_096), by: "operator"))
    _ = try it.settle()
    try it.greet()
    try it.subscribe("all", .beginning, credit: 50)
    #expect(try it.settle().delivered == [1, 2, 3] + Array(5...12))
    try it.stage.crash()
    #expect(it.stage.machine.status()["disk"]?["losses_accepted"]?.array?.first?["events"] == 1)
    #expect(it.stage.machine.holeRows.allSatisfy { $0["accepted"] == true })
  }

  @Test func `what a full disk does not let be noted is not healed before there is room`() throws {
    var limits = BrokerLimits()
    limits.tailEvents = 2
    limits.settleRoom = 1 << 30
    let it = try HealingTests(limits)
    try it.stage.roll()
    try it.stage.apply(.storage(isFull: true))
    it.stage.flip(it.positions[4]!, plus: 40)
    try it.stage.examine(1)
    #expect(try it.settle().asked == [])
    try it.heal(4)
    #expect(try it.settle().asked == [] && it.stage.machine.counts.healed == 0, "a start would not know what to write again")
    try it.stage.apply(.storage(isFull: false))
    #expect(try it.settle().asked == [[4...4]])
    #expect(try it.stage.machine.notedHoles.contains { $0.contains(try #require(it.positions[4])) })
    try it.heal(4)
    #expect(try it.settle().asked == [] && it.stage.machine.counts.healed == 1 && it.stage.machine.holeRows.isEmpty)
    #expect(it.stage.machine.notedHoles.isEmpty)
  }

  @Test func `more holes than a note takes are noted and healed one after the other`() throws {
    var limits = BrokerLimits()
    limits.tailEvents = 2
    limits.holesNoted = 2
    let it = try HealingTests(limits)
    try it.stage.roll()
    for sequence in [2, 5, 8, 11] as [UInt64] { it.stage.flip(it.positions[sequence]!, plus: 40) }
    try it.stage.examine(1)
    #expect(try it.settle().asked == [[2...2, 5...5]])
    try it.heal(11)
    try it.heal(2)
    #expect(try it.settle().asked == [[8...8]] && it.stage.machine.counts.healed == 1)
    try it.heal(5)
    #expect(try it.settle().asked == [[11...11]])
    for sequence in [8, 11] as [UInt64] { try it.heal(sequence) }
    #expect(try it.settle().asked == [] && it.stage.machine.counts.healed == 4 && it.stage.machine.holeRows.isEmpty)
  }

  @Test func `the note is what the format says, byte for byte`() throws {
    let it = try world()
    try it.damage(4, 5)
    try it.greet()
    _ = try it.settle()
    try it.stage.examine(1)
    try it.stage.turn()
    let (from, end) = (it.positions[4]!.value, it.positions[6]!.value)
    func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
    let place = it.stage.machine.holeRows.map { $0["from"]?.integer }
    #expect(place.first == Int64(from))
    let note =
      it.stage.machine.holeRows.count == 1
      ? bytes(UInt32(1)) + bytes(from) + bytes(end) + bytes(UInt64(2))
      : bytes(UInt32(2)) + bytes(from) + bytes(it.positions[5]!.value) + bytes(UInt64(1)) + bytes(it.positions[5]!.value) + bytes(end)
        + bytes(UInt64(1))
    let held = bytes(UInt32(1)) + bytes(UInt32(0)) + bytes(UInt64(4))
    let checkpoint = it.stage.machine.checkpoint()
    // The last section: its number, its length, and what the record says.
    #expect(checkpoint.suffix(note.count + held.count + 5) == [3] + bytes(UInt32(note.count + held.count)) + note + held)
    // The record says the same: nothing but it tells of the hole to a start that reads the segment behind it.
    try it.stage.crash()
    #expect(it.stage.machine.checkpoint() == checkpoint)
  }
}
