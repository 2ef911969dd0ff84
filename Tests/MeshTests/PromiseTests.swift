import Contracts
import Foundation
import HTTP
import Host
import Shop
import TestKit
import Testing

extension MeshTests {
  /// The first promise on real processes: an offer reaches the orders that came before it, whatever is killed meanwhile.
  @Suite struct PromiseTests {
    private static let begins = "2026-05-08T19:00:00-04:00"
    private static let starts = "2026-05-10T00:00:00-04:00"
    private static let offer = "sunday-free-shipping"
    private static let words = ["--sandbox", "--clock", "manual@\(begins)"]

    // MARK: A shop of its own

    /// Somebody with everything that must stay in the ledger.
    private static func secrets(_ person: Int) -> (name: String, address: String, phone: String, email: String) {
      ("Quirina Zellweger-\(person)", "\(person) Nutmeg Terrace", "+1 555 77\(10_000 + person)", "quirina\(person)@example.org")
    }

    private static func file(_ folder: Folder, _ name: String, _ head: String, _ rows: [String]) throws -> String {
      try folder.write(([head] + rows).joined(separator: "\n") + "\n", to: name)
      return folder.file(name)
    }

    private static func expectDone(_ said: Caller.Said, _ where: SourceLocation = #_sourceLocation) {
      #expect(said.exit == .code(0), "\(said.stdout)\(said.stderr)", sourceLocation: `where`)
    }

    /// People 1 to `people`, of whom those up to `reachable` have an email, want to be written to and are in the audience; a campaign with
    /// money, and the offer with its time.
    private static func prepare(_ folder: Folder, _ caller: Caller, people: Int, reachable: Int, budget: String = "90000.00") throws {
      let customers = try file(
        folder, "customers.csv", "id,kind,name,address,phone,phone_state,locale,email,email_state",
        (1...people).map { person in
          let secret = secrets(person)
          let (email, state) = person <= reachable ? (secret.email, "verified") : ("", "never_asked")
          return "P-\(person),person,\(secret.name),\(secret.address),\(secret.phone),unverified,en-US,\(email),\(state)"
        })
      let map =
        "customer=id,kind=kind,name=name,address=address,phone=phone,phone_state=phone_state,locale=locale,email=email,email_state=email_state"
      expectDone(try caller.accord("import", "customers", customers, "--map", map))
      let consents = try file(
        folder, "consents.csv", "id,purpose,channel,given,at,source",
        (1...max(1, reachable)).map { "P-\($0),marketing,email,yes,2026-01-15T12:00:00Z,web" })
      let consentMap = "customer=id,purpose=purpose,channel=channel,given=given,at=at,source=source"
      expectDone(try caller.accord("import", "consents", consents, "--map", consentMap))
      let audience = try file(folder, "audience.txt", "P-1", (1...people).dropFirst().map { "P-\($0)" })
      expectDone(try caller.accord("audience", "import", audience, "--id", "newsletter-us"))
      expectDone(
        try caller.accord("campaign", "open", "spring", "--budget", budget, "--currency", "USD", "--approved-by", "supervisor/ruth"))
      // Nobody is left out here for having bought often.
      let text = try #require(Shop.offer(offer)).text.replacing(#""per_customer": { "uses": 5 }"#, with: #""per_customer": null"#)
      try folder.write(text, to: "offer.json")
      expectDone(
        try caller.accord(
          "offer", "schedule", folder.file("offer.json"), "--waive", "promises,capacity,channels,sheets,briefings", "--reason",
          "nobody works at this shop"))
    }

    /// Orders of Saturday, each with 9.95 of standard shipping on a card, by way of a file.
    private static func importOrders(_ count: Int, people: Int, _ folder: Folder, _ caller: Caller) throws {
      let start = try Timestamp(rfc3339: "2026-05-09T10:00:00Z")
      let rows = (0..<count).map { number in
        "O-\(number),P-\(number % people + 1),KETTLE-17,1,3900,\(start.adding(.milliseconds(Int64(number) * 200))),995,card,web,US"
      }
      let orders = try file(folder, "orders.csv", "id,customer,sku,quantity,amount,placed,shipping,tender,channel,country", rows)
      let map =
        "order=id,customer=customer,sku=sku,quantity=quantity,amount=amount,placed=placed,shipping=shipping,tender=tender,channel=channel,country=country"
      expectDone(try caller.accord("import", "orders", orders, "--map", map, "--currency", "USD", within: .seconds(120)))
    }

    private static func capture(_ caller: Caller, _ id: String, _ person: String?, at placed: String, tender: String = "card") throws {
      var words = ["order", "capture", "--order", id, "--line", "sku=KETTLE-17,paid=39.00", "--shipping", "9.95", "--currency", "USD"]
      words += ["--placed", placed, "--country", "US", "--tender", tender] + (person.map { ["--customer", $0] } ?? [])
      let (exit, stdout, stderr) = try ChildProgram.run("accord", words + ["--data", caller.data], within: .seconds(30))
      #expect(exit == .code(0), "\(stdout)\(stderr)")
    }

    /// Nothing that says who somebody is stands anywhere but in the ledger.
    private static func nobodyIsNamed(_ data: String, people: Int) throws {
      for folder in ["broker", "marketing", "service", "logs"] {
        for name in (try? FileManager.default.subpathsOfDirectory(atPath: "\(data)/\(folder)")) ?? [] {
          guard let bytes = FileManager.default.contents(atPath: "\(data)/\(folder)/\(name)") else { continue }
          for word in ["Quirina", "quirina", "Nutmeg", "+1 555 77"] {
            #expect(bytes.range(of: Data(word.utf8)) == nil, "\(folder)/\(name) holds “\(word)”")
          }
        }
      }
      // The words are looked for where they must be, so that a silent change of the test's own people is noticed.
      let ledger = try FileManager.default.subpathsOfDirectory(atPath: "\(data)/ledger").compactMap {
        FileManager.default.contents(atPath: "\(data)/ledger/\($0)")
      }
      #expect(ledger.contains { $0.range(of: Data("Quirina Zellweger-\(people)".utf8)) != nil })
    }

    private static func events(_ caller: Caller, _ type: String) throws -> [(position: Int64, event: JSON)] {
      try caller.events().compactMap { one in
        guard let event = one["event"], event["type"]?.string?.hasPrefix(type) == true else { return nil }
        return (one["position"]?.integer ?? 0, event)
      }
    }

    // MARK: The story

    @Test func `Friday's order has Sunday's free shipping before anybody asks, and every door says so`() throws {
      let mesh = try RunningMesh(Self.words)
      let caller = mesh.caller
      try Self.prepare(mesh.folder, caller, people: 5, reachable: 2)
      Self.expectDone(try caller.accord("clock", "advance", "42m"))
      // P-1 has an email; P-3 has none, and everything works all the same.
      try Self.capture(caller, "FRIDAY-1", "P-1", at: "2026-05-08T19:42:00-04:00")
      try Self.capture(caller, "FRIDAY-3", "P-3", at: "2026-05-08T19:42:00-04:00")
      try Self.capture(caller, "CASH-1", nil, at: "2026-05-08T19:42:00-04:00", tender: "cash")
      try caller.awaitHeard(3)
      let before = try caller.accord("offers", "FRIDAY-1", "--json").json["offers"]?.array?.first
      #expect(before?["kind"] == "starts_soon" && before?["would_be"]?["amount_minor"] == 995 && before?["amount"] == nil)

      Self.expectDone(try caller.accord("clock", "advance", "--to", Self.starts))
      let run = try caller.accord("look-back", Self.offer, "--json").json["look_backs"]?.array?.first
      #expect(run?["considered"] == 3 && run?["granted"] == 3 && run?["sum"]?["amount_minor"] == 2_985)

      for (order, destination, person) in [
        ("FRIDAY-1", "back to the card", "P-1"), ("FRIDAY-3", "back to the card", "P-3"), ("CASH-1", "to whoever brings the receipt", nil),
      ] {
        let row = try #require(caller.get("service", "/v1/orders/\(order)/offers")["offers"]?.array?.first)
        #expect(row["kind"] == "already_given" && row["amount"]?["amount_minor"] == 995 && row["destination"]?.string == destination)
        #expect(row["who_pays"] == "campaign spring" && row["sentence"]?.string?.contains("before anybody asked") == true)
        let why = try caller.accord("why-not", order, Self.offer, "--json").json
        #expect(why["reason"] == "already_given" && why["interval"] == "look_back")
        let timeline = try caller.accord("customer", person ?? order, "--json").json["entries"]?.array ?? []
        let remedies = timeline.filter { $0["remedy"] != nil && $0["order_id"]?.string == order }
        #expect(remedies.count == 1 && remedies.first?["remedy"]?["by_itself"] == true)
      }

      // The note leaves before or instead of the campaign's message to that person.
      try eventually("the note on FRIDAY-1 is sent") {
        try caller.timeline(of: "P-1").contains { $0["kind"] == "message_sent" }
      }
      let letters = try caller.timeline(of: "P-1").filter { $0["kind"] == "message_sent" }
      #expect(letters.count == 1 && letters[0]["sentence"]?.string?.contains("the note on remedy \(Self.offer)/FRIDAY-1#1") == true)

      // Its way reads as one tale.
      let remedy = try #require(try caller.timeline(of: "P-1").first { $0["remedy"] != nil }?["message_id"]?.string)
      let tale = try caller.accord("why", remedy, "--json").json
      let types = (tale["related"]?.array ?? []).compactMap { $0["journal"]?["event"]?["type"]?.string }
      for type in ["ledger.order.captured.v1", "marketing.offer.launched.v1", "ledger.look_back.completed.v1", "marketing.message.sent.v1"]
      {
        #expect(types.contains(type), "\(types)")
      }
      let told = try caller.accord("why", remedy).stdout
      #expect(told.contains("in the books: entry") && told.contains("The way it belongs to:"))

      // Confirmed, and returned: the desk sees what is left.
      Self.expectDone(try caller.accord("refund", "confirm", "\(Self.offer)/FRIDAY-1#1", "--reference", "r-1"))
      Self.expectDone(try caller.accord("order", "return", "FRIDAY-1", "--shipping", "9.95"))
      try eventually("the return stands on the timeline") {
        try caller.timeline(of: "P-1").contains { $0["kind"] == "remedy_clawed_back" }
      }
      let left = try #require(caller.get("service", "/v1/orders/FRIDAY-1/offers")["offers"]?.array?.first)
      #expect(left["amount"]?["amount_minor"] == 0 && left["yes"] == false)

      // An order that was recorded late gets it on the spot; one that came while it is live is the checkout's.
      try Self.capture(caller, "LATE-1", "P-2", at: "2026-05-09T12:00:00-04:00")
      try eventually("the late order has it") {
        (try? caller.get("service", "/v1/orders/LATE-1/offers"))?["offers"]?.array?.first?["kind"] == "already_given"
      }
      Self.expectDone(try caller.accord("clock", "advance", "1h"))
      try Self.capture(caller, "SUNDAY-1", "P-2", at: "2026-05-10T00:30:00-04:00")
      try eventually("the order of Sunday is known") { (try? caller.get("service", "/v1/orders/SUNDAY-1/offers")) != nil }
      #expect(try caller.accord("why-not", "SUNDAY-1", Self.offer, "--json").json["reason"] == "in_checkout")

      #expect(try mesh.stop() == .code(0))
      try mesh.awaitNobody()
      Self.expectDone(try caller.accord("verify", within: .seconds(60)))
      try Self.nobodyIsNamed(caller.data, people: 5)
    }

    // MARK: Kills

    /// Every order was given 9.95 exactly once, at the ledger and at service, and everything adds up.
    private static func expectWhole(_ count: Int, _ caller: Caller) throws {
      // What came from a file is confirmed at once and told as posted.
      let granted = try events(caller, "ledger.remedy.posted")
      let orders = granted.compactMap { $0.event["data"]?["order_id"]?.string }
      #expect(orders.count == count && Set(orders).count == count)
      let entries = granted.compactMap { $0.event["data"]?["entry"]?.integer }
      #expect(Set(entries).count == count)
      let completed = try events(caller, "ledger.look_back.completed")
      #expect(completed.count == 1)
      let data = completed.first?.event["data"]
      #expect(data?["granted"]?.integer == Int64(count) && data?["sum"]?["amount_minor"]?.integer == Int64(count) * 995)
      let last = granted.map(\.position).max() ?? 0
      #expect(completed.first.map { $0.position > last } == true)
    }

    @Test func `a ledger that is killed ten times in the middle of its look-back gives every order its due once`() throws {
      var random = Seed.printed(for: "kills in the look-back")
      let (count, people) = (4_000, 40)
      let mesh = try RunningMesh(Self.words)
      let caller = mesh.caller
      try Self.prepare(mesh.folder, caller, people: people, reachable: 0)
      Self.expectDone(try caller.accord("clock", "advance", "24h"))
      try Self.importOrders(count, people: people, mesh.folder, caller)
      try caller.awaitHeard(count)
      Self.expectDone(try caller.accord("clock", "advance", "--to", Self.starts, "--jump"))
      let log = caller.data + "/ledger/store.sqlite-wal"
      func written() -> Date? { (try? FileManager.default.attributesOfItem(atPath: log))?[.modificationDate] as? Date }
      func awaitWriting() throws {
        let before = written()
        try eventually("the ledger writes", within: .seconds(1)) { written() != before }
      }
      var kills: [Int64] = []
      var killed: Int32?
      for _ in 0..<10 {
        // As soon as it is there again, long before it says that it is ready.
        try eventually("the ledger is there again", within: .seconds(30)) { mesh.pid("ledger").map { $0 != killed } ?? false }
        // Where it writes nothing any more, the run is over; then it is killed all the same.
        for _ in 0..<Int.random(in: 1...4, using: &random) { try? awaitWriting() }
        killed = mesh.pid("ledger")
        if let killed { Foundation.kill(killed, SIGKILL) }
        kills.append(Int64(Date().timeIntervalSince1970 * 1_000))
      }
      try eventually("the look-back is over", within: .seconds(120)) {
        (try? caller.get("ledger", "/v1/look-backs/\(Self.offer)"))?["look_backs"]?.array?.first?["state"] == "completed"
      }
      try eventually("service has heard every remedy", within: .seconds(60)) {
        try caller.get("service", "/v1/timeline")["entries"]?.integer ?? 0 >= Int64(2 * count)
      }
      try Self.expectWhole(count, caller)
      let ended = try #require(
        try caller.events().first { $0["event"]?["type"] == "ledger.look_back.completed.v1" }?["accepted_at"]?.string)
      let end = try Timestamp(rfc3339: ended).milliseconds
      print("look-back: \(kills.filter { $0 < end }.count) of 10 kills came before its end")
      for person in [1, people] {
        let entries = try caller.timeline(of: "P-\(person)")
        #expect(entries.filter { $0["kind"] == "remedy_posted" }.count == count / people)
      }
      #expect(try mesh.stop() == .code(0))
      try mesh.awaitNobody()
      Self.expectDone(try caller.accord("verify", within: .seconds(120)))
      try Self.nobodyIsNamed(caller.data, people: people)
    }

    // MARK: The barrier

    @Test func `while the ledger is away no message leaves, then remedies come first, then notes, then the campaign`() throws {
      // ACCORD_BARRIER_ORDERS=100000 shows it at full size, in some minutes.
      let count = ProcessInfo.processInfo.environment["ACCORD_BARRIER_ORDERS"].flatMap(Int.init) ?? 400
      let (people, reachable) = (40, 30)
      let patience = Duration.seconds(60 + count / 200)
      let folder = Folder.temporary()
      _ = try DataFolder.open(folder.file("data"), sandbox: true, now: Timestamp(milliseconds: 0))
      let mesh = try LooseMesh(on: folder, Self.words)
      let caller = mesh.caller
      try Self.prepare(mesh.folder, caller, people: people, reachable: reachable, budget: "2000000.00")
      Self.expectDone(try caller.accord("clock", "advance", "24h"))
      // The first ten people bought something; the others are only written to.
      try Self.importOrders(count, people: 10, mesh.folder, caller)
      try caller.awaitHeard(count, within: patience)
      Self.expectDone(try caller.accord("clock", "advance", "--to", "2026-05-09T23:59:59-04:00", within: .seconds(60)))
      try mesh.kill("ledger")
      Self.expectDone(try caller.accord("clock", "advance", "--to", Self.starts, within: .seconds(60)))
      for _ in 0..<10 { Self.expectDone(try caller.accord("clock", "advance", "1m", within: .seconds(60))) }
      #expect(try Self.events(caller, "marketing.offer.launched").count == 1)
      #expect(try Self.events(caller, "marketing.message.sent").isEmpty)
      #expect(try Self.events(caller, "ledger.remedy").isEmpty)

      try mesh.start("ledger")
      try eventually("everybody was written to", within: patience) {
        _ = try? caller.accord("clock", "advance", "1s", within: .seconds(60))
        return try Self.events(caller, "marketing.message.sent").count >= reachable
      }
      try Self.expectWhole(count, caller)
      let completed = try #require(try Self.events(caller, "ledger.look_back.completed").first?.position)
      let sent = try Self.events(caller, "marketing.message.sent")
      #expect(sent.allSatisfy { $0.position > completed })
      // Whoever has a remedy gets the note, and no campaign's message before it.
      for person in 1...10 {
        let theirs = sent.filter { $0.event["data"]?["person_id"]?.string == "P-\(person)" }
        #expect(theirs.first?.event["data"]?["remedy_id"] != nil, "P-\(person)")
        #expect(theirs.allSatisfy { $0.event["data"]?["verdict"] == "honour" }, "P-\(person)")
      }
      let notes = sent.filter { $0.event["data"]?["remedy_id"] != nil }.map(\.position)
      let campaign = sent.filter { $0.event["data"]?["remedy_id"] == nil }.map(\.position)
      #expect(notes.max() ?? 0 < campaign.min() ?? .max)
      try mesh.stopAll()
      Self.expectDone(try caller.accord("verify", within: patience))
    }
  }
}
