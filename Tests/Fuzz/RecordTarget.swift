import Contracts
import Journal
import TestKit

extension FuzzTarget {
  /// The journal's reader: a whole journal, changed as the input says. What is told was written, and nothing stops the start but a sentence.
  ///
  /// Byte 0: odd has the sums made right again after the changes, so that what lies behind them is reached. Then changes of five bytes.
  static let record = FuzzTarget(
    name: "record",
    seeds: {
      var seeds: [[UInt8]] = [[0], [1]]
      for operation in 0...7 as ClosedRange<UInt8> {
        for sealed in [0, 1] as [UInt8] {
          for (segment, offset) in [(0, 40), (1, 4_100), (2, 4_250), (2, 4_600), (1, 5_000)] as [(UInt8, Int)] {
            seeds.append([sealed, segment, operation, UInt8(offset >> 8), UInt8(offset & 255), 0x10])
          }
        }
      }
      return seeds
    },
    check: { bytes in
      var input = FuzzInput(bytes)
      let sealed = input.byte() & 1 == 1
      var files = KnownJournal.here.files
      while !input.isEmpty { KnownJournal.change(&files, &input) }
      if sealed { for index in files.indices { KnownJournal.seal(&files[index], number: UInt64(index + 1)) } }
      let disk = MemoryDisk()
      for (index, file) in files.enumerated() where !file.isEmpty { disk.place(KnownJournal.name(index + 1), file) }
      let verified = JournalVerify(disk)
      _ = verified.findings.map(\.description)
      return KnownJournal.told(by: disk, isSealed: sealed)
    })
}

/// A journal of three segments whose every event is known, and what may be done to it.
struct KnownJournal: Sendable {
  let files: [[UInt8]]
  /// Each event as it was written, by its place.
  let events: [UInt64: [UInt8]]

  static let here = KnownJournal()
  static let options: JournalOptions = {
    var options = JournalOptions(newID: (0..<16).map { UInt8($0) + 0xA0 }, now: Timestamp(milliseconds: 1_700_000_000_000))
    options.segmentBytes = 64 << 10
    options.growthBytes = 4 << 10
    options.inputBytesMax = 2 << 10
    return options
  }()

  static func name(_ number: Int) -> String { "00000000000\(number).segment" }

  private init() {
    let disk = MemoryDisk()
    var events: [UInt64: [UInt8]] = [:]
    do {
      var journal = try Journal(opening: disk, options: Self.options) { (_) throws(ReplayRefusal) in }
      for segment in 0..<3 {
        if segment > 0 { try journal.roll(checkpoint: Array(repeating: UInt8(segment), count: 50), at: Self.options.now) }
        for commit in 0..<4 {
          var gathering = journal.gather(Int.self)
          for event in 0..<2 {
            let number = UInt64(events.count + 1)
            let json = Array(#"{"id":"\#(segment)-\#(commit)-\#(event)"}"#.utf8)
            let head = EventHead(producer: 5, type: 6, sequence: number, key: number % 3, acceptedAt: Self.options.now)
            events[json.withUnsafeBytes { gathering.record(event: head, $0) }.value] = json
          }
          _ = [7, 7].withUnsafeBytes { gathering.record(RecordKind(rawValue: 17), urgent: false, $0) }
          let writing = try journal.begin(gathering)
          _ = try journal.finish(writing).release()
        }
      }
      try journal.closeMark()
    } catch { preconditionFailure("a sound journal could not be written: \(error)") }
    self.events = events
    files = (1...3).map { Array((disk.contents(Self.name($0)) ?? []).prefix(8 << 10)) }
  }

  /// One change: segment, operation, offset (two bytes), value.
  static func change(_ files: inout [[UInt8]], _ input: inout FuzzInput) {
    let index = Int(input.byte()) % files.count
    let operation = input.byte()
    let at = input.word() % (8 << 10)
    let value = input.byte()
    guard at < files[index].count else { return }
    switch operation % 8 {
    case 0: files[index][at] ^= value
    case 1: files[index][at] = value
    case 2: files[index].removeLast(files[index].count - at)
    case 3: files.swapAt(index, Int(value) % files.count)
    case 4: for place in at..<min(at + 512, files[index].count) { files[index][place] = 0 }
    case 5:
      // A stretch of another segment, as a write that went astray.
      let other = files[Int(value) % files.count]
      for place in at..<max(at, min(at + 64, files[index].count, other.count)) { files[index][place] = other[place] }
    case 6: for place in at..<min(at + 8, files[index].count) { files[index][place] = value }
    default: files[index].append(contentsOf: files[index][at...].prefix(64))
    }
  }

  /// Makes the sums of header and records right again, wherever a record may stand.
  static func seal(_ file: inout [UInt8], number: UInt64) {
    for place in [0, 2_048] where place + 512 <= file.count {
      put(Checksum()(bytes: file[place..<place + 508]), &file, place + 508)
    }
    let sum = Checksum(seed: 0xA3A2_A1A0)
    let base = number * UInt64(options.segmentBytes)
    var at = 4_096
    while at + 24 <= file.count {
      let position = (0..<8).reduce(0 as UInt64) { $0 | UInt64(file[at + 8 + $1]) << UInt64(8 * $1) }
      let length = (0..<4).reduce(0) { $0 | Int(file[at + 4 + $1]) << (8 * $1) }
      let end = at + 24 + (length + 7) & ~7
      guard position == base + UInt64(at), end <= file.count else {
        at += 8
        continue
      }
      put(sum(bytes: file[at + 4..<end]), &file, at)
      // Changed lengths may overlap: each place that names itself gets a sum.
      at += 8
    }
  }

  private static func put(_ sum: UInt32, _ file: inout [UInt8], _ at: Int) {
    for byte in 0..<4 { file[at + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * byte)) }
  }

  /// What is wrong with what a journal tells that opens on `disk`, and with what its reader reads.
  static func told(by disk: MemoryDisk, isSealed: Bool) -> String? {
    var wrong: String?
    func look(_ record: Record) {
      guard !isSealed, let (_, json) = record.event else { return }
      if here.events[record.position.value].map({ !json.elementsEqual($0) }) ?? true {
        wrong = "told of an event at \(record.position) that was never written there"
      }
    }
    do {
      let journal = try Journal(opening: disk, options: options) { (told) throws(ReplayRefusal) in
        if case .record(let record) = told { look(record) }
      }
      var reader = JournalReader(disk, journalID: journal.id, segmentBytes: journal.segmentBytes)
      var position = Position.zero
      for _ in 0..<100 where position < journal.durableThrough {
        switch try reader.read(from: position, bytesMax: 300, before: journal.durableThrough) {
        case .slice(let slice):
          slice.bytes.withUnsafeBytes { bytes in
            var cursor = RecordCursor(bytes, base: slice.base)
            while let record = cursor.next() { look(record) }
          }
          if slice.next <= position, !slice.bytes.isEmpty { return "reading stands still at \(position)" }
          if slice.next == position { return wrong }
          position = slice.next
        case .damaged(let range):
          if range.isEmpty || range.upperBound <= position { return "damage \(range) found from \(position) leads nowhere" }
          position = range.upperBound
        case .forgotten(let oldest):
          if oldest <= position { return "forgotten through \(oldest), asked from \(position)" }
          position = oldest
        }
      }
    } catch { if "\(error)".isEmpty { return "refused without a word" } }
    return wrong
  }
}

extension Checksum {
  fileprivate func callAsFunction(bytes: ArraySlice<UInt8>) -> UInt32 { bytes.withUnsafeBytes { self($0) } }
}
