import TestKit

extension WorldWeek {
  /// What becomes of a Sunday offer that is live.
  enum Turn: CaseIterable {
    /// Nothing in particular.
    case peace
    /// What it promised is there no more.
    case drops
    /// It is stopped, and people are answered all the same.
    case stopped
    /// Orders that were given something are looked at again.
    case secondThoughts

    func steps(using random: inout SeededRandom) -> [WorldStep] {
      switch self {
      case .peace: []
      case .drops: Self.drops(using: &random)
      case .stopped: Self.stopped(using: &random)
      case .secondThoughts: Self.secondThoughts(using: &random)
      }
    }

    /// It is wrong and stopped. Somebody may write its sheets anew, for the version that is stopped or for the next one; customers ask
    /// meanwhile, before that version is live and after.
    private static func stopped(using random: inout SeededRandom) -> [WorldStep] {
      let answers: [WorldStep] = GateWatch.locales.enumerated().map { .tell($0.offset, $0.element) }
      let again: [WorldStep] = Bool.random(using: &random) ? words : []
      let next: [WorldStep] = Bool.random(using: &random) ? [.revise, .deliver(30, 17)] + words + answers + [.deliver(60, 18)] : []
      return [.deliver(60, 19), .stop, .deliver(20, 20)] + answers + again + answers + next + answers
    }

    /// What was given under it is told everywhere, and then there is news of those orders: an agent honours them too, the card takes the
    /// refund, what was bought comes back, in any order.
    private static func secondThoughts(using random: inout SeededRandom) -> [WorldStep] {
      let news: [WorldStep] = [0, 1].flatMap { order -> [WorldStep] in
        [.honour(order), .confirm(order), .giveBack(order, Bool.random(using: &random)), .match(order)]
      }
      return [.deliver(60, 21)]
        + news.shuffled(using: &random).flatMap { [$0, .deliver(Int.random(in: 1...12, using: &random), random.next())] }
    }

    /// What a live offer promised is there no more: one promise that only raises an alarm and one that pauses it, in either order, each at once
    /// or on a later day, so that the one may hide behind the other; and then all is well again.
    private static func drops(using random: inout SeededRandom) -> [WorldStep] {
      func day() -> Int { Int.random(in: 0...2, using: &random) }
      let alarm: [WorldStep] = [.capacity("contacts", 60, from: day()), .deliver(20, 7)]
      let pause: [WorldStep] = [.capacity("kettles", 40, from: day()), .deliver(20, 10)]
      let late: [WorldStep] = Bool.random(using: &random) ? [.hours(9)] : []
      let tooEarly: [WorldStep] = Bool.random(using: &random) ? [.resume, .hours(1)] : []
      return late + (Bool.random(using: &random) ? alarm + [.hours(1)] + pause : pause + [.hours(1)] + alarm) + [.hours(1)] + tooEarly + [
        .capacity("kettles", 500, from: 0), .capacity("contacts", 200, from: 0), .deliver(20, 11), .resume,
      ]
    }
  }
}
