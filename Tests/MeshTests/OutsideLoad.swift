import Contracts
import Foundation
import Synchronization
import Telemetry
import TestKit
import Transport
import Wire

/// Programs of no department: publishers with a lineage each, and subscriptions of every temper. Their stores outlive every trouble; their
/// connections do not.
///
/// - `till-1`, `till-2` publish as fast as they are answered, up to what they were asked for.
/// - `auditor/park` works slowly, one after the other, and parks what stands behind a dead letter.
/// - `auditor/pass` has two consumers, one of which breaks off in the middle of its work now and then.
final class OutsideLoad: Sendable {
  static let publishers = ["till-1", "till-2"]
  static let names = publishers + ["auditor"]

  private struct Told {
    var wanted: [String: UInt64] = [:]
    var accepted: [String: UInt64] = [:]
    var books: [String: OutsideBook] = ["park": OutsideBook(), "pass": OutsideBook()]
    var strange: [String] = []
    var isOver = false
  }

  private let caller: Caller
  private let told = Mutex(Told())
  private let threads = DispatchGroup()

  init(_ caller: Caller) {
    self.caller = caller
    for name in Self.publishers { start(name) { [self] in try publish(name, epoch: $0) } }
    start("park") { [self] _ in try consume("park", .park, breaksOff: false) }
    for worker in 1...2 { start("pass") { [self] _ in try consume("pass", .pass, breaksOff: worker == 2) } }
  }

  /// Connects again and again until it is over.
  private func start(_ name: String, _ live: @escaping @Sendable (UInt64) throws -> Void) {
    threads.enter()
    OwnThread.start(name) { [self] in
      var epoch: UInt64 = 0
      while !isOver {
        epoch += 1
        // The broker is away or has ended the connection: that is what this is about.
        do { try live(epoch) } catch is OutsideClient.Ended {} catch is SystemError {} catch { note("\(name): \(error)") }
        poll(nil, 0, 20)
      }
      threads.leave()
    }
  }

  private var isOver: Bool { told.withLock { $0.isOver } }
  private func note(_ strange: String) {
    // A connection refused while a program starts, or cut in the middle of a frame, is what kills do.
    guard !["refused", "reset", "Broken pipe", "timed out", "endpoints.json", "aborted"].contains(where: strange.contains) else { return }
    told.withLock { $0.strange.append(strange) }
  }

  /// Has each publisher publish `more` further events.
  func ask(_ more: UInt64) { told.withLock { told in for name in Self.publishers { told.wanted[name, default: 0] += more } } }

  /// Waits until everything that was asked for is accepted and both subscriptions have applied all that they ever will; ends the threads.
  func finish(within limit: Duration = .seconds(120)) throws -> (
    published: [String: UInt64], books: [String: OutsideBook], strange: [String]
  ) {
    try eventually("all that was asked for is accepted and applied", within: limit) {
      told.withLock { told in
        Self.publishers.allSatisfy { told.accepted[$0, default: 0] >= told.wanted[$0, default: 0] }
          && told.books.allSatisfy { $0.value.count >= OutsideBook.expected(told.wanted, parks: $0.key == "park").count }
      }
    }
    told.withLock { $0.isOver = true }
    guard threads.wait(timeout: .now() + 30) == .success else { throw NeverHappened("the outside programs end") }
    return told.withLock { ($0.wanted, $0.books, $0.strange) }
  }

  /// What is still missing, for a message.
  var standing: String {
    told.withLock { told in
      "wanted \(told.wanted), accepted \(told.accepted), applied \(told.books.mapValues(\.count)), \(told.strange.prefix(3))"
    }
  }

  // MARK: Publishing

  private func publish(_ name: String, epoch: UInt64) throws {
    let events = OutsideEvents(name: name)
    let highest = told.withLock { $0.wanted[name, default: 0] }
    // Epochs only rise: each connection is a start of the same store.
    let client = try OutsideClient(caller, as: name, lineage: "store-of-\(name)", epoch: epoch, highest: highest)
    let last = client.welcome.lastSequence
    let known = told.withLock { $0.accepted[name, default: 0] }
    if last < known { note("\(name) was told that \(known) is accepted, and after a start that only \(last) is") }
    told.withLock { $0.accepted[name] = max($0.accepted[name, default: 0], last) }
    var next = last + 1
    var through = last
    while !isOver {
      let wanted = told.withLock { $0.wanted[name, default: 0] }
      let batch = next..<max(next, min(wanted + 1, through + 65))
      if !batch.isEmpty { try client.publish(batch.map { ($0, events.event($0)) }) }
      next = max(next, batch.upperBound)
      guard through + 1 < next else {
        poll(nil, 0, 5)
        continue
      }
      switch try client.next() {
      case .accepted(let accepted, _):
        through = max(through, accepted)
        told.withLock { $0.accepted[name] = max($0.accepted[name, default: 0], accepted) }
      case .resume(let from, let after, _):
        poll(nil, 0, Int32(after.milliseconds))
        next = from
      case .refused(let sequence, let refusal): note("\(name) \(sequence): \(refusal)")
      default: break
      }
    }
  }

  // MARK: Consuming

  private func consume(_ name: String, _ deadKey: Subscribe.DeadKey, breaksOff: Bool) throws {
    let client = try OutsideClient(caller, as: "auditor")
    try client.send(
      .subscribe(
        Subscribe(
          handle: 1, name: name, filters: Self.publishers.map { $0 + ".*" }, start: .beginning, deadKey: deadKey, creditMessages: 32,
          creditBytes: 64 << 10)))
    // Keys whose head was put off: what was on its way behind it is dropped, and comes again (PROTOCOL.md, revoke).
    var bars: [String: UInt64] = [:]
    var count = 0
    while !isOver {
      let message: BrokerMessage
      do { message = try client.next(within: .milliseconds(500)) } catch OutsideClient.Ended.silent { continue }
      guard case .deliver(let delivery) = message else { continue }
      let key = OutsideBook.key(of: delivery)
      if let bar = bars[key] {
        guard delivery.position <= bar else { continue }
        bars[key] = nil
      }
      count += 1
      try client.send(.working(handle: 1, [delivery.number...delivery.number]))
      // Gone in the middle of its work, with what it had not settled.
      if breaksOff, count % 150 == 149 { return }
      if !breaksOff, count % 64 == 0 { poll(nil, 0, 5) }
      let id = "\(delivery.producer) \(delivery.sequence)"
      var settlement = Settlement(done: [])
      if OutsideBook.isPoison(delivery.sequence) {
        settlement.exceptions = [.init(delivery: delivery.number, verdict: .never(reason: "nobody can apply it"))]
        if deadKey == .park { bars[key] = delivery.position }
      } else if delivery.sequence % 50 == 3, told.withLock({ $0.books[name]?.defers(id) ?? false }) {
        settlement.exceptions = [.init(delivery: delivery.number, verdict: .later(after: .milliseconds(20)))]
        bars[key] = delivery.position
      } else {
        if let wrong = told.withLock({ $0.books[name]?.apply(delivery) ?? nil }) { note("\(name): \(wrong)") }
        settlement.done = [delivery.number...delivery.number]
      }
      try client.send(.settle(handle: 1, settlement))
      try client.send(.credit(handle: 1, messages: 1, bytes: delivery.event.count))
    }
  }
}

/// The store of one outside subscription: an inbox, sums, and where each key stands.
struct OutsideBook: Sendable {
  private var inbox: Set<String> = []
  private(set) var cents: Int64 = 0
  private(set) var repetitions = 0
  private var keys: [String: UInt64] = [:]
  private var deferred: Set<String> = []

  var count: Int { inbox.count }

  /// One event in two thousand can be applied by nobody.
  static func isPoison(_ sequence: UInt64) -> Bool { sequence % 2_000 == 1_021 }

  /// Whether a delivery is put off: once, whatever is killed, for each time counts an attempt.
  mutating func defers(_ id: String) -> Bool { deferred.insert(id).inserted }

  static func key(of delivery: Delivery) -> String { (try? JSON(parsing: delivery.event))?["partitionkey"]?.string ?? "" }

  /// Applies a delivery once; returns what is wrong with it.
  mutating func apply(_ delivery: Delivery) -> String? {
    guard let json = try? JSON(parsing: delivery.event), let key = json["partitionkey"]?.string, let cents = json["data"]?["cents"]?.integer
    else { return "no event: \(String(decoding: delivery.event, as: UTF8.self))" }
    guard inbox.insert("\(delivery.producer) \(delivery.sequence)").inserted else {
      repetitions += 1
      return nil
    }
    self.cents += cents
    defer { keys[key] = delivery.sequence }
    let before = keys[key] ?? 0
    return before < delivery.sequence ? nil : "key \(key): \(delivery.sequence) is new and comes after \(before)"
  }

  /// What a subscription has applied in the end, as it follows from the events' numbers.
  static func expected(_ published: [String: UInt64], parks: Bool) -> (count: Int, cents: Int64, dead: Int) {
    var (count, cents, dead) = (0, 0 as Int64, 0)
    for (name, most) in published {
      let events = OutsideEvents(name: name)
      var deadKeys: Set<String> = []
      for sequence in 1...max(1, most) where sequence <= most {
        if isPoison(sequence) || parks && deadKeys.contains(events.key(sequence)) {
          dead += 1
          deadKeys.insert(events.key(sequence))
        } else {
          count += 1
          cents += events.cents(sequence)
        }
      }
    }
    return (count, cents, dead)
  }
}
