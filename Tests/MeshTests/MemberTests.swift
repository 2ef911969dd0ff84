import Contracts
import Foundation
import HTTP
import Host
import Shop
import TestKit
import Testing

extension MeshTests {
  /// Lists of customers on real processes: from the file to what an order gets, whatever is killed meanwhile.
  @Suite struct MemberTests {
    private static let begins = "2026-05-08T19:00:00-04:00"
    private static let starts = "2026-05-10T00:00:00-04:00"
    private static let offer = "sunday-free-shipping"

    private static func expectDone(_ said: Caller.Said, _ where: SourceLocation = #_sourceLocation) {
      #expect(said.exit == .code(0), "\(said.stdout)\(said.stderr)", sourceLocation: `where`)
    }

    private static func capture(_ caller: Caller, _ id: String, _ person: String) throws {
      expectDone(
        try caller.accord(
          "order", "capture", "--order", id, "--line", "sku=KETTLE-17,paid=39.00", "--shipping", "9.95", "--currency", "USD", "--placed",
          "2026-05-08T18:30:00-04:00", "--country", "US", "--tender", "card", "--customer", person))
    }

    private static func reason(_ caller: Caller, _ order: String) throws -> String? {
      try caller.accord("why-not", order, offer, "--json").json["reason"]?.string
    }

    @Test func `an offer for a list is had by those who were on it, told in time or late, and by nobody else`() throws {
      let mesh = try RunningMesh(["--sandbox", "--clock", "manual@\(Self.begins)"])
      let (caller, folder) = (mesh.caller, mesh.folder)
      Self.expectDone(
        try caller.accord("campaign", "open", "spring", "--budget", "9000.00", "--currency", "USD", "--approved-by", "supervisor/ruth"))
      for person in ["ada", "bob", "cleo"] { try Self.capture(caller, "O-\(person)", person) }
      let text = try #require(Shop.offer(Self.offer)).text
        .replacing(#""customers": "everyone""#, with: #""customers": "list", "list_id": "spring-guests""#)
        .replacing(#""anonymous_orders": true"#, with: #""anonymous_orders": false"#)
      #expect(text.contains("spring-guests"))
      try folder.write(text, to: "offer.json")

      // A list that nobody was ever on: nobody could have it.
      let unknown = try caller.accord("offer", "check", folder.file("offer.json"), "--json")
      #expect(unknown.exit != .code(0) && unknown.stdout.contains("/eligibility/list_id"), "\(unknown.stdout)")

      try folder.write("list,id,since,left\nspring-guests,ada,2026-05-01,\nspring-guests,bob,2026-05-09,\n", to: "guests.csv")
      let map = "list=list,customer=id,from=since,until=left"
      let words = ["import", "lists", folder.file("guests.csv"), "--map", map, "--zone", "America/New_York", "--json"]
      func run(_ more: String...) throws -> JSON {
        let (exit, stdout, stderr) = try ChildProgram.run("accord", words + more + ["--data", caller.data], within: .seconds(30))
        #expect(exit == .code(0), "\(stdout)\(stderr)")
        return try JSON(parsing: stdout.trimmingCharacters(in: .newlines))
      }
      #expect(try run("--dry-run")["created"] == 2 && run()["created"] == 2)
      let again = try run()
      #expect(again["matched"] == 2 && again["created"] == 0)
      let list = try caller.accord("list", "spring-guests", "--json").json
      #expect(list["members_at"] == 1 && list["people"] == 2, "\(list)")
      #expect(try caller.accord("list", "spring-guest").exit != .code(0))
      #expect(try caller.accord("list").stdout.contains("spring-guests"))

      try eventually("marketing has heard of the list") {
        try caller.accord("offer", "check", folder.file("offer.json")).exit == .code(0)
      }
      Self.expectDone(
        try caller.accord(
          "offer", "schedule", folder.file("offer.json"), "--waive", "promises,capacity,channels,sheets,briefings", "--reason",
          "nobody works at this shop"))
      Self.expectDone(try caller.accord("clock", "advance", "--to", Self.starts))
      let lookBack = try caller.accord("look-back", Self.offer, "--json").json["look_backs"]?.array?.first
      #expect(lookBack?["granted"] == 1 && lookBack?["refused"]?["not_eligible_customer"] == 2, "\(lookBack ?? .null)")
      #expect(try Self.reason(caller, "O-ada") == "already_given")
      #expect(try Self.reason(caller, "O-bob") == "not_eligible_customer")

      // Cleo was on it too, and was forgotten: one row, from a pipe or a file of ids alone.
      try folder.write("who\ncleo\n", to: "forgotten.csv")
      let forgotten = try caller.accord(
        "import", "lists", folder.file("forgotten.csv"), "--map", "customer=who", "--list", "spring-guests", "--json")
      #expect(try forgotten.json["created"] == 1, "\(forgotten.stdout)\(forgotten.stderr)")
      try eventually("cleo has it, and the desk says so") {
        (try? Self.reason(caller, "O-cleo")) == "already_given"
      }
      // Whoever leaves keeps what was given.
      try folder.write("who,left\nada,2026-05-02\n", to: "left.csv")
      let left = try caller.accord(
        "import", "lists", folder.file("left.csv"), "--map", "customer=who,until=left", "--list", "spring-guests", "--json")
      #expect(try left.json["changed"] == 1, "\(left.stdout)\(left.stderr)")
      let row = try #require(caller.get("service", "/v1/orders/O-ada/offers")["offers"]?.array?.first)
      #expect(row["kind"] == "already_given" && row["amount"]?["amount_minor"] == 995)
      // Nobody who is not on it is promised anything.
      try eventually("the desk says no to a stranger") {
        let offer = try caller.get("service", "/v1/customers/dora/offers")["offers"]?.array?.first
        return offer?["reason"] == "not_eligible_customer" && offer?["yes"] == false
      }
      let shown = try caller.accord("list", "spring-guests", "--json").json["members"]
      let balances = try caller.accord("ledger", "trial", "--json").json
      #expect(try mesh.stop() == .code(0))
      try mesh.awaitNobody()
      Self.expectDone(try caller.accord("verify", within: .seconds(60)))
      // Out of the facts, into empty stores: the same list, and nothing given twice.
      let place = Folder.temporary()
      let said = try caller.accord("replay", "--into", place.file("data"), "--json", within: .seconds(120))
      #expect(said.exit == .code(0), "\(said.stdout)\(said.stderr)")
      for name in Caller.departments { #expect(try said.json[name]?["sound"] == true, "\(said)") }
      let rebuilt = try LooseMesh(on: place, ["--sandbox", "--clock", "manual"])
      #expect(try rebuilt.caller.accord("list", "spring-guests", "--json").json["members"] == shown)
      #expect(try Self.reason(rebuilt.caller, "O-cleo") == "already_given")
      let trial = try rebuilt.caller.accord("ledger", "trial", "--json").json
      #expect(trial == balances, "\(trial)")
      try rebuilt.stopAll()
    }

    @Test func `an import of a list that is killed is simply run again`() throws {
      let mesh = try RunningMesh()
      let (caller, folder) = (mesh.caller, mesh.folder)
      let count = 12_000
      try folder.write("tier,id\n" + (0..<count).map { "gold,P-\($0)" }.joined(separator: "\n") + "\n", to: "tiers.csv")
      let words = ["import", "segments", folder.file("tiers.csv"), "--map", "segment=tier,customer=id", "--json", "--data", caller.data]
      func people() -> Int64 { (try? caller.get("ledger", "/v1/groups/segment/gold"))?["people"]?.integer ?? 0 }
      let first = try ChildProgram.spawn("accord", words)
      try eventually("some are in it") { people() > 0 }
      try first.kill()
      let second = try ChildProgram.spawn("accord", words)
      try mesh.kill("ledger")
      #expect(try second.wait(within: .seconds(120)) == .code(0), "\(second.stderr)")
      let (exit, stdout, _) = try ChildProgram.run("accord", words, within: .seconds(120))
      let said = try JSON(parsing: stdout.trimmingCharacters(in: .newlines))
      #expect(exit == .code(0) && said["matched"]?.integer == Int64(count) && said["created"] == 0, "\(said)")
      #expect(people() == Int64(count))
      // Every row once in the facts, whatever was killed.
      try eventually("all facts are in the journal") {
        let facts = try caller.events().filter { $0["event"]?["type"]?.string == MembershipChanged.type }
        let told = facts.flatMap { $0["event"]?["data"]?["members"]?.array ?? [] }
        return told.count == count && Set(told.compactMap { $0["person_id"]?.string }).count == count
      }
      #expect(try mesh.stop() == .code(0))
      try mesh.awaitNobody()
      Self.expectDone(try caller.accord("verify", within: .seconds(60)))
    }
  }
}
