import Contracts
import MarketingDomain
import TestKit
import Testing
import Zones

/// The rows of a gate as a pure table: what is known, and how the row stands by it.
struct GateRowTests {
  static let asked = Timestamp(milliseconds: 1_778_000_000_000)
  static let start = asked.adding(.seconds(5 * 86_400))
  static let ines = Identifier<Colleague>(restoring: "agent/ines")
  static let tom = Identifier<Colleague>(restoring: "agent/tom")

  static func known(_ now: Timestamp = asked.adding(.seconds(60)), version: Int = 1, floor: Int? = nil) -> GateKnowledge {
    GateKnowledge(
      offer: OfferVersion(offer: Identifier(restoring: "a"), version: version)!, now: now, askedAt: asked, startsAt: start,
      endsAt: start.adding(.seconds(3 * 86_400)), floor: floor)
  }

  @Test func `where nothing is asked, nothing lacks`() {
    let rows = Gate.rows(
      terms: Gate.terms(refusals: [], at: Self.asked), budget: .init(check: .budget, state: .passed, since: Self.asked), Self.known(),
      waivers: [])
    #expect(rows.map(\.check) == Gate.kept && rows.allSatisfy { $0.state == .passed } && Gate.isOpen(rows))
    #expect(Gate.nextLook(Self.known()) == nil)
  }

  // MARK: Promises

  static func contacts(_ answer: GateKnowledge.Answer?, floor: Int = 1, version: Int = 1, at now: Timestamp? = nil) -> GateKnowledge {
    var known = known(now ?? asked.adding(.seconds(60)), version: version)
    known.demands = [.init(id: "contacts", kind: .contactsPerHour, quantity: 40, answerBy: asked.adding(.seconds(3_600)), floor: floor)]
    if let answer { known.answers["contacts"] = answer }
    return known
  }

  static func answer(_ answer: PromiseAnswered.Answer, _ quantity: Int64? = nil, version: Int = 1) -> GateKnowledge.Answer {
    .init(version: version, answer: answer, quantity: quantity, expiresAt: start, by: ines, at: asked.adding(.seconds(30)))
  }

  @Test func `an answer is a yes of enough that still stands, given to the same promise`() {
    for (known, state, code) in [
      (Self.contacts(nil), .waiting, "promise_unanswered"), (Self.contacts(Self.answer(.yes)), .passed, nil),
      (Self.contacts(Self.answer(.no)), .failed, "promise_refused"), (Self.contacts(Self.answer(.upTo, 40)), .passed, nil),
      (Self.contacts(Self.answer(.upTo, 39)), .failed, "promise_short"), (Self.contacts(Self.answer(.upTo)), .failed, "promise_short"),
      (Self.contacts(Self.answer(.yes), at: Self.start), .failed, "promise_expired"),
      (Self.contacts(Self.answer(.yes), at: Self.start.adding(.milliseconds(-1))), .passed, nil),
      (Self.contacts(nil, at: Self.asked.adding(.seconds(3_600))), .failed, "promise_silent"),
      (Self.contacts(Self.answer(.yes), floor: 2, version: 2), .waiting, "promise_unanswered"),
      (Self.contacts(Self.answer(.yes), floor: 1, version: 2), .passed, nil),
    ] as [(GateKnowledge, Gate.Row.State, String?)] {
      let row = Gate.promises(known)
      #expect(row.state == state && row.code == code, "\(row)")
      #expect(row.state == .passed || row.liftedBy != nil && row.sentence != nil)
    }
  }

  @Test func `capacity counts by the hour, goods together, deliveries by the slowest`() {
    func slot(_ kind: PromiseKind, _ quantity: Int64, hour: Int64 = 0, sku: String? = nil) -> GateKnowledge.Slot {
      let from = Self.start.adding(.seconds(hour * 3_600))
      return .init(from: from, to: from.adding(.seconds(3_600)), kind: kind, sku: sku, quantity: quantity, by: Self.ines, at: Self.asked)
    }
    func state(_ demand: GateKnowledge.Demand, _ slots: [GateKnowledge.Slot]) -> Gate.Row.State {
      var known = Self.known()
      (known.demands, known.slots) = ([demand], slots)
      #expect(Gate.pauses(known) == (Gate.capacity(known).state == .failed && demand.onDrop == .pause))
      return Gate.capacity(known).state
    }
    let contacts = GateKnowledge.Demand(id: "c", kind: .contactsPerHour, quantity: 40, answerBy: Self.start)
    #expect(state(contacts, []) == .passed)
    #expect(state(contacts, [slot(.contactsPerHour, 400), slot(.contactsPerHour, 40, hour: 1)]) == .passed)
    // A good hour does not make up for a bad one.
    #expect(state(contacts, [slot(.contactsPerHour, 400), slot(.contactsPerHour, 39, hour: 1)]) == .failed)
    #expect(state(contacts, [slot(.contactsPerHour, 39, hour: -1), slot(.contactsPerHour, 0, hour: 72)]) == .passed)
    let units = GateKnowledge.Demand(id: "u", kind: .units, sku: "K", quantity: 100, answerBy: Self.start, onDrop: .pause)
    #expect(state(units, [slot(.units, 60, sku: "K"), slot(.units, 40, sku: "K"), slot(.units, 900, sku: "L")]) == .passed)
    #expect(state(units, [slot(.units, 60, sku: "K"), slot(.units, 900, sku: "L")]) == .failed)
    let lead = GateKnowledge.Demand(id: "l", kind: .leadTime, duration: .seconds(96 * 3_600), answerBy: Self.start, onDrop: .pause)
    #expect(state(lead, [slot(.leadTime, 96)]) == .passed && state(lead, [slot(.leadTime, 97)]) == .failed)
  }

  // MARK: Words

  @Test func `a sheet counts for its version, while somebody stands for it, until it is to be looked at again`() {
    let need = GateKnowledge.Sheets.Need(locale: "en-US", voice: "warm")
    func sheet(
      _ turn: SheetTurned.Turn, version: Int = 1, deputy: Identifier<Colleague>? = nil, review: Timestamp? = nil, later: Int64 = 0
    ) -> GateKnowledge.Sheets.Sheet {
      .init(
        offerVersion: version, need: need, turn: turn, verifier: Self.ines, deputy: deputy, reviewAt: review, by: Self.tom,
        at: Self.asked.adding(.seconds(later)))
    }
    func row(_ sheets: [GateKnowledge.Sheets.Sheet], version: Int = 1, floor: Int = 1, left: Set<String> = []) -> Gate.Row {
      var known = Self.known(version: version, floor: floor)
      known.sheets = .init(required: [need], known: sheets)
      for id in left { known.colleagues[Identifier(restoring: id)] = .init(active: false, changedAt: Self.asked) }
      return Gate.sheets(known)
    }
    #expect(row([]).code == "sheet_missing")
    #expect(row([sheet(.drafted)]).code == "sheet_unverified" && row([sheet(.drafted)]).liftedBy == "agent/ines")
    #expect(row([sheet(.verified)]).state == .passed)
    #expect(row([sheet(.staled)]).code == "sheet_stale" && row([sheet(.staled)]).by == Self.tom)
    // A newer draft takes nothing from one that may be used.
    #expect(row([sheet(.verified), sheet(.drafted, later: 9)]).state == .passed)
    #expect(row([sheet(.staled), sheet(.drafted, later: 9)]).code == "sheet_unverified")
    #expect(row([sheet(.verified)], left: ["agent/ines"]).code == "sheet_unowned")
    #expect(row([sheet(.verified, deputy: Self.tom)], left: ["agent/ines"]).state == .passed)
    #expect(row([sheet(.verified, deputy: Self.tom)], left: ["agent/ines", "agent/tom"]).code == "sheet_unowned")
    #expect(row([sheet(.verified, review: Self.asked)]).code == "sheet_overdue")
    #expect(row([sheet(.verified)], version: 2, floor: 2).code == "sheet_missing")
    #expect(row([sheet(.verified)], version: 2, floor: 1).state == .passed)
  }

  @Test func `the quorum counts who is there, each language has somebody in each opening hour`() {
    func shift(_ agent: Identifier<Colleague>, _ locales: [String], absent: Bool = false, hours: Range<Int64> = 0..<72)
      -> GateKnowledge.Briefing.Shift
    {
      .init(
        agent: agent, from: Self.start.adding(.seconds(hours.lowerBound * 3_600)), to: Self.start.adding(.seconds(hours.upperBound * 3_600)),
        locales: locales, absent: absent, at: Self.asked.adding(.seconds(5)))
    }
    let hour = Self.start.adding(.seconds(10 * 3_600))..<Self.start.adding(.seconds(11 * 3_600))
    func row(
      _ shifts: [GateKnowledge.Briefing.Shift], read: Set<Identifier<Colleague>>, quorum: Int64 = 100, left: Bool = false
    ) -> Gate.Row {
      var known = Self.known()
      known.briefing = .init(
        until: Self.start.adding(.seconds(72 * 3_600)), locales: ["en-US", "es-US"], quorumPercent: quorum, openHours: [hour], shifts: shifts,
        acknowledged: read)
      if left { known.colleagues[Self.tom] = .init(active: false, changedAt: Self.asked) }
      return Gate.briefings(known)
    }
    let both = ["en-US", "es-US"]
    #expect(row([], read: []).code == "roster_missing")
    #expect(row([shift(Self.ines, both, absent: true)], read: []).code == "roster_missing")
    #expect(row([shift(Self.ines, ["fr-FR"])], read: []).code == "roster_missing")
    #expect(row([shift(Self.ines, both)], read: []).code == "briefing_quorum")
    #expect(row([shift(Self.ines, both)], read: [Self.ines]).state == .passed)
    let half = row([shift(Self.ines, both), shift(Self.tom, both)], read: [Self.ines])
    #expect(half.code == "briefing_quorum" && half.by == Self.tom && half.liftedBy == "agent/tom")
    #expect(row([shift(Self.ines, both), shift(Self.tom, both)], read: [Self.ines], quorum: 50).state == .passed)
    #expect(row([shift(Self.ines, both), shift(Self.tom, both)], read: [Self.ines], left: true).state == .passed)
    #expect(row([shift(Self.ines, ["en-US"])], read: [Self.ines]).code == "briefing_uncovered")
    #expect(row([shift(Self.ines, both, hours: 0..<10)], read: [Self.ines]).code == "briefing_uncovered")
    #expect(row([shift(Self.ines, both, hours: 0..<11)], read: [Self.ines]).state == .passed)
  }

  // MARK: Parity and channels

  @Test func `a gap needs an exception that is accepted and not over`() {
    func row(_ parity: GateKnowledge.Parity, left: Bool = false) -> Gate.Row {
      var known = Self.known()
      known.parity = parity
      if left { known.colleagues[Self.ines] = .init(active: false, changedAt: Self.asked) }
      return Gate.parity(known)
    }
    let exception = GateKnowledge.Parity.Exception(reason: "welcome_offer", approver: Self.ines, endsAt: Self.start)
    func approval(_ approved: Bool, version: Int = 1) -> GateKnowledge.Parity.Approval {
      .init(version: version, approved: approved, by: Self.ines, at: Self.asked.adding(.seconds(3)))
    }
    #expect(row(.init()).state == .passed)
    #expect(row(.init(gaps: ["K"])).code == "parity_gap")
    #expect(row(.init(gaps: ["K"], exception: exception)).code == "parity_unapproved")
    #expect(row(.init(gaps: ["K"], exception: exception)).liftedBy == "agent/ines")
    #expect(row(.init(gaps: ["K"], exception: exception), left: true).code == "parity_unowned")
    #expect(row(.init(gaps: ["K"], exception: exception, approval: approval(true))).state == .passed)
    #expect(row(.init(gaps: ["K"], exception: exception, approval: approval(false))).code == "parity_refused")
    #expect(row(.init(gaps: ["K"], exception: exception, approval: approval(true, version: 2))).code == "parity_unapproved")
    let over = GateKnowledge.Parity.Exception(reason: "welcome_offer", approver: Self.ines, endsAt: Self.asked)
    #expect(row(.init(gaps: ["K"], exception: over, approval: approval(true))).code == "parity_over")
  }

  @Test func `each channel before has one after, where service keeps a list`() {
    var known = Self.known()
    known.channels = .init(before: ["web", "phone"])
    #expect(Gate.channels(known).state == .passed)
    known.channels.counterparts = ["web": "chat"]
    #expect(Gate.channels(known).code == "channel_unnamed")
    known.channels.counterparts["phone"] = "phone"
    #expect(Gate.channels(known).state == .passed)
  }

  // MARK: Waivers and instants

  @Test func `what holds is not waived, the terms never are, and a row counts from when it came to stand so`() {
    var known = Self.known()
    known.channels = .init(before: ["web"], counterparts: ["phone": "phone"])
    let terms = Gate.terms(refusals: ["/owner: has left"], at: Self.asked)
    let budget = Gate.Row(check: .budget, state: .passed, since: Self.asked)
    let waivers = [Gate.Check.terms, .budget, .channels].map { Gate.Waiver(check: $0, reason: "r", by: Self.tom, at: Self.asked) }
    let rows = Gate.rows(terms: terms, budget: budget, known, waivers: waivers)
    #expect(rows.first { $0.check == .terms }?.state == .failed && rows.first { $0.check == .budget }?.state == .passed)
    #expect(rows.first { $0.check == .channels }?.state == .waived && !Gate.isOpen(rows))
    #expect(!Gate.isOpen(Array(rows.dropLast())))

    let old = [Gate.Row(check: .sheets, state: .waiting, since: Self.asked, sentence: "one", code: "sheet_missing")]
    let new = [Gate.Row(check: .sheets, state: .waiting, since: Self.start, sentence: "two", code: "sheet_missing")]
    #expect(Gate.keepingSince(new, old, at: Self.start).first?.since == Self.asked && Gate.keepingSince(new, old, at: Self.start).first?.sentence == "two")
    let other = [Gate.Row(check: .sheets, state: .failed, since: Self.start, sentence: "two", code: "sheet_stale")]
    #expect(Gate.keepingSince(other, old, at: Self.start).first?.since == Self.start)
    let held = [Gate.Row(check: .sheets, state: .passed, since: Self.start)]
    #expect(Gate.keepingSince(old, held, at: Self.start.adding(.seconds(1))).first?.since == Self.start.adding(.seconds(1)))
  }

  @Test func `contacts are expected by the hour, more on the first day, and part of one is one`() {
    let hours = ExpectedContacts.hours(messages: 100_000, recipients: 10_000)
    // 2,000 and 50 contacts: 60 % of them over 24 hours are 51.25.
    #expect(hours.count == 72 && hours[0] == 52 && hours[23] == 52 && hours[24] == 22 && hours[71] == 13)
    #expect(ExpectedContacts.hours(messages: 0, recipients: 0) == Array(repeating: 0, count: 72))
    #expect(ExpectedContacts.hours(messages: .max, recipients: .max).allSatisfy { $0 > 0 })
  }
}
