import TestKit

/// One thing that somebody does, or that happens between the departments; a seed of its own, so that leaving out others changes nothing in it.
enum WorldStep: Sendable, CustomStringConvertible {
  case order(Int), giveBack(Int, Bool), schedule, welcome, mistake(Int), revise, stop, pause, resume, launch, emergency, confirmEmergency,
    waive(
      String, String)
  case promise(String, String, String), draft(String), verify(String, String), stale(String), read(String)
  case absent(String, Int, Bool), swap(Int), capacity(String, Int64, from: Int), parity(Bool), propose(String, Int64), agree(String, String)
  case leave(String), back(String), handOn(String), knock(String)
  case complain(Int), ask(Int), solve(Int), tell(Int, String), honour(Int), match(Int), undo, confirm(Int)
  case deliver(Int, UInt64), again(String, Int), hours(Int)

  static let people = 4
  static let departments = ["ledger", "marketing", "service"]
  static let orders = 6
  /// Who is at the desk in the first days.
  static let agents = ["agent/bo", "agent/uma"]
  /// Who may leave, and who takes what hangs on them.
  static let heirs = [
    "agent/bo": "agent/uma", "agent/uma": "agent/bo", "lead/ruth": "lead/tom", "lead/tom": "lead/ruth", "marketer/maya": "marketer/noor",
    "marketer/noor": "marketer/maya", "supervisor/sam": "lead/tom",
  ]

  static func any(using random: inout SeededRandom) -> WorldStep {
    let number = Int.random(in: 0..<orders, using: &random)
    let locale = GateWatch.locales.randomElement(using: &random) ?? "en-US"
    let agent = agents.randomElement(using: &random) ?? "agent/bo"
    let somebody = heirs.keys.sorted().randomElement(using: &random) ?? "agent/bo"
    let offer = number < 5 ? GateWatch.sunday : GateWatch.welcome
    switch Int.random(in: 0..<125, using: &random) {
    case 0..<7: return .order(number)
    case 7..<9: return .giveBack(number, Bool.random(using: &random))
    case 9..<13: return .schedule
    case 13..<15: return .welcome
    case 15..<18: return .revise
    case 18..<19: return .stop
    case 19..<21: return .pause
    case 21..<24: return .resume
    case 24..<26: return .launch
    case 26..<27: return .emergency
    case 27..<28: return .confirmEmergency
    case 28..<30:
      return .waive(offer, ["sheets", "promises", "briefings", "channels", "capacity"].randomElement(using: &random) ?? "sheets")
    case 30..<37:
      let demand = GateWatch.demands.randomElement(using: &random) ?? GateWatch.demands[0]
      return .promise(demand.offer, demand.promise, number == 0 ? "no" : "yes")
    case 37..<42: return .draft(locale)
    case 42..<47: return .verify(locale, number < 3 ? "lead/ruth" : "lead/tom")
    case 47..<49: return .stale(locale)
    case 49..<54: return .read(agent)
    case 54..<56: return .absent(agent, 10 + number % 3, number < 4)
    case 56..<57: return .swap(10 + number % 3)
    case 57..<59: return .capacity("contacts", [60, 120, 200, 250].randomElement(using: &random) ?? 200, from: number % 3)
    case 59..<61: return .capacity("kettles", [40, 100, 500].randomElement(using: &random) ?? 500, from: number % 3)
    case 61..<63: return .parity(number > 0)
    case 63..<64: return .propose("briefing", [50, 100].randomElement(using: &random) ?? 100)
    case 64..<65: return .propose("frequency", Int64(number))
    case 65..<67:
      return .agree(
        number % 2 == 0 ? "briefing" : "frequency", ["lead/ruth", "supervisor/sam", "marketer/noor"].randomElement(using: &random) ?? "")
    case 67..<68: return .leave(somebody)
    case 68..<69: return .back(somebody)
    case 69..<70: return .handOn(somebody)
    case 70..<72: return .knock(somebody)
    case 72..<78: return .complain(number % people)
    case 78..<79: return .ask(number % people)
    case 79..<82: return .solve(number)
    case 82..<86: return .tell(number % people, locale)
    case 86..<90: return .honour(number)
    case 90..<92: return .match(number)
    case 92..<93: return .undo
    case 93..<95: return .confirm(number)
    case 95..<109: return .deliver(Int.random(in: 1...12, using: &random), random.next())
    case 109..<111: return .mistake(number)
    case 111..<116: return .any(again: 12, using: &random)
    default: return .hours(Int.random(in: 1...9, using: &random))
    }
  }

  /// Somebody's link breaks, and of what they heard last it comes again, up to `count` facts.
  static func any(again count: Int, using random: inout SeededRandom) -> WorldStep {
    .again(departments.randomElement(using: &random) ?? "ledger", Int.random(in: 1...count, using: &random))
  }

  /// The same with less of it, least first.
  var lesser: [WorldStep] {
    switch self {
    case .deliver(let count, let seed): Self.powers(below: count).map { .deliver($0, seed) }
    case .again(let department, let count): Self.powers(below: count).map { .again(department, $0) }
    default: []
    }
  }

  private static func powers(below count: Int) -> [Int] { (0..<7).map { 1 << $0 }.filter { $0 < count } }

  var description: String {
    switch self {
    case .order(let number): "person \(number % Self.people) orders a kettle with shipping (order \(number))"
    case .giveBack(let number, let withShipping): "order \(number) comes back\(withShipping ? ", and its shipping is given back" : "")"
    case .schedule: "marketing schedules the Sunday offer"
    case .welcome: "marketing schedules an offer for new customers"
    case .mistake(let number): "marketing schedules an offer with a mistake in it (\(number % World.mistakes.count + 1))"
    case .revise: "marketing writes the next version of the Sunday offer, which promises otherwise"
    case .stop: "marketing stops the Sunday offer"
    case .pause: "marketing pauses the Sunday offer"
    case .resume: "marketing lets the Sunday offer go on"
    case .launch: "marketing launches the Sunday offer by hand"
    case .emergency: "marketing wants the Sunday offer live in an emergency, with supervisor/sam"
    case .confirmEmergency: "supervisor/sam confirms the emergency"
    case .waive(let offer, let check): "the operator waives the check of \(check) of \(offer)"
    case .promise(let offer, let promise, let answer): "service answers \(answer) to \(promise) of \(offer)"
    case .draft(let locale): "a sheet of the Sunday offer is written in \(locale)"
    case .verify(let locale, let verifier): "\(verifier) verifies its sheet in \(locale)"
    case .stale(let locale): "its sheet in \(locale) is taken back, for it is wrong"
    case .read(let agent): "\(agent) reads the briefing"
    case .absent(let agent, let day, let isAbsent): "\(agent) is \(isAbsent ? "ill" : "well again") on the \(day)th"
    case .swap(let day): "agent/ines takes the shift of agent/bo on the \(day)th"
    case .capacity(let what, let quantity, let day): "there are \(quantity) \(what) from \(day == 0 ? "now" : "the \(10 + day)th") on"
    case .parity(let accepts): "service \(accepts ? "accepts" : "does not accept") that new customers pay less"
    case .propose(let policy, let number): "supervisor/sam proposes \(number) for the policy \(policy)"
    case .agree(let policy, let who): "\(who) confirms the policy \(policy)"
    case .leave(let who): "\(who) leaves"
    case .back(let who): "\(who) comes back"
    case .handOn(let who): "what hangs on \(who) goes to \(Self.heirs[who] ?? "nobody")"
    case .knock(let who): "\(who) tries every door"
    case .complain(let person): "person \(person) complains"
    case .ask(let person): "person \(person) asks something"
    case .solve(let number): "the complaint of person \(number % Self.people) is solved"
    case .tell(let person, let locale): "person \(person) is told of the Sunday offer in \(locale)"
    case .honour(let number): "an agent honours the Sunday offer for order \(number)"
    case .match(let number): "an agent gives order \(number) what new customers have"
    case .undo: "the agent takes that back"
    case .confirm(let number): "the card takes the refund for order \(number)"
    case .deliver(let count, _): count == 1 ? "a fact arrives" : "\(count) facts arrive"
    case .again(let department, let count):
      "\(department)'s link breaks: what it heard last is to come again, \(count == 1 ? "one fact" : "\(count) facts")"
    case .hours(let count): "\(count) hours pass"
    }
  }
}
