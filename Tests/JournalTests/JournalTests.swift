import Contracts
import Journal
import TestKit
import Testing

@Suite struct JournalTests {
  @Test func `what was committed is told again`() throws {
    let disk = MemoryDisk()
    var now = try Opened(disk)
    #expect(now.told == Told())
    #expect(now.journal.recovery.isNew)
    var written = try commitNotes(&now.journal, [[1, 2, 3], [], [4]])
    written += try commitNotes(&now.journal, [[5]])
    try now.journal.closeMark()
    try now.journal.roll(checkpoint: [9, 9], at: smallOptions.now)
    let after = try commitNotes(&now.journal, [[6, 7]])
    let again = try Opened(disk.afterPowerCut())
    #expect(again.told == Told(checkpoint: [9, 9], records: after))
    #expect(again.journal.end == now.journal.end)
    #expect(again.journal.id == smallOptions.newID)
    #expect(written.count == 4)
  }
}
