import BrokerCore
import Contracts
import Disk
import Glibc
import Host
import Journal
import Telemetry
import Transport
import Wire

/// The broker's one loop: it owns the machine, the journal and every session, and takes no locks.
///
/// ```
///   a turn:  bytes of every ready connection ─▸ frames ─▸ BrokerMachine ─▸ commit (gathering)
///            end of the turn: one write, one fdatasync ─▸ Durable ─▸ effects ─▸ out buffers ─▸ flush
/// ```
/// Everything here belongs to the reactor's thread; `perform` of the reactor is the way in for others.
final class BrokerLoop {
  let reactor: Reactor
  let clock: Clock
  let log: Log
  let metrics: BrokerMetrics
  var machine: BrokerMachine
  var journal: Journal<FileDisk>
  /// Nil only while it is being written.
  var commit: Gathering<Effect>?
  var sessions = Sessions()
  var recent = RecentBytes()
  var producers = ProducerNames()
  let backlog: Backlog
  let preparer: SegmentPreparer
  let credentials: () -> CredentialRegistry
  /// Called when memory and disk no longer agree: ends the process.
  let abort: (JournalFault) -> Never
  /// Told after each commit, for readers on other threads.
  let published: DurableMark

  private var turnMoment: Moment?
  /// Where the machine's tail began when the last commit was done.
  private var tailStart = Position.zero
  var touched: [Session] = []
  private var ridingTimer: Reactor.Timer?
  private var idleTimer: Reactor.Timer?
  private var tickTimer: Reactor.Timer?
  private var tickAt = Int64.max
  private var wasFull = false
  private var isDraining = false
  private var doorkeeper = Doorkeeper()

  init(
    reactor: Reactor, clock: Clock, log: Log, metrics: BrokerMetrics, machine: consuming BrokerMachine,
    journal: consuming Journal<FileDisk>,
    backlog: Backlog, preparer: SegmentPreparer, published: DurableMark, credentials: @escaping () -> CredentialRegistry,
    abort: @escaping (JournalFault) -> Never
  ) {
    self.reactor = reactor
    self.clock = clock
    self.log = log
    self.metrics = metrics
    self.machine = machine
    self.journal = journal
    self.backlog = backlog
    self.preparer = preparer
    self.published = published
    self.credentials = credentials
    self.abort = abort
    commit = self.journal.gather()
    published.advance(to: self.journal.durableThrough)
    metrics.durableThrough.set(Int64(clamping: self.journal.durableThrough.value))
  }

  /// Begins to work: from now on the reactor calls.
  func start() {
    reactor.endOfTurn = { [unowned self] in endTurn() }
    prepareReserve()
    beatHearts()
    settleTicks()
  }

  // MARK: Connections

  /// A client has connected.
  func accept(_ descriptor: consuming FileDescriptor) {
    guard !isDraining, let id = sessions.nextID() else { return }
    let connection = Connection(
      adopting: descriptor, on: reactor,
      limits: ConnectionLimits(
        inboundBytesMax: WireLimits.frameBytesMax + WireLimits.lengthBytes, outboundBytesMax: 64 << 20, highWater: 256 << 10,
        lowWater: 64 << 10, unacknowledgedMax: .seconds(30)))
    let session = Session(id: id, connection: connection)
    sessions.insert(session)
    metrics.connections.set(Int64(sessions.count))
    connection.onBytes = { [unowned self, unowned session] bytes in receive(bytes, from: session) }
    connection.onWritable = { [unowned self, unowned session] in hasRoom(session) }
    connection.onClose = { [unowned self, unowned session] reason in closed(session, reason) }
    _ = reactor.after(WireLimits.helloWithin) { [weak session, unowned self] in
      guard let session, let fault = session.machine.helloOverdue() else { return }
      end(session, fault.refusal)
    }
  }

  private func closed(_ session: Session, _ reason: CloseReason) {
    session.machine.closed()
    if session.credential != nil {
      log.info("session.closed", "\(session.credential ?? "?") is gone: \(reason)", ["connection": .integer(Int64(session.id.raw))])
      apply(.disconnected(session.id))
    }
    sessions.remove(session.id)
    metrics.connections.set(Int64(sessions.count))
  }

  /// Says why and closes.
  func end(_ session: Session, _ refusal: Refusal) {
    send(.fault(refusal), to: session)
    session.machine.closed()
    session.connection.closeAfterFlush()
  }

  // MARK: Frames

  /// Takes whole frames off `bytes`; returns how many bytes they were. HOT.
  private func receive(_ bytes: UnsafeRawBufferPointer, from session: Session) -> Int {
    session.machine.heardBytes()
    var offset = 0
    while session.connection.isOpen {
      let step: FrameDecoder.Step
      do throws(WireFault) { step = try session.decoder.next(in: bytes, from: offset) } catch {
        end(session, error.refusal)
        return bytes.count
      }
      guard case .payload(let range) = step else { return offset }
      take(UnsafeRawBufferPointer(rebasing: bytes[range]), from: session)
      offset = range.upperBound
    }
    return bytes.count
  }

  private func take(_ payload: UnsafeRawBufferPointer, from session: Session) {
    let message: ClientMessage
    do throws(WireFault) { message = try ClientMessageDecoder.decode(payload) } catch {
      return refuse(error, from: session)
    }
    switch session.machine.received(message) {
    case .take: break
    case .answer(let id): return send(.pong(id), to: session)
    case .drop: return
    case .finish:
      // What is owed (answers to its last publishes) appears with this turn's commit; the connection closes behind it.
      apply(.farewell(session.id))
      session.isLeaving = true
      return touch(session, &touched)
    case .fault(let fault): return end(session, fault.refusal)
    }
    switch message {
    case .publish(let publish):
      makeRoom { machine, moment, commit in machine.publish(session.id, publish, frame: payload, at: moment, into: &commit) }
    case .hello(let hello): greet(session, hello)
    case .subscribe(let subscribe): apply(.subscribe(session.id, subscribe))
    case .unsubscribe(let handle, let forget): apply(.unsubscribe(session.id, handle: handle, forget: forget))
    case .credit(let handle, let messages, let bytes): apply(.credit(session.id, handle: handle, messages: messages, bytes: bytes))
    case .working(let handle, let ranges): apply(.working(session.id, handle: handle, ranges))
    case .settle(let handle, let settlement):
      metrics.settles.increment()
      apply(.settle(session.id, handle: handle, settlement))
    case .extend(let handle, let ranges): apply(.extend(session.id, handle: handle, ranges))
    case .request(let request): apply(.request(session.id, request))
    case .reply(let reply): apply(.reply(session.id, reply))
    case .mark(let through): apply(.mark(session.id, through: through))
    case .admin(let id, let command): apply(.admin(session.id, id: id, command: command))
    case .ping, .pong, .farewell: break
    }
  }

  /// A frame that could not be taken: an unusable event uses up its sequence, anything else ends the connection.
  private func refuse(_ fault: WireFault, from session: Session) {
    guard case .event(let sequence, let reason) = fault else { return end(session, fault.refusal) }
    switch session.machine.receivedRefusedEvent() {
    case .take: apply(.refuse(session.id, sequence: sequence, reason.refusal))
    case .fault(let fault): end(session, fault.refusal)
    case .answer, .drop, .finish: break
    }
  }

  private func greet(_ session: Session, _ hello: Hello) {
    guard let entry = credentials().entry(hello.credential, secret: hello.secret) else {
      metrics.wrongCredentials.increment()
      if doorkeeper.wrong(hello.credential, uptime: clock.uptime()) {
        log.warning(
          "session.refused", "a hello as \(hello.credential) was turned away: unknown name or wrong secret",
          ["peer": .text(session.connection.peer.description)])
      }
      session.connection.pauseReading()
      _ = reactor.after(Doorkeeper.answerAfter) { [weak session, unowned self] in
        guard let session else { return }
        end(
          session,
          Refusal(
            code: "not_known",
            sentence: "nobody is known by the name \(hello.credential) with this secret; take the credential from the data folder"))
      }
      return
    }
    session.credential = entry.name
    session.decoder.payloadBytesMax = WireLimits.frameBytesMax
    log.info(
      "session.opened", "\(entry.name) is here",
      ["connection": .integer(Int64(session.id.raw)), "epoch": .integer(Int64(clamping: hello.epoch))])
    let rights = Rights(publish: entry.publish, subscribe: entry.subscribe, source: entry.source, administers: entry.administers)
    apply(.hello(session.id, hello, rights))
  }

  // MARK: The machine

  func apply(_ input: Input) {
    makeRoom { machine, moment, commit in machine.apply(input, at: moment, into: &commit) }
  }

  /// Runs one input, after having made sure that the segment has room for whatever it writes. HOT.
  @inline(__always)
  private func makeRoom(_ body: (inout BrokerMachine, Moment, inout Gathering<Effect>) -> Void) {
    if (commit?.remaining ?? 0) < JournalLimits.inputBytesMax { roll() }
    guard var gathering = commit.take() else { preconditionFailure("an input came while the commit was being written") }
    body(&machine, moment(), &gathering)
    commit = consume gathering
  }

  /// Now, read once a turn.
  private func moment() -> Moment {
    if let turnMoment { return turnMoment }
    let now = Moment(wall: clock.now(), uptime: clock.uptime())
    turnMoment = now
    return now
  }

  /// The segment has no room for a further input: finishes the commit, begins the next segment.
  private func roll() {
    if commit?.isEmpty == false { finish() }
    guard journal.wantsRoll else { return }
    commit = nil
    do throws(JournalFault) {
      try journal.roll(checkpoint: machine.checkpoint(), at: clock.now())
      metrics.rolls.increment()
      prepareReserve()
    } catch {
      guard !error.isFatal else { abort(error) }
      log.error("journal.full", "no new segment: \(error)")
    }
    commit = journal.gather()
    published.advance(to: journal.durableThrough)
  }

  /// Has the next segment made, away from the loop.
  func prepareReserve() {
    preparer.prepare { [log] fault in
      if let fault { log.error("journal.reserve", "no reserve segment could be made: \(fault)") }
    }
  }

  // MARK: The end of a turn

  private func endTurn() {
    if machine.nextDeadline.map({ $0 <= moment().uptime }) ?? false { apply(.tick) }
    tellStorage()
    // Effects may cause inputs (room in a buffer, hence more deliveries), which may cause effects.
    while commit?.isUrgent == true { finish() }
    if commit?.hasRecords == true, ridingTimer == nil {
      ridingTimer = reactor.after(Self.ridingMax) { [unowned self] in
        ridingTimer = nil
        if commit?.isEmpty == false { finish() }
      }
    }
    flushTouched()
    settleTicks()
    turnMoment = nil
  }

  /// Writes and syncs the commit, lets its effects go and begins the next one.
  private func finish() {
    guard let gathering = commit.take() else { return }
    let hasRecords = gathering.hasRecords
    let began = Self.nanoseconds()
    let released: Released<Effect>
    do throws(JournalFault) {
      released = try journal.finish(journal.begin(gathering)).release()
    } catch { abort(error) }
    metrics.commits.increment()
    if hasRecords {
      metrics.syncs.increment()
      let accepted = Int64(clamping: machine.counts.accepted)
      metrics.messagesPerSync.observe(accepted - metrics.events.value)
      metrics.events.increment(by: accepted - metrics.events.value)
      metrics.syncTime.observe(Self.nanoseconds() - began)
      metrics.bytesWritten.increment(by: Int64(released.byteCount))
      // This commit's effects may name events that the machine's tail has passed over since: what the turn before needed stays.
      recent.drop(before: tailStart)
      tailStart = machine.tailStart
      released.bytes.withUnsafeBytes { recent.keep(UnsafeRawBufferPointer(rebasing: $0[..<released.byteCount]), at: released.start) }
      published.advance(to: journal.durableThrough)
      metrics.durableThrough.set(Int64(clamping: journal.durableThrough.value))
      if let ridingTimer { reactor.cancel(ridingTimer) }
      ridingTimer = nil
      closeWhenIdle()
    }
    perform(released.effects, touched: &touched)
    commit = journal.gather(reusing: consume released)
    if hasRecords { flushTouched() }
  }

  /// After 100 ms without a commit the journal gets its closing mark.
  private func closeWhenIdle() {
    if let idleTimer { reactor.cancel(idleTimer) }
    idleTimer = reactor.after(Self.idleBeforeMark) { [unowned self] in
      idleTimer = nil
      // Records that ride have a commit of their own within 10 ms, which begins this wait anew.
      writeClosingMark()
    }
  }

  private func writeClosingMark() {
    guard journal.wantsClosingMark, commit?.hasRecords == false else { return }
    // Its place is the mark's: the commit is gathered anew behind it.
    guard let waiting = commit.take() else { return }
    precondition(waiting.isEmpty, "effects wait for a commit although the turn is over")
    do throws(JournalFault) { try journal.closeMark() } catch { abort(error) }
    commit = journal.gather()
    published.advance(to: journal.durableThrough)
  }

  private func tellStorage() {
    let isFull = journal.fullBecause != nil
    guard isFull != wasFull else { return }
    wasFull = isFull
    if isFull { log.error("journal.full", "publishes are put off: \(journal.fullBecause.map { "\($0)" } ?? "")") }
    apply(.storage(isFull: isFull))
  }

  /// Writes what was appended and tells the machine how much of it the peers have not taken yet.
  private func flushTouched() {
    while !touched.isEmpty {
      let sessions = touched
      touched.removeAll(keepingCapacity: true)
      for session in sessions {
        session.isTouched = false
        if let accepted = session.accepted.take() { send(.accepted(through: accepted.through, forget: accepted.forget), to: session) }
        session.connection.flush()
        if session.isLeaving { session.connection.closeAfterFlush() }
        guard session.credential != nil, session.connection.isOpen else { continue }
        session.reportsRoom = session.connection.queuedBytes >= session.connection.limits.highWater
        apply(.flushed(session.id, queuedBytes: session.connection.queuedBytes))
      }
      while commit?.isUrgent == true { finish() }
    }
  }

  private func hasRoom(_ session: Session) {
    guard session.credential != nil else { return }
    session.reportsRoom = false
    apply(.flushed(session.id, queuedBytes: session.connection.queuedBytes))
  }

  // MARK: Timers

  /// Wakes the loop when the machine next has something to do by itself.
  private func settleTicks() {
    let due = machine.nextDeadline ?? .max
    guard due != tickAt else { return }
    if let tickTimer { reactor.cancel(tickTimer) }
    tickTimer = nil
    tickAt = due
    guard due < .max else { return }
    // A turn's end looks at the deadline, so being woken is enough.
    tickTimer = reactor.after(.milliseconds(max(1, due - clock.uptime()))) { [unowned self] in
      tickTimer = nil
      tickAt = .max
    }
  }

  private func beatHearts() {
    _ = reactor.after(WireLimits.heartbeat) { [unowned self] in
      for session in sessions.all {
        switch session.machine.heartbeat() {
        case .well: break
        case .ask(let ping): send(.ping(ping), to: session)
        case .fault(let fault): end(session, fault.refusal)
        }
      }
      beatHearts()
    }
  }

  // MARK: The end

  /// Says farewell to everybody, takes what still comes for a moment, then leaves a closed journal behind. `done` runs on this thread.
  func drain(_ done: @escaping () -> Void) {
    isDraining = true
    apply(.drain(reason: "the broker stops"))
    for session in sessions.all { _ = session.machine.stopping() }
    waitForFarewells(until: clock.uptime() + Self.drainMillisecondsMax, done)
  }

  private func waitForFarewells(until deadline: Int64, _ done: @escaping () -> Void) {
    guard sessions.count > 0, clock.uptime() < deadline else {
      if commit?.isEmpty == false { finish() }
      flushTouched()
      for session in sessions.all { session.connection.closeAfterFlush() }
      writeClosingMark()
      return done()
    }
    _ = reactor.after(.milliseconds(20)) { [unowned self] in waitForFarewells(until: deadline, done) }
  }

  static func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Settles wait at most so long for a commit that somebody else needs (broker.md, promise 4).
  private static let ridingMax = Duration.milliseconds(10)
  private static let idleBeforeMark = Duration.milliseconds(100)
  /// Departments leave on their own before the broker does; this is for those that do not.
  private static let drainMillisecondsMax: Int64 = 2_000
}
