import BrokerCore
import Contracts
import Journal
import Testing
import Wire

/// Damage that takes what consumers have been given already, or are about to be.
extension HealingTests {
  /// The event is damaged while the broker runs, and the shell has seen it.
  private func wound(_ sequence: UInt64) throws {
    try stage.roll()
    stage.flip(positions[sequence]!, plus: 40)
    try stage.examine(1)
    _ = try settle()
  }

  /// What is in flight comes back: nobody settled it in time.
  private func expire() throws {
    stage.now = Moment(wall: stage.now.wall.adding(.seconds(31)), uptime: stage.now.uptime + 31_000)
    try stage.apply(.tick)
  }

  private func acceptLoss(_ sequence: UInt64) throws {
    let position = positions[sequence]!
    try stage.apply(.acceptLoss(position..<position.advanced(by: 4_096), by: "operator"))
  }

  @Test(arguments: ["before", "behind", "mended", "gone"])
  func `what is given up is not handed out, though it was read before it was lost`(_ moment: String) throws {
    try wound(2)
    switch moment {
    // Its bytes are asked for again, and the word comes before the answer, or lets it ask once more.
    case "before":
      try expire()
      let fetches = try stage.settleDisk()
      try acceptLoss(2)
      for case .fetch(let subscription, let from, let bytes) in fetches {
        try stage.apply(.fetched(subscription: subscription, from: from, try stage.read(from: from, bytesMax: bytes)))
      }
    case "behind":
      try expire()
      #expect(try settle().delivered == [1], "nothing moves over the hole")
      try acceptLoss(2)
    // It comes back when the hole is filled already.
    case "mended":
      try acceptLoss(2)
      #expect(try settle().delivered == [])
      try expire()
    // It comes back when its segment went, and all else that was needed of it was carried on.
    default:
      try acceptLoss(2)
      _ = try settle()
      try stage.roll()
      try stage.roll()
      let survey = try #require(try stage.surveyOldest())
      try stage.apply(.surveyed(survey, .unneeded))
      _ = try settle()
      try #require(stage.machine.kept > positions[12]!.value)
      try expire()
    }
    try stage.apply(.credit(reader, handle: 1, messages: 50, bytes: 1 << 20))
    let again = try settle().delivered
    let rest: [UInt64] = Array(3...12)
    #expect(again.sorted() == (moment == "behind" ? rest : [1] + rest), "\(again)")
    // Done with the rest: nothing holds the floor.
    try stage.apply(.settle(reader, handle: 1, Settlement(done: [1...100])))
    _ = try settle()
    #expect(row("all")?["look_ahead"] == 0 && row("all")?["first_unsettled"] == .null, "\(row("all") ?? .null)")
    #expect(row("all")?["passed_over"]?["messages"] == 1)
    #expect(try stage.remembered() == stage.machine.checkpoint())
  }
  @Test func `a reading from before the healing is made once more, and passes over nothing`() throws {
    try wound(2)
    try expire()
    try stage.apply(.credit(reader, handle: 1, messages: 50, bytes: 1 << 20))
    try subscribe("late", .beginning, handle: 2)
    // The reader has met the damage, and its answers are on their way.
    var answers: [(subscription: UInt32, from: Position, Fetched)] = []
    var delivered: [UInt64] = []
    while case let effects = try stage.settleDisk(), !effects.isEmpty {
      for effect in effects {
        if case .deliver(_, _, _, _, _, _, let sequence, _) = effect { delivered.append(sequence) }
        guard case .fetch(let subscription, let from, let bytes) = effect else { continue }
        let answer = try stage.read(from: from, bytesMax: bytes)
        if case .damaged = answer {
          answers.append((subscription, from, answer))
        } else {
          try stage.apply(.fetched(subscription: subscription, from: from, answer))
        }
      }
    }
    try #require(answers.count == 2 && delivered == [1, 1])
    // Meanwhile the event stands again, and what is left of the hole is not filled yet.
    try heal(2)
    try stage.turn()
    for effect in stage.takeReleased() { try stage.perform(effect) }
    try #require(stage.machine.counts.healed == 1 && stage.machine.holeRows.count == 1)
    for (subscription, from, answer) in answers { try stage.apply(.fetched(subscription: subscription, from: from, answer)) }
    #expect(try settle().delivered.sorted() == (Array(2...12) + Array(2...12)).sorted())
  }
}
