import MeshMachines
import Wire

/// A small broker in memory for one producer and one subscription of one consumer: keeps the promises of PROTOCOL.md that the client
/// machines rely on, and checks what they promise in return. Each wrong is a sentence in `wrongs`.
struct ModelBroker {
  struct Event {
    let key: Int
    let sequence: UInt64
  }

  enum Fate: Equatable { case open, flying, waiting(since: Int), done, dead, parked }

  /// Position p is at index p - 1.
  private(set) var journal: [Event] = []
  private(set) var fates: [Fate] = []
  private(set) var attempts: [Int] = []
  private(set) var wrongs: [String] = []
  var deadKey = Subscribe.DeadKey.park
  /// Is this message's effect durable at the department? Asked at each settle.
  var isDurable: (UInt64) -> Bool = { _ in true }
  var round = 0

  // Of one connection.
  private(set) var isConnected = false
  private var window = 4
  private var resumeFrom: UInt64?
  private var isTroubled = false
  private var numbers: UInt64 = 0
  private var flying: [UInt64: Int] = [:]
  private var creditMessages = 0
  private var creditBytes = 0
  private var answered: UInt64 = 0

  var accepted: UInt64 { UInt64(journal.count) }
  var isDrained: Bool { fates.allSatisfy { $0 == .done || $0 == .dead || $0 == .parked } }

  mutating func connect(window: Int) -> Welcome {
    isConnected = true
    self.window = window
    resumeFrom = nil
    isTroubled = false
    numbers = 0
    creditMessages = 0
    creditBytes = 0
    answered = accepted
    takeBack(Set(flying.keys), revoking: false)
    return welcome(last: accepted, forget: accepted / 2, window: window)
  }

  mutating func disconnect() {
    isConnected = false
    takeBack(Set(flying.keys), revoking: false)
  }

  mutating func publish(_ sequence: UInt64, key: Int) -> [BrokerMessage] {
    if sequence > answered + UInt64(window) { wrongs.append("sequence \(sequence) is beyond the window behind \(answered)") }
    if let from = resumeFrom {
      guard sequence == from else { return [] }
      resumeFrom = nil
    }
    if sequence <= accepted {
      answered = accepted
      return [.accepted(through: accepted, forget: accepted / 2)]
    }
    if isTroubled {
      isTroubled = false
      resumeFrom = sequence
      answered = accepted
      let resume = BrokerMessage.resume(from: sequence, after: .milliseconds(20), reason: refusal("rate"))
      return [.accepted(through: accepted, forget: 0), resume]
    }
    guard sequence == accepted + 1 else {
      wrongs.append("sequence \(sequence) came after \(accepted)")
      return []
    }
    journal.append(Event(key: key, sequence: sequence))
    fates.append(.open)
    attempts.append(0)
    return []
  }

  /// The cumulative word, whenever the disk is done.
  mutating func accept() -> [BrokerMessage] {
    guard isConnected, answered < accepted else { return [] }
    answered = accepted
    return [.accepted(through: accepted, forget: accepted / 2)]
  }

  /// The next publish meets a passing trouble.
  mutating func stumble() { isTroubled = isConnected }

  mutating func credit(messages: Int, bytes: Int) {
    creditMessages += messages
    creditBytes += bytes
  }

  /// Delivers what it may, at most `limit`: in order within each key, nothing behind a waiting or parked one.
  mutating func deliver(limit: Int) -> [BrokerMessage] {
    guard isConnected else { return [] }
    var sent: [BrokerMessage] = []
    var barred: Set<Int> = []
    for index in fates.indices where sent.count < limit && creditMessages > 0 && creditBytes > 0 {
      let key = journal[index].key
      switch fates[index] {
      case .done, .dead, .flying: continue
      case .parked: barred.insert(key)
      case .waiting(let since) where round - since < 5: barred.insert(key)
      case .open, .waiting:
        guard !barred.contains(key) else { continue }
        numbers += 1
        fates[index] = .flying
        flying[numbers] = index
        creditMessages -= 1
        creditBytes -= 10
        sent.append(
          .deliver(
            Delivery(
              handle: 1, number: numbers, position: UInt64(index + 1), attempt: UInt32(attempts[index] + 1), producer: "p/l",
              sequence: journal[index].sequence, event: [])))
      }
    }
    return sent
  }

  mutating func settle(_ settlement: Settlement) -> [BrokerMessage] {
    for range in settlement.done {
      for number in range {
        guard let index = flying.removeValue(forKey: number) else { continue }
        if !isDurable(UInt64(index + 1)) { wrongs.append("position \(index + 1) was settled before it was durable") }
        fates[index] = .done
      }
    }
    var followers: Set<UInt64> = []
    for exception in settlement.exceptions {
      guard let index = flying.removeValue(forKey: exception.delivery) else { continue }
      let key = journal[index].key
      switch exception.verdict {
      case .later:
        attempts[index] += 1
        fates[index] = attempts[index] < 10 ? .waiting(since: round) : .dead
      case .never: fates[index] = .dead
      }
      followers.formUnion(flying.filter { journal[$0.value].key == key }.keys)
    }
    let ranges = takeBack(followers, revoking: true)
    park()
    return ranges.isEmpty ? [] : [.revoke(handle: 1, ranges)]
  }

  /// Some leases ran out: these and what is behind them with the same key come back.
  mutating func expire(_ chosen: (UInt64) -> Bool) -> [BrokerMessage] {
    var taken: Set<UInt64> = []
    for (number, index) in flying where chosen(number) {
      taken.formUnion(flying.filter { $0.key >= number && journal[$0.value].key == journal[index].key }.keys)
    }
    let ranges = takeBack(taken, revoking: true)
    return ranges.isEmpty ? [] : [.revoke(handle: 1, ranges)]
  }

  /// Parks what stands behind a dead letter.
  mutating func park() {
    guard deadKey == .park else { return }
    var dead: Set<Int> = []
    for index in fates.indices {
      if fates[index] == .dead { dead.insert(journal[index].key) }
      if fates[index] == .open, dead.contains(journal[index].key) { fates[index] = .parked }
    }
  }

  @discardableResult
  private mutating func takeBack(_ taken: Set<UInt64>, revoking: Bool) -> DeliveryRanges {
    var gather = DeliveryGather()
    for number in taken.sorted() {
      guard let index = flying.removeValue(forKey: number) else { continue }
      fates[index] = .open
      gather.add(number)
      if revoking {
        creditMessages += 1
        creditBytes += 10
      }
    }
    return gather.ranges
  }
}
