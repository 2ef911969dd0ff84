/// The broker's memory as its checkpoint's bytes say it, read by the layout that Checkpoint.swift tells and by nothing of the broker's own
/// code: so that what a checkpoint leaves out is missed.
struct Image {
  struct Producer {
    var name: String
    var epoch: UInt64
    var last: UInt64
    /// What its outbox may forget.
    var forget: UInt64 = 0
    var lastID: String
  }

  struct Trouble {
    var position: UInt64
    var notBefore: Int64
    var attempts: UInt32
    var isSuspect: Bool
  }

  struct Letter {
    var position: UInt64
    var sequence: UInt64
    var producer: Int
    var attempts: UInt32
    var cause: Shadow.Cause
    var behind: UInt64
  }

  struct Return {
    var sequence: UInt64
    var producer: Int
    var attempts: UInt32
    var notBefore: Int64
    var isSuspect: Bool
    var wasDead: Bool
  }

  struct Subscription {
    var name: String
    var parks: Bool
    var floor: UInt64
    var islands: [ClosedRange<UInt64>]
    var troubles: [Trouble]
    var dead: [Letter]
    var returns: [Return] = []
    /// Where the journal begins.
    var kept: UInt64 = 0
    var isPaused = false
    /// False: the number is free.
    var isOpen = true

    static let vacant = Subscription(name: "", parks: false, floor: 0, islands: [], troubles: [], dead: [], isOpen: false)

    func isSettled(_ position: UInt64) -> Bool {
      if position <= floor { return true }
      var low = 0
      var high = islands.count
      while low < high {
        let middle = (low + high) / 2
        if islands[middle].upperBound < position { low = middle + 1 } else { high = middle }
      }
      return low < islands.count && islands[low].lowerBound <= position
    }
  }

  private(set) var newest: UInt64 = 0
  private(set) var producers: [Producer] = []
  private(set) var subscriptions: [Subscription] = []
  /// By credential: the types that it has said it reads.
  private(set) var reads: [String: [String]] = [:]

  init(_ checkpoint: [UInt8]) {
    var bytes = Reader(bytes: checkpoint)
    _ = bytes.number(4)
    _ = bytes.number(8)
    newest = bytes.number(8)
    bytes.list { bytes in
      let name = bytes.text() + "/" + bytes.text()
      var producer = Producer(name: name, epoch: bytes.number(8), last: bytes.number(8), lastID: "")
      _ = bytes.number(8)
      producer.forget = bytes.number(8)
      for _ in 0..<2 { _ = bytes.number(8) }
      producer.lastID = bytes.text()
      producers.append(producer)
    }
    bytes.list { _ = $0.text() }
    bytes.list { bytes in
      guard bytes.number(1) == 1 else { return subscriptions.append(.vacant) }
      let name = bytes.text() + "/" + bytes.text()
      bytes.list { _ = $0.text() }
      let parks = bytes.number(1) == 0
      _ = bytes.number(8)
      _ = bytes.number(8)
      var subscription = Subscription(name: name, parks: parks, floor: bytes.number(8), islands: [], troubles: [], dead: [])
      bytes.list { subscription.islands.append($0.number(8)...$0.number(8)) }
      bytes.list {
        subscription.troubles.append(
          Trouble(
            position: $0.number(8), notBefore: Int64(bitPattern: $0.number(8)), attempts: UInt32($0.number(4)),
            isSuspect: $0.number(1) == 1))
      }
      bytes.list { subscription.dead.append($0.letter()) }
      subscriptions.append(subscription)
    }
    // Contracts: none here.
    bytes.list { bytes in
      _ = bytes.number(4)
      bytes.list { _ = $0.text() }
    }
    bytes.list { bytes in
      let credential = bytes.text()
      var types: [String] = []
      bytes.list { bytes in
        types.append(bytes.text())
        bytes.list { _ = $0.text() }
      }
      reads[credential] = types
    }
    // Sections; 2 is what operators did.
    bytes.list { bytes in
      let number = bytes.number(1)
      let end = bytes.at + 4 + Int(bytes.number(4))
      if number == 1 {
        let kept = bytes.number(8)
        for s in subscriptions.indices { subscriptions[s].kept = kept }
      }
      if number == 2 { for s in subscriptions.indices where subscriptions[s].isOpen { bytes.interventions(&subscriptions[s]) } }
      bytes.at = end
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    var at = 0

    mutating func number(_ count: Int) -> UInt64 {
      guard at + count <= bytes.count else {
        at = bytes.count
        return 0
      }
      var value: UInt64 = 0
      for index in 0..<count { value |= UInt64(bytes[at + index]) << UInt64(8 * index) }
      at += count
      return value
    }

    mutating func text() -> String {
      let count = min(Int(number(4)), bytes.count - at)
      defer { at += count }
      return String(decoding: bytes[at..<at + count], as: UTF8.self)
    }

    mutating func list(_ body: (inout Reader) -> Void) {
      let count = number(4)
      for _ in 0..<count where at < bytes.count { body(&self) }
    }

    /// What operators did to one subscription; of it what is on its way back, and whether it pauses.
    mutating func interventions(_ subscription: inout Subscription) {
      var returns: [Return] = []
      defer { subscription.returns = returns }
      list { _ = $0.number(4) }
      list { bytes in
        _ = bytes.number(8)
        _ = bytes.number(8)
        let (sequence, producer) = (bytes.number(8), Int(bytes.number(4)))
        _ = bytes.number(8)
        var it = Return(
          sequence: sequence, producer: producer, attempts: UInt32(bytes.number(4)), notBefore: Int64(bitPattern: bytes.number(8)),
          isSuspect: bytes.number(1) == 1, wasDead: bytes.number(1) == 1)
        if it.wasDead {
          _ = bytes.letter()
          _ = bytes.number(4)
        }
        it.producer = producer
        returns.append(it)
      }
      if number(1) == 1 { for _ in 0..<2 { _ = number(8) } }
      subscription.isPaused = number(1) == 1
      if subscription.isPaused {
        _ = number(8)
        _ = number(4)
        _ = text()
      }
      list { $0.intervention() }
    }

    private mutating func intervention() {
      _ = number(4)
      _ = text()
      _ = number(8)
      _ = text()
      _ = number(1)
      _ = text()
      _ = number(8)
      _ = number(4)
      for _ in 0..<4 { _ = number(8) }
      list { _ = $0.text() }
      for _ in 0..<3 { _ = number(8) }
    }

    mutating func letter() -> Letter {
      let position = number(8)
      _ = number(8)
      var letter = Letter(
        position: position, sequence: number(8), producer: Int(number(4)), attempts: UInt32(number(4)), cause: .exhausted, behind: 0)
      _ = number(8)
      switch number(1) {
      case 1:
        letter.cause = .never
        _ = text()
      case 2:
        letter.cause = .behind
        letter.behind = number(8)
      default: break
      }
      return letter
    }
  }
}
