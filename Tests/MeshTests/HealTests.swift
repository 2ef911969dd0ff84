import Contracts
import Foundation
import HTTP
import TestKit
import Testing

extension MeshTests {
  /// Bits that flip in a populated journal while the broker is down: what a real outbox still holds comes back byte for byte, and what
  /// nobody has any more is passed only by the operator's word.
  @Suite struct HealTests {
    /// Flips one bit of the event whose bytes hold `text`; returns the file and its bytes as they were.
    private static func flip(_ text: String, in data: String) throws -> (path: String, before: Data) {
      let folder = data + "/broker/journal/"
      for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      where name.hasSuffix(".segment") && name.first?.isNumber == true {
        let before = try Data(contentsOf: URL(fileURLWithPath: folder + name))
        guard let found = before.range(of: Data(text.utf8)) else { continue }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder + name))
        try file.seek(toOffset: UInt64(found.lowerBound))
        try file.write(contentsOf: [before[found.lowerBound] ^ 0x04])
        try file.close()
        return (folder + name, before)
      }
      throw NeverHappened("\(text) stands in the journal")
    }

    /// The event's bytes in the file as it is now are what they were.
    private static func isWhole(_ path: String, _ before: Data, around text: String) throws -> Bool {
      let now = try Data(contentsOf: URL(fileURLWithPath: path))
      guard let found = before.range(of: Data(text.utf8)) else { return false }
      let around = max(0, found.lowerBound - 400)..<min(before.count, found.upperBound + 400)
      return now.count >= around.upperBound && now[around] == before[around]
    }

    @Test func `a flipped bit is healed from the real ledger's outbox, byte for byte`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      for number in 1...12 { try caller.order("HEAL-\(number)", of: "ada") }
      try caller.awaitHeard(12)
      let events = try caller.orders()
      #expect(try mesh.stop() == .code(0))
      let (path, before) = try Self.flip(#""order_id":"HEAL-7""#, in: caller.data)
      let offline = try caller.accord("journal", "verify")
      #expect(offline.exit == .code(1) && offline.stdout.contains("1 events are gone"), "\(offline.stdout)\(offline.stderr)")

      let again = try RunningMesh(on: mesh.folder)
      try eventually("the event stands where it stood", within: .seconds(30)) {
        try Self.isWhole(path, before, around: #""order_id":"HEAL-7""#)
      }
      try eventually("the broker knows of no hole", within: .seconds(30)) {
        try caller.get("broker", "/v1/status")["disk"]?["holes"]?.array?.isEmpty == true
      }
      let online = try caller.accord("journal", "verify", "--json")
      #expect(online.exit == .code(0), "\(online.stdout)\(online.stderr)")
      #expect(try caller.orders() == events)
      #expect(try caller.accord("journal", "heal").stdout.contains("nothing is missing"))
      try caller.order("AFTER", of: "ada")
      try caller.awaitHeard(13)
      #expect(try again.stop() == .code(0))
      #expect(try caller.accord("verify").exit == .code(0))
    }

    @Test func `what nobody has any more is named and kept, and passed only after accept-loss`() throws {
      let mesh = try RunningMesh()
      let caller = mesh.caller
      for number in 1...12 { try caller.order("LOST-\(number)", of: "ada") }
      try caller.awaitHeard(12)
      let events = try caller.orders()
      let lost = try #require(events.first { $0["event"]?["id"] != nil && "\($0)".contains("LOST-5\"") })
      let sequence = try #require(lost["sequence"]?.integer)
      #expect(try mesh.stop() == .code(0))
      _ = try Self.flip(#""order_id":"LOST-5""#, in: caller.data)
      // The row is gone from the outbox, as if the mark had passed it.
      let script =
        "import sqlite3,sys;d=sqlite3.connect(sys.argv[1]);d.execute('DELETE FROM outbox WHERE sequence=?',(int(sys.argv[2]),));d.commit()"
      let (exit, _, said) = try ChildProgram.run(
        "/usr/bin/env", ["python3", "-c", script, caller.data + "/ledger/store.sqlite", String(sequence)])
      #expect(exit == .code(0), "\(said)")

      let again = try RunningMesh(on: mesh.folder)
      try eventually("the hole is known", within: .seconds(30)) {
        try caller.get("broker", "/v1/status")["disk"]?["holes"]?.array?.count == 1
      }
      // A subscription that is set back comes to the hole and waits there.
      let order: JSON = ["name": "reset", "subscription": .string("service/\(try subscription(caller))"), "to": "beginning"]
      let reset = try caller.send("broker", .post, "/v1/admin", body: order)
      #expect(reset.status == 200, "\(reset.text)")
      try eventually("it waits for the damage", within: .seconds(30)) { try row(caller)?["waits_for"] == "damage" }
      let heal = try caller.accord("journal", "heal", "--json")
      let hole = try #require(try heal.json["holes"]?.array?.first)
      #expect(hole["lost"] == 1 && hole["events"]?.array?.first?["sequence"] == .integer(sequence), "\(hole)")
      let range = "\(hole["from"]?.integer ?? 0)-\(hole["through"]?.integer ?? 0)"
      let listed = try caller.accord("journal", "list")
      #expect(listed.exit == .code(0) && listed.stdout.contains("damage that is neither healed nor accepted"), "\(listed.stdout)")
      let dry = try caller.accord("journal", "heal", "--accept-loss", range, "--dry-run")
      #expect(dry.exit == .code(0) && dry.stdout.contains("would accept"), "\(dry.stdout)\(dry.stderr)")
      #expect(try row(caller)?["waits_for"] == "damage")
      let wrong = try caller.accord("journal", "heal", "--accept-loss", "1-2")
      #expect(wrong.exit == .code(1) && wrong.stderr.contains("no hole lies wholly"), "\(wrong.stderr)")

      #expect(try caller.accord("journal", "heal", "--accept-loss", range).exit == .code(0))
      try eventually("it goes on behind the hole", within: .seconds(30)) { try row(caller)?["waits_for"] == "nothing" }
      #expect(try row(caller)?["passed_over"]?["messages"] == 1)
      let verified = try caller.accord("journal", "verify")
      #expect(verified.exit == .code(0) && verified.stdout.contains("damaged-"), "\(verified.stdout)\(verified.stderr)")
      #expect(try again.stop() == .code(0))

      let third = try RunningMesh(on: mesh.folder)
      let losses = try caller.get("broker", "/v1/status")["disk"]?["losses_accepted"]?.array
      #expect(losses?.count == 1 && losses?.first?["by"] == "operator", "\(losses ?? [])")
      try caller.order("AFTER", of: "ada")
      try caller.awaitHeard(13)
      #expect(try third.stop() == .code(0))
    }

    private func subscription(_ caller: Caller) throws -> String {
      let names = try caller.get("broker", "/v1/status")["subscriptions"]?.array?.compactMap { $0["name"]?.string } ?? []
      return String(try #require(names.first { $0.hasPrefix("service/") }).dropFirst("service/".count))
    }

    private func row(_ caller: Caller) throws -> JSON? {
      try caller.get("broker", "/v1/status")["subscriptions"]?.array?.first { $0["name"]?.string?.hasPrefix("service/") == true }
    }
  }
}
