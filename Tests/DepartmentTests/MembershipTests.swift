import Contracts
import Foundation
import HTTP
import Host
import LedgerRoom
import Store
import TestKit
import Testing
import Wire

/// Lists and segments at the ledger's doors, and what a membership does to orders that were there before it.
struct MembershipTests {
  static let guests = CustomerGroup(.list, Identifier(restoring: "guests"))

  private func outcomes(_ response: Response) throws -> String { try response.json["outcomes"]?.string ?? "\(response.status)" }

  private func shown(_ house: LedgerHouse, _ path: String, _ query: (String, String)...) throws -> JSON {
    try house.premises.ask(.get, "/v1/groups\(path)", query: query).json
  }

  /// Who is told to be on a list, in short: `ada -2026-05-09`.
  private func members(_ house: LedgerHouse, _ name: String = "guests") throws -> [String] {
    try shown(house, "/list/\(name)")["members"]?.array?.map { row in
      "\(row["person_id"]?.string ?? "") \(row["from"]?.string?.prefix(10) ?? "")..\(row["until"]?.string?.prefix(10) ?? "")"
    } ?? []
  }

  // MARK: The doors

  @Test func `rows are taken once, matched again, and what contradicts names its field`() throws {
    let house = try LedgerHouse()
    let rows = [
      ["ada", "", ""], ["bob", "2026-03-01T00:00:00Z", ""], ["cleo", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
    ]
    #expect(try outcomes(house.join("guests", rows)) == "ccc")
    #expect(try outcomes(house.join("guests", rows)) == "mmm")
    #expect(try members(house) == ["ada ..", "bob 2026-03-01..", "cleo 2026-03-01..2026-04-01"])
    let facts = try house.told(MembershipChanged.type)
    #expect(facts.count == 1)
    let answer = try house.join(
      "guests",
      [
        ["ada", "", "2026-05-01T00:00:00Z"], ["bob", "2026-02-01T00:00:00Z", ""], ["cleo", "", ""], ["cleo", "2026-05-01T00:00:00Z", ""],
        ["cleo", "2026-03-01T00:00:00Z", "2026-03-15T00:00:00Z"], ["dora", "2026-05-02T00:00:00Z", "2026-05-01T00:00:00Z"],
        ["two words", "", ""], ["dora", "yesterday", ""],
      ])
    #expect(try outcomes(answer) == "uxxcxrrr")
    let refusals = try answer.json["refusals"]?.array ?? []
    #expect(refusals.map { $0["field"]?.string } == ["from", "from", "until", "until", "customer", "from"])
    #expect(refusals.map { $0["line"]?.integer } == [3, 4, 6, 7, 8, 9])
    #expect(refusals.allSatisfy { $0["sentence"]?.string?.isEmpty == false })
    #expect(refusals[1]["sentence"]?.string?.contains("left list/guests at 2026-04-01") == true)
    // Whoever knows better says so.
    #expect(
      try outcomes(
        house.join("guests", [["cleo", "2026-03-01T00:00:00Z", "2026-03-15T00:00:00Z"]], correcting: true)) == "u")
    #expect(
      try members(house) == ["ada ..2026-05-01", "bob 2026-03-01..", "cleo 2026-03-01..2026-03-15", "cleo 2026-05-01.."])
    #expect(try house.findings() == [])
  }

  @Test func `rows of one batch are held against each other, and a fact says one thing of a span`() throws {
    let house = try LedgerHouse()
    let rows = [
      ["ada", "", ""], ["ada", "", ""], ["ada", "", "2026-05-01T00:00:00Z"], ["ada", "2026-05-07T00:00:00Z", ""],
      ["bob", "", ""], ["bob", "", "2026-05-01T00:00:00Z"], ["bob", "", "2026-05-02T00:00:00Z"],
    ]
    let dry = try house.join("guests", rows, dry: true)
    #expect(try outcomes(dry) == "cmuccux")
    #expect(try house.premises.tables().count("membership") == 0 && house.told(MembershipChanged.type).isEmpty)
    #expect(try outcomes(house.join("guests", rows)) == "cmuccux")
    guard case .membershipChanged(let fact)? = try house.told(MembershipChanged.type).first else { return #expect(Bool(false)) }
    #expect(fact.members.count == 3)
    #expect(try members(house) == ["ada ..2026-05-01", "ada 2026-05-07..", "bob ..2026-05-01"])
    #expect(try shown(house, "/list/guests")["people"] == 2)
  }

  @Test func `lists and segments of one name are two, and many rows are told by some hundred`() throws {
    let house = try LedgerHouse()
    let many = (0..<900).map { ["p-\($0)", "", ""] }
    #expect(try outcomes(house.join("gold", many)) == String(repeating: "c", count: 900))
    #expect(try outcomes(house.join("gold", [["p-1", "", ""]], kind: .segment)) == "c")
    let facts = try house.told(MembershipChanged.type)
    #expect(facts.map { if case .membershipChanged(let fact) = $0 { fact.members.count } else { 0 } } == [400, 400, 100, 1])
    #expect(facts.map(\.key) == ["gold", "gold", "gold", "gold"])
    let revisions = facts.compactMap { if case .membershipChanged(let fact) = $0 { fact.revision } else { nil } }
    #expect(revisions[0] == house.now.milliseconds && revisions[2] == revisions[0] + 2)
    #expect(try shown(house, "")["groups"]?.array?.map { $0["people"]?.integer } == [900, 1])
    #expect(try shown(house, "", ("kind", "segment"))["groups"]?.array?.count == 1)
    // Page by page, each row once.
    var (seen, next): ([String], String?) = ([], nil)
    repeat {
      let page = try shown(house, "/list/gold", ("limit", "250"), ("after", next ?? ""))
      seen += page["members"]?.array?.compactMap { $0["person_id"]?.string } ?? []
      next = page["next"]?.string
    } while next != nil
    #expect(seen.count == 900 && Set(seen).count == 900)
    #expect(try house.findings() == [])
  }

  @Test func `one who left and came back is shown by spans, as of any time`() throws {
    let house = try LedgerHouse()
    try house.join("guests", [["ada", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"], ["ada", "2026-05-01T00:00:00Z", ""]])
    func at(_ time: String) throws -> (Int64?, [Bool?]) {
      let answer = try shown(house, "/list/guests", ("at", time), ("customer", "ada"))
      return (answer["members_at"]?.integer, answer["members"]?.array?.map { $0["is_member"]?.bool } ?? [])
    }
    #expect(try at("2026-03-15T00:00:00Z") == (1, [true, false]))
    #expect(try at("2026-04-01T00:00:00Z") == (0, [false, false]))
    #expect(try at("2026-05-01T00:00:00Z") == (1, [false, true]))
    for (path, query, code) in [
      ("/list/guest", [], "no_group"), ("/club/guests", [], "kind"), ("/list/guests", [("at", "noon")], "at"),
      ("/list/guests", [("limit", "0")], "limit"), ("", [("kind", "club")], "kind"),
    ] as [(String, [(String, String)], String)] {
      let answer = house.premises.ask(.get, "/v1/groups\(path)", query: query)
      #expect(try problem(answer, code == "no_group" ? 404 : 400) == code)
    }
  }

  @Test func `a batch is done once for its key, and one that is too long is refused whole`() throws {
    let house = try LedgerHouse()
    func send(_ rows: Int, key: String?) -> Response {
      let lines = ["{\"file\":\"x\"}"] + (0..<rows).map { "{\"line\":\($0 + 2),\"group_id\":\"guests\",\"person_id\":\"p-\($0)\"}" }
      return house.premises.ask(
        .post, "/v1/imports/lists", headers: house.premises.headers(key: key), body: Array(lines.joined(separator: "\n").utf8))
    }
    #expect(try outcomes(send(2, key: "k-1")) == "cc")
    #expect(try outcomes(send(2, key: "k-1")) == "cc" && house.told(MembershipChanged.type).count == 1)
    // Another content under the same key is somebody else's command.
    #expect(send(3, key: "k-1").status >= 400)
    #expect(send(2, key: nil).status >= 400)
    #expect(send(1_001, key: "k-2").status == 400)
    #expect(try members(house) == ["p-0 ..", "p-1 .."])
  }

  @Test func `a batch that cannot be read changes nothing`() throws {
    let house = try LedgerHouse()
    for body in ["", "{\"file\":\"x\"}\n[", "{\"file\":\"x\"}\n{\"person_id\":\"ada\"}"] {
      let answer = house.premises.ask(
        .post, "/v1/imports/lists", headers: house.premises.headers(key: UUID().uuidString), body: Array(body.utf8))
      #expect(answer.status == 400)
    }
    #expect(try outcomes(house.join("", [["ada", "", ""]])) == "r")
    #expect(try house.told(MembershipChanged.type).isEmpty)
  }

  // MARK: Orders

  /// The offer for the guests, launched at its start; ada and bob ordered within its look-back.
  private func launched(_ first: [[String]] = [], kind: CustomerGroup.Kind = .list) throws -> LedgerHouse {
    let house = try LedgerHouse()
    try house.openCampaign(90_000)
    try house.join("guests", first, kind: kind)
    for (id, person) in [("A-1", "ada"), ("A-2", "ada"), ("B-1", "bob"), ("N-1", nil)] as [(String, String?)] {
      try house.capture(.dollars(id, at: LedgerHouse.friday, [("TEA", 1_000)], person: person))
    }
    var offer = PlannedOffer()
    offer.only = CustomerGroup(kind, Identifier(restoring: "guests"))
    house.premises.clock.advance(to: offer.startsAt)
    try house.launch(offer)
    return house
  }

  @Test(arguments: CustomerGroup.Kind.allCases) func `the look-back gives to members alone, judged as of the placement`(
    _ kind: CustomerGroup.Kind
  ) throws {
    // Bob came an hour after his order.
    let house = try launched([["ada", "", ""], ["bob", "2026-05-09T00:00:00Z", ""]], kind: kind)
    #expect(try ["A-1", "A-2", "B-1", "N-1"].map { try house.given(to: $0) } == [150, 150, 0, 0])
    let lookBack = try #require(try house.lookBacks("free-ship").first)
    #expect(lookBack["granted"] == 2 && lookBack["refused"]?["not_eligible_customer"] == 2, "\(lookBack)")
    let why = try house.why("free-ship", "B-1")
    #expect(why["reason"] == "not_eligible_customer" && why["inputs"]?["is_member"] == false, "\(why)")
    #expect(try house.why("free-ship", "A-1")["reason"] == "already_given")
    #expect(try house.findings() == [])
  }

  @Test func `a member who is told of late has their orders asked about again, and no one else's`() throws {
    let house = try launched()
    #expect(try house.given(to: "A-1") == 0)
    try house.join("guests", [["ada", "2026-05-01T00:00:00Z", ""], ["bob", "2026-05-09T00:00:00Z", ""]])
    try house.work()
    #expect(try ["A-1", "A-2", "B-1", "N-1"].map { try house.given(to: $0) } == [150, 150, 0, 0])
    let remedy = try #require(try house.remedies(of: "A-1").first)
    #expect(remedy["basis"] == "late", "\(remedy)")
    // Whoever leaves keeps it; whoever is told again gets nothing twice.
    try house.join("guests", [["ada", "", "2026-05-02T00:00:00Z"]])
    try house.work()
    #expect(try house.given(to: "A-1") == 150)
    #expect(try house.why("free-ship", "A-1")["reason"] == "already_given")
    try house.join("guests", [["bob", "2026-05-01T00:00:00Z", "2026-05-09T00:00:00Z"]])
    try house.work()
    #expect(try house.given(to: "B-1") == 150)
    #expect(try house.remedies(of: "A-1").count == 1)
    #expect(try house.findings() == [])
  }

  @Test func `nothing is given for a membership that is told when the offer is honoured no more`() throws {
    let house = try launched()
    try house.advance(to: PlannedOffer.instant("2026-05-13T00:00:00").adding(.seconds(336 * 3_600)))
    try house.join("guests", [["ada", "", ""]])
    try house.work()
    #expect(try house.given(to: "A-1") == 0)
    #expect(try house.why("free-ship", "A-1")["reason"] == "recorded_too_late")
  }

  @Test func `somebody who was told of as the offer rests waits for its end`() throws {
    let house = try launched()
    var offer = PlannedOffer()
    offer.only = Self.guests
    try house.say(.offerTurned(try offer.turned(.paused, at: house.now)))
    try house.join("guests", [["ada", "", ""]])
    try house.work()
    // Before the rest it was live already: that interval is not held back.
    #expect(try house.given(to: "A-1") == 150)
    #expect(try house.findings() == [])
  }

  @Test func `thousands are asked about in turns, each once, whatever is killed between them`() throws {
    let house = try LedgerHouse()
    try house.openCampaign(9_000_000)
    for number in 0..<350 {
      try house.capture(.dollars("o-\(number)", at: LedgerHouse.friday, [("TEA", 1_000)], person: "p-\(number)"))
    }
    var offer = PlannedOffer()
    (offer.only, offer.reserve) = (Self.guests, 900_000)
    house.premises.clock.advance(to: offer.startsAt)
    try house.launch(offer)
    try house.join("guests", (0..<350).map { ["p-\($0)", "", ""] })
    var turns = 0
    while try house.doDue() { turns += 1 }
    #expect((4...8).contains(turns), "\(turns)")
    #expect(try house.told().filter { if case .remedyChanged = $0 { true } else { false } }.count == 350)
    #expect(try (0..<350).allSatisfy { try house.given(to: "o-\($0)") == 150 })
    // Told of again, nobody is asked about: what waits is only who is new.
    try house.join("guests", [["p-1", "", ""], ["new", "", ""]])
    try house.work()
    #expect(try house.told().filter { if case .remedyChanged = $0 { true } else { false } }.count == 350)
    #expect(try house.findings() == [])
  }

  // MARK: Again

  @Test func `a ledger made again of its facts knows the same members, in whatever order they come`() throws {
    var random = Seed.printed(for: "memberships again")
    let house = try launched([["ada", "", ""]])
    for _ in 0..<30 {
      let rows = (0..<5).map { _ in
        let day = Int.random(in: 1...9, using: &random)
        return [
          "p-\(Int.random(in: 0..<12, using: &random))", Bool.random(using: &random) ? "" : "2026-04-0\(day)T00:00:00Z",
          Int.random(in: 0..<3, using: &random) == 0 ? "2026-05-0\(day)T00:00:00Z" : "",
        ]
      }
      try house.join(["guests", "gold"].randomElement(using: &random) ?? "gold", rows, correcting: Bool.random(using: &random))
    }
    try house.work()
    let told = try house.premises.told()
    let tables: Set = ["membership", "customer_group"]
    func rows(_ premises: Premises) throws -> Tables {
      try premises.tables(but: ["customer_group.number", "membership.group_number"]).only(tables)
    }
    let rebuilt = try Premises(LedgerProgram.department, at: house.now)
    try rebuilt.hear(told, through: Hearer.ledger)
    #expect(try rows(rebuilt).differences(from: rows(house.premises)) == [])
    #expect(try rebuilt.findings() == [])
    // Out of order and doubled, without an inbox: the highest revision counts.
    let members = try told.filter { try Envelope(decoding: $0.event).type == MembershipChanged.type }
    let shuffled = try Premises(LedgerProgram.department, at: house.now)
    try shuffled.hearUnmarked(members.shuffled(using: &random) + members.shuffled(using: &random), through: Hearer.ledger)
    #expect(try rows(shuffled).differences(from: rows(house.premises)) == [], "ACCORD_SEED=\(random.seed)")
  }
}

extension LedgerHouse {
  /// Rows of a list or segment at the ledger's door: person, from, until; empty where it is not said.
  @discardableResult
  func join(
    _ name: String, _ rows: [[String]], kind: CustomerGroup.Kind = .list, correcting: Bool = false, dry: Bool = false
  ) throws -> Response {
    let head: JSON = ["file": "members.csv", "correct": .bool(correcting)]
    let lines = rows.enumerated().map { number, row -> JSON in
      var members: [JSON.Member] = [
        .init("line", .integer(Int64(number + 2))), .init("group_id", .string(name)), .init("person_id", .string(row[0])),
      ]
      if !row[1].isEmpty { members.append(.init("from", .string(row[1]))) }
      if !row[2].isEmpty { members.append(.init("until", .string(row[2]))) }
      return .object(members)
    }
    return premises.ask(
      .post, "/v1/imports/\(kind.rawValue)s", query: dry ? [("dry_run", "true")] : [], headers: premises.headers(key: UUID().uuidString),
      body: Array(([head] + lines).map(\.text).joined(separator: "\n").utf8))
  }
}
