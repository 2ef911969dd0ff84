import BrokerCore
import Contracts
import Host
import Journal
import Telemetry
import Transport
import Wire

/// The life of a connection beside its frames: accepted, asked whether it is there, ended, gone.
extension BrokerLoop {
  /// A client has connected.
  func accept(_ descriptor: consuming FileDescriptor) {
    guard !isDraining, let id = sessions.nextID() else { return }
    let connection = Connection(
      adopting: descriptor, on: reactor,
      limits: ConnectionLimits(
        inboundBytesMax: WireLimits.frameBytesMax + WireLimits.lengthBytes, outboundBytesMax: DoorLimits.outboundBytesMax,
        highWater: 256 << 10, lowWater: 64 << 10, unacknowledgedMax: .seconds(30)))
    let session = Session(id: id, connection: connection)
    sessions.insert(session)
    metrics.connections.set(Int64(sessions.count))
    connection.onBytes = { [unowned self, unowned session] bytes in receive(bytes, from: session) }
    connection.onWritable = { [unowned self, unowned session] in hasRoom(session) }
    if isHeldBack { session.hold(.storage) }
    connection.onClose = { [unowned self, unowned session] reason in closed(session, reason) }
    strangers.came(id, at: clock.uptime())
    makeRoomAmongStrangers()
  }

  /// The oldest of too many strangers go, without a word: words would be kept for them.
  func makeRoomAmongStrangers() {
    while strangers.isOverfull, let id = strangers.oldest() {
      strangers.left(id)
      metrics.strangersDropped.increment()
      sessions[id]?.connection.close()
    }
  }

  /// Ends who has not said hello in time, for as long as the loop runs.
  func sweepStrangers() {
    let latest = clock.uptime() - WireLimits.helloWithin.components.seconds * 1_000
    while let id = strangers.oldest(before: latest) {
      strangers.left(id)
      guard let session = sessions[id], let fault = session.machine.helloOverdue() else { continue }
      end(session, fault.refusal)
    }
    _ = reactor.after(DoorLimits.strangersSweep) { [unowned self] in sweepStrangers() }
  }

  private func closed(_ session: Session, _ reason: CloseReason) {
    session.machine.closed()
    strangers.left(session.id)
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
    session.connection.closeAfterFlush(within: DoorLimits.lastWordsMax)
  }

  /// The peer has taken so much that there is room again.
  private func hasRoom(_ session: Session) {
    session.release(.unread)
    guard session.credential != nil else { return }
    apply(.flushed(session.id, queuedBytes: session.connection.queuedBytes))
  }

  /// Asks silent clients whether they are there, for as long as the loop runs.
  func beatHearts() {
    _ = reactor.after(machine.limits.heartbeat) { [unowned self] in
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
}
