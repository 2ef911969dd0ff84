import BrokerCore
import Journal
import TestKit

extension FuzzTarget {
  /// What the broker reads of itself at a start: a checkpoint, then records. Whatever they say, it starts and lives, or refuses with a sentence.
  ///
  /// The first byte is 0 for a checkpoint, 1 for several records (kind, length in two bytes, payload), else the kind of the one that follows.
  /// Records come behind a past in which there is something of everything. Sums protect both on disk; this is what holds where they agree.
  static let memory = FuzzTarget(
    name: "memory",
    seeds: {
      var seeds: [[UInt8]] = (16...45).map { [$0] + Array(repeating: 0, count: 40) }
      for lines in BrokerLines.seeds + [BrokerLines.past] {
        guard var broker = try? FuzzBroker() else { continue }
        for line in lines { _ = try? line.utf8.first.map { try broker.playSeed($0, Array(line.utf8.dropFirst())) } }
        seeds.append([0] + broker.machine.checkpoint())
        var all: [UInt8] = [1]
        for (kind, payload) in broker.records() where kind >= 16 {
          seeds.append([kind] + payload)
          all += [kind, UInt8(payload.count & 255), UInt8(payload.count >> 8)]
          all += payload
        }
        seeds.append(all)
      }
      return seeds.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    },
    check: { bytes in
      guard let first = bytes.first, bytes.count < FuzzBroker.inputBytesMax / 2 else { return nil }
      let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
      do {
        var past = try FuzzBroker(first == 0 ? MemoryDisk() : lived.get().afterPowerCut())
        switch first {
        case 0: try past.leave(checkpoint: rest)
        case 1: try past.leave(records(rest))
        case 16...: try past.leave([(first, rest)])
        default: return nil
        }
        var broker: FuzzBroker
        do { broker = try past.restarted() } catch JournalFault.notTaken(let refusal) {
          return refusal.sentence.isEmpty ? "refused without a word" : nil
        }
        return try checkpointAgain(broker.machine) ?? broker.live() ?? checkpointAgain(broker.machine)
      } catch { return "\(error)" }
    })

  /// A disk with a past, never to be written to: whoever wants it takes a copy.
  private nonisolated(unsafe) static let lived = Result {
    var broker = try FuzzBroker()
    for line in BrokerLines.past { try broker.playSeed(line.utf8.first ?? 0, Array(line.utf8.dropFirst())) }
    return broker.disk
  }

  private static func records(_ bytes: UnsafeRawBufferPointer) -> [(kind: UInt8, payload: UnsafeRawBufferPointer)] {
    var records: [(kind: UInt8, payload: UnsafeRawBufferPointer)] = []
    var input = FuzzInput(bytes)
    while !input.isEmpty {
      let kind = input.byte()
      let count = Int(input.byte()) | Int(input.byte()) << 8
      records.append((max(16, kind), input.bytes(count)))
    }
    return records
  }

  /// What a machine writes down, it reads again as the same.
  private static func checkpointAgain(_ machine: BrokerMachine) -> String? {
    let written = machine.checkpoint()
    var other = BrokerMachine(journalID: FuzzBroker.journalID, limits: FuzzBroker.limits)
    do { try written.withUnsafeBytes { try other.restore(checkpoint: $0) } } catch { return "its own checkpoint is refused: \(error)" }
    other.recovered(segmentBytes: FuzzBroker.segmentBytes)
    return other.checkpoint() == written ? nil : "a checkpoint restored is another one"
  }
}

extension FuzzBroker {
  /// One line of a seed.
  mutating func playSeed(_ first: UInt8, _ rest: [UInt8]) throws {
    switch first {
    case UInt8(ascii: "1")...UInt8(ascii: "4"): try rest.withUnsafeBytes { try hear($0, on: UInt32(first & 7)) }
    case UInt8(ascii: "e"): try turn()
    case UInt8(ascii: "r"): try roll()
    case UInt8(ascii: "t"): try pass(3_000)
    default: break
    }
  }

  /// All records of the broker's that stand on the disk.
  func records() -> [(kind: UInt8, payload: [UInt8])] {
    var records: [(kind: UInt8, payload: [UInt8])] = []
    withReading { bytes, base in
      var cursor = RecordCursor(bytes, base: base)
      while let record = cursor.next() { records.append((record.kind.rawValue, Array(record.payload))) }
    }
    return records
  }
}
