import Contracts
import Host

/// What must never be, whatever is done and in whatever order it becomes known; judged by the facts alone, not by any department's own code.
struct Watch {
  enum Promise: String, CaseIterable {
    case notTaken, creditedTwice, paidBackTwice, staleSheet, blockedLaunch, heldMessage, lostHold, lostReservation, leaversDeed, oneAlone
  }

  /// The first promise that was broken, and how.
  private(set) var fault: (promise: Promise, sentence: String)?

  mutating func broken(_ promise: Promise, _ sentence: String) { if fault == nil { fault = (promise, sentence) } }

  // What departments have told so far.
  private var given: [String: Int64] = [:]
  private var remedies: [RemedyID: Int64] = [:]
  /// What of each order's money came in, and what of it went back.
  private var money = MoneyWatch()
  /// Sheets that may be used, and for which version of their offer each was written.
  private var verified: [String: Int] = [:]
  private(set) var answers: [String: PromiseAnswered] = [:]
  /// Open complaints, by case; and holds that customer service has placed and not lifted, with whose they are.
  private(set) var complaints: [Identifier<Case>: Identifier<Person>] = [:]
  private(set) var holds: [Identifier<Hold>: HoldTurned] = [:]
  private var wishes: [String: Identifier<Colleague>] = [:]
  /// How often each thing was seen, so that a test can tell that it looked at something.
  private(set) var seen: [String: Int] = [:]

  /// Why an offer did not go live, in marketing's words.
  private(set) var blocked: String?
  /// The versions that went live.
  private(set) var launched: Set<String> = []

  /// Who works here, as each department has heard it.
  private(set) var people = PeopleWatch()
  /// What marketing has heard that bears on a launch.
  private var gate = GateWatch()
  /// What customer service has, and has promised of it.
  private var capacity = CapacityWatch()

  // What marketing and customer service have heard beside.
  private var heldAtMarketing: [Identifier<Hold>: HoldTurned] = [:]
  private var stoppedAtService: Set<OfferVersion> = []
  private var inForceAtService: [Identifier<Offer>: Int] = [:]

  /// The most that each offer of the world gives for one order of it.
  static let mostPerOrder: [String: Int64] = ["sunday-free-shipping": 995, "welcome-kettle": 1_000]

  mutating func told(_ event: DomainEvent, by department: Department, as actor: String?) {
    seen[event.type, default: 0] += 1
    switch event {
    case .remedyChanged(let fact): remedy(fact)
    case .orderCaptured(let fact): money.captured(fact)
    case .orderReturned(let fact): money.returned(fact)
    case .sheetTurned(let fact): sheet(fact)
    case .answerTurned(let fact): answer(fact)
    case .promiseAnswered(let fact):
      answers["\(fact.offerID) \(fact.promiseID)@\(fact.version)"] = fact
      if let sentence = capacity.answered(fact) { broken(.lostReservation, sentence) }
    case .capacityChanged(let fact): capacity.changed(fact)
    case .caseTurned(let fact):
      guard fact.kind == .complaint, let person = fact.personID else { return }
      complaints[fact.caseID] = fact.turn == .solved ? nil : person
    case .holdTurned(let fact): holds[fact.holdID] = fact.turn == .lifted ? nil : fact
    case .gateWaived(let fact): gate.waived(fact)
    case .offerScheduled(let fact) where fact.offerID.text == GateWatch.mistaken:
      broken(.blockedLaunch, "\(fact.offerID) was scheduled, with terms that nobody may be promised")
    case .offerTurned(let fact): turned(fact)
    case .messageTurned(let fact) where fact.turn == .sent && fact.purpose == .marketing:
      if let hold = heldAtMarketing.values.first(where: { $0.personID == fact.personID && $0.scope == .all }) {
        broken(.heldMessage, "\(fact.messageID) went to \(fact.personID), on whom hold \(hold.holdID) lies since \(hold.at)")
      }
    case .colleagueChanged(let fact): people.take(fact, at: department.name)
    case .policyProposed(let fact): wishes["\(fact.name)@\(fact.version)"] = fact.by
    case .policyPublished(let fact) where fact.version > 1: published(fact, by: actor)
    default: break
    }
  }

  mutating func heard(_ event: DomainEvent, by department: Department) {
    if case .colleagueChanged(let fact) = event { people.take(fact, at: department.name) }
    switch (department.name, event) {
    case ("marketing", .holdTurned(let fact)): heldAtMarketing[fact.holdID] = fact.turn == .lifted ? nil : fact
    case ("marketing", _): gate.heard(event)
    case ("service", .offerTurned(let fact)) where fact.turn == .stopped:
      if let offer = OfferVersion(offer: fact.offerID, version: fact.version) { stoppedAtService.insert(offer) }
    case ("service", .offerTurned(let fact)) where fact.turn == .launched: inForceAtService[fact.offerID] = fact.version
    default: break
    }
  }

  /// Somebody's command was carried out at a door.
  mutating func letIn(_ who: String, at department: Department, _ door: String) {
    guard !people.isHere(Identifier(restoring: who), at: department.name) else { return }
    broken(.leaversDeed, "\(who), who as \(department.name) has heard works here no more, was let in at \(door)")
  }

  private mutating func remedy(_ fact: RemedyChanged) {
    money.turned(fact)
    guard let order = fact.orderID, let offer = fact.offer else { return }
    let key = "\(offer.offer) for \(order)"
    let before = remedies[fact.remedyID] ?? 0
    let after: Int64 =
      switch fact.change {
      case .granted, .posted: fact.amount.minor
      case .voided, .expired: 0
      case .clawedBack: before
      case .declined: before
      }
    remedies[fact.remedyID] = after
    given[key, default: 0] += after - before
    let most = Self.mostPerOrder[offer.offer.text] ?? 0
    if given[key, default: 0] > most { broken(.creditedTwice, "\(key) has \(given[key, default: 0]) cents of at most \(most)") }
  }

  private mutating func sheet(_ fact: SheetTurned) {
    verified["\(fact.sheetID)/\(fact.sheetVersion)"] = fact.turn == .verified ? fact.offerVersion : nil
    for named in [fact.verifier, fact.deputy].compactMap(\.self) where fact.turn == .verified && !people.isHere(named, at: "service") {
      broken(.leaversDeed, "\(named), who works here no more, was named for sheet \(fact.sheetID)/\(fact.sheetVersion)")
    }
  }

  private mutating func answer(_ fact: AnswerTurned) {
    guard fact.turn == .given else { return }
    let told = "what \(fact.personID?.text ?? "somebody") was told of \(fact.offer)"
    if let inForce = inForceAtService[fact.offer.offer], inForce != fact.offer.version {
      broken(.staleSheet, "\(told) holds no more: version \(inForce) is in force")
    }
    guard let id = fact.sheetID, let version = fact.sheetVersion else { return }
    guard let written = verified["\(id)/\(version)"] else {
      return broken(.staleSheet, "\(told) came from sheet \(id)/\(version), which is no good")
    }
    if written != fact.offer.version {
      broken(.staleSheet, "\(told) came from a sheet that was written for version \(written)")
    }
    if stoppedAtService.contains(fact.offer) {
      broken(.staleSheet, "\(told) came from its sheet \(id)/\(version), and that version is stopped")
    }
  }

  private mutating func turned(_ fact: OfferTurned) {
    gate.turned(fact)
    capacity.turned(fact)
    switch fact.turn {
    case .blocked: blocked = fact.sentence
    case .launched:
      launched.insert("\(fact.offerID)@\(fact.version)")
      if let emergency = fact.emergency {
        let named = Set(emergency.by)
        if named.count < 2 { broken(.oneAlone, "\(fact.offerID)@\(fact.version) went live in an emergency by \(emergency.by) alone") }
        for one in named where !people.isHere(one, at: "marketing") {
          broken(.leaversDeed, "\(one), who works here no more, let \(fact.offerID)@\(fact.version) go live in an emergency")
        }
      } else if let lacks = gate.lack(of: fact, people) {
        broken(.blockedLaunch, "\(fact.offerID)@\(fact.version) went live at \(fact.at) without \(lacks)")
      }
    // What rests goes on only when it can be kept.
    case .resumed: if let short = gate.unheeded(at: fact.at) { broken(.blockedLaunch, short) }
    case .paused, .stopped, .ended, .cancelled: break
    }
  }

  private mutating func published(_ fact: PolicyPublished, by actor: String?) {
    let name = "version \(fact.version) of the policy \(fact.name)"
    guard let first = wishes["\(fact.name)@\(fact.version)"], let actor, actor != first.text else {
      return broken(.oneAlone, "\(name) counts, and \(actor ?? "nobody") alone wanted it")
    }
    if !people.isHere(first, at: "ledger") { broken(.leaversDeed, "\(name) counts by the word of \(first), who works here no more") }
  }

  /// When everything has been heard: nothing was lost on the way.
  mutating func settled(holdsAtMarketing: Set<String>, answersAtMarketing: [String: String], slotsAtMarketing: [String: String]) {
    for (id, person) in complaints where !holds.values.contains(where: { $0.personID == person }) {
      broken(.lostHold, "\(person) complained in \(id), which is open, and nothing holds marketing back")
    }
    let placed = Set(holds.keys.map(\.text))
    if placed != holdsAtMarketing { broken(.lostHold, "customer service holds \(placed.sorted()), marketing \(holdsAtMarketing.sorted())") }
    let answered = answers.mapValues(\.answer.rawValue)
    if answered != answersAtMarketing {
      broken(.lostReservation, "customer service answered \(answered), marketing has \(answersAtMarketing)")
    }
    if let other = capacity.difference(from: slotsAtMarketing) { broken(.lostReservation, other) }
  }

  /// Everything that was due is done.
  mutating func isWorked(at now: Timestamp) {
    if let order = money.overdrawn { broken(.paidBackTwice, order) }
    if let drop = gate.unheeded(at: now) { broken(.lostReservation, drop) }
  }
}
