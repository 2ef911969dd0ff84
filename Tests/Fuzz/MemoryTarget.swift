import BrokerCore
import Journal

extension FuzzTarget {
  /// What the broker reads of itself at a start: a checkpoint, then records. Whatever they say, it starts or refuses with a sentence.
  ///
  /// The first byte is the record's kind, or 0 for a checkpoint. Sums protect both on disk; this is what holds where they agree.
  static let memory = FuzzTarget(
    name: "memory",
    seeds: {
      var seeds: [[UInt8]] = (16...45).map { [$0] + Array(repeating: 0, count: 40) }
      for lines in BrokerLines.seeds {
        guard var broker = try? FuzzBroker() else { continue }
        for line in lines { _ = try? line.utf8.first.map { try broker.playSeed($0, Array(line.utf8.dropFirst())) } }
        seeds.append([0] + broker.machine.checkpoint())
        seeds += broker.records().map { [$0.kind] + $0.payload }
      }
      return seeds.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    },
    check: { bytes in
      guard let kind = bytes.first else { return nil }
      let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
      do {
        if kind == 0 { return checkpoint(rest) }
        guard kind >= 16, rest.count < FuzzBroker.inputBytesMax / 2 else { return nil }
        var broker = try FuzzBroker()
        do { try broker.replay(kind, rest) } catch {
          return "\(error)".isEmpty ? "refused without a word" : nil
        }
        _ = broker.machine.status()
        return checkpointAgain(broker.machine)
      } catch { return "\(error)" }
    })

  private static func checkpoint(_ bytes: UnsafeRawBufferPointer) -> String? {
    var machine = BrokerMachine(journalID: FuzzBroker.journalID, limits: FuzzBroker.limits)
    do { try machine.restore(checkpoint: bytes) } catch { return "\(error)".isEmpty ? "refused without a word" : nil }
    machine.recovered(segmentBytes: FuzzBroker.segmentBytes)
    _ = machine.status()
    return checkpointAgain(machine)
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
