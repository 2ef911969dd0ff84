import BrokerCore
import Contracts
import Journal
import TestKit
import Testing
import Wire

// The shell's part in keeping the disk: what it reads for the machine, and what it does at its word.
extension Stage {
  private var reader: JournalReader<MemoryDisk> { JournalReader(disk, journalID: Self.journalID, segmentBytes: segmentBytes) }

  /// The oldest segment as it stands on the disk, where it may go.
  func surveyOldest() throws -> SegmentSurvey? {
    guard let range = journal?.oldestSegment else { return nil }
    return try survey(range)
  }

  func survey(_ range: Range<Position>) throws -> SegmentSurvey {
    var survey = SegmentSurvey(range)
    var reader = self.reader
    var at = range.lowerBound
    while at < range.upperBound {
      switch try reader.read(from: at, bytesMax: 2_000, before: min(range.upperBound, durableThrough)) {
      case .slice(let slice):
        survey.take(slice)
        guard slice.next > at else { return survey }
        at = slice.next
      case .damaged(let range):
        survey.take(damaged: range)
        at = range.upperBound
      case .forgotten: return survey
      }
    }
    return survey
  }

  /// Does what an effect on the disk asks for, and gives the machine the answer. Call between turns.
  func perform(_ effect: Effect) throws {
    switch effect {
    case .carry(let places):
      var reader = self.reader
      for place in places {
        guard case .slice(let slice) = try reader.read(from: place, bytesMax: 1, before: durableThrough), slice.base == place else {
          try apply(.carried(nil))
          continue
        }
        try apply(.carried(slice))
      }
    case .forget(let before):
      try journal!.forget(before: before)
      try Reserve.prepare(on: disk, segmentBytes: segmentBytes)
    case .examine(let position): try examine(position.value / UInt64(segmentBytes))
    case .heal(let position, let record):
      try journal!.heal(record, at: position)
      try apply(.healed(position))
    case .mend(let range):
      try journal!.mend(range)
      try apply(.mended(range))
    case .accepted, .deliver, .send, .fetch, .close: break
    }
  }

  /// Looks through a segment and tells the machine.
  func examine(_ number: UInt64) throws {
    let base = Position(number * UInt64(segmentBytes))
    let damages = try reader.examine(segment: number, before: durableThrough, keptFrom: Position(machine.kept))
    try apply(.examined(base..<base.advanced(by: segmentBytes), damages))
  }

  /// Ends turns until nothing on the disk is asked for any more; returns the other effects.
  func settleDisk() throws -> [Effect] {
    var others: [Effect] = []
    while true {
      try turn()
      let effects = takeReleased()
      if effects.isEmpty { return others }
      for effect in effects {
        switch effect {
        case .carry, .forget, .examine, .heal, .mend: try perform(effect)
        case .accepted, .deliver, .send, .fetch, .close: others.append(effect)
        }
      }
    }
  }

  /// The JSON of the event accepted at `position`, from wherever it stands now; nil where it cannot be read.
  func json(at position: Position) throws -> String? {
    var reader = self.reader
    let place = machine.place(of: position)
    guard case .slice(let slice) = try reader.read(from: place, bytesMax: 1, before: durableThrough), slice.base == place else {
      return nil
    }
    return slice.bytes.withUnsafeBytes { bytes in
      RecordCursor.record(at: place, in: bytes, base: place).flatMap(CarriedRecord.json).map { String(decoding: $0, as: UTF8.self) }
    }
  }
}

extension Stage {
  /// Every record of the broker's that stands on the disk, in order. Their payloads are gone: ask for kinds, places and events' heads.
  func everything() throws -> [(kind: RecordKind, position: Position, event: (head: EventHead, bytes: Int)?)] {
    var reader = self.reader
    var records: [(kind: RecordKind, position: Position, event: (head: EventHead, bytes: Int)?)] = []
    var at = Position.zero
    while case .slice(let slice) = try reader.read(from: at, bytesMax: 1 << 20, before: durableThrough), !slice.bytes.isEmpty {
      slice.bytes.withUnsafeBytes { bytes in
        var cursor = RecordCursor(bytes, base: slice.base)
        while let record = cursor.next() { records.append((record.kind, record.position, record.event.map { ($0.head, $0.json.count) })) }
      }
      at = slice.next
    }
    return records
  }

  /// Flips one bit of the byte at `position`.
  func flip(_ position: Position, plus: Int) {
    let number = String(position.value / UInt64(segmentBytes))
    disk.damage(String(repeating: "0", count: 12 - number.count) + number + ".segment") {
      $0[Int(position.value) % segmentBytes + plus] ^= 0x10
    }
  }
}
