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
  var strangers = Strangers()
  var recent = RecentBytes()
  let producers: ProducerNames
  let backlog: Backlog
  let preparer: SegmentPreparer
  let keeper: JournalKeeper
  let rules: RetentionRules
  let door: CredentialDesk
  /// Told when the credentials have changed.
  let onCredentials: (CredentialRegistry) -> Void
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
  var wasFull = false
  /// Why the last roll failed, and the uptime at which the next may be tried; nil and 0 once one has succeeded.
  var rollFault: JournalFault?
  private var rollAgainAt: Int64 = 0
  /// Why there is no reserve, while there is none for want of room: what is left of the segment in use is the reserve then.
  var reserveFault: JournalFault?
  /// The oldest segment is being read, to be let go of.
  var isSurveying = false
  /// Who needed what of it when it last had to stay.
  var refused: Int?
  /// For readers on other threads: why publishes are put off, while they are.
  let storageWord: StorageWord
  /// Nothing is read from anybody: what they would say could not be kept.
  var isHeldBack = false
  var isDraining = false
  var doorkeeper = Doorkeeper()
  /// Questions of the desk under way, by number; see BrokerLoop+Asking.swift.
  var asked: [UInt64: (JSON) -> Void] = [:]
  var asks: UInt64 = 0
  var isStopAsked = false
  /// Asks for the ordered end of the program, and says why.
  let askToStop: (String) -> Void

  init(
    reactor: Reactor, clock: Clock, log: Log, metrics: BrokerMetrics, machine: consuming BrokerMachine,
    journal: consuming Journal<FileDisk>, backlog: Backlog, preparer: SegmentPreparer, keeper: JournalKeeper, rules: RetentionRules,
    storageWord: StorageWord, published: DurableMark,
    door: CredentialDesk, onCredentials: @escaping (CredentialRegistry) -> Void, askToStop: @escaping (String) -> Void,
    abort: @escaping (JournalFault) -> Never
  ) {
    self.reactor = reactor
    self.clock = clock
    self.log = log
    self.metrics = metrics
    producers = ProducerNames(machine.limits.producers)
    self.machine = machine
    self.journal = journal
    self.backlog = backlog
    self.preparer = preparer
    self.keeper = keeper
    self.rules = rules
    self.storageWord = storageWord
    self.published = published
    self.door = door
    self.onCredentials = onCredentials
    self.askToStop = askToStop
    self.abort = abort
    commit = self.journal.gather()
    published.advance(to: self.journal.durableThrough)
    metrics.durableThrough.set(Int64(clamping: self.journal.durableThrough.value))
  }

  /// Begins to work: from now on the reactor calls.
  func start() {
    reactor.endOfTurn = { [unowned self] in endTurn() }
    prepareReserve()
    startKeeping()
    beatHearts()
    sweepStrangers()
    watchCredentials()
    noteFigures()
    settleTicks()
  }

  // MARK: The machine

  func apply(_ input: Input) {
    makeRoom { machine, moment, commit in machine.apply(input, at: moment, into: &commit) }
  }

  /// Runs one input, after having made sure that the segment has room for whatever it writes. HOT.
  @inline(__always)
  func makeRoom(_ body: (inout BrokerMachine, Moment, inout Gathering<Effect>) -> Void) {
    if (commit?.remaining ?? 0) < JournalLimits.inputBytesMax {
      roll()
      // Before the input: where there is no room for it, the machine has to know.
      tellStorage()
    }
    guard var gathering = commit.take() else { preconditionFailure("an input came while the commit was being written") }
    body(&machine, moment(), &gathering)
    commit = consume gathering
  }

  /// Now, read once a turn.
  func moment() -> Moment {
    if let turnMoment { return turnMoment }
    let now = Moment(wall: clock.now(), uptime: clock.uptime())
    turnMoment = now
    return now
  }

  /// The segment has no room for a further input: finishes the commit, begins the next segment.
  func roll() {
    guard clock.uptime() >= rollAgainAt else { return }
    if commit?.isEmpty == false { finish() }
    guard journal.wantsRoll else { return }
    commit = nil
    do throws(JournalFault) {
      // Not earlier than what was accepted, should the clock have been set back: readers find their beginning by it.
      let begun = max(clock.now(), machine.latestAcceptance)
      try journal.roll(checkpoint: machine.checkpoint(), at: begun)
      if let start = journal.starts.last { machine.begins(segment: start.base, at: start.begun) }
      (rollFault, rollAgainAt) = (nil, 0)
      metrics.rolls.increment()
      prepareReserve()
    } catch {
      guard !error.isFatal else { fail(error) }
      (rollFault, rollAgainAt) = (error, clock.uptime() + Self.rollAgainMilliseconds)
    }
    commit = journal.gather()
    published.advance(to: journal.durableThrough)
  }

  /// Has the next segment made, away from the loop.
  func prepareReserve() {
    preparer.prepare { [reactor, loop = LoopReference(self)] fault in reactor.post { loop.value.prepared(fault) } }
  }

  private func prepared(_ fault: JournalFault?) {
    if let fault, reserveFault == nil { log.error("journal.reserve", "no reserve segment could be made: \(fault)") }
    reserveFault = fault
    tellStorage()
    if fault != nil { letGo() }
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
    holdBackWhereTight()
    holdThoseOverTheirRate()
    stopIfAsked()
    settleTicks()
    turnMoment = nil
  }

  /// Writes and syncs the commit, lets its effects go and begins the next one.
  func finish() {
    guard let gathering = commit.take() else { return }
    let hasRecords = gathering.hasRecords
    let began = Reactor.uptime()
    let released: Released<Effect>
    do throws(JournalFault) {
      released = try journal.finish(journal.begin(gathering)).release()
    } catch { fail(error) }
    metrics.commits.increment()
    if hasRecords {
      metrics.syncs.increment()
      let accepted = Int64(clamping: machine.counts.accepted)
      metrics.messagesPerSync.observe(accepted - metrics.events.value)
      metrics.events.increment(by: accepted - metrics.events.value)
      metrics.syncTime.observe(Reactor.uptime() - began)
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

  /// The disk is unknown from now on: whoever waits hears so, as far as the sockets take it, and the process ends.
  func fail(_ fault: JournalFault) -> Never {
    let refusal = Refusal(
      code: "disk_failed",
      sentence: "The broker's disk failed; what was not accepted yet may be lost. It starts again; publish from its welcome.")
    for session in sessions.all where session.connection.isOpen {
      send(.fault(refusal), to: session)
      session.connection.flush()
    }
    abort(fault)
  }

  /// After 100 ms without a commit the journal gets its closing mark.
  private func closeWhenIdle() {
    if let idleTimer { reactor.cancel(idleTimer) }
    idleTimer = reactor.after(Self.idleBeforeMark) { [unowned self] in
      idleTimer = nil
      writeClosingMark()
    }
  }

  /// Writes the mark, where nothing rides: such records have this wait begin anew.
  func writeClosingMark() {
    // Timers run behind the frames of their turn: what those have left leaves first.
    while commit?.isUrgent == true { finish() }
    guard journal.wantsClosingMark, commit?.hasRecords == false else { return }
    guard let waiting = commit.take() else { return }
    do throws(JournalFault) { commit = try journal.closeMark(before: waiting) } catch { fail(error) }
    published.advance(to: journal.durableThrough)
  }

  /// Writes what was appended and tells the machine how much of it the peers have not taken yet.
  func flushTouched() {
    while !touched.isEmpty {
      let sessions = touched
      touched.removeAll(keepingCapacity: true)
      for session in sessions {
        session.isTouched = false
        if let accepted = session.accepted.take() { send(.accepted(through: accepted.through, forget: accepted.forget), to: session) }
        session.connection.flush()
        if session.isLeaving { session.connection.closeAfterFlush(within: DoorLimits.lastWordsMax) }
        guard session.credential != nil, session.connection.isOpen else { continue }
        apply(.flushed(session.id, queuedBytes: session.connection.queuedBytes))
      }
      while commit?.isUrgent == true { finish() }
    }
  }

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

  /// Settles wait at most so long for a commit that somebody else needs: after that they get one of their own.
  private static let ridingMax = Duration.milliseconds(10)
  /// Publishers are told to come again after as long.
  static let rollAgainMilliseconds: Int64 = 250
  private static let idleBeforeMark = Duration.milliseconds(100)
}
