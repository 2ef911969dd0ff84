import BrokerCore
import Contracts
import Disk
import Glibc
import Host
import Journal
import Telemetry
import Wire

/// `accord-broker journal`: every event of a folder's journal on standard output, in its order, in frames as a consumer gets them.
///
/// For a store that is rebuilt. Nothing may run on the folder, and nothing of it is changed.
enum TellJournal {
  /// Bytes of the journal that are read at once.
  private static let readBytes = 4 << 20

  static func run() -> Never {
    let words = Array(CommandLine.arguments.dropFirst(2))
    guard words.count == 2, words[0] == "--data" else {
      Output.write("accord-broker: journal needs the data folder; write accord-broker journal --data DIR\n", to: STDERR_FILENO)
      exit(ExitCode.usage.rawValue)
    }
    do {
      let folder = try DataFolder.existing(words[1])
      let lock = try FolderLock.take(folder.folder(of: .broker))
      defer { withExtendedLifetime(lock) {} }
      let path = BrokerFolders.journal(in: folder)
      if Files.exists(path) { try tell(try FileDisk(folder: path)) }
      exit(ExitCode.success.rawValue)
    } catch { FaultSentence.end("accord-broker", error) }
  }

  private static func tell(_ disk: FileDisk) throws {
    let found = JournalVerify(disk)
    for finding in found.findings { Output.write("accord-broker: \(finding)\n", to: STDERR_FILENO) }
    guard found.segmentBytes > 0 else { return }
    var reader = JournalReader(disk, journalID: found.journalID, segmentBytes: found.segmentBytes)
    var teller = JournalTeller()
    var position = Position.zero
    while position < found.end {
      switch try reader.read(from: position, bytesMax: readBytes, before: found.end) {
      case .slice(let slice):
        guard slice.next > position else { return }
        try slice.bytes.withUnsafeBytes { bytes in
          var cursor = RecordCursor(bytes, base: slice.base)
          while let record = cursor.next() { try teller.take(record) }
        }
        try teller.write()
        position = slice.next
      case .damaged(let range):
        Output.write("accord-broker: bytes \(range.lowerBound) to \(range.upperBound) cannot be read and are left out\n", to: STDERR_FILENO)
        position = range.upperBound
      case .forgotten(let oldest): position = oldest
      }
    }
  }
}

/// Records -> frames.
private struct JournalTeller {
  /// `credential/lineage` of each producer, by its number.
  private var producers: [UInt32: String] = [:]
  private var frames: [UInt8] = []
  private var told: UInt64 = 0

  mutating func take(_ record: Record) throws {
    if let event = record.event {
      guard let producer = producers[event.head.producer] else { throw UnknownProducer(position: record.position) }
      told += 1
      try BrokerMessageEncoder.append(
        .deliver(
          Delivery(
            handle: 1, number: told, position: record.position.value, attempt: 1, producer: producer, sequence: event.head.sequence,
            event: Array(event.json))), to: &frames)
    } else if let producer = try BrokerMemory.producer(record) {
      producers[producer.number] = producer.name
    }
  }

  mutating func write() throws {
    let isWritten = frames.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: done), bytes.count - done)
        if count > 0 {
          done += count
        } else if count == 0 || errno != EINTR {
          return false
        }
      }
      return true
    }
    guard isWritten else { throw NobodyReads() }
    frames.removeAll(keepingCapacity: true)
  }

  private struct UnknownProducer: Error, CustomStringConvertible {
    let position: Position
    var description: String { "the event at \(position) is of a producer that the journal no longer names; a part of it is missing" }
  }

  private struct NobodyReads: Error, CustomStringConvertible {
    var description: String { "whoever was to read the journal has ended; its own words tell why" }
  }
}
