import Contracts
import Journal
import TestKit
import Testing

extension RandomDamageTests {
  /// What the broker does with what it finds damaged, from outboxes that hold every event above a mark, over many damages.
  struct Healing: CustomStringConvertible {
    /// Written again byte for byte.
    private(set) var healed = 0
    /// Below the mark: nobody has it any more.
    private(set) var below = 0
    /// Of the last commit where the mark behind it is damaged as well: then nothing proves that it was ever durable, its bytes are kept aside,
    /// and the journal ends before it. It is no hole that a row is asked for: its publisher hears so in the welcome, and tells it again as new.
    private(set) var doubtful = 0
    /// Nothing says which events stood there: what should have told is damaged as well.
    private(set) var unnamed = 0

    var description: String {
      "\(healed) events healed byte for byte, \(below) below the mark, \(doubtful) in doubt, \(unnamed) whose names are damaged as well"
    }

    /// Heals `disk`, which has been opened once, with `report`, and holds each event of `world` to what was written.
    mutating func heal(
      _ world: World, _ disk: MemoryDisk, above mark: UInt64, _ report: RecoveryReport, behind end: Position?, _ what: Comment
    ) throws {
      let missing = world.records.filter { $0.kind == .event && !Self.stands($0, on: disk, as: world) }
      var outbox: [Position: ToldRecord] = [:]
      for record in world.records where record.kind == .event && Self.sequence(record) > mark { outbox[record.position] = record }

      var now = try Opened(disk)
      // The start before this one took what was in doubt out of the journal: it was told of then, and is not again.
      let doubt = report.undecided
      #expect(now.journal.recovery.undecided == nil, what)
      if let doubt { #expect(disk.contents(doubt.file) != nil, what) }
      if now.journal.wantsRoll { try now.journal.roll(checkpoint: [9], at: smallOptions.now) }
      let reader = JournalReader(disk, journalID: now.journal.id, segmentBytes: smallOptions.segmentBytes)
      let sum = Checksum(journal: now.journal.id)
      var unnamed: [Range<Position>] = []
      for number in 1...world.segments {
        for damage in try reader.examine(segment: number, before: now.journal.durableThrough, keptFrom: .zero)
        where damage.part == .records || damage.part == .segment {
          if !damage.isNamed { unnamed.append(damage.range) }
          var isWhole = damage.isNamed
          for lost in damage.lost {
            guard let row = outbox[lost.position], Self.sequence(row) == lost.sequence else {
              isWhole = false
              continue
            }
            let record = row.payload[EventHead.byteCount...].withUnsafeBytes { json in
              sum.record(
                EventHead(producer: lost.producer, type: 6, sequence: lost.sequence, key: 7, acceptedAt: lost.acceptedAt), json,
                at: lost.position)
            }
            // What only the damaged record itself tells may be false; the checksum shows it, and nothing is written then.
            guard record.checksum == lost.checksum else {
              #expect(!damage.isNamed, "\(what): \(lost.position) is another event than the digest tells of")
              continue
            }
            try now.journal.heal(record.bytes, at: lost.position)
          }
          if isWhole { try now.journal.mend(damage.range) }
        }
      }

      for record in missing {
        if Self.stands(record, on: disk, as: world) {
          healed += 1
        } else if doubt?.range.contains(record.position) == true || record.isBehind(end) {
          doubtful += 1
        } else if outbox[record.position] == nil {
          below += 1
        } else {
          self.unnamed += 1
          #expect(unnamed.contains { $0.contains(record.position) }, "\(what): \(record.position) is named, and was not healed")
        }
      }
    }

    private static func sequence(_ record: ToldRecord) -> UInt64 {
      record.payload[8..<16].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether the bytes at the record's place are those that were written, to the last one.
    private static func stands(_ record: ToldRecord, on disk: MemoryDisk, as world: World) -> Bool {
      let number = record.position.value / UInt64(smallOptions.segmentBytes)
      let from = Int(record.position.value) % smallOptions.segmentBytes
      let place = from..<from + RecordLayout.byteCount(payload: record.payload.count)
      guard let now = disk.contents(world.name(number)), let before = world.disk.contents(world.name(number)) else { return false }
      return now.count >= place.upperBound && now[place] == before[place]
    }
  }
}
