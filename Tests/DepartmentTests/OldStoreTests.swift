import CSQLite
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

  /// A department, and what each of its steps gathers that an older program may have taken late.
  static let gathered: [(Department, [String])] = [
    (MarketingProgram.department, ["segment or list", "customer service had said", "subscriptions"]),
    (ServiceProgram.department, ["segment or list", "advanced for campaigns"]),
    (LedgerProgram.department, ["register of disconnects", "match offers for new customers"]),
  ]

  /// A program that did not count took every step; when it did so, before the first message or after it, the store cannot tell.
  @Test(arguments: [true, false]) func `steps that nobody counted before are named as what may lack, unless nothing was heard`(
    hasHeard: Bool
  )
    throws
  {
    for (department, lacking) in Self.gathered {
      let folder = Folder.temporary()
      let options = StoreOptions(
        path: folder.file("store.sqlite"), applicationID: department.applicationID, migrations: department.migrations)
      let old = try Store.open(options)
      try old.write { transaction in
        if hasHeard { _ = try Inbox.mark(producer: "others/a", sequence: 1, position: 4_096, at: MarketingScene.friday, in: transaction) }
        // As it was before the house counted.
        try transaction.run("ALTER TABLE schema_history DROP COLUMN after_messages")
        try transaction.run("DELETE FROM schema_history WHERE series = 'the house' AND number > 4")
      }
      old.close()
      try Self.rewind(folder.file("store.sqlite"), house: 4, department: department.migrations.count)
      for _ in 1...2 {
        let now = try Store.open(options)
        defer { now.close() }
        #expect(now.lacks.count == (hasHeard ? lacking.count : 0), "\(department.name): \(now.lacks)")
        for (lack, words) in zip(now.lacks, lacking) {
          #expect(lack.what.contains(words) && lack.messages == nil && lack.description.hasPrefix("it may lack "), "\(lack)")
          #expect(lack.description.contains("accord replay --into DIR"))
        }
      }
      let found = Check.findings(inFileOf: options).filter { $0.check == "history" }
      #expect(found.count == (hasHeard ? lacking.count : 0))
    }
  }

  /// Writes the version of its schema into a file's header.
  private static func rewind(_ path: String, house: Int, department: Int) throws {
    var opened: OpaquePointer?
    defer { sqlite3_close(opened) }
    try #require(sqlite3_open(path, &opened) == SQLITE_OK)
    try #require(sqlite3_exec(opened, "PRAGMA user_version = \(house << 16 | department)", nil, nil, nil) == SQLITE_OK)
  }
}
