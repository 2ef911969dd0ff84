import Contracts

/// What marketing has heard that bears on a launch, and what an offer of the world must have before it goes live. Reckoned from the facts
/// alone, in the simplest way there is.
struct GateWatch {
  /// What an offer asks of customer service.
  struct Demand {
    let offer: String
    let promise: String
    let kind: PromiseKind
    var sku: String?
    var quantity: Int64?
    let from: Timestamp
    let to: Timestamp
  }

  static let sunday = "sunday-free-shipping"
  static let welcome = "welcome-kettle"
  /// What nobody may schedule.
  static let mistaken = "mistaken"
  static let locales = ["en-US", "es-US"]
  static let promises = ["contacts", "lead", "kettles"]
  static let starts = MarketingScene.sunday
  private static let ends = starts.adding(.seconds(72 * 3_600))
  private static let owner = Identifier<Colleague>(restoring: "marketer/maya")
  private static let approver = Identifier<Colleague>(restoring: "lead/ruth")

  static let demands: [Demand] = [
    Demand(
      offer: sunday, promise: "contacts", kind: .contactsPerHour, quantity: 120, from: starts.adding(.seconds(8 * 3_600)),
      to: starts.adding(.seconds(92 * 3_600))),
    Demand(offer: sunday, promise: "lead", kind: .leadTime, from: starts, to: ends),
    Demand(offer: sunday, promise: "kettles", kind: .units, sku: "KETTLE-17", quantity: 100, from: starts, to: ends),
    Demand(
      offer: welcome, promise: "contacts", kind: .contactsPerHour, quantity: 70, from: starts.adding(.seconds(8 * 3_600)),
      to: starts.adding(.seconds(92 * 3_600))),
  ]

  static func demand(_ offer: Identifier<Offer>, _ promise: Identifier<OfferPromise>) -> Demand? {
    demands.first { $0.offer == offer.text && $0.promise == promise.text }
  }

  private static let reserves: [String: Int64] = [sunday: 450_000, welcome: 150_000]

  private var reserved: [String: Int64] = [:]
  private var answers: [String: [Int: PromiseAnswered]] = [:]
  private var slots: [Identifier<CapacitySlot>: CapacityChanged] = [:]
  /// Sheets that may be used, by sheet and its version.
  private var sheets: [String: SheetTurned] = [:]
  private var shifts: [String: RosterPublished] = [:]
  private var read: [String: Set<Identifier<Colleague>>] = [:]
  private var approved: [String: Bool] = [:]
  private var quorum: Int64 = 100
  private var waivers: Set<String> = []
  private var live: [String: Int] = [:]
  /// Versions that two people let go live in an emergency: nothing of their gate was held against them.
  private var emergencies: Set<String> = []

  mutating func waived(_ fact: GateWaived) {
    // Of two people in an emergency the first alone waives nothing.
    if fact.awaits == nil { waivers.insert("\(fact.offerID)@\(fact.version) \(fact.check)") }
  }

  mutating func turned(_ fact: OfferTurned) {
    switch fact.turn {
    case .launched, .resumed:
      let offer = "\(fact.offerID)@\(fact.version)"
      if fact.emergency != nil { emergencies.insert(offer) }
      live[fact.offerID.text] = emergencies.contains(offer) ? nil : fact.version
    case .paused, .stopped, .ended: live[fact.offerID.text] = nil
    case .blocked, .cancelled: break
    }
  }

  mutating func heard(_ event: DomainEvent) {
    switch event {
    case .budgetChanged(let fact):
      guard let offer = fact.offerID?.text else { return }
      if fact.kind == .reserved { reserved[offer, default: 0] += fact.amount.minor }
      if fact.kind == .released { reserved[offer, default: 0] -= fact.amount.minor }
    case .promiseAnswered(let fact): answers["\(fact.offerID) \(fact.promiseID)", default: [:]][fact.version] = fact
    case .capacityChanged(let fact): slots[fact.slotID] = fact
    case .sheetTurned(let fact):
      // A new draft beside the sheet in force takes nothing from it.
      let name = "\(fact.sheetID)/\(fact.sheetVersion)"
      if fact.turn == .verified { sheets[name] = fact }
      if fact.turn == .staled { sheets[name] = nil }
    case .rosterPublished(let fact): shifts["\(fact.agentID) \(fact.shiftID)"] = fact
    case .briefingAcknowledged(let fact) where fact.answerCorrect != false:
      read["\(fact.offerID)@\(fact.version)", default: []].insert(fact.agentID)
    case .parityApproved(let fact): approved["\(fact.offerID)@\(fact.version)"] = fact.approved
    case .policyPublished(let fact) where fact.name == "briefing": quorum = fact.document["quorum_percent"]?.integer ?? 100
    default: break
    }
  }

  /// What customer service answered last to a promise, for this version or one before it that asked the same.
  private func answer(_ demand: Demand, _ version: Int) -> PromiseAnswered? {
    let all = answers["\(demand.offer) \(demand.promise)"] ?? [:]
    return all.keys.filter { $0 <= version }.max().flatMap { all[$0] }
  }

  private func isWaived(_ fact: String, _ check: GateWaived.Check) -> Bool { waivers.contains("\(fact) \(check)") }

  // MARK: What a launch lacks

  /// What an offer that went live had not; nil where it had everything.
  func lack(of fact: OfferTurned, _ people: PeopleWatch) -> String? {
    let offer = "\(fact.offerID)@\(fact.version)"
    if people.heir(of: Self.owner, at: "marketing") == nil { return "an owner who works here" }
    if reserved[fact.offerID.text, default: 0] < Self.reserves[fact.offerID.text] ?? 0, !isWaived(offer, .budget) { return "its money" }
    for demand in Self.demands where demand.offer == fact.offerID.text {
      let answer = answer(demand, fact.version).flatMap { $0.answer != .no && $0.expiresAt > fact.at ? $0 : nil }
      if !isWaived(offer, .promises), answer == nil { return "a yes to \(demand.promise)" }
      guard !isWaived(offer, .capacity), let wanted = demand.quantity else { continue }
      // Whoever lets the answer go does not let go what it would have reserved.
      guard answer != nil else { return "anything reserved for \(demand.promise)" }
      if let least = CapacityWatch.least(Array(slots.values), demand, from: fact.at), least < wanted {
        return "what \(demand.promise) takes: \(wanted), where \(least) are there"
      }
    }
    if !isWaived(offer, .channels), let hour = unstaffed(fact, people) { return hour }
    if fact.offerID.text == Self.welcome {
      if isWaived(offer, .parity) { return nil }
      if people.heir(of: Self.approver, at: "marketing") == nil { return "anybody here who answers for its exception" }
      return approved[offer] == true ? nil : "customer service's word on parity"
    }
    if !isWaived(offer, .sheets), let locale = Self.locales.first(where: { !hasSheet(fact, $0, people) }) { return "a sheet in \(locale)" }
    return isWaived(offer, .briefings) ? nil : unbriefed(fact, people)
  }

  private func hasSheet(_ fact: OfferTurned, _ locale: String, _ people: PeopleWatch) -> Bool {
    sheets.values.contains { sheet in
      guard sheet.offerID == fact.offerID, sheet.offerVersion == fact.version, sheet.locale == locale,
        let verifier = sheet.verifier.flatMap({ people.heir(of: $0, at: "marketing") }),
        let deputy = sheet.deputy.flatMap({ people.heir(of: $0, at: "marketing") })
      else { return false }
      return verifier != deputy
    }
  }

  /// The hour in which nobody is at the phone, where those are answered who bought by any channel.
  private func unstaffed(_ fact: OfferTurned, _ people: PeopleWatch) -> String? {
    let there = shifts.values.filter { shift in
      !shift.absent && shift.channels.contains("phone") && people.isHere(shift.agentID, at: "marketing")
    }
    for day in 0..<3 {
      for hour in 8..<20 {
        let begins = Self.starts.adding(.seconds(Int64(day * 24 + hour) * 3_600))
        let ends = begins.adding(.seconds(3_600))
        guard begins >= max(Self.starts, fact.at) else { continue }
        if !there.contains(where: { $0.from <= begins && $0.to >= ends }) { return "anybody at the phone at \(begins)" }
      }
    }
    return nil
  }

  /// Who of those in the first three days has not read it, beyond the quorum; or the hour in which nobody is there who has.
  private func unbriefed(_ fact: OfferTurned, _ people: PeopleWatch) -> String? {
    let from = max(Self.starts, fact.at)
    let there = shifts.values.filter { shift in
      !shift.absent && shift.from < Self.ends && shift.to > from && people.isHere(shift.agentID, at: "marketing")
    }
    let known = read["\(fact.offerID)@\(fact.version)"] ?? []
    let required = Set(there.map(\.agentID))
    let count = required.filter { known.contains($0) }.count
    if Int64(count) * 100 < Int64(required.count) * quorum {
      return "a briefing of \(required.filter { !known.contains($0) }.map(\.text).sorted())"
    }
    for day in 0..<3 {
      for hour in 8..<20 {
        let begins = Self.starts.adding(.seconds(Int64(day * 24 + hour) * 3_600))
        let ends = begins.adding(.seconds(3_600))
        guard begins >= from else { continue }
        if !there.contains(where: { known.contains($0.agentID) && $0.from <= begins && $0.to >= ends }) {
          return "anybody briefed at \(begins)"
        }
      }
    }
    return nil
  }

  // MARK: Drops

  private static let kettles = demands.first { $0.promise == "kettles" }

  /// A drop by which the live Sunday offer should be paused, where all that is due at `now` is done: its kettles are promised, and at some
  /// time fewer are there.
  func unheeded(at now: Timestamp) -> String? {
    guard let demand = Self.kettles, let wanted = demand.quantity, let version = live[Self.sunday],
      !isWaived("\(Self.sunday)@\(version)", .capacity), let answer = answer(demand, version), answer.answer == .yes,
      answer.expiresAt > now, let there = CapacityWatch.least(Array(slots.values), demand, from: now), there < wanted
    else { return nil }
    return "\(Self.sunday)@\(version) promises \(wanted) kettles, at some time \(there) are there, and it goes on"
  }
}
