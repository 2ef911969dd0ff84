import BrokerCore
import Contracts
import Journal
import TestKit
import Testing
import Wire

/// Publishers, consumers, power cuts and time, all by chance, against the real machine and journal; the shadow model watches.
final class RandomWorld {
  struct Consumer {
    let id: ConnectionID
    let subscription: Int
    var credit: Int
    var bytes: Int
    var next: UInt64 = 1
    /// What it holds, by delivery number.
    var held: [UInt64: Int] = [:]
    /// Failed for good, and it may be told so.
    var failed: Set<UInt64> = []
  }

  static let credentials = ["ledger", "marketing"]
  let stage: Stage
  var random: SeededRandom
  var model = ShadowModel()
  var durable = ShadowModel()
  var publishers: [ConnectionID?] = [nil, nil]
  var epochs: [UInt64] = [1, 1]
  var outbox: [[ShadowModel.Event]] = [[], []]
  var consumers: [Consumer] = []
  var fetches: [(UInt32, Position, Int)] = []
  var connections: UInt32 = 0
  /// Takings-back are on their way: consumers hear of them before they act.
  var isDirty = false
  var fault: String?
  var deliveries = 0
  /// The operator's connection, and what it was answered last.
  var desk: ConnectionID?
  var answer: JSON?
  var acts = 0
  /// What happened last, for the message of a failure.
  var trail: [String] = []

  func note(_ what: @autoclosure () -> String) {
    trail.append(what())
    if trail.count > 2_000 { trail.removeFirst(1_000) }
  }

  init(_ random: SeededRandom) throws {
    self.random = random
    var limits = BrokerLimits()
    limits.attempts = 3
    limits.tailEvents = 16
    limits.fetchBytes = 2_000
    limits.lookAhead = 40
    limits.settledRanges = 8
    limits.queuedBytes = 4_000
    limits.buriedPerInput = 3
    limits.floorNoteEvents = 10
    limits.inFlightPerConnection = 30
    limits.deadLetters = 100_000
    limits.floodFailures = 8
    limits.returnsAhead = 5
    limits.carriedShare = 2
    stage = try Stage(limits: limits, inputBytesMax: 24 << 10, segmentBytes: 64 << 10)
    model.last = [0, 0]
    model.subscriptions = [
      .init(name: "all", filter: "*", parks: true, from: 0), .init(name: "some", filter: "ledger.a", parks: false, from: 0),
      .init(name: "other", filter: "marketing.*", parks: true, from: 0),
    ]
    stage.whenDurable = { [unowned self] in durable = model }
    for s in model.subscriptions.indices { try join(s) }
    try turn()
  }

  func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
  private func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  // MARK: Steps

  /// One step by chance.
  func step() throws {
    switch pick(100) {
    case 0..<25: try publish()
    case 25..<50: try consume()
    case 50..<58: if !consumers.isEmpty { try grant(pick(consumers.count)) }
    case 58..<62: try join(pick(model.subscriptions.count))
    case 62..<65: if !consumers.isEmpty { try lose(pick(consumers.count)) }
    case 65..<73: try pass(Int64(chance(20) ? pick(400_000) : pick(3_000)))
    case 73..<83: try read()
    case 83..<85:
      if let id = publishers[0] { try stage.apply(.mark(id, through: stage.now.wall)) }
    case 85..<86: try crash(afterSync: chance(50))
    case 86..<89:
      try turn()
      try stage.roll()
    case 89..<92: try letGo()
    case 92..<95: try keepDisk()
    case 95..<97: try operate()
    default: try turn()
    }
    if let fault { throw WorldFault(description: fault + trailOf(fault)) }
  }

  /// The last steps that named the subscription of a fault.
  func trailOf(_ fault: String) -> String {
    let name = fault.prefix { $0 != ":" }
    return trail.filter { $0.hasPrefix(name) || $0.hasPrefix("*") }.suffix(300).map { "\n    " + $0 }.joined()
  }

  struct WorldFault: Error, CustomStringConvertible { let description: String }

  private func publish() throws {
    let p = pick(2)
    guard let id = publishers[p] else {
      connections += 1
      publishers[p] = ConnectionID(connections)
      epochs[p] += 1
      let credential = Self.credentials[p]
      try stage.apply(
        .hello(
          ConnectionID(connections),
          Hello(
            version: 1, credential: credential, secret: "", lineage: "L", epoch: epochs[p],
            highestSequence: UInt64(outbox[p].count), manifest: Manifest()),
          Rights(publish: ["\(credential).*"], subscribe: [], source: "/\(credential)")))
      return try turn()
    }
    if chance(2) {
      publishers[p] = nil
      return try stage.apply(.disconnected(id))
    }
    for _ in 0..<(1 + pick(6)) {
      // The next one, most of the time; again, or with a gap, now and then.
      let last = model.last[p]
      let sequence = chance(85) ? last + 1 : chance(50) ? max(1, last) : last + 2
      while outbox[p].count < Int(sequence) {
        outbox[p].append(
          ShadowModel.Event(
            producer: p, sequence: UInt64(outbox[p].count + 1), key: "k\(pick(6))", type: "\(Self.credentials[p]).\(chance(50) ? "a" : "b")"
          ))
      }
      let event = outbox[p][Int(sequence) - 1]
      try stage.publish(
        id,
        TestEvent(
          id: "\(p)-\(sequence)", type: event.type, source: "/\(Self.credentials[p])", key: event.key, padding: pick(60)),
        sequence: sequence)
      if sequence == last + 1 { model.accept(event) }
    }
  }

  func join(_ s: Int) throws {
    if consumers.count(where: { $0.subscription == s }) >= 3 { return }
    connections += 1
    let id = ConnectionID(connections)
    try stage.apply(
      .hello(
        id, Hello(version: 1, credential: "reader", secret: "", lineage: nil, epoch: 1, highestSequence: 0, manifest: Manifest()),
        Rights(publish: [], subscribe: ["*"], source: nil)))
    let subscription = model.subscriptions[s]
    let credit = pick(12)
    consumers.append(Consumer(id: id, subscription: s, credit: credit, bytes: 5_000))
    model.subscriptions[s].freeProbes += 1
    try stage.apply(
      .subscribe(
        id,
        Subscribe(
          handle: 1, name: subscription.name, filters: subscription.filter == "*" ? [] : [subscription.filter], start: .beginning,
          deadKey: subscription.parks ? .park : .pass, creditMessages: credit, creditBytes: 5_000)))
  }

  func grant(_ c: Int) throws {
    let messages = pick(15)
    consumers[c].credit += messages
    consumers[c].bytes += 3_000
    try stage.apply(.credit(consumers[c].id, handle: 1, messages: messages, bytes: 3_000))
  }

  private func lose(_ c: Int) throws {
    if isDirty { try turn() }
    // What was delivered in this turn is in flight for the machine, but the consumer has not heard of it: settle the turn first.
    try turn()
    let consumer = consumers.remove(at: c)
    let counting = chance(60)
    if !counting { try stage.apply(.farewell(consumer.id)) }
    try stage.apply(.disconnected(consumer.id))
    model.lose(consumer.id.raw, counting: counting)
    note("\(model.subscriptions[consumer.subscription].name) loses \(consumer.id.raw), counting \(counting)")
    try turn()
  }

  private func consume() throws {
    guard !consumers.isEmpty else { return }
    // The consumer that fails has heard of all that it was sent.
    let mayFail = chance(30)
    if isDirty || mayFail { try turn() }
    let c = pick(consumers.count)
    let held = consumers[c].held.keys.sorted()
    guard !held.isEmpty else { return }
    let some = held.filter { _ in chance(60) }
    let s = consumers[c].subscription
    let id = consumers[c].id
    if chance(50) {
      try stage.apply(.working(id, handle: 1, some.map { $0...$0 }))
      for number in some { model.subscriptions[s].working.insert(consumers[c].held[number]!) }
    }
    if chance(10) { try stage.apply(.extend(id, handle: 1, some.map { $0...$0 })) }
    if chance(20) { return }
    var done: DeliveryRanges = []
    var exceptions: [Settlement.Exception] = []
    for number in some {
      if !mayFail || chance(60) {
        done.append(number...number)
      } else {
        let verdict: Settlement.Exception.Verdict = chance(15) ? .never(reason: "no") : .later(after: chance(50) ? nil : .seconds(1))
        exceptions.append(.init(delivery: number, verdict: verdict))
      }
    }
    // And one that is not in flight.
    if chance(10) { done.append(1_000_000...1_000_010) }
    try stage.apply(.settle(id, handle: 1, Settlement(done: done, exceptions: exceptions)))
    for range in done where range.lowerBound < 1_000_000 {
      let event = consumers[c].held.removeValue(forKey: range.lowerBound)!
      note("\(model.subscriptions[s].name) done \(event) \(model.events[event].key)")
      model.settle(event, of: s)
    }
    for exception in exceptions {
      let event = consumers[c].held.removeValue(forKey: exception.delivery)!
      if !model.subscriptions[s].parks { consumers[c].failed.insert(exception.delivery) }
      note("\(model.subscriptions[s].name) fails \(event) \(model.events[event].key) \(exception.verdict)")
      if case .never = exception.verdict { model.fail(event, never: true, of: s) } else { model.fail(event, never: false, of: s) }
    }
    if !exceptions.isEmpty { try turn() }
  }

  func pass(_ milliseconds: Int64) throws {
    stage.now.uptime += milliseconds
    stage.now.wall = stage.now.wall.adding(.milliseconds(chance(5) ? -3_600_000 : milliseconds))
    try turn()
    model.now = stage.now.uptime
    try stage.apply(.tick)
    isDirty = true
  }

  // MARK: The disk

  /// Effects on the disk whose turn is yet to come, in their order.
  var disk: [Effect] = []
  var carried = 0
  var forgotten = 0

  private func crash(afterSync: Bool) throws {
    if afterSync {
      try stage.turn()
      durable = model
    }
    try stage.crash()
    note("* crash")
    model = durable
    model.restart()
    model.now = stage.now.uptime
    consumers = []
    publishers = [nil, nil]
    desk = nil
    fetches = []
    disk = []
    isDirty = false
    try turn()
  }

  var sizes: [Int: Int] = [:]
}
