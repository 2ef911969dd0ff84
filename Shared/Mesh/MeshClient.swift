package import Contracts
import Dispatch
import MeshMachines
package import Store
import Synchronization
package import Telemetry
package import Transport
package import Wire

/// A department's side of the mesh: one link to the broker that carries the outbox away and brings subscriptions in.
///
/// ```
///   reactor's thread      LinkMachine ── Line ── RelayMachine, ConsumerMachine, RequestMachine
///   queues of their own   Relay reads and trims the outbox; each Consumer runs one batch at a time in the store
/// ```
/// Make it, subscribe, set `onRequest`, then `start`. Every method may be called from any thread; nothing here blocks. Without a
/// broker the department goes on: facts wait in the outbox, `state` says since when.
package final class MeshClient: @unchecked Sendable {
  package let configuration: MeshConfiguration
  /// Answers other programs' questions. Set before `start`; called on the reactor's thread, so it must not block; `answer` may be called
  /// later and from any thread.
  package var onRequest: (@Sendable (_ request: Request, _ answer: @escaping @Sendable (Reply.Outcome) -> Void) -> Void)?

  let store: Store
  let reactor: Reactor
  let log: Log
  let figures: MeshFigures
  let now: @Sendable () -> Timestamp
  let connector: Connector
  let marks = Marks()
  let asking = Asking()
  private let shown: Mutex<Shown>
  private let isGrowthTold = Atomic<Bool>(false)
  private let grownThrough = Atomic<UInt64>(0)
  /// Rows that were committed and not handed to the relay yet.
  private let written = Mutex(Written())

  // Of the reactor's thread.
  var link = LinkMachine()
  var line: Line?
  var relay: Relay?
  var consumers: [Consumer] = []
  var attempt: Attempt?
  var timer: (due: Uptime, timer: Reactor.Timer)?
  var nextMark = Uptime.now
  /// When a drain is over, whatever still runs.
  var drainEnd = Uptime.now
  /// Connections made so far: names the one under way.
  var connections: UInt64 = 0
  var isStarted = false
  var isPumping = false
  var drained: [@Sendable () -> Void] = []

  private struct Written {
    var rows: [Outbox.Waiting] = []
    var isPosted = false
  }

  /// What other threads may see.
  private struct Shown {
    var link = LinkMachine()
    var waiting: UInt64 = 0
    var acceptedThrough: UInt64 = 0
    var fault: RelayFault?
    var subscriptions: [MeshState.Subscription] = []
  }

  /// `now` is the business clock (it stamps inbox marks and the marks that others read); the link's own times are the machine's.
  package init(
    _ configuration: MeshConfiguration, store: Store, reactor: Reactor, log: Log, metrics: Metrics,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.configuration = configuration
    self.store = store
    self.reactor = reactor
    self.log = log
    self.now = now
    figures = MeshFigures(metrics)
    connector = Connector(on: reactor)
    shown = Mutex(Shown())
    store.afterTelling { [weak self] rows in self?.wrote(rows) }
  }

  // MARK: Before the start

  /// Adds a durable subscription.
  package func subscribe(_ subscription: MeshSubscription) {
    precondition(!isStarted, "subscriptions are made before the start")
    let consumer = Consumer(
      subscription, handle: UInt32(consumers.count + 1), store: store, reactor: reactor, log: log, figures: figures, now: now)
    consumer.onProgress = { [weak self] highest in
      guard let self else { return }
      if let highest { relay?.grew(highest: highest) }
      pump()
    }
    consumers.append(consumer)
  }

  /// Reads what the outbox holds, then seeks the broker for as long as the program runs.
  package func start() {
    precondition(!isStarted, "a mesh client is started once")
    isStarted = true
    open()
  }

  private func open() {
    DispatchQueue.global().async {
      do {
        let (highest, forgotten) = try self.store.read { (try Outbox.highest(in: $0), try Outbox.forgotten(in: $0)) }
        self.reactor.post { self.opened(highest: highest, forgotten: forgotten) }
      } catch {
        self.log.error("mesh.start", "the outbox cannot be read, so the mesh waits: \(error)")
        self.reactor.post { _ = self.reactor.after(MeshLimits.outboxRetry) { self.open() } }
      }
    }
  }

  private func opened(highest: UInt64, forgotten: UInt64) {
    if let predecessor = store.identity.predecessor, forgotten < predecessor.highest {
      log.warning(
        "mesh.restored",
        """
        this store is a restored copy: facts \(forgotten + 1) to \(predecessor.highest) were written under its former lineage \
        and are not published again; see with the broker which of them it has
        """)
    }
    let relay = Relay(
      store: store, reactor: reactor, highest: highest, forgotten: forgotten, log: log, figures: figures, now: now)
    relay.onProgress = { [weak self] in self?.pump() }
    self.relay = relay
    act(link.start(at: reactor.moment))
    pump()
  }

  // MARK: While it runs

  /// The outbox was committed through number `highest`. Costs next to nothing where growth was just told.
  package func outboxGrew(through highest: UInt64) {
    grownThrough.max(highest, ordering: .relaxed)
    guard !isGrowthTold.exchange(true, ordering: .acquiringAndReleasing) else { return }
    reactor.post {
      // An exchange, not a store: whoever found the flag set has raised the number before this, and it is seen below.
      _ = self.isGrowthTold.exchange(false, ordering: .acquiringAndReleasing)
      self.relay?.grew(highest: self.grownThrough.load(ordering: .relaxed))
      self.pump()
    }
  }

  /// On the store's thread: what was just committed goes to the relay without being read again.
  private func wrote(_ rows: [Outbox.Waiting]) {
    let isFirst = written.withLock { written in
      // The relay reads what does not follow on what it has: more than it reads ahead is not held for it here.
      if written.rows.count < MeshLimits.relayAhead { written.rows += rows }
      defer { written.isPosted = true }
      return !written.isPosted
    }
    guard isFirst else { return }
    reactor.post {
      let rows = self.written.withLock { written in
        defer { written = Written() }
        return written.rows
      }
      self.relay?.offered(rows)
      self.pump()
    }
  }

  /// Tells the others soon how far this department has come, where its clock has moved since it last did.
  package func freshenMark() {
    reactor.post {
      guard self.relay.map({ $0.markedThrough < self.now() }) ?? false else { return }
      self.nextMark = self.reactor.moment
      self.pump()
    }
  }

  /// Asks another program. `completion` is called once, on the reactor's thread: with the answer, or with why there is none.
  package func request(
    to peer: String, subject: String, body: JSON, deadline: Duration, completion: @escaping @Sendable (Result<JSON, Refusal>) -> Void
  ) {
    let posted = reactor.post {
      self.asking.ask(
        to: peer, subject: subject, body: body, deadline: deadline, over: self.link.isUp ? self.line : nil, completion)
      self.pump()
    }
    if !posted { completion(.failure(Refusal(code: "stopped", sentence: "This program is stopping; ask after its start."))) }
  }

  /// Up to when everything of `source` (such as `/ledger`) has been settled here, over all subscriptions that hear it; nil where
  /// nothing was heard since the start.
  package func heardThrough(_ source: String) -> Timestamp? { marks.through(source) }

  /// The same on one subscription.
  package func heardThrough(_ source: String, on subscription: String) -> Timestamp? {
    guard let consumer = consumers.first(where: { $0.subscription.name == subscription }) else { return nil }
    return marks.through(source, on: consumer.handle)
  }

  package var state: MeshState {
    shown.withLock { shown in
      let link = shown.link
      let barred = link.trouble.flatMap { $0.needsPerson ? $0.description : nil }
      let refused = link.trouble.flatMap { $0.refusesManifest ? $0.description : nil }
      return MeshState(
        isUp: link.isUp, words: link.words(at: .now, waiting: shown.waiting), waiting: shown.waiting,
        acceptedThrough: shown.acceptedThrough, needsPerson: barred ?? shown.fault?.description, manifestRefused: refused,
        subscriptions: shown.subscriptions)
    }
  }

  func show() {
    let (link, relay) = (link, relay)
    let subscriptions = consumers.map {
      MeshState.Subscription(
        name: $0.subscription.name, isOpen: $0.isOpen, inHand: $0.machine.inHand, trouble: $0.trouble, isHeldBack: $0.machine.isHeldBack)
    }
    shown.withLock { shown in
      shown = Shown(
        link: link, waiting: relay?.machine.waiting ?? 0, acceptedThrough: relay?.acceptedThrough ?? 0, fault: relay?.fault,
        subscriptions: subscriptions)
    }
    figures.up.set(link.isUp ? 1 : 0)
  }

  // MARK: The end

  /// Takes no new work, lets running batches end, publishes what is written, says farewell. `completion` is called once, on the
  /// reactor's thread, within `MeshLimits.drainTimeout` and a second; nothing is tried again afterwards.
  package func drain(completion: @escaping @Sendable () -> Void) {
    let posted = reactor.post {
      self.drained.append(completion)
      self.drainEnd = self.reactor.moment.adding(MeshLimits.drainTimeout + MeshLimits.leaveTimeout)
      for consumer in self.consumers { consumer.drain() }
      self.act(self.link.drain(at: self.reactor.moment))
      self.pump()
    }
    if !posted { completion() }
  }
}
