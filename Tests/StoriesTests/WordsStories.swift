import Contracts
import Foundation
import HTTP
import Shop
import Synchronization
import TestKit
import Testing

extension StoriesTests {
  /// Agents know the offer, in the right words, never stale and never speechless: stories 22 to 24.
  @Suite struct WordsStories {
    private static let offer = "sunday-free-shipping"

    /// The built-in shop's offer, a few days longer, with `changes` to its text.
    private static func document(_ changes: (String, String)...) throws -> String {
      let text = try #require(Shop.offer(offer)).text.replacing("2026-05-13T00:00:00", with: "2026-05-17T00:00:00")
      return changes.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    private static func gate(_ shop: StoryMesh, _ check: String) throws -> JSON? {
      try shop.done("offer", "gate", offer)["rows"]?.array?.first { $0["check"]?.string == check }
    }

    private static func begin(_ shop: StoryMesh, waiving checks: String) throws {
      try shop.done("campaign", "open", "spring", "--budget", "5000.00", "--currency", "USD")
      try shop.folder.write(try document(), to: "offer.json")
      try shop.done("offer", "schedule", shop.folder.file("offer.json"), "--waive", checks, "--reason", "this story is of something else")
    }

    @Test func `one of eight is sick at 23:00: the gate counts anew by itself, and on day four whoever has not read opens nothing`() throws
    {
      let shop = try StoryMesh()
      let others = (1...6).map { "agent/a\($0)" }
      for other in others { try shop.done("colleague", "add", other, "--no-token", "--role", "agent", "--locale", "en-US") }
      try shop.hire("supervisor/ruth", "--role", "supervisor")
      try shop.hire("agent/ines", "--role", "agent", "--locale", "en-US", "--locale", "es-US")
      try shop.hire("agent/bo", "--role", "agent", "--locale", "en-US")
      try Self.begin(shop, waiving: "promises,capacity,parity,channels,sheets")

      // Eight people from Sunday to Tuesday, on the shop's clocks.
      var rows = "who,begins,ends,languages\n"
      for agent in others + ["agent/ines", "agent/bo"] {
        for day in 10...12 { rows += "\(agent),2026-05-\(day)T08:00:00,2026-05-\(day)T20:00:00,en-US;es-US\n" }
      }
      try shop.folder.write(rows, to: "roster.csv")
      let words = [
        "import", "roster", shop.folder.file("roster.csv"), "--map", "agent=who,from=begins,to=ends,locales=languages", "--zone",
        "America/New_York",
      ]
      #expect(try shop.accord(words, as: "agent/bo").exit == .code(1))
      try eventually("service knows all eight, and takes their shifts") { try shop.accord(words, as: "supervisor/ruth").exit == .code(0) }
      #expect(try shop.done("roster", "show", "--from", "2026-05-10T00:00:00Z")["shifts"]?.array?.count == 24)

      // They read, and Bo does not. Ines is wrong at first, and is told why.
      for other in others { try shop.done("briefing", "acknowledge", Self.offer, "--agent", other, "--answer", "0", "--seconds", "60") }
      #expect(try shop.refused("briefing", "acknowledge", Self.offer, "--answer", "1", as: "agent/ines").contains("right is"))
      try shop.done("briefing", "acknowledge", Self.offer, "--answer", "0", "--seconds", "45", as: "agent/ines")
      try eventually("marketing waits for Bo alone") {
        let row = try Self.gate(shop, "briefings")
        return row?["state"]?.string == "waiting" && row?["lifted_by"]?.string == "agent/bo"
      }
      let line = try shop.done("briefing", "list")["briefings"]?.array?.first
      #expect(line?["required"]?.integer == 8 && line?["outstanding"]?.strings == ["agent/bo"])

      // Saturday 23:00: Bo is sick. Nobody touches the gate.
      try shop.advance("28h")
      try shop.done(
        "roster", "absent", "agent/bo", "--from", "2026-05-10T00:00:00-04:00", "--to", "2026-05-13T00:00:00-04:00", as: "supervisor/ruth")
      try eventually("the gate has counted anew") { try Self.gate(shop, "briefings")?["state"]?.string == "passed" }
      try shop.advance("1h")
      try eventually("it is live, and service knows") {
        try shop.caller.get("service", "/v1/offers/\(Self.offer)/card")["state"]?.string == "live"
      }

      // Wednesday noon: Bo is back, and every door of the card is shut until the briefing is read.
      try shop.done(
        "order", "capture", "--order", "FRIDAY-1", "--customer", "ada", "--country", "US", "--line", "sku=KETTLE-17,paid=39.00",
        "--shipping",
        "9.95", "--currency", "USD")
      try shop.advance("84h")
      try eventually("service knows the order") { try shop.caller.timeline(of: "ada").count > 0 }
      // Answers are given in a case of the customer's, which has to be there.
      let lost = try shop.refused("answer", "give", Self.offer, "--case", "case-1", "--customer", "ada", as: "agent/ines")
      #expect(lost.contains("there is no case case-1") && lost.contains("accord case open"), "\(lost)")
      try shop.done("case", "open", "--customer", "ada", "--kind", "question", "--channel", "phone", "--case", "case-1", as: "agent/ines")
      for words in [
        ["sheet", "show", Self.offer], ["why-not", "FRIDAY-1", Self.offer], ["answer", "give", Self.offer, "--case", "case-1"],
      ] {
        let said = try shop.accord(words, as: "agent/bo")
        #expect(said.exit == .code(1) && said.stderr.contains("agent/bo has not read the briefing of \(Self.offer)@1"), "\(said)")
        #expect(try shop.accord(words).exit == .code(0), "\(words)")
      }
      for path in ["/v1/offers/\(Self.offer)/card", "/v1/orders/FRIDAY-1/offers/\(Self.offer)"] {
        let answer = try shop.caller.send("service", .get, path, token: shop.token(of: "agent/bo"))
        #expect(answer.status == 403 && answer.code == "briefing_due" && answer.json["briefing"]?["question"]?["text"] != nil)
        #expect(try shop.caller.send("service", .get, path, token: shop.token(of: "agent/ines")).status == 200)
      }
      let table = try shop.done("offers", "ada", as: "agent/bo")["offers"]?.array ?? []
      #expect(table.first?["locked"] == true && table.first?["orders"] == nil)
      #expect(try shop.done("briefing", "due", as: "agent/bo")["briefings"]?.array?.first?["before_its_card_opens"] == true)
      try shop.done("briefing", "acknowledge", Self.offer, "--answer", "0", "--seconds", "70", as: "agent/bo")
      #expect(try shop.done("sheet", "show", Self.offer, as: "agent/bo")["source"]?.string == "facts_card")
      try shop.done("answer", "give", Self.offer, "--case", "case-1", "--customer", "ada", as: "agent/bo")
    }

    @Test func `a live revision on Sunday at 11:00: nobody is without words, and who was told wrongly is told better`() throws {
      let shop = try StoryMesh()
      for id in ["supervisor/ruth", "lead/tom"] { try shop.hire(id, "--role", id.hasPrefix("lead") ? "lead" : "supervisor") }
      try shop.hire("agent/ines", "--role", "agent", "--locale", "en-US")
      let waived = "promises,capacity,parity,channels,briefings"
      try Self.begin(shop, waiving: waived)
      try eventually("she has read the briefing, once service knows of it") {
        try shop.accord(["briefing", "acknowledge", Self.offer, "--answer", "0"], as: "agent/ines").exit == .code(0)
      }
      func sheets(_ version: Int, _ words: String) throws {
        for locale in ["en-US", "es-US"] {
          try shop.done(
            "sheet", "draft", "\(Self.offer)@\(version)", "--locale", locale, "--voice", "warm", "--words", words, "--avoid", "too late",
            as: "lead/tom")
          try shop.done("sheet", "verify", "\(Self.offer):\(locale):warm", "--deputy", "lead/tom", as: "supervisor/ruth")
        }
      }
      try sheets(1, "Your shipping is on its way back to you.")
      try eventually("the gate has its sheets") { try Self.gate(shop, "sheets")?["state"]?.string == "passed" }
      try shop.advance("29h")
      try eventually("it is live, and service knows") {
        try shop.caller.get("service", "/v1/offers/\(Self.offer)/card")["state"]?.string == "live"
      }

      // From now on Ines answers without a rest, each in a case of its own.
      let desk = try Desk(shop, Self.offer, as: "agent/ines")
      desk.begin()
      defer { desk.end() }
      try eventually("she answers") { desk.said.count > 20 }
      try shop.advance("10h59m")
      try desk.goesOn()

      // Sunday 10:59: the next version is written, and waits for its sheets. The old ones serve, marked.
      try shop.folder.write(try Self.document(("\"version\": 1,", "\"version\": 2,"), ("1500", "1200")), to: "second.json")
      try shop.done("offer", "schedule", shop.folder.file("second.json"), "--waive", waived, "--reason", "this story is of sheets")
      try eventually("the next version is announced on the card") {
        try shop.caller.get("service", "/v1/offers/\(Self.offer)/card")["changes"]?["offer"]?.string == "\(Self.offer)@2"
      }
      try shop.done("briefing", "acknowledge", "\(Self.offer)@2", "--answer", "0", as: "agent/ines")
      try shop.advance("1m")
      try desk.goesOn()
      #expect(desk.said.allSatisfy { $0.version == 1 && $0.source == "sheet" })

      // 11:00: its sheets are verified, and it takes effect by itself.
      try sheets(2, "Up to 12.00 of your shipping is on its way back to you.")
      try eventually("the second version is in force") { desk.said.last?.version == 2 }
      let first = try #require(desk.said.firstIndex { $0.version == 2 })
      #expect(desk.said[first...].allSatisfy { $0.version == 2 && $0.source == "sheet" })
      let stale = try shop.refused(
        "answer", "give", Self.offer, "--case", "case-1", "--sheet", "\(Self.offer):en-US:warm", "--sheet-version", "1", as: "agent/ines")
      #expect(stale.contains("use \(Self.offer):en-US:warm version 2 instead"))
      let check = try shop.accord(["answer", "check", Self.offer, "--locale", "en-US", "--text", "Sorry, too\nLATE"], as: "agent/ines")
      #expect(check.exit == .code(1) && check.stdout.contains("too late"))
      #expect(try shop.done("answer", "correct", "list")["to_correct"]?.integer == 0)

      // 11:30: it is wrong. Its sheets are stale at once, the facts card stands in, and nobody was without words.
      try shop.advance("30m")
      try desk.goesOn()
      try shop.done("offer", "stop", Self.offer, as: nil)
      try eventually("the facts card stands in") { desk.said.last?.source == "facts_card" }
      desk.end()
      #expect(desk.speechless.isEmpty, "\(desk.speechless.prefix(3))")
      let stop = try #require(desk.said.firstIndex { $0.source == "facts_card" })
      #expect(desk.said[stop...].allSatisfy { $0.source == "facts_card" })
      let wrong = Set(desk.said.filter { $0.version == 2 && $0.source == "sheet" }.map(\.answer))
      let list = try shop.done("answer", "correct", "list")
      #expect(Set((list["answers"]?.array ?? []).compactMap { $0["answer_id"]?.string }) == wrong && !wrong.isEmpty)
      let one = try #require(wrong.first)
      try shop.done("answer", "correct", "done", one, as: "agent/ines")
      #expect(try shop.done("answer", "correct", "list")["to_correct"]?.integer == Int64(wrong.count - 1))
      #expect(try shop.refused("answer", "correct", "done", one, as: "agent/ines").contains("was corrected already"))

      // All of it again from the journal.
      let again = Folder.temporary()
      try shop.done("replay", "--into", again.file("data"))
      for table in ["shift", "briefing_read", "sheet_answer", "word_fact"] {
        let columns = table == "word_fact" ? "type, subject, recorded, actor, message_id, data" : "*"
        let (before, after) = (try Self.rows(shop.folder, table, columns), try Self.rows(again, table, columns))
        #expect(before == after, "\(table): \(before.count) rows and \(after.count)")
        #expect(table == "shift" || !before.isEmpty, "\(table)")
      }
    }

    private static func rows(_ folder: Folder, _ table: String, _ columns: String) throws -> [String] {
      let script = """
        import sqlite3, sys
        for row in sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True).execute(sys.argv[2]): print(*row)
        """
      let said = try ChildProgram.run(
        "/usr/bin/env",
        ["python3", "-c", script, folder.file("data") + "/service/store.sqlite", "SELECT \(columns) FROM \(table) ORDER BY 1, 2, 3, 4"],
        environment: [:], within: .seconds(30))
      #expect(said.exit == .code(0), "\(said.stderr)")
      return said.stdout.split(separator: "\n").map(String.init)
    }
  }
}

/// An agent who answers one customer after the other, on a thread of their own: first the card is opened, then an answer is recorded.
private final class Desk: Sendable {
  struct Said: Sendable {
    let answer: String
    let version: Int
    let source: String
  }

  private struct State {
    var said: [Said] = []
    var speechless: [String] = []
    var isOver = false
  }

  private let shop: StoryMesh
  private let offer: String
  private let token: String
  private let state = Mutex(State())
  private let done = DispatchSemaphore(value: 0)

  init(_ shop: StoryMesh, _ offer: String, as agent: String) throws {
    (self.shop, self.offer) = (shop, offer)
    token = try shop.token(of: agent)
  }

  var said: [Said] { state.withLock { $0.said } }
  /// What the doors answered where there were no words.
  var speechless: [String] { state.withLock { $0.speechless } }

  func begin() {
    Thread.detachNewThread { [self] in
      var number = 0
      while !state.withLock({ $0.isOver }) {
        number += 1
        do { try answer(number) } catch { state.withLock { $0.speechless.append("\(error)") } }
        // The clock moves on only where nobody has anything in hand for a moment.
        poll(nil, 0, 40)
      }
      done.signal()
    }
  }

  /// Waits until she has answered some more, so that each stretch of the story has its answers.
  func goesOn() throws {
    let before = said.count
    try eventually("she goes on answering") { said.count > before + 5 }
  }

  /// Comes back when the last customer is answered; more than once is the same.
  func end() {
    guard
      state.withLock({ state in
        defer { state.isOver = true }
        return !state.isOver
      })
    else { return }
    done.wait()
  }

  private func answer(_ number: Int) throws {
    let card = try shop.caller.send("service", .get, "/v1/offers/\(offer)/card?locale=en-US", token: token)
    let words = card.json["sheet"]?["words"]?.string ?? card.json["holding"]?.string ?? ""
    guard card.status == 200, !words.isEmpty else {
      return state.withLock { $0.speechless.append("card: \(card.status) \(String(decoding: card.body, as: UTF8.self))") }
    }
    let matter = JSON.string("case-\(number)")
    _ = try shop.caller.send(
      "service", .post, "/v1/cases", headers: ["Idempotency-Key": "case-\(number)"],
      body: ["kind": "question", "channel": "phone", "case_id": matter], token: token)
    let answer = try shop.caller.send(
      "service", .post, "/v1/answers", headers: ["Idempotency-Key": "desk-\(number)"],
      body: ["offer": .string(offer), "case_id": matter, "locale": "en-US"], token: token)
    guard answer.status == 201, let id = answer.json["answer_id"]?.string,
      let version = answer.json["offer"]?.string.flatMap({ OfferVersion($0) })?.version
    else { return state.withLock { $0.speechless.append("answer: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))") } }
    let source = answer.json["facts_card"]?.bool == true ? "facts_card" : "sheet"
    state.withLock { $0.said.append(Said(answer: id, version: version, source: source)) }
  }
}
