import CLinux
import Glibc

/// One stream of bytes to a peer, driven by a reactor.
///
///     open ──peer ends──▶ half open (only with onEnd) ──closeAfterFlush──▶ closing ──queue empty──▶ closed
///       └────────── close, failure, limit ───────────────────────────────────────────────────────▶ closed
///
/// Callbacks never run inside a call of this connection, except that `onBytes` may be followed by further `onBytes` in the same turn.
/// `onClose` is called exactly once, whichever side ended the connection, and is the last callback. An idle connection holds no buffer.
/// The reactor keeps an open connection alive. Everything here belongs to the reactor's thread.
@safe package final class Connection: Watcher {
  /// Bytes as they came; returns how many were taken. The rest is kept and offered again together with more. `nil`: bytes wait unread.
  package var onBytes: ((UnsafeRawBufferPointer) -> Int)?
  /// The peer has ended its stream but may still read. Where nil, the connection closes with `.ended`.
  package var onEnd: ((_ unread: Int) -> Void)?
  /// Queued bytes fell to the low-water mark after having been above the high one.
  package var onWritable: (() -> Void)?
  package var onClose: ((CloseReason) -> Void)?

  package let limits: ConnectionLimits
  /// Nanoseconds since boot when bytes last came (the beginning of that turn).
  package private(set) var lastHeard: Int64
  /// Bytes read and written since the connection began.
  package private(set) var bytesIn: UInt64 = 0
  package private(set) var bytesOut: UInt64 = 0

  /// What follows when the queue has become empty.
  private enum Ending { case none, sending, all, sendingEnded }

  private let reactor: Reactor
  private var descriptor: FileDescriptor?
  private let number: Int32
  private var slot: Reactor.Slot?
  private var interest: Interest = .reading
  private var inbound = InboundRest()
  private var outbound: OutboundQueue
  private var isDirty = false
  private var isPaused = false
  private var hasEnded = false
  private var ending = Ending.none
  /// When a peer that does not take what is queued is waited for no more.
  private var cutOff: Reactor.Timer?
  private var wasAboveHighWater = false
  private var isBlocked = false
  private var reason: CloseReason?

  /// Takes over a connected, non-blocking stream socket. Set `onBytes` before the turn ends.
  package init(adopting descriptor: consuming FileDescriptor, on reactor: Reactor, limits: ConnectionLimits = ConnectionLimits()) {
    number = descriptor.number
    self.descriptor = consume descriptor
    self.reactor = reactor
    self.limits = limits
    lastHeard = reactor.now
    outbound = OutboundQueue(pool: reactor.pool)
    Socket.tune(number, unacknowledgedMax: limits.unacknowledgedMax)
    do throws(SystemError) { slot = try reactor.watch(number, .reading, self) } catch { fail(error) }
  }

  package var isOpen: Bool { reason == nil }
  /// The peer's address; empty where it is gone. After closing the number may be another socket's, so nobody is asked then.
  package var peer: PeerAddress { reason == nil ? Socket.peerAddress(number) : SocketAddress([]) }
  /// Bytes that wait to be written.
  package var queuedBytes: Int { outbound.count }
  /// False from the high-water mark on until the queue has fallen to the low one.
  package var isWritable: Bool { reason == nil && !wasAboveHighWater && outbound.count < limits.highWater }

  // MARK: - Sending

  /// Queues `bytes`; they leave at the end of the turn. Ignored once the connection is over.
  package func send(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe append($0) } }

  /// HOT. Copies `bytes` to the outbound queue; they leave at the end of the turn or with `flush`. Ignored once the connection is over.
  package func append(_ bytes: UnsafeRawBufferPointer) {
    guard reason == nil, ending == .none else { return }
    unsafe outbound.append(bytes)
    queued()
  }

  /// HOT. Lets `body` write at most `room` bytes straight into the outbound queue; it returns how many it wrote.
  package func append(room: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) {
    guard reason == nil, ending == .none else { return }
    unsafe outbound.append(room: room, body)
    queued()
  }

  /// Writes now as much as the socket takes; the reactor does so by itself at the end of each turn.
  package func flush() {
    isDirty = false
    guard reason == nil, !isBlocked || outbound.isEmpty else { return }
    write()
  }

  /// Closes once everything queued is written; nothing more can be sent. Who has not taken it all after `time` (from the first call that names
  /// one) is cut off, however slowly it goes on taking; nil: it may take as long as its kernel acknowledges.
  package func closeAfterFlush(within time: Duration? = nil) {
    guard reason == nil else { return }
    ending = .all
    if let time, cutOff == nil { cutOff = reactor.after(time) { [weak self] in self?.finish(.notTaken(after: time)) } }
    flushAtEndOfTurn()
  }

  /// Ends this side's stream once everything queued is written; nothing more can be sent, but the peer may go on.
  package func endSendingAfterFlush() {
    guard reason == nil, ending == .none else { return }
    ending = .sending
    flushAtEndOfTurn()
  }

  /// Closes at once; what is queued is dropped. `onClose` follows in this turn or the next.
  package func close() { finish(.closed) }

  // MARK: - Receiving

  /// Takes no more bytes from the socket until resumed, so that the peer's kernel holds it back.
  package func pauseReading() { isPaused = true }

  /// Takes bytes again; what was kept is offered first, later in this turn or in the next.
  package func resumeReading() {
    guard isPaused, reason == nil else { return }
    isPaused = false
    updateInterest()
    if !inbound.isEmpty { reactor.later(.offer(self)) }
  }

  // MARK: - From the reactor

  func ready(_ ready: Interest) {
    if ready.contains(.writing) {
      isBlocked = false
      write()
    }
    guard reason == nil else { return }
    if ready.contains(.reading) || (ready.contains(.failure) && !isPaused && !hasEnded) {
      if isPaused || hasEnded { updateInterest() } else { receive() }
    } else if ready.contains(.failure), !ready.contains(.writing) {
      let code = Socket.pendingError(number)
      finish(code == 0 ? .ended(unread: inbound.count) : .failed(SystemError(.read, code, on: peerText)))
    }
  }

  func reactorEnded() { finish(.closed) }

  func offerRest() {
    guard reason == nil, !isPaused, !inbound.isEmpty else { return }
    let taken = unsafe inbound.withBytes { unsafe hand($0) }
    if reason == nil { inbound.drop(taken) } else { inbound.removeAll() }
  }

  func tellWritable() {
    guard reason == nil else { return }
    onWritable?()
  }

  func tellClosed() {
    let told = onClose
    unsafe onBytes = nil
    onEnd = nil
    onWritable = nil
    onClose = nil
    if let reason { told?(reason) }
  }

  // MARK: - Steps

  private func flushAtEndOfTurn() {
    guard !isDirty else { return }
    isDirty = true
    reactor.flushLater(self)
  }

  private func queued() {
    flushAtEndOfTurn()
    let count = outbound.count
    if count >= limits.highWater {
      wasAboveHighWater = true
      // The socket may take some of it: only what it leaves behind counts.
      if count > limits.outboundBytesMax {
        if !isBlocked { write() }
        if outbound.count > limits.outboundBytesMax { finish(.outboundOverflow(limit: limits.outboundBytesMax)) }
      }
    }
  }

  private func write() {
    let before = outbound.count
    let code = outbound.write(to: number)
    bytesOut &+= UInt64(before - outbound.count)
    switch code {
    case 0:
      isBlocked = false
      if ending == .all { return finish(.closed) }
      if ending == .sending {
        ending = .sendingEnded
        shutdown(number, Int32(SHUT_WR))
      }
    case EAGAIN: isBlocked = true
    default: return finish(.failed(SystemError(.write, code, on: peerText)))
    }
    updateInterest()
    if wasAboveHighWater, outbound.count <= limits.lowWater {
      wasAboveHighWater = false
      if onWritable != nil { reactor.later(.writable(self)) }
    }
  }

  /// One read a turn: level-triggered epoll comes back for what is left.
  private func receive() {
    guard inbound.count < limits.inboundBytesMax else { return finish(.inboundOverflow(limit: limits.inboundBytesMax)) }
    let read = unsafe inbound.read(from: number, scratch: reactor.scratch, limit: limits.inboundBytesMax)
    switch read {
    case .bytes(let bytes, let fresh):
      lastHeard = reactor.now
      bytesIn &+= UInt64(fresh)
      let taken = unsafe hand(bytes)
      guard reason == nil else { return inbound.removeAll() }
      unsafe inbound.keep(bytes, taken: taken, fresh: fresh)
      // A full rest that nobody takes from can never become a message.
      if inbound.count >= limits.inboundBytesMax, taken == 0, !isPaused { finish(.inboundOverflow(limit: limits.inboundBytesMax)) }
    case .nothing: break
    case .end:
      hasEnded = true
      updateInterest()
      if let onEnd { onEnd(inbound.count) } else { finish(.ended(unread: inbound.count)) }
    case .failure(let code): finish(.failed(SystemError(.read, code, on: peerText)))
    }
  }

  private func hand(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let onBytes = unsafe onBytes else { return 0 }
    let taken = unsafe onBytes(bytes)
    precondition((0...bytes.count).contains(taken), "onBytes took \(taken) of \(bytes.count) bytes")
    return taken
  }

  private func updateInterest() {
    guard let slot else { return }
    var wanted: Interest = []
    if !isPaused, !hasEnded { wanted.insert(.reading) }
    if isBlocked { wanted.insert(.writing) }
    guard wanted != interest else { return }
    interest = wanted
    reactor.change(number, slot, to: wanted)
  }

  private func fail(_ error: SystemError) { finish(.failed(error)) }

  private func finish(_ why: CloseReason) {
    guard reason == nil else { return }
    reason = why
    if let cutOff { reactor.cancel(cutOff) }
    outbound.removeAll()
    if let slot { reactor.unwatch(number, slot) }
    slot = nil
    // The last one to hold the descriptor lets it go here.
    descriptor = nil
    reactor.later(.closed(self))
  }

  private var peerText: String {
    let text = peer.description
    return text.isEmpty || text == ":0" ? "the peer" : text
  }
}
