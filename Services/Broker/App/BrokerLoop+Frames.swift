import BrokerCore
import Contracts
import Host
import Telemetry
import Transport
import Wire

/// What clients say: bytes to frames, frames to messages, messages to inputs of the machine.
extension BrokerLoop {
  /// Takes whole frames off `bytes`; returns how many bytes they were. HOT.
  func receive(_ bytes: UnsafeRawBufferPointer, from session: Session) -> Int {
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
    case .heal(let publish): apply(.heal(session.id, publish, frame: payload))
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
      _ = reactor.after(Doorkeeper.answerAfter) { [unowned self, id = session.id] in
        guard let session = sessions[id] else { return }
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
}
