import BrokerCore
import Contracts
import Journal
import TestKit
import Testing
import Wire

/// What keeps a segment, what is carried out of it, and what is told of what is gone.
struct RetentionTests {
  let stage: Stage
  let publisher = ConnectionID(1)
  let reader = ConnectionID(2)

  init() throws { try self.init(tailEvents: 4) }

  init(tailEvents: Int) throws {
    var limits = BrokerLimits()
    limits.tailEvents = tailEvents
    stage = try Stage(limits: limits, inputBytesMax: 8 << 10, segmentBytes: 64 << 10)
    try stage.apply(
      .hello(
        publisher, Hello(version: 1, credential: "ledger", secret: "", lineage: "L", epoch: 1, highestSequence: 0, manifest: Manifest()),
        Rights(publish: ["ledger.*"], subscribe: [], source: "/ledger")))
    try greet()
  }

  func greet() throws {
    try stage.apply(
      .hello(
        reader, Hello(version: 1, credential: "service", secret: "", lineage: nil, epoch: 1, highestSequence: 0, manifest: Manifest()),
        Rights(publish: [], subscribe: ["*"], source: nil)))
  }

  func subscribe(_ start: Subscribe.Start = .beginning, as name: String = "all", handle: UInt32 = 1, credit: Int = 500) throws {
    try stage.apply(
      .subscribe(
        reader,
        Subscribe(handle: handle, name: name, filters: [], start: start, deadKey: .park, creditMessages: credit, creditBytes: 1 << 20)))
  }

  /// Publishes events of their own keys and begins the next segment; a second lies between two.
  func fill(_ sequences: ClosedRange<UInt64>, padding: Int = 100) throws {
    for sequence in sequences {
      stage.now.wall = stage.now.wall.adding(.seconds(1))
      try stage.publish(
        publisher, TestEvent(id: "e\(sequence)", type: "ledger.a", source: "/ledger", key: "k\(sequence)", padding: padding),
        sequence: sequence)
    }
    _ = try settle()
    try stage.roll()
  }

  /// Ends turns and reads until nothing happens any more: (number, sequence, position) of what was delivered.
  func settle() throws -> [(number: UInt64, sequence: UInt64, position: Position)] {
    var delivered: [(number: UInt64, sequence: UInt64, position: Position)] = []
    while true {
      let effects = try stage.settleDisk()
      if effects.isEmpty { return delivered }
      for effect in effects {
        if case .fetch(let subscription, let from, let bytes) = effect {
          try stage.apply(.fetched(subscription: subscription, from: from, try stage.read(from: from, bytesMax: bytes)))
        }
        if case .deliver(_, _, let number, let position, _, _, let sequence, _) = effect {
          delivered.append((number, sequence, position))
          #expect(try stage.json(at: position)?.contains(#""id":"e\#(sequence)""#) == true)
        }
      }
    }
  }

  @discardableResult
  func letGo(_ how: LettingGo = .unneeded) throws -> Bool {
    guard let survey = try stage.surveyOldest() else { return false }
    let before = stage.machine.kept
    try stage.apply(.surveyed(survey, how))
    _ = try settle()
    return stage.machine.kept > before
  }

  var subscription: JSON? { stage.machine.status()["subscriptions"]?.array?.first { $0["name"] == "service/all" } }

  @Test func `nobody needs it: the oldest go, the newest two stay, and outboxes may forget what went`() throws {
    for segment in 0..<4 as Range<UInt64> { try fill(segment * 5 + 1...segment * 5 + 5) }
    #expect(stage.machine.status()["producers"]?.array?.first?["forget"] == 0)
    var gone = 0
    while try letGo() { gone += 1 }
    #expect(gone == 3 && stage.machine.kept == 4 * 65_536)
    #expect(
      try stage.disk.list().filter { $0.hasSuffix(".segment") } == ["000000000004.segment", "000000000005.segment", "reserve.segment"])
    #expect(stage.machine.status()["producers"]?.array?.first?["forget"] == 15)
    #expect(try keptByItsOwnWord() == stage.machine.kept)
    // A reader from the beginning begins with what is there.
    try subscribe()
    #expect(try settle().map(\.sequence) == Array(16...20))
  }

  /// What the records of the journal say, read while nobody has it open; holds the rest to it.
  private func keptByItsOwnWord() throws -> UInt64 {
    var kept = KeptFrom()
    var verified = JournalVerify(stage.disk) { kept.take($0) }
    verified.expect(from: kept.position)
    #expect(verified.isSound)
    return kept.position.value
  }

  @Test(arguments: [false, true]) func `a missing oldest segment is seen by the journal's own word of where it begins`(
    rolls: Bool
  ) throws {
    for segment in 0..<4 as Range<UInt64> { try fill(segment * 5 + 1...segment * 5 + 5) }
    while try letGo() {}
    // The word stands in a record, and behind a roll in a checkpoint as well.
    if rolls { try fill(21...22) }
    #expect(try keptByItsOwnWord() == 4 * 65_536)
    let copy = stage.disk.copy()
    try copy.remove("000000000004.segment")
    var kept = KeptFrom()
    var verified = JournalVerify(copy) { kept.take($0) }
    #expect(verified.isSound, "the files alone say nothing of it")
    verified.expect(from: kept.position)
    #expect(verified.findings.contains { $0.isLoss && "\($0)".hasPrefix("segment 4, segment") }, "\(verified.findings)")
  }

  @Test func `what a slow subscription has yet to read stays, unless told otherwise, and then it is told`() throws {
    try subscribe(credit: 2)
    for segment in 0..<4 as Range<UInt64> { try fill(segment * 20 + 1...segment * 20 + 20, padding: 1_500) }
    #expect(try letGo() == false)
    #expect(stage.machine.pin?.holders == ["service/all: 20 unsettled"])
    #expect(try letGo(.evenUnread) == true)
    #expect(subscription?["passed_over"]?["messages"] == 20 && subscription?["passed_over"]?["why"] == "retention")
    // What it had in hand is taken back; it goes on behind what is gone.
    try stage.apply(.credit(reader, handle: 1, messages: 3, bytes: 1 << 20))
    #expect(try settle().map(\.sequence).suffix(3) == [23, 24, 25])
    try stage.crash()
    #expect(subscription?["passed_over"]?["messages"] == 20)
  }

  @Test func `one unsettled event, a dead letter and a delayed one do not pin the disk`() throws {
    try subscribe()
    try fill(1...8)
    _ = try settle()
    // 3 stays in hand, 5 fails and waits, 6 is dead; all else is done.
    try stage.apply(
      .settle(
        reader, handle: 1,
        Settlement(
          done: [1...2, 4...4, 7...8],
          exceptions: [
            .init(delivery: 5, verdict: .later(after: .seconds(3_600))), .init(delivery: 6, verdict: .never(reason: "no")),
          ])))
    for segment in 1..<5 as Range<UInt64> {
      try fill(segment * 8 + 1...segment * 8 + 8)
      try stage.apply(.settle(reader, handle: 1, Settlement(done: [segment * 8 + 1...segment * 8 + 8])))
      _ = try settle()
    }
    let positions = Dictionary(
      uniqueKeysWithValues: try stage.everything().compactMap {
        $0.event.map { $0.head.sequence } == nil ? nil : ($0.event!.head.sequence, $0.position)
      })
    while try letGo() {}
    #expect(stage.machine.kept == 5 * 65_536 && stage.machine.counts.carried == 3)
    for sequence in [3, 5, 6] as [UInt64] {
      let position = positions[sequence]!
      #expect(stage.machine.place(of: position) != position)
      #expect(try stage.json(at: position)?.contains(#""id":"e\#(sequence)""#) == true)
    }
    // They are carried again when the segment they came to is as old.
    for segment in 5..<9 as Range<UInt64> {
      try fill(segment * 8 + 1...segment * 8 + 8)
      try stage.apply(.settle(reader, handle: 1, Settlement(done: [segment * 8 + 1...segment * 8 + 8])))
      _ = try settle()
    }
    while try letGo() {}
    #expect(stage.machine.kept == 9 * 65_536)
    // After a restart 3 comes again, then in its time 5, each under its old name; the letter is still one.
    try stage.crash()
    try greet()
    try subscribe()
    let first = try settle()
    #expect(first.first?.sequence == 3 && first.first?.position == positions[3])
    stage.now.uptime += 3_700_000
    stage.now.wall = stage.now.wall.adding(.seconds(3_700))
    try stage.apply(.tick)
    let second = try settle()
    #expect(second.contains { $0.sequence == 5 && $0.position == positions[5] }, "3 may come again as well, its lease has ended")
    #expect(subscription?["dead"] == 1)
    // Settled, they are not carried any further.
    try stage.apply(.settle(reader, handle: 1, Settlement(done: [1...1_000])))
    for segment in 9..<12 as Range<UInt64> {
      try greetPublisher()
      try fill(segment * 8 + 1...segment * 8 + 8)
      try stage.apply(.settle(reader, handle: 1, Settlement(done: [1...1_000])))
      _ = try settle()
    }
    while try letGo() {}
    #expect(stage.machine.status()["disk"]?["carried"] == 1, "the letter alone")
    #expect(try stage.remembered() == stage.machine.checkpoint())
  }

  private func greetPublisher() throws {
    try stage.apply(
      .hello(
        publisher, Hello(version: 1, credential: "ledger", secret: "", lineage: "L", epoch: 1, highestSequence: 500, manifest: Manifest()),
        Rights(publish: ["ledger.*"], subscribe: [], source: "/ledger")))
  }

  @Test func `a power cut between any two steps leaves the segment, or what is needed of it elsewhere`() throws {
    var step = 0
    var isDone = false
    while !isDone {
      step += 1
      let it = try RetentionTests()
      try it.subscribe()
      try it.fill(1...8)
      _ = try it.settle()
      try it.stage.apply(
        .settle(
          it.reader, handle: 1,
          Settlement(done: [1...2, 4...8], exceptions: [.init(delivery: 3, verdict: .never(reason: "no"))])))
      for segment in 1..<4 as Range<UInt64> {
        try it.fill(segment * 8 + 1...segment * 8 + 8)
        try it.stage.apply(.settle(it.reader, handle: 1, Settlement(done: [segment * 8 + 1...segment * 8 + 8])))
        _ = try it.settle()
      }
      let position = try it.stage.everything().first { $0.event?.head.sequence == 3 }!.position
      it.stage.disk.powerGoesAt = it.stage.disk.operations + step
      do {
        while try it.letGo() {}
        isDone = true
      } catch {}
      for names in 0...it.stage.disk.unsyncedNames {
        for keeping in [false, true] {
          let disk = it.stage.disk.afterPowerCut(names: names) { _ in keeping }
          let other = try RetentionTests()
          try other.stage.start(on: disk, at: it.stage.now)
          #expect(try other.stage.json(at: position)?.contains(#""id":"e3""#) == true, "step \(step), \(names) names")
          #expect(other.subscription?["dead"] == 1)
          try other.greet()
          try other.subscribe()
          #expect(try other.settle().isEmpty, "all else was settled")
          while try other.letGo() {}
          #expect(try other.stage.json(at: position)?.contains(#""id":"e3""#) == true)
          #expect(JournalVerify(other.stage.disk).isSound)
        }
      }
    }
    #expect(step > 8)
  }

  @Test func `a reader from an instant begins with the segment of then, and misses nothing`() throws {
    let began = stage.now.wall
    for segment in 0..<6 as Range<UInt64> { try fill(segment * 5 + 1...segment * 5 + 5) }
    for instant in 0...31 {
      try stage.apply(.unsubscribe(reader, handle: 1, forget: true))
      _ = try settle()
      try subscribe(.time(began.adding(.seconds(Int64(instant)))))
      let effects = try stage.settleDisk()
      let from = effects.compactMap { effect -> Position? in if case .fetch(_, let from, _) = effect { from } else { nil } }.first
      for effect in effects {
        if case .fetch(let subscription, let from, let bytes) = effect {
          try stage.apply(.fetched(subscription: subscription, from: from, try stage.read(from: from, bytesMax: bytes)))
        }
      }
      let delivered =
        effects.compactMap { effect -> UInt64? in if case .deliver(_, _, _, _, _, _, let sequence, _) = effect { sequence } else { nil } }
        + (try settle().map(\.sequence))
      #expect(delivered == (instant <= 30 ? Array(UInt64(max(instant, 1))...30) : []), "from second \(instant)")
      // Event n was accepted in second n, five to a segment: reading begins at most one segment early.
      if let from, instant > 0 {
        #expect(Int(from.value / 65_536) >= (instant - 1) / 5 - 1 + (instant > 5 ? 1 : 0), "from second \(instant)")
      }
    }
  }
}
