import Contracts
import Dispatch
import MeshMachines
import Store
import Telemetry
import Transport
import Wire

/// Handles one subscription: the consumer machine with its line and its store. Belongs to the reactor's thread; batches run on a queue
/// of its own, one at a time.
final class Consumer: @unchecked Sendable {
  let subscription: MeshSubscription
  let handle: UInt32
  private(set) var machine: ConsumerMachine<Delivery>
  /// Why the broker does not deliver on this subscription.
  private(set) var refusal: Refusal?
  /// Why the store could not write the last batch; nil once it could.
  private var storeSaid: String?
  private(set) var isOpen = false
  /// A batch came back; with the outbox's highest number where it was committed.
  var onProgress: ((UInt64?) -> Void)?

  private let runner: BatchRun
  private let reactor: Reactor
  private let log: Log
  private let figures: MeshFigures
  private let queue: DispatchQueue

  init(
    _ subscription: MeshSubscription, handle: UInt32, store: Store, reactor: Reactor, log: Log, figures: MeshFigures,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.subscription = subscription
    self.handle = handle
    self.reactor = reactor
    self.log = log.with(["subscription": .text(subscription.name)])
    self.figures = figures
    runner = BatchRun(store: store, inlet: subscription.inlet, now: now)
    queue = DispatchQueue(label: "accord.mesh.consumer.\(subscription.name)")
    machine = ConsumerMachine(
      window: .init(messages: subscription.messagesInHand ?? MeshLimits.creditMessages), deadKey: subscription.deadKey)
  }

  // MARK: What happens

  /// The link is up: the frame to subscribe with.
  func opened(lease: Duration) -> ClientMessage {
    let credit = machine.opened(lease: lease)
    refusal = nil
    return .subscribe(
      Subscribe(
        handle: handle, name: subscription.name, filters: subscription.filters, start: subscription.start, deadKey: subscription.deadKey,
        creditMessages: credit.messages, creditBytes: credit.bytes))
  }

  func subscribed() { isOpen = true }

  func unsubscribed(_ reason: Refusal?) {
    isOpen = false
    machine.lost()
    refusal = reason
    log.error("subscription.ended", reason?.description ?? "the broker ended the subscription")
  }

  func lost() {
    isOpen = false
    machine.lost()
  }

  /// HOT. False where the broker does not keep the protocol.
  func delivered(_ delivery: Delivery) -> Bool {
    figures.delivered.increment()
    let key = delivery.event.withUnsafeBytes { bytes in
      // An event that cannot be scanned gets a key of its own; handling it will say what is wrong.
      (try? EventScan.key(bytes)).map { Parcel<Delivery>.hash(key: UnsafeRawBufferPointer(rebasing: bytes[$0])) }
        ?? delivery.position
    }
    let parcel = Parcel(
      number: delivery.number, position: delivery.position, key: key, attempt: delivery.attempt, bytes: delivery.event.count,
      contents: delivery)
    return machine.delivered(parcel, at: reactor.moment) != .illegal
  }

  func revoked(_ ranges: DeliveryRanges) { machine.revoked(ranges) }

  func drain() { machine.drain() }

  /// What is in the way of this subscription, in words.
  var trouble: String? {
    if let refusal { return refusal.description }
    if machine.isHeldBack {
      let why = storeSaid.map { ": \($0)" } ?? ""
      return "the store cannot write, nothing is settled, and it is tried again by itself\(why)"
    }
    if let busy = machine.busy(at: reactor.moment), busy >= MeshLimits.slowBatch {
      return "a batch has been at work for \(LinkMachine.words(for: busy))"
    }
    return nil
  }

  // MARK: What is done

  /// Does all that is due now.
  func pump(_ line: Line) {
    noteLog()
    while let action = machine.next(at: reactor.moment) {
      switch action {
      case .settle(let settlement): line.send(.settle(handle: handle, settlement))
      case .credit(let messages, let bytes): line.send(.credit(handle: handle, messages: messages, bytes: bytes))
      case .extend(let ranges): line.send(.extend(handle: handle, ranges))
      case .begin(let batch, let working):
        if !working.isEmpty { line.send(.working(handle: handle, working)) }
        // On its way before the work begins: should the work end this process, the broker knows which message it was.
        line.flush()
        begin(batch)
      }
    }
  }

  private func begin(_ batch: Batch<Delivery>) {
    let begun = Reactor.uptime()
    queue.async {
      do {
        let committed = try self.runner.run(batch)
        self.reactor.post { self.came(back: committed, begun) }
      } catch {
        self.reactor.post { self.came(back: error, batch) }
      }
    }
  }

  private func came(back committed: Committed<BatchOutcome>, _ begun: Int64) {
    figures.batchSeconds.observe(Reactor.uptime() - begun)
    count(committed.value)
    storeSaid = nil
    machine.committed(committed, at: reactor.moment)
    onProgress?(committed.value.highest)
  }

  private func came(back error: any Error, _ batch: Batch<Delivery>) {
    figures.rolledBack.increment()
    log.warning(
      "consumer.rolled_back", "a batch of \(batch.parcels.count) could not be written and comes again, uncounted: \(error)")
    storeSaid = "\(error)"
    machine.storeStopped()
    machine.rolledBack(token: batch.token, at: reactor.moment, jitter: .random(in: 0 ... .max))
    onProgress?(nil)
  }

  /// A write-ahead log that grows faster than it is copied gets less work until it has shrunk.
  private func noteLog() {
    guard !machine.isHeldBack else { return }
    if runner.store.walBytes > StoreLimits.walBytesMax { machine.storeStopped() } else { machine.storeReady() }
  }

  private func count(_ outcome: BatchOutcome) {
    var counts = (done: 0, later: 0, never: 0)
    for verdict in outcome.verdicts.each {
      switch verdict {
      case .done: counts.done += 1
      case .later: counts.later += 1
      case .never(let reason):
        counts.never += 1
        log.warning("consumer.never", "a message goes to the dead letters: \(reason)")
      case nil: break
      }
    }
    figures.batchMessages.observe(Int64(outcome.verdicts.each.count))
    figures.done.increment(by: Int64(counts.done))
    figures.seenBefore.increment(by: Int64(outcome.seenBefore))
    if counts.later > 0 { figures.later.increment(by: Int64(counts.later)) }
    if counts.never > 0 { figures.never.increment(by: Int64(counts.never)) }
  }
}
