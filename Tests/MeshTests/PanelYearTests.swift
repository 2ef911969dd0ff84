import Contracts
import Foundation
import TestKit
import Testing

extension MeshTests {
  /// A year of the published Complete Journey panel on the real processes: each campaign an offer for those it was sent to, in order of date
  /// on a manual clock. What was given and who was to be told is what `panel_year.py` reads out of the raw rows by itself.
  ///
  /// All 27 campaigns with `ACCORD_PANEL=all`; three of the spring otherwise.
  @Suite struct PanelYearTests {
    private static let chosen = ProcessInfo.processInfo.environment["ACCORD_PANEL"] ?? "27,2,5"
    private static let map =
      "order=basket_id,customer=household_id,sku=product_id,quantity=quantity,amount=sales_value_cents,placed=at"

    /// What the campaigns that begin together must come to.
    private struct Start {
      let begins: String
      let slice: Int64
      let campaigns: [JSON]
    }

    private static func expectDone(_ said: Caller.Said, _ where: SourceLocation = #_sourceLocation) {
      #expect(said.exit == .code(0), "\(said.stdout.suffix(2_000))\(said.stderr)", sourceLocation: `where`)
    }

    private static func starts(_ folder: Folder) throws -> [Start] {
      let expected = try JSON(parsing: Array(Data(contentsOf: URL(filePath: folder.file("panel/expected.json"))))).array ?? []
      var starts: [Start] = []
      for campaign in expected {
        let begins = try #require(campaign["begins"]?.string)
        let slice = try #require(campaign["slice"]?.integer)
        if let last = starts.last, last.begins == begins {
          starts[starts.count - 1] = Start(begins: begins, slice: slice, campaigns: last.campaigns + [campaign])
        } else {
          starts.append(Start(begins: begins, slice: slice, campaigns: [campaign]))
        }
      }
      return starts
    }

    @Test(.enabled(if: PublishedData.isThere, "\(PublishedData.missing)"))
    func `the panel's campaigns give and tell what the raw rows say, and come again out of the facts`() throws {
      let folder = Folder.temporary()
      let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Python/panel_year.py").path
      try FileManager.default.createDirectory(atPath: folder.file("panel"), withIntermediateDirectories: true)
      let read = try ChildProgram.run(
        "/usr/bin/env",
        ["python3", script, try #require(PublishedData.folder) + "/completejourney", folder.file("panel"), Self.chosen], environment: [:],
        within: .seconds(120))
      try #require(read.exit == .code(0), "\(read.stderr)")
      let starts = try Self.starts(folder)

      let mesh = try RunningMesh(on: folder, ["--sandbox", "--clock", "manual@2016-11-10T00:00:00Z"])
      let caller = mesh.caller
      func file(_ name: String) -> String { folder.file("panel/\(name)") }
      Self.expectDone(
        try caller.accord("campaign", "open", "panel", "--budget", "5000000.00", "--currency", "USD", "--approved-by", "supervisor/ruth"))
      Self.expectDone(
        try caller.accord("import", "customers", file("people.csv"), "--map", "customer=id,email=mail,email_state=mail_state"))
      Self.expectDone(
        try caller.accord(
          "import", "consents", file("consents.csv"), "--map",
          "customer=id,purpose=purpose,channel=channel,given=given,at=when,proof=proof"))
      Self.expectDone(try caller.accord("import", "lists", file("lists.csv"), "--map", "list=list,customer=id"))

      for start in starts {
        let orders = file("orders-\(start.slice).csv")
        if FileManager.default.fileExists(atPath: orders) {
          // Nothing may lie in the future: up to a second before what begins.
          let eve = try Timestamp(rfc3339: start.begins).adding(.seconds(-1)).description
          Self.expectDone(try caller.accord("clock", "advance", "--to", eve, within: .seconds(300)))
          Self.expectDone(
            try caller.accord(
              "import", "orders", orders, "--map", Self.map, "--currency", "USD", "--channel", "store", within: .seconds(300)))
        }
        for campaign in start.campaigns {
          let id = try #require(campaign["id"]?.string)
          Self.expectDone(try caller.accord("audience", "import", file("campaign-\(id).txt"), "--id", "audience-\(id)"))
          try eventually("marketing knows the list and the goods of \(id)", within: .seconds(60)) {
            try caller.accord(
              "offer", "schedule", file("offer-\(id).json"), "--waive", "channels,briefings", "--reason",
              "nobody works at the panel's stores"
            ).exit == .code(0)
          }
        }
        Self.expectDone(try caller.accord("clock", "advance", "--to", start.begins, within: .seconds(300)))
        for campaign in start.campaigns { try Self.awaitPrepared(campaign, caller) }
      }
      // The last offers end, what was set aside goes back.
      Self.expectDone(try caller.accord("clock", "advance", "2400h", within: .seconds(300)))
      try Self.compare(starts, caller)
      try Self.rebuild(mesh)
    }

    private static func awaitPrepared(_ campaign: JSON, _ caller: Caller) throws {
      let id = try #require(campaign["id"]?.string)
      try eventually("the audience of \(id) is judged", within: .seconds(60)) {
        try !caller.events("&type=\(AudiencePrepared.type)").filter {
          $0["event"]?["data"]?["offer_id"]?.string == "panel-\(id)"
        }.isEmpty
      }
    }

    /// Every basket with every cent, and everybody's verdict.
    private static func compare(_ starts: [Start], _ caller: Caller) throws {
      var given: [String: [String: Int64]] = [:]
      for type in RemedyChanged.types {
        for event in try caller.events("&type=\(type)") {
          guard let data = event["event"]?["data"], let order = data["order_id"]?.string, let offer = data["offer_id"]?.string else {
            continue
          }
          #expect(type == "ledger.remedy.posted.v1", "\(event)")
          given[offer, default: [:]][order, default: 0] += data["amount"]?["amount_minor"]?.integer ?? 0
        }
      }
      var verdicts: [String: JSON] = [:]
      for event in try caller.events("&type=\(AudiencePrepared.type)") {
        guard let data = event["event"]?["data"], let offer = data["offer_id"]?.string else { continue }
        #expect(verdicts[offer] == nil, "\(offer) was judged twice")
        verdicts[offer] = data["reasons"]
      }
      var (baskets, cents, people) = (0, Int64(0), Int64(0))
      for campaign in starts.flatMap(\.campaigns) {
        let id = try #require(campaign["id"]?.string)
        var expected: [String: Int64] = [:]
        for member in campaign["given"]?.object ?? [] { expected[member.name] = member.value.integer }
        #expect(given["panel-\(id)"] ?? [:] == expected, "campaign \(id)")
        let judged = try #require(verdicts["panel-\(id)"])
        var reasons: [String: Int64] = [:]
        for member in judged.object ?? [] {
          // The ledger's own word stands behind what would annoy.
          reasons[member.name.split(separator: ".").first.map(String.init) ?? "", default: 0] += member.value.integer ?? 0
        }
        var wanted: [String: Int64] = [:]
        for member in campaign["verdicts"]?.object ?? [] { wanted[member.name] = member.value.integer }
        #expect(reasons == wanted, "campaign \(id)")
        baskets += expected.count
        cents += expected.values.reduce(0, +)
        people += wanted.values.reduce(0, +)
      }
      #expect(baskets > 5 && people > 300, "too little to show anything")
      print("panel: \(starts.flatMap(\.campaigns).count) campaigns, \(baskets) baskets, \(cents) cents, \(people) verdicts")
    }

    /// The stores hold, and come again out of the journal with the same balances and the same head of the chain.
    private static func rebuild(_ mesh: RunningMesh) throws {
      let caller = mesh.caller
      let balances = try caller.accord("ledger", "trial", "--json").json
      #expect(try mesh.stop() == .code(0))
      try mesh.awaitNobody()
      Self.expectDone(try caller.accord("verify", within: .seconds(300)))
      let heads = try Self.heads(caller.data)
      let place = Folder.temporary()
      let said = try caller.accord("replay", "--into", place.file("data"), "--json", within: .seconds(600))
      #expect(said.exit == .code(0), "\(said.stdout)\(said.stderr)")
      let rebuilt = try LooseMesh(on: place, ["--sandbox", "--clock", "manual"])
      #expect(try rebuilt.caller.accord("ledger", "trial", "--json").json == balances)
      try rebuilt.stopAll()
      #expect(try !heads.isEmpty && Self.heads(rebuilt.caller.data) == heads)
    }

    /// The heads of the ledger's chain, as its own look through its store tells them.
    private static func heads(_ data: String) throws -> [JSON] {
      let said = try ChildProgram.run("accord-ledger", ["verify", "--data", data], within: .seconds(300))
      #expect(said.exit == .code(0), "\(said)")
      return try JSON(parsing: said.stdout.trimmingCharacters(in: .newlines))["heads"]?.array ?? []
    }
  }
}
