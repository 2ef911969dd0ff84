import Contracts
import HTTP
import Store
import TestKit

/// One thing that somebody does, or that happens between the departments; a seed of its own, so that leaving out others changes nothing in it.
enum WorldStep: Sendable, CustomStringConvertible {
  case order(Int), giveBack(Int), schedule, stop, pause, resume, waive(String)
  case promise(String, String), draft(String), verify(String), stale(String), read(String), absent(Bool)
  case complain(Int), ask(Int), solve(Int), tell(Int, String), honour(Int), undo, confirm(Int)
  case deliver(Int, UInt64), hours(Int)

  static let people = 4
  static let orders = 6
  static let agents = ["agent/bo", "agent/uma"]

  static func any(using random: inout SeededRandom) -> WorldStep {
    let number = Int.random(in: 0..<orders, using: &random)
    let locale = Watch.locales.randomElement(using: &random) ?? "en-US"
    let agent = agents.randomElement(using: &random) ?? "agent/bo"
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<7: return .order(number)
    case 7..<9: return .giveBack(number)
    case 9..<14: return .schedule
    case 14..<15: return .stop
    case 15..<17: return .pause
    case 17..<20: return .resume
    case 20..<22: return .waive(["sheets", "promises", "briefings", "channels"].randomElement(using: &random) ?? "sheets")
    case 22..<29:
      return .promise(Watch.promises.randomElement(using: &random) ?? "lead", number == 0 ? "no" : "yes")
    case 29..<34: return .draft(locale)
    case 34..<39: return .verify(locale)
    case 39..<41: return .stale(locale)
    case 41..<46: return .read(agent)
    case 46..<47: return .absent(number > 2)
    case 47..<53: return .complain(number % people)
    case 53..<55: return .ask(number % people)
    case 55..<58: return .solve(number)
    case 58..<63: return .tell(number % people, locale)
    case 63..<68: return .honour(number)
    case 68..<69: return .undo
    case 69..<71: return .confirm(number)
    case 71..<88: return .deliver(Int.random(in: 1...12, using: &random), random.next())
    default: return .hours(Int.random(in: 1...9, using: &random))
    }
  }

  /// What a world needs to have a Sunday at all, in the order in which people would do it; random steps go between.
  static let ordinary: [WorldStep] =
    [.order(0), .schedule, .deliver(40, 1)] + Watch.promises.map { .promise($0, "yes") }
    + Watch.locales.flatMap { [.draft($0), .verify($0)] } + agents.map { .read($0) } + [.deliver(60, 2), .order(1), .deliver(20, 3)]

  var description: String {
    switch self {
    case .order(let number): "person \(number % Self.people) orders a kettle with shipping (order \(number))"
    case .giveBack(let number): "order \(number) comes back"
    case .schedule: "marketing schedules the Sunday offer"
    case .stop: "marketing stops it"
    case .pause: "marketing pauses it"
    case .resume: "marketing resumes it"
    case .waive(let check): "the operator waives the check of \(check)"
    case .promise(let promise, let answer): "service answers \(answer) to \(promise)"
    case .draft(let locale): "a sheet is written in \(locale)"
    case .verify(let locale): "the sheet in \(locale) is verified"
    case .stale(let locale): "the sheet in \(locale) is taken back"
    case .read(let agent): "\(agent) reads the briefing"
    case .absent(let isAbsent): isAbsent ? "agent/bo is ill" : "agent/bo is well again"
    case .complain(let person): "person \(person) complains"
    case .ask(let person): "person \(person) asks something"
    case .solve(let number): "the complaint of person \(number % Self.people) is solved"
    case .tell(let person, let locale): "person \(person) is answered in \(locale)"
    case .honour(let number): "an agent honours the offer for order \(number)"
    case .undo: "the agent takes that back"
    case .confirm(let number): "the card takes the refund for order \(number)"
    case .deliver(let count, let seed): "\(count) facts arrive (\(seed))"
    case .hours(let count): "\(count) hours pass"
    }
  }
}

extension World {
  private static func person(_ number: Int) -> String { "p-\(number)" }

  /// Who works here, whom customers are, what the campaign has: before anything of the story happens, and heard by all.
  func begin() throws {
    var random = SeededRandom(seed: 7)
    for (id, role) in [
      ("agent/ines", "agent"), ("agent/bo", "agent"), ("agent/uma", "agent"), ("lead/ruth", "lead"), ("marketer/maya", "marketer"),
    ] {
      try post(
        ledger, "/v1/colleagues",
        ["colleague_id": .string(id), "roles": [.string(role)], "department": role == "marketer" ? "marketing" : "service"])
    }
    for number in 0..<WorldStep.people {
      try OpenBooks(ledger).tell(MarketingScene.person(Self.person(number)))
    }
    try publish()
    try post(
      marketing, "/v1/campaigns",
      ["campaign_id": "spring", "budget": ["amount_minor": 1_000_000, "currency": "USD"], "approved_by": "supervisor/ruth"])
    try post(
      marketing, "/v1/audiences/newsletter-us/people",
      ["people": .array((0..<WorldStep.people).map { .string(Self.person($0)) })])
    try settle(using: &random)
    for channel in ["web", "phone"] {
      try post(
        service, "/v1/channels",
        ["channel": .string(channel), "counterpart": "phone", "opens": "08:00", "closes": "20:00", "time_zone": "America/New_York"])
    }
    // From eight to eight in New York, on each of the first three days.
    var rows: [JSON] = []
    for agent in WorldStep.agents {
      for day in 10...12 {
        rows.append(
          WordScene.row(
            Int64(rows.count) + 2, agent, "2026-05-\(day)T12:00:00Z", "2026-05-\(day + 1)T00:00:00Z",
            .init("shift_id", .string("shift-\(agent.dropFirst(6))-\(day)")),
            .init("locales", .array(Watch.locales.map { .string($0) })), .init("channels", ["phone", "web"])))
      }
    }
    _ = service.ask(
      .post, "/v1/imports/roster", headers: service.headers(key: "roster"),
      body: Array(([["file": "roster.csv"]] + rows).map(\.bytes).joined(separator: [0x0A])))
    try post(
      service, "/v1/capacity",
      ["kind": "contacts_per_hour", "from": "2026-05-10T12:00:00Z", "to": "2026-05-14T00:00:00Z", "quantity": 200, "cause": "the usual"])
    try post(
      service, "/v1/capacity",
      [
        "kind": "units", "sku": "KETTLE-17", "from": "2026-05-09T00:00:00Z", "to": "2026-05-20T00:00:00Z", "quantity": 500,
        "cause": "in store",
      ])
    try settle(using: &random)
  }

  /// Does one thing. What cannot be done now is refused, and nothing comes of it.
  func take(_ step: WorldStep) throws {
    let offer = JSON.string(Self.offer)
    switch step {
    case .order(let number):
      var draft = OrderDraft.dollars(
        "order-\(number)", at: now, [("KETTLE-17", 3_900)], shipping: 995, person: Self.person(number % WorldStep.people))
      draft.lines[0].categories = ["KITCHEN"]
      keysOfOrders += 1
      try ledger.capture(draft, key: "order-\(keysOfOrders)")
      try publish()
    case .giveBack(let number): try post(ledger, "/v1/orders/order-\(number)/return")
    case .schedule: try post(marketing, "/v1/offers/schedule", ["document": try MarketingScene.demandingOffer()])
    case .stop: try post(marketing, "/v1/offers/stop", ["offer": offer, "cause": "it is wrong"])
    case .pause: try post(marketing, "/v1/offers/pause", ["offer": offer, "cause": "a flare"])
    case .resume: try post(marketing, "/v1/offers/resume", ["offer": offer])
    case .waive(let check):
      try post(
        marketing, "/v1/offers/waive", ["offer": offer, "checks": [.string(check)], "check": .string(check), "reason": "a small offer"])
    case .promise(let promise, let answer):
      try post(
        service, "/v1/promises/\(Self.offer)/\(promise)/answer", ["answer": .string(answer), "expires_at": "2026-05-20T00:00:00Z"])
    case .draft(let locale):
      try post(
        service, "/v1/sheets",
        ["offer": offer, "locale": .string(locale), "voice": "warm", "words": "It is on its way back to you.", "avoid": ["too late"]])
    case .verify(let locale):
      try post(
        service, "/v1/sheets/verify",
        ["sheet_id": .string("\(Self.offer):\(locale):warm"), "verifier": "lead/ruth", "deputy": "agent/ines"])
    case .stale(let locale):
      try post(service, "/v1/sheets/stale", ["sheet_id": .string("\(Self.offer):\(locale):warm"), "cause": "it is wrong"])
    case .read(let agent):
      try post(
        service, "/v1/briefings/acknowledge", ["offer": offer, "agent_id": .string(agent), "seconds_open": 40, "answer": 0])
    case .absent(let isAbsent):
      try post(service, "/v1/roster/absent", ["shift_id": "shift-bo-10", "absent": .bool(isAbsent)])
    case .complain(let person), .ask(let person):
      let kind: JSON = if case .ask = step { "question" } else { "complaint" }
      try post(service, "/v1/cases", ["kind": kind, "channel": "phone", "person_id": .string(Self.person(person))])
    case .solve(let number):
      let open = watch.complaints.filter { $0.value.text == Self.person(number % WorldStep.people) }.keys.min()
      if let open { try post(service, "/v1/cases/\(open)/solve") }
    case .tell(let person, let locale):
      try post(
        service, "/v1/answers",
        ["offer": offer, "case_id": .string("case-of-\(person)"), "person_id": .string(Self.person(person)), "locale": .string(locale)])
    case .honour(let number):
      try post(service, "/v1/honours", ["order_id": .string("order-\(number)"), "offer_id": offer])
    case .undo: try post(service, "/v1/honours/undo")
    case .confirm(let number):
      let waiting = try ledger.ask(.get, "/v1/remedies", query: [("order", "order-\(number)")]).json["remedies"]?.array ?? []
      for remedy in waiting where remedy["state"]?.string == "pending" {
        try post(ledger, "/v1/refunds/\((remedy["remedy_id"]?.string ?? "").replacing("/", with: "%2F"))/confirm")
      }
    case .deliver(let count, let seed):
      var random = SeededRandom(seed: seed)
      for _ in 0..<count { try deliver(using: &random) }
    case .hours(let count): try advance(to: now.adding(.seconds(Int64(count) * 3_600)))
    }
  }

  /// Everything is heard; then nothing may have been lost.
  func end() throws {
    var random = SeededRandom(seed: 11)
    try settle(using: &random)
    let holds = try marketing.store.read { snapshot in
      try snapshot.all("SELECT hold_id FROM hold WHERE until_at > ?1", .timestamp(now)) { row in try row.text(0) }
    }
    let answers = try marketing.store.read { snapshot in
      try snapshot.all("SELECT promise_id || '@' || version, json_extract(content, '$.answer') FROM promise_answer") { row in
        (try row.text(0), try row.text(1))
      }
    }
    watch.settled(holdsAtMarketing: Set(holds), answersAtMarketing: Dictionary(uniqueKeysWithValues: answers))
  }
}
