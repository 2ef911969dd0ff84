import Contracts
import Foundation
import HTTP
import Host
import Shop
import TestKit
import Testing

extension MeshTests {
  /// A long random life of the books on real processes: the ledger is killed in the middle of commands and of its look-back, over and over,
  /// and ends with exactly the books of a ledger that was never killed.
  @Suite struct BooksKillTests {
    private static let begins = "2026-05-08T19:00:00-04:00"
    private static let starts = "2026-05-10T00:00:00-04:00"
    private static let offer = "sunday-free-shipping"

    /// One thing that somebody does.
    private enum Deed {
      case ledger(String, JSON)
      case moreMoney(Int64)
      case clock(String)
    }

    /// A life as it is written down beforehand: the same for whoever lives it.
    private struct Life {
      private(set) var before: [Deed] = []
      private(set) var after: [Deed] = []
      private(set) var orders: [String] = []
      private var pieces: [String: Int] = [:]

      init(orders count: Int, changes: Int, using random: inout SeededRandom) {
        for number in 0..<count {
          before.append(capture("O-\(number)", placed: nil, using: &random))
          if Int.random(in: 0..<9, using: &random) == 0 { before.append(.clock("37m")) }
          if Int.random(in: 0..<6, using: &random) == 0 { before.append(change(using: &random)) }
        }
        for number in 0..<changes {
          switch Int.random(in: 0..<12, using: &random) {
          case 0: after.append(capture("LATE-\(number)", placed: "2026-05-09T12:00:00Z", using: &random))
          case 1: after.append(.moreMoney(Int64.random(in: 1...9_000, using: &random)))
          case 2: after.append(.clock("11m"))
          case _: after.append(change(using: &random))
          }
        }
      }

      private static func money(_ minor: Int64) -> JSON { ["amount_minor": .integer(minor), "currency": "USD"] }

      private mutating func capture(_ id: String, placed: String?, using random: inout SeededRandom) -> Deed {
        let lines = (1...Int.random(in: 1...3, using: &random)).map { line in
          (line, Int64.random(in: 1...4, using: &random), Int64.random(in: 1...20_000, using: &random))
        }
        let shipping: Int64 = Int.random(in: 0..<4, using: &random) == 0 ? 0 : 995
        let sum = lines.reduce(shipping) { $0 + $1.2 }
        let kind = ["card", "card", "cash", "gift_card"].randomElement(using: &random) ?? "card"
        var members: [JSON.Member] = [
          .init("order_id", .string(id)), .init("channel", "web"), .init("country", "US"),
          .init(
            "lines",
            .array(
              lines.map { line, quantity, paid in
                [
                  "line_id": .string("\(line)"), "sku": "KETTLE-17", "quantity": .integer(quantity), "paid": Self.money(paid),
                ]
              })),
          .init(
            "tenders",
            [["kind": .string(kind), "amount": Self.money(sum), "refundable_absent": .bool(kind == "card")]]),
        ]
        if shipping > 0 { members.append(.init("charges", [["kind": "shipping", "method": "standard", "paid": Self.money(shipping)]])) }
        if let placed { members.append(.init("placed_at", .string(placed))) }
        if Int.random(in: 0..<5, using: &random) > 0 {
          members.append(.init("person_id", .string("P-\(Int.random(in: 1...9, using: &random))")))
        }
        orders.append(id)
        pieces[id] = lines.count
        return .ledger("/v1/orders", .object(members))
      }

      /// Something that may happen to an order, or may be refused.
      private mutating func change(using random: inout SeededRandom) -> Deed {
        let id = orders.randomElement(using: &random) ?? ""
        let line = "\(Int.random(in: 1...(pieces[id] ?? 1), using: &random))"
        let lines: JSON = [["line_id": .string(line), "quantity": .integer(Int64.random(in: 1...2, using: &random))]]
        let shipping = Self.money([1, 495, 995].randomElement(using: &random) ?? 1)
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1, 2: return .ledger("/v1/orders/\(id)/return", ["lines": lines])
        case 3: return .ledger("/v1/orders/\(id)/return", ["lines": lines, "shipping": shipping])
        case 4: return .ledger("/v1/orders/\(id)/return", ["lines": [], "shipping": shipping])
        case 5: return .ledger("/v1/orders/\(id)/cancel", ["lines": lines])
        case 6: return .ledger("/v1/orders/\(id)/cancel", .object([]))
        case 7: return .ledger("/v1/orders/\(id)/ship", ["lines": lines])
        case 8, 9, 10:
          let word = Int.random(in: 0..<3, using: &random) == 0 ? "refuse" : "confirm"
          let remedy = "\(MeshTests.BooksKillTests.offer)/\(id)#\(Int.random(in: 1...2, using: &random))"
          return .ledger("/v1/refunds/\(remedy.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")/\(word)", .object([]))
        case _: return .ledger("/v1/ledger/funds/service", ["amount": Self.money(Int64.random(in: 1...5_000, using: &random))])
        }
      }
    }

    /// How a life ended.
    private struct End: Equatable {
      var answers: [Int] = []
      var trial = ""
      var remedies: [String] = []
    }

    /// Kills the ledger now and then; nil kills nobody.
    private struct Killer {
      var random: SeededRandom
      var kills = 0
    }

    private func live(_ life: Life, _ name: String, _ killer: inout Killer?) throws -> End {
      let folder = Folder.temporary()
      _ = try DataFolder.open(folder.file("data"), sandbox: true, now: Timestamp(milliseconds: 0))
      let mesh = try LooseMesh(on: folder, ["--sandbox", "--clock", "manual@\(Self.begins)"])
      let caller = mesh.caller
      try Self.done(caller.accord("ledger", "fund", "service", "1000.00", "--currency", "USD"))
      // Too little for the look-back: it is topped up, then advanced.
      try Self.done(caller.accord("campaign", "open", "spring", "--budget", "60.00", "--currency", "USD"))
      var document = try #require(Shop.offer(Self.offer)).text
      for (old, new) in [
        (#""per_customer": { "uses": 5 }"#, #""per_customer": null"#), (#""amount_minor": 400000"#, #""amount_minor": 2000"#),
        (#""amount_minor": 50000,"#, #""amount_minor": 0,"#),
        (#""desk_allowance": { "amount_minor": 50000"#, #""desk_allowance": { "amount_minor": 0"#),
      ] { document = document.replacing(old, with: new) }
      try folder.write(document, to: "offer.json")
      try Self.done(
        caller.accord(
          "offer", "schedule", folder.file("offer.json"), "--waive", "promises,capacity,channels,sheets,briefings", "--reason",
          "nobody works at this shop"))
      try eventually("the reserve is set aside") {
        try caller.get("marketing", "/v1/campaigns/spring")["ledger"]?.array?.contains { $0["kind"] == "reserved" } == true
      }
      var end = End()
      var number = 0
      func act(_ deeds: [Deed]) throws {
        for deed in deeds {
          number += 1
          switch deed {
          case .ledger(let path, let body): end.answers.append(try command(path, body, "deed/\(number)", mesh, &killer))
          case .moreMoney(let minor): try fund(minor, "deed/\(number)", caller)
          case .clock(let time): try Self.done(caller.accord("clock", "advance", time, within: .seconds(60)))
          }
        }
      }
      try act(life.before)
      try lookBack(mesh, &killer)
      try act(life.after)
      try Self.done(caller.accord("clock", "advance", "5m", within: .seconds(60)))
      let trial = try caller.accord("ledger", "trial", "--json")
      try Self.done(trial)
      end.trial = trial.stdout
      for total in try trial.json["totals"]?.array ?? [] { #expect(total["debit_minor"] == total["credit_minor"], "\(name)") }
      for order in life.orders {
        for remedy in try caller.get("ledger", "/v1/remedies?order=\(order)")["remedies"]?.array ?? [] {
          end.remedies.append(
            "\(remedy["remedy_id"]?.string ?? "?") \(remedy["state"]?.string ?? "?") \(remedy["amount"]?["amount_minor"]?.integer ?? -1) "
              + "\(remedy["clawed_back"]?["amount_minor"]?.integer ?? -1)")
        }
      }
      try mesh.stopAll()
      let verified = try caller.accord("verify", within: .seconds(120))
      #expect(verified.exit == .code(0), "\(name): \(verified.stdout)\(verified.stderr)")
      return end
    }

    private static func done(_ said: Caller.Said, _ where: SourceLocation = #_sourceLocation) throws {
      #expect(said.exit == .code(0), "\(said.stdout)\(said.stderr)", sourceLocation: `where`)
    }

    /// Sends a command until it is answered, under one key; the ledger may be killed while it is at it. Returns the answer's status.
    private func command(_ path: String, _ body: JSON, _ key: String, _ mesh: LooseMesh, _ killer: inout Killer?) throws -> Int {
      var isToDie = false
      if var random = killer?.random {
        isToDie = Int.random(in: 0..<10, using: &random) == 0
        let moment = DispatchTimeInterval.microseconds(Int.random(in: 0...6_000, using: &random))
        killer?.random = random
        if isToDie { mesh.kill("ledger", after: moment) }
      }
      var status: Int?
      for _ in 0..<20 where status == nil {
        let answer = try? mesh.caller.send("ledger", .post, path, headers: ["Idempotency-Key": key], body: body)
        if let answer, answer.status < 500 { status = answer.status }
        if isToDie {
          // Dead by now, or in a moment: it comes again, and the same is asked again under the same key.
          try mesh.kill("ledger")
          try mesh.start("ledger")
          killer?.kills += 1
          (isToDie, status) = (false, nil)
        }
      }
      return try #require(status, "\(path) was never answered")
    }

    private func fund(_ minor: Int64, _ key: String, _ caller: Caller) throws {
      func booked() throws -> Int {
        try caller.get("marketing", "/v1/campaigns/spring")["ledger"]?.array?.filter { $0["kind"] == "opened" }.count ?? 0
      }
      let before = try booked()
      let answer = try caller.send(
        "marketing", .post, "/v1/campaigns/spring/fund", headers: ["Idempotency-Key": key],
        body: ["amount": ["amount_minor": .integer(minor), "currency": "USD"]])
      #expect(answer.status == 200, "\(answer.text)")
      try eventually("the ledger has booked it") { try booked() > before }
    }

    /// Sunday comes; where somebody kills, the ledger dies in the middle of its look-back.
    private func lookBack(_ mesh: LooseMesh, _ killer: inout Killer?) throws {
      let caller = mesh.caller
      if killer == nil {
        try Self.done(caller.accord("clock", "advance", "--to", Self.starts, within: .seconds(60)))
      } else {
        try Self.done(caller.accord("clock", "advance", "--to", "2026-05-09T23:59:59.900-04:00", within: .seconds(60)))
        for _ in 0..<3 {
          // Wherever it is by then: before the launch was heard, or between two chunks.
          mesh.kill("ledger", after: .milliseconds(50))
          _ = try? caller.accord("clock", "advance", "--to", Self.starts, within: .seconds(60))
          try mesh.kill("ledger")
          try mesh.start("ledger")
          killer?.kills += 1
        }
        // Refused where the clock stands there already.
        let advanced = try caller.accord("clock", "advance", "--to", Self.starts, within: .seconds(60))
        #expect([.code(0), .code(64)].contains(advanced.exit), "\(advanced)")
      }
      try eventually("the look-back is over", within: .seconds(60)) {
        (try? caller.get("ledger", "/v1/look-backs/\(Self.offer)"))?["look_backs"]?.array?.first?["state"] == "completed"
      }
    }

    @Test func `a ledger that is killed over and over has the books of one that never was`() throws {
      var random = Seed.printed(for: "the life of the books, with kills")
      let life = Life(orders: 50, changes: 130, using: &random)
      var nobody: Killer?
      let whole = try live(life, "never killed", &nobody)
      var killer: Killer? = Killer(random: random)
      let killed = try live(life, "killed", &killer)
      print("the ledger was killed \(killer?.kills ?? 0) times")
      #expect((killer?.kills ?? 0) >= 6)
      #expect(whole.answers == killed.answers)
      #expect(whole.remedies == killed.remedies && !whole.remedies.isEmpty)
      #expect(whole.trial == killed.trial)
      #expect(whole.trial.contains("spring") && whole.answers.contains(409))
    }
  }
}
