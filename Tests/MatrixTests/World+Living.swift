import BrokerCore
import Contracts
import Journal
import TestKit
import Wire

// What everybody does, step by step, and what leaves the broker.
extension World {
  /// A step's choice, the same in every run: publish, work, let time pass.
  func step(_ number: Int) throws {
    switch number % 5 {
    case 0, 2: try publish()
    case 1: try work(0)
    case 3: try work(1)
    default: try pass(7)
    }
    if number == 14 { try roll() }
    try answerFetch()
    try turn()
  }

  func publish() throws {
    guard sent < Self.events else { return }
    sent += 1
    let sequence = sent
    let text = Self.event(sequence)
    let frame = Array(#"{"op":"publish","sequence":\#(sequence),"event":\#(text)}"#.utf8)
    try frame.withUnsafeBytes { bytes in
      guard case .publish(let publish) = try ClientMessageDecoder.decode(bytes) else { return note("an event that is none: \(text)") }
      try apply(.publish(publisher, publish, frame: bytes))
    }
  }

  static func event(_ sequence: UInt64) -> String {
    #"{"specversion":"1.0","id":"e\#(sequence)","source":"/ledger","type":"l.a","partitionkey":"\#(key[Int(sequence % 3)])","data":\#(sequence)}"#
  }

  /// One consumer works on the first that it holds: in one transaction with its store, then the settle.
  func work(_ index: Int) throws {
    guard let first = consumers[index].held.first else { return }
    let (number, sequence) = (first.number, first.sequence)
    let id = consumers[index].id
    let book = consumers[index].subscription
    try apply(.working(id, handle: 1, [number...number]))
    if book == 0, sequence == Self.poison {
      try die(index)
      return
    }
    consumers[index].held.removeFirst()
    if !books[book].applied.contains(sequence) { books[book].applied.append(sequence) }
    try apply(.settle(id, handle: 1, Settlement(done: [number...number])))
    books[book].unsure.append(sequence)
    try apply(.credit(id, handle: 1, messages: 1, bytes: 300))
  }

  /// The consumer's process is gone; the system says so at once.
  func die(_ index: Int) throws {
    try apply(.disconnected(consumers[index].id))
    try turn()
    try connectConsumer(index)
  }

  func pass(_ milliseconds: Int64) throws {
    now.uptime += milliseconds
    now.wall = now.wall.adding(.milliseconds(milliseconds))
    try apply(.tick)
  }

  func answerFetch() throws {
    guard !fetches.isEmpty else { return }
    let fetch = fetches.removeFirst()
    var reader = JournalReader(disk, journalID: Self.options.newID, segmentBytes: Self.options.segmentBytes)
    let before = journal?.durableThrough ?? .zero
    let fetched: Fetched
    switch try reader.read(from: fetch.from, bytesMax: fetch.bytes, before: before) {
    case .slice(let slice):
      var events: [IndexedEvent] = []
      slice.bytes.withUnsafeBytes { bytes in
        var cursor = RecordCursor(bytes, base: slice.base)
        while let record = cursor.next() {
          if let (head, json) = record.event { events.append(IndexedEvent(head, at: record.position, bytes: json.count)) }
        }
      }
      fetched = .events(events, next: slice.next)
    case .damaged(let range): fetched = .damaged(from: range.lowerBound, through: Position(range.upperBound.value - 1))
    case .forgotten(let oldest): fetched = .forgotten(oldest: oldest)
    }
    try apply(.fetched(subscription: fetch.subscription, from: fetch.from, fetched))
  }

  // MARK: What leaves

  func take(_ effect: Effect) throws {
    switch effect {
    case .accepted(let id, let through, _): if id == publisher { told(through) }
    case .deliver(let id, _, let number, let position, let attempt, _, let sequence, _):
      guard !deaf.contains(id), let index = consumers.firstIndex(where: { $0.id == id }) else { return }
      let book = consumers[index].subscription
      if books[book].settled.contains(sequence), !mayForget {
        note("\(sequence) was settled, durably, and comes again to subscription \(book)")
      }
      if sequence != Self.poison, Int(attempt) > 1 + deaths { note("\(sequence) comes as attempt \(attempt), \(deaths) consumers died") }
      if attempt < books[book].attempts[sequence] ?? 0 {
        note("\(sequence) comes as attempt \(attempt) after \(books[book].attempts[sequence] ?? 0)")
      }
      books[book].attempts[sequence] = attempt
      places[sequence] = position.value
      consumers[index].held.append((number, sequence, position.value))
    case .send(let id, .revoke(_, let ranges)):
      guard let index = consumers.firstIndex(where: { $0.id == id }) else { return }
      consumers[index].held.removeAll { held in ranges.contains { $0.contains(held.number) } }
    case .send(let id, .welcome(let welcome)):
      guard id == publisher else { return }
      if welcome.lastSequence < accepted, !mayForget { note("told \(accepted), and after a start only \(welcome.lastSequence) is known") }
      // The outbox still has what the broker forgot (RelayMachine).
      sent = welcome.lastSequence
      accepted = max(accepted, welcome.lastSequence)
    case .send(let id, .heal(let ranges)): if id == publisher { try tellAgain(ranges) }
    case .send(let id, .resume(let from, _, _)): if id == publisher { sent = from - 1 }
    case .fetch(let subscription, let from, let bytesMax): fetches.append((subscription, from, bytesMax))
    case .close(let id, _): if id == publisher, !deaf.contains(id) { try connectPublisher() }
    default: break
    }
  }

  private func told(_ through: UInt64) {
    guard !deaf.contains(publisher) else { return }
    accepted = max(accepted, through)
  }

  /// Everybody works well from now on, and the slow one begins to read: until nothing moves any more.
  func settleDown() throws {
    for round in 0..<400 {
      if sent < Self.events { try publish() }
      try work(0)
      try work(1)
      try answerFetch()
      try turn()
      if round % 4 == 3 { try pass(round % 40 == 39 ? 31_000 : 25) }
      try turn()
    }
  }

  /// The slow subscription gets credit and reads.
  func wakeSlow() throws {
    slowHasCredit = true
    try apply(.credit(consumers[2].id, handle: 1, messages: 40, bytes: 90_000))
    for _ in 0..<120 {
      try answerFetch()
      try turn()
      try work(2)
      try turn()
    }
  }

  /// The rows of the status, one a subscription.
  func row(_ name: String) -> JSON {
    (machine.status()["subscriptions"]?.array ?? []).first { $0["name"]?.string?.hasSuffix(name) == true } ?? .null
  }

  /// Sequences that the journal holds for good, as a power cut now would leave it, in the order of their places.
  func durableSequences() throws -> [UInt64] {
    let after = disk.afterPowerCut()
    var found: [UInt64] = []
    var reader = JournalReader(after, journalID: Self.options.newID, segmentBytes: Self.options.segmentBytes)
    var position = Position.zero
    let end = journal?.durableThrough ?? .zero
    while position < end {
      switch try reader.read(from: position, bytesMax: 4_000, before: end) {
      case .slice(let slice):
        slice.bytes.withUnsafeBytes { bytes in
          var cursor = RecordCursor(bytes, base: slice.base)
          while let record = cursor.next() { if let event = record.event { found.append(event.head.sequence) } }
        }
        guard slice.next > position else { return found }
        position = slice.next
      case .damaged(let range): position = range.upperBound
      case .forgotten(let oldest): position = oldest
      }
    }
    return found
  }
}
