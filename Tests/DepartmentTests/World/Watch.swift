import Contracts
import Host

/// What must never be, whatever is done and in whatever order it becomes known; judged by the facts alone, not by any department's own code.
struct Watch {
  enum Promise: String, CaseIterable { case notTaken, creditedTwice, staleSheet, blockedLaunch, heldMessage, lostHold, lostReservation }

  /// The first promise that was broken, and how.
  private(set) var fault: (promise: Promise, sentence: String)?

  mutating func broken(_ promise: Promise, _ sentence: String) { if fault == nil { fault = (promise, sentence) } }

  // What departments have told so far.
  private var given: [String: Int64] = [:]
  private var remedies: [RemedyID: Int64] = [:]
  private var verified: Set<String> = []
  private(set) var answers: [String: PromiseAnswered] = [:]
  /// Open complaints, by case; and holds that customer service has placed and not lifted, with whose they are.
  private(set) var complaints: [Identifier<Case>: Identifier<Person>] = [:]
  private(set) var holds: [Identifier<Hold>: HoldTurned] = [:]
  /// How often each thing was seen, so that a test can tell that it looked at something.
  private(set) var seen: [String: Int] = [:]

  /// Why the offer did not go live, in marketing's words.
  private(set) var blocked: String?

  // What marketing and customer service have heard.
  private var heldAtMarketing: [Identifier<Hold>: HoldTurned] = [:]
  private var stoppedAtService: Set<OfferVersion> = []
  private var reserved: Int64 = 0
  private var sheetsAtMarketing: [String: Set<Int>] = [:]
  private var answersAtMarketing: [String: PromiseAnswered] = [:]
  private var waived: Set<GateWaived.Check> = []

  /// The most that the Sunday offer gives for one order of the world.
  static let mostPerOrder: Int64 = 995
  /// What the Sunday offer asks for before it goes live.
  static let promises = ["contacts", "lead", "kettles"]
  static let locales = ["en-US", "es-US"]
  static let reserve: Int64 = 450_000

  mutating func told(_ event: DomainEvent, by department: Department) {
    seen[event.type, default: 0] += 1
    switch event {
    case .remedyChanged(let fact): remedy(fact)
    case .sheetTurned(let fact):
      let sheet = "\(fact.sheetID)/\(fact.sheetVersion)"
      if fact.turn == .verified { verified.insert(sheet) } else { verified.remove(sheet) }
    case .answerTurned(let fact): answer(fact)
    case .promiseAnswered(let fact): answers["\(fact.promiseID)@\(fact.version)"] = fact
    case .caseTurned(let fact):
      guard fact.kind == .complaint, let person = fact.personID else { return }
      complaints[fact.caseID] = fact.turn == .solved ? nil : person
    case .holdTurned(let fact): holds[fact.holdID] = fact.turn == .lifted ? nil : fact
    case .offerTurned(let fact) where fact.turn == .blocked: blocked = fact.sentence
    case .gateWaived(let fact): waived.insert(fact.check)
    case .offerTurned(let fact) where fact.turn == .launched: launched(fact)
    case .messageTurned(let fact) where fact.turn == .sent && fact.purpose == .marketing:
      if let hold = heldAtMarketing.values.first(where: { $0.personID == fact.personID && $0.scope == .all }) {
        broken(.heldMessage, "\(fact.messageID) went to \(fact.personID), on whom hold \(hold.holdID) lies since \(hold.at)")
      }
    default: break
    }
  }

  mutating func heard(_ event: DomainEvent, by department: Department) {
    switch (department.name, event) {
    case ("marketing", .holdTurned(let fact)): heldAtMarketing[fact.holdID] = fact.turn == .lifted ? nil : fact
    case ("marketing", .sheetTurned(let fact)):
      // A new draft beside the sheet in force takes nothing from it.
      let sheet = "\(fact.locale)@\(fact.offerVersion)"
      if fact.turn == .verified { sheetsAtMarketing[sheet, default: []].insert(fact.sheetVersion) }
      if fact.turn == .staled { sheetsAtMarketing[sheet, default: []].remove(fact.sheetVersion) }
    case ("marketing", .promiseAnswered(let fact)): answersAtMarketing["\(fact.promiseID)@\(fact.version)"] = fact
    case ("marketing", .budgetChanged(let fact)) where fact.kind == .reserved: reserved += fact.amount.minor
    case ("service", .offerTurned(let fact)) where fact.turn == .stopped:
      if let offer = OfferVersion(offer: fact.offerID, version: fact.version) { stoppedAtService.insert(offer) }
    default: break
    }
  }

  private mutating func remedy(_ fact: RemedyChanged) {
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
    if given[key, default: 0] > Self.mostPerOrder {
      broken(.creditedTwice, "\(key) has \(given[key, default: 0]) cents of at most \(Self.mostPerOrder)")
    }
  }

  private mutating func answer(_ fact: AnswerTurned) {
    guard fact.turn == .given, let id = fact.sheetID, let version = fact.sheetVersion else { return }
    if !verified.contains("\(id)/\(version)") {
      broken(.staleSheet, "\(fact.answerID) was given from sheet \(id)/\(version), which is no good")
    }
    if stoppedAtService.contains(fact.offer) {
      broken(.staleSheet, "\(fact.answerID) was given from a sheet of \(fact.offer), which is stopped")
    }
  }

  private mutating func launched(_ fact: OfferTurned) {
    func lacks(_ what: String) { broken(.blockedLaunch, "\(fact.offerID)@\(fact.version) went live at \(fact.at) without \(what)") }
    guard fact.emergency == nil else { return }
    if reserved < Self.reserve, !waived.contains(.budget) { lacks("its money") }
    for promise in Self.promises where !waived.contains(.promises) {
      guard let answer = answersAtMarketing["\(promise)@\(fact.version)"], answer.answer != .no, answer.expiresAt > fact.at else {
        lacks("a yes to \(promise)")
        continue
      }
    }
    for locale in Self.locales where !waived.contains(.sheets) && sheetsAtMarketing["\(locale)@\(fact.version)", default: []].isEmpty {
      lacks("a sheet in \(locale)")
    }
  }

  /// When everything has been heard: nothing was lost on the way.
  mutating func settled(holdsAtMarketing: Set<String>, answersAtMarketing: [String: String]) {
    for (id, person) in complaints where !holds.values.contains(where: { $0.personID == person }) {
      broken(.lostHold, "\(person) complained in \(id), which is open, and nothing holds marketing back")
    }
    let placed = Set(holds.keys.map(\.text))
    if placed != holdsAtMarketing { broken(.lostHold, "customer service holds \(placed.sorted()), marketing \(holdsAtMarketing.sorted())") }
    let answered = answers.mapValues(\.answer.rawValue)
    if answered != answersAtMarketing {
      broken(.lostReservation, "customer service answered \(answered), marketing has \(answersAtMarketing)")
    }
  }
}
