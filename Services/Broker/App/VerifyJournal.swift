import BrokerCore
import Contracts
import Disk
import Host
import Journal

/// `accord-broker verify`: looks through the journal of a folder on which nothing runs, and changes nothing.
enum VerifyJournal {
  /// The report as one JSON object: sound, summary, findings.
  static func report(_ folder: DataFolder) throws -> (json: JSON, isSound: Bool) {
    let lock = try FolderLock.take(folder.folder(of: .broker))
    defer { withExtendedLifetime(lock) {} }
    let path = BrokerFolders.journal(in: folder)
    guard Files.exists(path) else { return (VerifyReport.json(sound: true, summary: "no journal yet", findings: []), true) }
    var kept = KeptFrom()
    var found = JournalVerify(try FileDisk(folder: path)) { kept.take($0) }
    found.expect(from: kept.position)
    let report = VerifyReport.json(
      sound: found.isSound, summary: summary(found), findings: found.findings.map(\.description),
      more: [.init("segment_bytes", .integer(Int64(found.segmentBytes))), .init("segments", segments(found))])
    return (report, found.isSound)
  }

  /// The segments as `GET /v1/journal` lists them, as far as that is known while no broker runs.
  private static func segments(_ found: JournalVerify) -> JSON {
    .array(
      found.inventory.map { segment in
        .object([
          .init("number", .integer(Int64(clamping: segment.number))), .init("from", .integer(Int64(clamping: segment.from.value))),
          .init("through", .integer(Int64(clamping: max(segment.end.value, 1) - 1))),
          .init("begun", segment.begun.map { .string($0.description) } ?? .null), .init("events", .integer(Int64(segment.events))),
          .init("needed", .null), .init("damaged", .integer(Int64(segment.damaged))),
          .init("kept_for", ["no broker runs on the folder, and only it knows who needs what"]),
        ])
      })
  }

  static func summary(_ found: JournalVerify) -> String {
    "\(found.events) events in \(found.commits) commits, \(found.segments.count) segments, \(found.bytes) bytes, through position \(found.end.value)"
  }
}

/// Where the broker keeps what.
enum BrokerFolders {
  static func journal(in folder: DataFolder) -> String { folder.folder(of: .broker) + "/journal" }
}
