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

/// A random source that prints its seed and takes it from ACCORD_SEED (SplitMix64, Steele and others, 2014).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init() {
    let seed = ProcessInfo.processInfo.environment["ACCORD_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0 ... .max)
    print("ACCORD_SEED=\(seed)")
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
