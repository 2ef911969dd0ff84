import Contracts
import Foundation
import MeshMachines
import TestKit
import Testing
import Wire

/// One department with an outbox, an inbox and the machines, and a broker, joined by two lines that may break at any moment.
struct ModelMesh {
  var random: SeededRandom
  var broker = ModelBroker()
  var relay = RelayMachine<Int>(highest: 0, trimmedThrough: 0)
  var consumer: ConsumerMachine<UInt64>
  var clock: Int64 = 0

  // The department's store.
  var outbox: [Int] = []
  var trimmed: UInt64 = 0
  var inbox: Set<UInt64> = []
  var effects: [(key: Int, position: UInt64)] = []

  // The line.
  var isUp = false
  var toBroker: [ClientFrame] = []
  var toClient: [BrokerMessage] = []
  /// What the store has been asked for and not answered.
  var reads: [(token: UInt64, after: UInt64, limit: Int)] = []
  var trims: [UInt64] = []
  var batches: [Batch<UInt64>] = []
  var wrongs: [String] = []

  enum ClientFrame {
    case publish(UInt64, Int)
    case credit(Int, Int)
    case settle(Settlement)
    case mark(Timestamp)
  }

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
    let deadKey: Subscribe.DeadKey = random.chance(50) ? .park : .pass
    broker.deadKey = deadKey
    consumer = ConsumerMachine(
      window: .init(messages: 2 + random.below(12), bytes: 20 + random.below(200), batchMessages: 6, batchBytes: 50), deadKey: deadKey)
  }

  var now: Uptime { at(clock) }

  mutating func step(calm: Bool) {
    clock += Int64(random.below(calm ? 600 : 40))
    broker.round += 1
    broker.park()
    switch random.below(calm ? 8 : 14) {
    case 0, 1: brokerHears()
    case 2, 3: clientHears()
    case 4: storeAnswers(calm)
    case 5: tell(broker.accept())
    case 6, 7: tell(broker.deliver(limit: 1 + random.below(6)))
    case 8: append()
    case 9: if random.chance(10) { disconnect() }
    case 10: if random.chance(20) { broker.stumble() }
    case 11:
      if random.chance(20) {
        let unlucky = UInt64(random.below(7))
        tell(broker.expire { $0 % 7 == unlucky })
      }
    case 12: if random.chance(50) { consumer.storeStopped() } else { consumer.storeReady() }
    default: relay.proposeMark(through: Timestamp(milliseconds: Int64(outbox.count)), sequence: UInt64(outbox.count))
    }
    if !isUp, random.chance(calm ? 100 : 30) { connect() }
    act()
  }

  private mutating func append() {
    for _ in 0...random.below(4) { outbox.append(random.below(5)) }
    if random.chance(50) { relay.grew() } else { relay.grew(highest: UInt64(outbox.count)) }
  }

  private mutating func connect() {
    let welcome = broker.connect(window: 1 + random.below(9))
    isUp = true
    if let fault = relay.welcomed(welcome) { wrongs.append("\(fault)") }
    let credit = consumer.opened(lease: .seconds(1_000))
    toBroker = [.credit(credit.messages, credit.bytes)]
    toClient = []
  }

  private mutating func disconnect() {
    guard isUp else { return }
    isUp = false
    // Some of what was sent still arrives.
    while !toBroker.isEmpty, random.chance(50) { brokerHears() }
    broker.disconnect()
    relay.lost()
    consumer.lost()
    toBroker = []
    toClient = []
  }

  private mutating func tell(_ messages: [BrokerMessage]) { if isUp { toClient += messages } }

  private mutating func brokerHears() {
    guard !toBroker.isEmpty else { return }
    let durable = inbox
    broker.isDurable = { durable.contains($0) }
    switch toBroker.removeFirst() {
    case .publish(let sequence, let key): tell(broker.publish(sequence, key: key))
    case .credit(let messages, let bytes): broker.credit(messages: messages, bytes: bytes)
    case .settle(let settlement): tell(broker.settle(settlement))
    case .mark(let through):
      // The mark says how many rows there were: all of them are in the journal by now.
      if through.milliseconds > Int64(broker.accepted) { wrongs.append("a mark before its facts") }
    }
  }

  private mutating func clientHears() {
    guard !toClient.isEmpty else { return }
    switch toClient.removeFirst() {
    case .accepted(let through, let forget): if let fault = relay.accepted(through: through, forget: forget) { wrongs.append("\(fault)") }
    case .resume(let from, let after, _): relay.resume(from: from, after: after, at: now)
    case .revoke(_, let ranges): consumer.revoked(ranges)
    case .deliver(let delivery):
      let key = UInt64(broker.journal[Int(delivery.position) - 1].key)
      let parcel = Parcel(
        number: delivery.number, position: delivery.position, key: key, attempt: delivery.attempt, bytes: 10, contents: delivery.position)
      if consumer.delivered(parcel, at: now) == .illegal { wrongs.append("delivery \(delivery.number) was called illegal") }
    default: break
    }
  }

  private mutating func storeAnswers(_ calm: Bool) {
    if let read = reads.first {
      reads.removeFirst()
      if !calm, random.chance(10) {
        relay.readFailed(token: read.token, at: now, jitter: jitter)
      } else {
        // Sometimes fewer than asked for, as where rows are large.
        let limit = min(read.limit, 1 + random.below(5))
        let rows = outbox.enumerated().dropFirst(Int(max(read.after, trimmed))).prefix(limit)
        let found = rows.map { RelayMachine<Int>.Row(sequence: UInt64($0.offset + 1), contents: $0.element) }
        if let fault = relay.rows(found, highest: UInt64(outbox.count), token: read.token) { wrongs.append("\(fault)") }
      }
    }
    if let trim = trims.first {
      trims.removeFirst()
      if trim > broker.accepted { wrongs.append("row \(trim) was forgotten before it was accepted") }
      trimmed = max(trimmed, trim)
      relay.trimmed(through: trim, at: now)
    }
    if let batch = batches.first, random.chance(70) {
      batches.removeFirst()
      handle(batch, calm)
    }
  }

  private mutating func handle(_ batch: Batch<UInt64>, _ calm: Bool) {
    if !calm, random.chance(15) { return consumer.rolledBack(token: batch.token, at: now, jitter: jitter) }
    let most = random.chance(30) ? random.below(batch.parcels.count + 1) : batch.parcels.count
    var walk = BatchWalk(batch)
    var handled = 0
    while handled < most, let parcel = walk.next() {
      handled += 1
      let position = parcel.contents
      if inbox.contains(position) {
        walk.record(.done)
      } else if !calm, random.chance(12) {
        walk.record(.later(after: nil))
      } else if position &* 0x9e37_79b9 % 97 < 3 {
        // What never succeeds does not succeed at the second try either.
        walk.record(.never(reason: "no"))
      } else {
        inbox.insert(position)
        effects.append((broker.journal[Int(position) - 1].key, position))
        walk.record(.done)
      }
    }
    consumer.committed(Written(verdicts: walk.verdicts), at: now)
  }

  private mutating func act() {
    while let action = relay.next(at: now) {
      switch action {
      case .publish(let row): toBroker.append(.publish(row.sequence, row.contents))
      case .mark(let through): toBroker.append(.mark(through))
      case .read(let token, let after, let limit): reads.append((token, after, limit))
      case .trim(let through): trims.append(through)
      case .find, .heal: wrongs.append("nothing was lost")
      case .check: wrongs.append("nothing to check")
      }
    }
    while let action = consumer.next(at: now) {
      switch action {
      case .settle(let settlement): toBroker.append(.settle(settlement))
      case .credit(let messages, let bytes): toBroker.append(.credit(messages, bytes))
      case .extend: break
      case .begin(let batch, _): batches.append(batch)
      }
    }
    if batches.count > 1 { wrongs.append("two batches at once") }
    // A settle and a revoke that cross give one credit twice; it must not add up.
    if !(0...consumer.window.messages * 3).contains(consumer.inHand) { wrongs.append("\(consumer.inHand) in hand") }
  }
}

@Suite struct MeshPropertyTests {
  static let seeds: [UInt64] = {
    if let given = ProcessInfo.processInfo.environment["ACCORD_SEED"].flatMap({ UInt64($0) }) { return [given] }
    let first = UInt64.random(in: 0 ... .max) / 1_000
    return (0..<40).map { first + $0 }
  }()

  @Test func `nothing is lost, doubled or out of order over lost links, rolled back batches and revokes`() {
    for seed in Self.seeds {
      var mesh = ModelMesh(seed: seed)
      for _ in 0..<2_000 { mesh.step(calm: false) }
      mesh.consumer.storeReady()
      var calm = 0
      while calm < 60_000, !(mesh.broker.isDrained && mesh.relay.isDrained && mesh.isUp) {
        calm += 1
        mesh.step(calm: true)
        mesh.broker.park()
      }
      let name = Comment(rawValue: "ACCORD_SEED=\(seed)")
      #expect(mesh.wrongs + mesh.broker.wrongs == [], name)
      #expect(mesh.relay.isDrained, name)
      let published = mesh.broker.journal.map(\.key)
      let left = mesh.broker.fates.filter { $0 == .open || $0 == .flying }.count
      #expect(published == mesh.outbox, name)
      #expect(left == 0, name)
      let positions = mesh.effects.map(\.position)
      #expect(Set(positions).count == positions.count, name)
      for key in 0..<5 {
        let order = mesh.effects.filter { $0.key == key }.map(\.position)
        #expect(order == order.sorted(), name)
      }
      for (index, fate) in mesh.broker.fates.enumerated() where fate == .done { #expect(mesh.inbox.contains(UInt64(index + 1)), name) }
    }
  }

  @Test func `shuffling across keys keeps each key's order and loses nothing; duplicates come behind their first`() {
    for seed in Self.seeds {
      var random = SeededRandom(seed: seed)
      let messages = (0..<60).map { (key: random.below(5), number: $0) }
      let shuffled = Orders.shuffledAcrossKeys(messages, key: \.key, using: &random)
      #expect(shuffled.map(\.number).sorted() == Array(0..<60), "ACCORD_SEED=\(seed)")
      for key in 0..<5 { #expect(shuffled.filter { $0.key == key }.map(\.number) == messages.filter { $0.key == key }.map(\.number)) }
      let doubled = Orders.duplicated(messages, key: \.key, using: &random)
      var seen: [Int] = []
      for message in doubled where !seen.contains(message.number) { seen.append(message.number) }
      #expect(seen == Array(0..<60) && doubled.count > 60, "ACCORD_SEED=\(seed)")
    }
  }
}
