import Contracts
import Foundation
import Journal
import Testing

/// What the journal's tests stand on: small segments, and what a journal told when it was opened.
let smallOptions: JournalOptions = {
  var options = JournalOptions(newID: (0..<16).map { UInt8($0) + 0xA0 }, now: Timestamp(milliseconds: 1_700_000_000_000))
  options.segmentBytes = 64 << 10
  options.growthBytes = 16 << 10
  options.inputBytesMax = 4 << 10
  return options
}()

let note = RecordKind(rawValue: 17)

/// What opening told.
struct Told: Equatable {
  var checkpoint: [UInt8]?
  var records: [ToldRecord] = []
  var damage: [Damage] = []

  mutating func take(_ replayed: Replayed) {
    switch replayed {
    case .checkpoint(let bytes): checkpoint = Array(bytes)
    case .record(let record):
      records.append(ToldRecord(position: record.position, kind: record.kind, payload: Array(record.payload)))
    case .damaged(let damage): self.damage.append(damage)
    }
  }
}

struct ToldRecord: Hashable {
  var position: Position
  var kind: RecordKind
  var payload: [UInt8]
}

/// A journal with what its opening told.
struct Opened<D: Disk>: ~Copyable {
  var journal: Journal<D>
  let told: Told

  init(_ disk: D, _ options: JournalOptions = smallOptions) throws(JournalFault) {
    var told = Told()
    journal = try Journal(opening: disk, options: options) { replayed throws(ReplayRefusal) in told.take(replayed) }
    self.told = told
  }
}

/// Commits notes and tells where they stand.
@discardableResult
func commitNotes<D: Disk>(_ journal: inout Journal<D>, _ notes: [[UInt8]]) throws -> [ToldRecord] {
  var gathering = journal.gather(Int.self)
  var told: [ToldRecord] = []
  for payload in notes {
    let position = payload.withUnsafeBytes { gathering.record(note, urgent: true, $0) }
    told.append(ToldRecord(position: position, kind: note, payload: payload))
  }
  let writing = try journal.begin(gathering)
  let durable = try journal.finish(writing)
  _ = durable.release()
  return told
}
