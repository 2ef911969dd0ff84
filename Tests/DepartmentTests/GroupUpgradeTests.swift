import Contracts
import Host
import LedgerRoom
import Store
import TestKit
import Testing

/// A ledger's store of before: its offers for lists and segments are found by the migration that came since.
struct GroupUpgradeTests {
  @Test func `offers that were launched before their groups had members are found by them`() throws {
    let folder = Folder.temporary()
    let department = LedgerProgram.department
    func options(_ migrations: [Migration]) -> StoreOptions {
      StoreOptions(path: folder.file("store.sqlite"), applicationID: department.applicationID, migrations: migrations)
    }
    let before = try Store.open(options(department.migrations.filter { $0.number < 8 }))
    var (list, segment, all) = (PlannedOffer(), PlannedOffer(), PlannedOffer())
    (list.id, list.only) = ("by-list", CustomerGroup(.list, Identifier(restoring: "guests")))
    (segment.id, segment.only) = ("by-segment", CustomerGroup(.segment, Identifier(restoring: "gold")))
    all.id = "for-all"
    for offer in [list, segment, all] {
      try before.write { transaction in
        try transaction.run(
          "INSERT INTO offer_version (offer_id, version, campaign_id, document) VALUES (?1, 1, 'spring', ?2)", .text(offer.id),
          .blob(offer.document.bytes))
        try transaction.run(
          "INSERT INTO offer (offer_id, campaign_id, state, version) VALUES (?1, 'spring', 'live', 1)", .text(offer.id))
      }
    }
    try before.write { try $0.run("INSERT INTO offer (offer_id, campaign_id, state) VALUES ('unheard', 'spring', 'heard')") }
    before.close()
    let now = try Store.open(options(department.migrations))
    defer { now.close() }
    let found = try now.read { snapshot in
      try snapshot.all("SELECT offer_id || ' ' || ifnull(only_group, '-') FROM offer ORDER BY offer_id") { try $0.text(0) }
    }
    #expect(found == ["by-list list/guests", "by-segment segment/gold", "for-all -", "unheard -"])
  }
}
