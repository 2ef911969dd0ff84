import Contracts
import Host
import LedgerRoom
import MarketingRoom
import ServiceRoom
import Store
import TestKit
import Testing

/// A store that an older program wrote: what that program heard and had no place for is named, with what to run.
struct OldStoreTests {
  /// A department, the last step that its older program knew, and what is lacking then.
  @Test(
    arguments: [
      ("marketing", 8, ["subscriptions"]), ("marketing", 6, ["holds", "subscriptions"]), ("marketing", 9, []),
      ("service", 6, ["advanced for campaigns"]), ("service", 7, []), ("ledger", 13, ["match offers for new customers"]),
      ("ledger", 9, ["register of disconnects", "match offers for new customers"]), ("ledger", 14, []),
    ] as [(String, Int, [String])])
  func `says what it lacks when it is opened and when it is verified`(name: String, through last: Int, lacking: [String]) throws {
    let departments = [MarketingProgram.department, ServiceProgram.department, LedgerProgram.department]
    let department = try #require(departments.first { $0.part.rawValue == name })
    let folder = Folder.temporary()
    func options(_ last: Int = .max) -> StoreOptions {
      StoreOptions(
        path: folder.file("store.sqlite"), applicationID: department.applicationID,
        migrations: department.migrations.filter { $0.number <= last })
    }
    let old = try Store.open(options(last))
    try old.write { _ = try Inbox.mark(producer: "others/a", sequence: 1, position: 4_096, at: MarketingScene.friday, in: $0) }
    #expect(old.lacks == [])
    old.close()
    let now = try Store.open(options())
    defer { now.close() }
    #expect(now.lacks.count == lacking.count, "\(now.lacks)")
    for (lack, words) in zip(now.lacks, lacking) {
      #expect(lack.what.contains(words) && lack.messages == 1 && lack.description.contains("accord replay --into DIR"), "\(lack)")
    }
    #expect(Check.findings(inFileOf: options()).filter { $0.check == "history" }.count == lacking.count)
  }
}
