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
    let found = JournalVerify(try FileDisk(folder: path))
    return (VerifyReport.json(sound: found.isSound, summary: summary(found), findings: found.findings.map(\.description)), found.isSound)
  }

  static func summary(_ found: JournalVerify) -> String {
    "\(found.events) events in \(found.commits) commits, \(found.segments.count) segments, \(found.bytes) bytes, through position \(found.end.value)"
  }
}

/// Where the broker keeps what.
enum BrokerFolders {
  static func journal(in folder: DataFolder) -> String { folder.folder(of: .broker) + "/journal" }
}
