import Contracts
import TestKit
import Testing

/// `accord schema check`, without any program running.
@Suite struct SchemaCheckTests {
  private static let old =
    #"{"type":"object","required":["sku"],"properties":{"sku":{"type":"string"},"count":{"type":"integer","minimum":0}}}"#
  private static let wider = old.replacing(#","minimum":0"#, with: "")

  @Test func `tells whom a change breaks, and with which exit code`() throws {
    let folder = Folder.temporary()
    func file(_ name: String, _ text: String) throws -> String {
      try folder.write(text, to: name)
      return folder.file(name)
    }
    func manifest(_ schema: String) -> String { #"{"publishes":{"ledger.thing.v1":\#(schema)},"reads":[]}"# }
    let (old, wider) = (try file("old.json", Self.old), try file("wider.json", Self.wider))
    let (before, after) = (try file("before.json", manifest(Self.old)), try file("after.json", manifest(Self.wider)))
    let marketing = try file("marketing.json", #"{"reads":["ledger.*"]}"#)
    let service = try file("service.json", #"{"reads":[{"type":"ledger.thing.v1","fields":["/sku"]}]}"#)
    let ugly = try file("ugly.json", #"{"pattern":"x"}"#)
    let broken = try file("broken.json", "{")
    let rows: [(words: [String], exit: Int32, says: String)] = [
      ([old, old], 0, "nobody is broken"), ([wider, old], 0, "nobody is broken"), ([old, wider, service], 0, "nobody is broken"),
      ([old, wider], 1, "would break whoever reads all of it (/count may now be below 0)"),
      ([before, after, marketing, service], 1, "ledger.thing.v1 would break marketing (/count may now be below 0)"),
      ([before, after, service], 0, "nobody is broken"), ([old, wider, marketing, "--type", "service.thing.v1"], 0, "nobody is broken"),
      ([old, ugly], 1, "the gate does not check “pattern”"), ([old, broken], 1, "is not JSON"),
      ([old, old, old], 1, "says nothing of what it reads"),
      ([old, before], 64, "the other is a schema"), ([old], 64, "an old and a new contract are needed"),
      ([old, old + "x"], 66, "old.jsonx"),
    ]
    for row in rows {
      let said = try ChildProgram.run("accord", ["schema", "check"] + row.words)
      #expect(said.exit == .code(row.exit) && (said.stdout + said.stderr).contains(row.says), "\(row.words): \(said)")
    }
    let said = try ChildProgram.run("accord", ["schema", "check", before, after, marketing, service, "--json"])
    let json = try JSON(parsing: said.stdout)
    #expect(
      json == [
        "compatible": false,
        "breaks": [
          ["type": "ledger.thing.v1", "reader": "marketing", "changes": [["field": "/count", "change": "may now be below 0"]]]
        ],
      ])
  }
}
