import Contracts
import HTTP
import Host
import Store
import TestKit

/// What people do in a world, and the end of its story.
extension World {
  /// Does one thing. What cannot be done now is refused, and nothing comes of it.
  func take(_ step: WorldStep) throws {
    switch step {
    case .order, .giveBack, .confirm: try trade(step)
    case .schedule, .welcome, .mistake, .revise, .stop, .pause, .resume, .launch, .emergency, .confirmEmergency, .waive: try market(step)
    case .promise, .draft, .verify, .stale, .read, .absent, .swap, .capacity, .parity: try serve(step)
    case .propose, .agree, .leave, .back, .handOn, .knock: try staff(step)
    case .complain, .ask, .solve, .tell, .honour, .match, .undo: try desk(step)
    case .deliver(let count, let seed):
      var random = SeededRandom(seed: seed)
      for _ in 0..<count { try deliver(using: &random) }
    case .again(let department, let count): comeAgain(count, to: department)
    case .hours(let count): try advance(to: now.adding(.seconds(Int64(count) * 3_600)))
    }
  }

  private func trade(_ step: WorldStep) throws {
    switch step {
    case .order(let number):
      var draft = OrderDraft.dollars(
        "order-\(number)", at: now, [("KETTLE-17", 3_900)], shipping: 995, person: Self.person(number % WorldStep.people))
      draft.lines[0].categories = ["KITCHEN"]
      keysOfOrders += 1
      try ledger.capture(draft, key: "order-\(keysOfOrders)")
      try publish()
    case .giveBack(let number, let withShipping):
      try post(
        ledger, "/v1/orders/order-\(number)/return",
        withShipping ? ["shipping": ["amount_minor": 995, "currency": "USD"]] : .object([]))
    case .confirm(let number):
      let waiting = try ledger.ask(.get, "/v1/remedies", query: [("order", "order-\(number)")]).json["remedies"]?.array ?? []
      for remedy in waiting where remedy["state"]?.string == "pending" {
        try post(ledger, "/v1/refunds/\((remedy["remedy_id"]?.string ?? "").replacing("/", with: "%2F"))/confirm")
      }
    default: break
    }
  }

  private func market(_ step: WorldStep) throws {
    let offer = JSON.string(GateWatch.sunday)
    switch step {
    case .schedule: try post(marketing, "/v1/offers/schedule", ["document": try Self.sunday(1)], as: "marketer/maya")
    case .mistake(let number):
      try post(
        marketing, "/v1/offers/schedule", ["document": try Self.mistaken(number % Self.mistakes.count)], as: "marketer/maya")
    case .welcome: try post(marketing, "/v1/offers/schedule", ["document": try Self.welcome()], as: "marketer/maya")
    case .revise:
      let versions = try marketing.ask(.get, "/v1/offers/\(GateWatch.sunday)").json["versions"]?.array ?? []
      let last = versions.compactMap { $0["version"]?.integer }.max() ?? 0
      try post(marketing, "/v1/offers/schedule", ["document": try Self.sunday(Int(last) + 1)], as: "marketer/noor")
    case .stop: try post(marketing, "/v1/offers/stop", ["offer": offer, "cause": "it is wrong"], as: "marketer/maya")
    case .pause: try post(marketing, "/v1/offers/pause", ["offer": offer, "cause": "a flare"], as: "marketer/noor")
    case .resume: try post(marketing, "/v1/offers/resume", ["offer": offer], as: "marketer/maya")
    case .launch: try post(marketing, "/v1/offers/launch", ["offer": offer], as: "marketer/noor")
    case .emergency:
      try post(
        marketing, "/v1/offers/launch", ["offer": offer, "emergency": true, "with": "supervisor/sam", "reason": "it cannot wait"],
        as: "marketer/noor")
    case .confirmEmergency: try post(marketing, "/v1/offers/confirm", ["offer": offer], as: "supervisor/sam")
    case .waive(let name, let check):
      try post(
        marketing, "/v1/offers/waive",
        ["offer": .string(name), "checks": [.string(check)], "reason": "a small offer"])
    default: break
    }
  }

  private func serve(_ step: WorldStep) throws {
    let offer = JSON.string(GateWatch.sunday)
    switch step {
    case .promise(let name, let promise, let answer):
      try post(
        service, "/v1/promises/\(name)/\(promise)/answer", ["answer": .string(answer), "expires_at": "2026-05-20T00:00:00Z"],
        as: "lead/tom")
    case .draft(let locale):
      try post(
        service, "/v1/sheets",
        ["offer": offer, "locale": .string(locale), "voice": "warm", "words": "It is on its way back to you.", "avoid": ["too late"]],
        as: "agent/ines")
    case .verify(let locale, let verifier):
      try post(
        service, "/v1/sheets/verify",
        [
          "sheet_id": .string("\(GateWatch.sunday):\(locale):warm"), "verifier": .string(verifier),
          "deputy": .string(WorldStep.heirs[verifier] ?? "agent/ines"),
        ], as: verifier)
    case .stale(let locale):
      try post(service, "/v1/sheets/stale", ["sheet_id": .string("\(GateWatch.sunday):\(locale):warm"), "cause": "wrong"], as: "lead/ruth")
    case .read(let agent):
      // Whatever is to be read; where nothing is, or nobody lets them in, they try all the same.
      let due = try get(service, "/v1/my/briefings", as: agent)["briefings"]?.array?.compactMap { $0["offer"] } ?? []
      for one in due.isEmpty ? [offer] : due {
        try post(service, "/v1/briefings/acknowledge", ["offer": one, "seconds_open": 40, "answer": 0], as: agent)
      }
    case .absent(let agent, let day, let isAbsent):
      try post(
        service, "/v1/roster/absent",
        ["agent_id": .string(agent), "shift_id": .string(Self.shift(agent, day)), "absent": .bool(isAbsent)], as: "lead/tom")
    case .swap(let day):
      try post(
        service, "/v1/roster/swap",
        ["shift_id": .string(Self.shift("agent/bo", day)), "from_agent": "agent/bo", "to_agent": "agent/ines"], as: "lead/ruth")
    case .capacity(let what, let quantity, let day): try capacity(what, quantity, from: day)
    case .parity(let accepts):
      try post(service, "/v1/parity", ["offer": .string("\(GateWatch.welcome)@1"), "approved": .bool(accepts)], as: "lead/ruth")
    default: break
    }
  }

  private func staff(_ step: WorldStep) throws {
    func door(_ who: String, _ deed: String) -> String { "/v1/colleagues/\(who.replacing("/", with: "%2F"))/\(deed)" }
    switch step {
    case .propose(let policy, let number):
      let document: JSON =
        policy == "briefing"
        ? ["notice": "PT72H", "quorum_percent": .integer(number)] : ["messages": .integer(number), "within": "PT168H"]
      try post(ledger, "/v1/policies/\(policy)/propose", ["document": document, "sentence": "it is calmer"], as: "supervisor/sam")
    case .agree(let policy, let who): try post(ledger, "/v1/policies/\(policy)/confirm", as: who)
    case .leave(let who): try post(ledger, door(who, "leave"))
    case .back(let who):
      try post(ledger, door(who, "change"), ["back": true])
      try post(ledger, door(who, "token"), ["token_digest": .string(Self.digest(of: who))])
    case .handOn(let who): try post(ledger, door(who, "hand-on"), ["to": .string(WorldStep.heirs[who] ?? "")])
    case .knock(let who): try knock(who)
    default: break
    }
  }

  /// Whoever has left still tries: commands that their role may give, at each department.
  private func knock(_ who: String) throws {
    let offer = JSON.string(GateWatch.sunday)
    let tries: [(Premises, String, JSON)] = [
      (service, "/v1/cases", ["kind": "question", "channel": "phone", "person_id": .string(Self.person(1))]),
      (
        service, "/v1/answers",
        ["offer": offer, "case_id": "case-of-1", "person_id": .string(Self.person(1)), "locale": "en-US"]
      ),
      (service, "/v1/briefings/acknowledge", ["offer": offer, "seconds_open": 5, "answer": 0]),
      (marketing, "/v1/offers/pause", ["offer": offer, "cause": "a whim"]),
      (marketing, "/v1/offers/resume", ["offer": offer]),
      (ledger, "/v1/policies/frequency/confirm", .object([])),
    ]
    for (house, door, body) in tries { try post(house, door, body, as: who) }
  }

  private func desk(_ step: WorldStep) throws {
    switch step {
    case .complain(let person), .ask(let person):
      let kind: JSON = if case .ask = step { "question" } else { "complaint" }
      try post(service, "/v1/cases", ["kind": kind, "channel": "phone", "person_id": .string(Self.person(person))])
    case .solve(let number):
      let open = watch.complaints.filter { $0.value.text == Self.person(number % WorldStep.people) }.keys.min()
      if let open { try post(service, "/v1/cases/\(open)/solve") }
    case .tell(let person, let locale):
      try post(
        service, "/v1/cases",
        [
          "kind": "question", "channel": "phone", "person_id": .string(Self.person(person)), "case_id": .string("case-of-\(person)"),
        ])
      try post(
        service, "/v1/answers",
        [
          "offer": .string(GateWatch.sunday), "case_id": .string("case-of-\(person)"), "person_id": .string(Self.person(person)),
          "locale": .string(locale),
        ])
    case .honour(let number):
      try post(service, "/v1/honours", ["order_id": .string("order-\(number)"), "offer_id": .string(GateWatch.sunday)])
    case .match(let number):
      try post(service, "/v1/honours", ["order_id": .string("order-\(number)"), "offer_id": .string(GateWatch.welcome)], as: "agent/ines")
    case .undo: try post(service, "/v1/honours/undo")
    default: break
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
      try snapshot.all(
        "SELECT offer_id || ' ' || promise_id || '@' || version, json_extract(content, '$.answer') FROM promise_answer"
      ) { row in (try row.text(0), try row.text(1)) }
    }
    let slots = try marketing.store.read { snapshot in
      try snapshot.all("SELECT content FROM capacity_slot") { row in try row.blob(0) }
    }.compactMap { content -> (String, String)? in
      guard case .capacityChanged(let fact) = try DomainEvent.decode(type: CapacityChanged.type, data: content) else { return nil }
      return (fact.slotID.text, CapacityWatch.words(fact))
    }
    watch.settled(
      holdsAtMarketing: Set(holds), answersAtMarketing: Dictionary(uniqueKeysWithValues: answers),
      slotsAtMarketing: Dictionary(uniqueKeysWithValues: slots))
  }
}
