import CLinux
import Dispatch
import Glibc
import Synchronization

/// One thread that waits for descriptors, timers and posted jobs and runs what they cause, one after the other.
///
///     turn:  epoll_wait ─▶ ready descriptors and posted jobs ─▶ due timers ─▶ put-off callbacks ─▶ endOfTurn ─▶ flush
///
/// Nothing runs between `endOfTurn` and the flush, so what the hook appends to connections leaves in one write each.
///
/// Threads: `post`, `stop`, `perform` and `join` may be called from any thread. Everything else belongs to the reactor's
/// thread; before it runs, to the one thread that sets it up.
@safe package final class Reactor: @unchecked Sendable {
  /// The place of a watched descriptor; `generation` tells events of a former owner apart.
  struct Slot: Equatable {
    let index: Int
    let generation: UInt32
  }

  private struct Watched {
    var watcher: (any Watcher)?
    var generation: UInt32 = 0
    var registered = false
  }

  enum PutOff {
    case offer(Connection)
    case writable(Connection)
    case closed(Connection)
  }

  /// Called once a turn, after all ready descriptors, jobs and timers of one wait were handled and before connections are flushed.
  package var endOfTurn: (() -> Void)?
  /// Turns made so far.
  package private(set) var turns: UInt64 = 0
  /// Nanoseconds since boot (CLOCK_BOOTTIME), read once at the beginning of each turn.
  package private(set) var now: Int64 = Reactor.uptime()

  /// Shared by all connections: read into and handed on before anyone else reads.
  let scratch: UnsafeMutableRawBufferPointer
  let pool = ChunkPool()

  private let epoll: FileDescriptor
  private let mailbox: Mailbox
  private let finished = DispatchSemaphore(value: 0)
  private var watched: [Watched] = []
  private var free: [Int] = []
  private var timers = TimerHeap()
  private var dirty: [Connection] = []
  private var putOff: [PutOff] = []
  private let thread = Atomic<UInt>(0)

  /// Makes the epoll set and its mailbox. Also ignores SIGPIPE for the whole process: a peer that is gone is an error, not a death.
  package init() throws(SystemError) {
    let epollNumber = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epollNumber >= 0 else { throw SystemError(.wait, errno, on: "an epoll set") }
    let epoll = FileDescriptor(adopting: epollNumber)
    let mailbox = try Mailbox()
    // Slot 0 is the mailbox; others start at 1.
    var event = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: 0))
    guard unsafe epoll_ctl(epoll.number, EPOLL_CTL_ADD, mailbox.number, &event) == 0 else {
      throw SystemError(.wait, errno, on: "an eventfd")
    }
    self.epoll = epoll
    self.mailbox = mailbox
    unsafe scratch = .allocate(
      byteCount: TransportLimits.carriedBytesMax + TransportLimits.readBytesPerTurn, alignment: 64)
    watched.append(Watched())
    signal(SIGPIPE, SIG_IGN)
  }

  deinit { unsafe scratch.deallocate() }

  // MARK: - Any thread

  /// Has `job` run in the next turn. Jobs of one thread run in their order. False after `stop`: the job will never run.
  @discardableResult
  package func post(_ job: @escaping @Sendable () -> Void) -> Bool { mailbox.put(job) }

  /// Runs `body` on the reactor's thread and waits for what it returns; nil after `stop`. The reactor must run, and must not wait for
  /// the caller.
  package func perform<T: Sendable>(_ body: @escaping @Sendable () -> T) -> T? {
    if isOnThread { return body() }
    let answer = Answer<T>()
    guard post({ answer.give(body()) }) else { return nil }
    return answer.wait()
  }

  /// Ends `run` after the turn that is under way.
  package func stop() { mailbox.stop() }

  /// Waits until `run` has returned. For one caller.
  package func join() { finished.wait() }

  // MARK: - The reactor's thread

  /// Runs turns on the calling thread until `stop`; then every descriptor still watched is closed.
  package func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: TransportLimits.eventsPerTurn) { events in
      while unsafe turn(events) {}
    }
    endAll()
    finished.signal()
  }

  /// Runs `job` once, `delay` from now (at once, in a later step of the turn or the next turn, where it is not positive).
  package func after(_ delay: Duration, _ job: @escaping () -> Void) -> Timer {
    assertOnThread()
    return Timer(id: timers.add(due: Reactor.uptime() + max(0, delay.wholeNanoseconds), job))
  }

  /// Forgets the job. Does nothing where it has run.
  package func cancel(_ timer: Timer) {
    assertOnThread()
    timers.cancel(timer.id)
  }

  /// A job that waits for its instant.
  package struct Timer: Sendable, Equatable {
    fileprivate let id: UInt64
  }

  /// True on the thread that runs turns.
  package var isOnThread: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// Nanoseconds since boot, sleep of the machine included.
  package static func uptime() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  // MARK: - For connections and listeners

  func assertOnThread() {
    assert(
      isOnThread || thread.load(ordering: .relaxed) == 0, "this belongs to the reactor's thread: go through post")
  }

  func watch(_ number: Int32, _ interest: Interest, _ watcher: any Watcher) throws(SystemError) -> Slot {
    assertOnThread()
    let index = free.popLast() ?? watched.count
    if index == watched.count { watched.append(Watched()) }
    watched[index].generation &+= 1
    watched[index].watcher = watcher
    let slot = Slot(index: index, generation: watched[index].generation)
    guard change(number, slot, to: interest) else {
      let code = errno
      release(slot)
      throw SystemError(.wait, code, on: "a descriptor")
    }
    return slot
  }

  /// Watches for `interest` from now on. For nothing at all the descriptor leaves the epoll set, as epoll would report a hang-up for ever.
  @discardableResult
  func change(_ number: Int32, _ slot: Slot, to interest: Interest) -> Bool {
    let data = UInt64(slot.generation) << 32 | UInt64(slot.index)
    var event = unsafe epoll_event(events: interest.events, data: epoll_data_t(u64: data))
    let registered = watched[slot.index].registered
    if interest.isEmpty {
      guard registered else { return true }
      watched[slot.index].registered = false
      return unsafe epoll_ctl(epoll.number, EPOLL_CTL_DEL, number, &event) == 0
    }
    watched[slot.index].registered = true
    return unsafe epoll_ctl(epoll.number, registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, number, &event) == 0
  }

  func unwatch(_ number: Int32, _ slot: Slot) {
    assertOnThread()
    change(number, slot, to: [])
    release(slot)
  }

  func flushLater(_ connection: Connection) { dirty.append(connection) }
  func later(_ work: PutOff) { putOff.append(work) }

  // MARK: - One turn

  private func turn(_ events: UnsafeMutableBufferPointer<epoll_event>) -> Bool {
    let count = unsafe epoll_wait(epoll.number, events.baseAddress, Int32(events.count), waitMilliseconds())
    precondition(count >= 0 || errno == EINTR, "epoll_wait failed with errno \(errno): the reactor cannot go on")
    now = Reactor.uptime()
    turns &+= 1
    for position in 0..<max(0, Int(count)) {
      let event = unsafe events[position]
      let data = unsafe event.data.u64
      if data == 0 {
        for job in mailbox.takeAll() { job() }
        continue
      }
      let place = watched[Int(truncatingIfNeeded: data & 0xFFFF_FFFF)]
      // An event of this wait may belong to a descriptor that an earlier event closed.
      guard place.generation == UInt32(truncatingIfNeeded: data >> 32), let watcher = place.watcher else { continue }
      watcher.ready(Interest(events: unsafe event.events))
    }
    // Timers added by timers wait for the next turn at the earliest when they are due later than this turn began.
    while let job = timers.takeDue(now) { job() }
    runPutOff()
    endOfTurn?()
    flushDirty()
    return !mailbox.isStopped
  }

  /// How long epoll may wait: not at all while something is put off, else until the first timer, rounded up to whole milliseconds.
  private func waitMilliseconds() -> Int32 {
    guard putOff.isEmpty, dirty.isEmpty else { return 0 }
    guard let due = timers.nextDue else { return -1 }
    let left = due - Reactor.uptime()
    return left <= 0 ? 0 : Int32(clamping: (left + 999_999) / 1_000_000)
  }

  private func runPutOff() {
    guard !putOff.isEmpty else { return }
    let work = putOff
    putOff = []
    for item in work {
      switch item {
      case .offer(let connection): connection.offerRest()
      case .writable(let connection): connection.tellWritable()
      case .closed(let connection): connection.tellClosed()
      }
    }
  }

  private func flushDirty() {
    guard !dirty.isEmpty else { return }
    let connections = dirty
    dirty.removeAll(keepingCapacity: true)
    for connection in connections { connection.flush() }
  }

  private func endAll() {
    endOfTurn = nil
    timers.removeAll()
    for index in watched.indices { watched[index].watcher?.reactorEnded() }
    while !putOff.isEmpty { runPutOff() }
    dirty = []
    // What was posted before the stop still runs, as somebody may wait for it.
    for job in mailbox.takeAll() { job() }
    thread.store(0, ordering: .relaxed)
  }

  private func release(_ slot: Slot) {
    watched[slot.index].watcher = nil
    watched[slot.index].registered = false
    free.append(slot.index)
  }
}
