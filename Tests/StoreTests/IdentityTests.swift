import Foundation
import Store
import Testing

struct IdentityTests {
  let desk: Desk
  init() throws { desk = try Desk() }

  @Test func `the lineage stays with the file and the epoch rises at each open`() throws {
    var lineages: Set<String> = []
    for epoch in 1...5 as ClosedRange<UInt64> {
      let store = try desk.open()
      #expect(store.identity.epoch == epoch)
      lineages.insert(store.identity.lineage)
      store.close()
    }
    #expect(lineages.count == 1)
    let lineage = try #require(lineages.first)
    #expect(lineage.count == 32 && lineage.allSatisfy { $0.isHexDigit && !$0.isUppercase })
  }

  @Test func `no two stores share a lineage`() throws {
    let lineages = try Set((0..<20).map { try desk.open("store-\($0).sqlite").identity.lineage })
    #expect(lineages.count == 20)
  }

  @Test func `two openings at once never share an epoch`() throws {
    let first = try desk.open()
    let second = try desk.open()
    #expect(first.identity.epoch == 1 && second.identity.epoch == 2)
    #expect(first.identity.lineage == second.identity.lineage)
  }

  @Test func `a restored backup holds the facts and begins a new lineage`() throws {
    let store = try desk.open()
    try store.add("before")
    try store.write { tx in
      for n in 1...5 { try Outbox.append(event: [UInt8(n)], id: id("e\(n)"), at: instant(1), in: tx) }
      try Outbox.forget(through: 2, in: tx)
    }
    try store.backup(to: desk.path("backup.sqlite"))
    try store.add("after")
    let restored = try desk.open("backup.sqlite")
    #expect(try restored.words() == ["before"])
    #expect(restored.identity.lineage != store.identity.lineage)
    #expect(restored.identity.epoch == 1)
    #expect(restored.identity.predecessor?.lineage == store.identity.lineage && restored.identity.predecessor?.highest == 5)
    restored.close()
    // Only the first opening of the copy begins anew.
    let again = try desk.open("backup.sqlite")
    #expect(again.identity.lineage == restored.identity.lineage)
    #expect(again.identity.epoch == 2)
    #expect(again.identity.predecessor == restored.identity.predecessor)
    #expect(try again.read { try Outbox.highest(in: $0) } == 5)
    #expect(try store.words() == ["before", "after"])
    #expect(Check.findings(inFileOf: desk.options("backup.sqlite")) == [])
  }

  @Test func `every restoring of one backup speaks under a lineage of its own`() throws {
    let store = try desk.open()
    try store.backup(to: desk.path("backup.sqlite"))
    var lineages: Set<String> = [store.identity.lineage]
    for n in 0..<3 {
      try FileManager.default.copyItem(atPath: desk.path("backup.sqlite"), toPath: desk.path("restored-\(n).sqlite"))
      lineages.insert(try desk.open("restored-\(n).sqlite").identity.lineage)
    }
    #expect(lineages.count == 4)
  }

  @Test func `a backup never replaces a file and leaves no pieces`() throws {
    let store = try desk.open()
    #expect(FileManager.default.createFile(atPath: desk.path("taken"), contents: Data("mine".utf8)))
    let fault = #expect(throws: StoreFault.self) { try store.backup(to: desk.path("taken")) }
    #expect(fault == .targetExists(path: desk.path("taken")))
    #expect(try String(contentsOfFile: desk.path("taken"), encoding: .utf8) == "mine")
    #expect(throws: StoreFault.self) { try store.backup(to: desk.path("missing/backup.sqlite")) }
    // What an interrupted backup left behind is in nobody's way.
    #expect(FileManager.default.createFile(atPath: desk.path("backup.sqlite.partial"), contents: Data("half".utf8)))
    try store.backup(to: desk.path("backup.sqlite"))
    store.close()
    let names = try FileManager.default.contentsOfDirectory(atPath: desk.folder.path).sorted()
    #expect(names == ["backup.sqlite", "store.sqlite", "taken"])
  }
}
