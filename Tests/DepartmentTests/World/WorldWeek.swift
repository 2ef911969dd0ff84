import TestKit

/// How a story goes until Sunday, and after it.
enum WorldWeek: CaseIterable {
  /// As it should.
  case smooth
  /// As it should, but for one thing: it is forgotten, or taken back before the start.
  case lacking
  /// As it comes: something that is ordinary is forgotten now and then, and anything happens between.
  case wild

  /// What happens, in order, and on Sunday the start.
  static func story(using random: inout SeededRandom) -> [WorldStep] {
    let week = allCases.randomElement(using: &random) ?? .wild
    let isBeside = Int.random(in: 0..<3, using: &random) == 0
    var steps = week.steps(ordinary + (isBeside ? anotherOffer : []), using: &random)
    // What was heard before Sunday may come again on the way there.
    if Bool.random(using: &random) {
      steps += [.any(again: 30, using: &random), .deliver(Int.random(in: 0...9, using: &random), random.next())]
    }
    steps.append(.hours(29))
    if let turn = Turn.allCases.randomElement(using: &random) { steps += between(turn.steps(using: &random), using: &random) }
    for _ in 0..<20 { steps.append(.any(using: &random)) }
    // Every third goes on with another version, in peace or not.
    if Int.random(in: 0..<3, using: &random) == 0 { steps += between(anotherVersion, using: &random) }
    for _ in 0..<15 { steps.append(.any(using: &random)) }
    return steps
  }

  private func steps(_ ordinary: [WorldStep], using random: inout SeededRandom) -> [WorldStep] {
    switch self {
    case .smooth: return ordinary
    case .lacking:
      // Half of the time it is the offer beside it that lacks something.
      if Bool.random(using: &random) { return Self.lackingBeside(using: &random) }
      guard Bool.random(using: &random) else { return ordinary + Self.takenBack(using: &random) }
      return Bool.random(using: &random) ? Self.without(row: ordinary, using: &random) : Self.without(step: ordinary, using: &random)
    case .wild:
      var steps: [WorldStep] = []
      for step in ordinary {
        if Int.random(in: 0..<20, using: &random) > 0 { steps.append(step) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { steps.append(.any(using: &random)) }
      }
      return steps
    }
  }

  /// Without any one of them.
  private static func without(step steps: [WorldStep], using random: inout SeededRandom) -> [WorldStep] {
    var steps = steps
    steps.remove(at: Int.random(in: steps.indices, using: &random))
    return steps
  }

  /// Without something that one row of the gate asks for, whichever row it is: a promise, a sheet, a briefing.
  private static func without(row steps: [WorldStep], using random: inout SeededRandom) -> [WorldStep] {
    let rows: [(WorldStep) -> Bool] = [
      { if case .promise = $0 { true } else { false } }, { if case .verify = $0 { true } else { false } },
      { if case .read = $0 { true } else { false } },
    ]
    let isOfRow = rows.randomElement(using: &random) ?? { _ in false }
    var steps = steps
    if let place = steps.indices.filter({ isOfRow(steps[$0]) }).randomElement(using: &random) { steps.remove(at: place) }
    return steps
  }

  /// `steps`, and now and then something else after one of them.
  private static func between(_ steps: [WorldStep], using random: inout SeededRandom) -> [WorldStep] {
    steps.flatMap { step in Int.random(in: 0..<3, using: &random) == 0 ? [step, .any(using: &random)] : [step] }
  }

  // MARK: What is ordinary

  /// What a world needs to have a Sunday at all, in the order in which people would do it.
  static let ordinary: [WorldStep] =
    [.order(0), .schedule, .deliver(40, 1)] + GateWatch.promises.map { .promise(GateWatch.sunday, $0, "yes") } + words
    + [.deliver(60, 2), .order(1), .deliver(20, 3)]

  /// The words of the latest version, and who reads them.
  static let words: [WorldStep] =
    GateWatch.locales.flatMap { [.draft($0), .verify($0, "lead/ruth")] } + WorldStep.agents.map { .read($0) }

  /// Another version of an offer that is live, with its words; and an offer beside it.
  static let anotherVersion: [WorldStep] = [.revise, .deliver(30, 4)] + words + [.tell(0, "en-US"), .deliver(60, 5), .tell(1, "es-US")]
  static let anotherOffer: [WorldStep] = [
    .welcome, .deliver(20, 6), .parity(true), .promise(GateWatch.welcome, "contacts", "yes"), .deliver(40, 15),
  ]

  // MARK: What goes wrong

  /// Something that held on Friday and does not on Saturday, for each row of the gate; with half of those who leave, what hangs on them
  /// goes to another.
  private static func takenBack(using random: inout SeededRandom) -> [WorldStep] {
    let promise = GateWatch.promises.randomElement(using: &random) ?? "contacts"
    let locale = GateWatch.locales.randomElement(using: &random) ?? "en-US"
    let somebody = ["marketer/maya", "lead/ruth"].randomElement(using: &random) ?? "lead/ruth"
    let ways: [[WorldStep]] = [
      [.promise(GateWatch.sunday, promise, "no")], [.stale(locale)], WorldStep.agents.map { .absent($0, 10, true) },
      [.capacity("contacts", 60, from: 0)], [.capacity("kettles", 40, from: 0)], [.capacity("kettles", 40, from: 2)],
      Bool.random(using: &random) ? [.leave(somebody)] : [.leave(somebody), .handOn(somebody)], [.leave("marketer/maya")],
    ]
    let taken = (ways.randomElement(using: &random) ?? []) + [.deliver(30, random.next())]
    // What marketing had heard before comes again, and on Sunday not yet all of it.
    guard Bool.random(using: &random) else { return taken }
    return taken + [
      .again("marketing", Int.random(in: 1...60, using: &random)), .deliver(Int.random(in: 1...12, using: &random), random.next()),
    ]
  }

  /// A week in which the Sunday offer has everything, and the one for new customers all but one thing, of which marketing has heard: its
  /// exception from parity was not approved, was refused, or was approved by somebody who left; or its promise was not kept.
  private static func lackingBeside(using random: inout SeededRandom) -> [WorldStep] {
    let ways: [[WorldStep]] = [
      anotherOffer.filter { if case .parity = $0 { false } else { true } },
      anotherOffer.map { if case .parity = $0 { .parity(false) } else { $0 } }, anotherOffer + [.parity(false), .deliver(20, 12)],
      anotherOffer + [.leave("lead/ruth"), .deliver(30, 13)],
      anotherOffer + [.promise(GateWatch.welcome, "contacts", "no"), .deliver(20, 14)],
      // All that there is was promised to the first.
      [.capacity("contacts", 120, from: 0), .deliver(20, 16)] + anotherOffer,
    ]
    return ordinary + (ways.randomElement(using: &random) ?? [])
  }
}
