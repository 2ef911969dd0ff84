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
    while session.connection.isOpen, session.holds.isEmpty {
      let step: FrameDecoder.Step
      do throws(WireFault) { step = try session.decoder.next(in: bytes, from: offset) } catch {
        end(session, error.refusal)
        return bytes.count
      }
      guard case .payload(let range) = step else {
        if session.credential == nil { heard(from: session, unfinished: bytes.count - offset) }
        return offset
      }
      take(UnsafeRawBufferPointer(rebasing: bytes[range]), from: session)
      offset = range.upperBound
    }
    return session.connection.isOpen ? offset : bytes.count
  }

  /// A stranger has sent the beginning of a hello.
  private func heard(from session: Session, unfinished count: Int) {
    guard session.machine.state == .awaitingHello else { return }
    strangers.holds(session.id, count)
    makeRoomAmongStrangers()
  }

  private func take(_ payload: UnsafeRawBufferPointer, from session: Session) {
    let message: ClientMessage
    let moulded = machine.moulded(session.id, payload)
    if let moulded {
      message = .publish(moulded)
    } else {
      do throws(WireFault) { message = try ClientMessageDecoder.decode(payload) } catch { return refuse(error, from: session) }
      // A publish is counted where it is admitted.
      if case .publish = message {} else { machine.heard(session.id, bytes: payload.count, at: moment()) }
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
      let isMoulded = moulded != nil
      makeRoom { machine, moment, commit in
        machine.publish(session.id, publish, frame: payload, isMoulded: isMoulded, at: moment, into: &commit)
      }
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
    guard let entry = door.registry.entry(hello.credential, secret: hello.secret, at: clock.now()) else {
      metrics.wrongCredentials.increment()
      let verdict = doorkeeper.wrong(hello.credential, uptime: clock.uptime())
      if verdict.unlogged > 0 {
        log.warning("session.refused", "\(verdict.unlogged) more hellos were turned away in the last minutes than are told here")
      }
      if verdict.isLogged {
        log.warning(
          "session.refused", "a hello as \(hello.credential) was turned away: unknown name or wrong secret",
          ["peer": .text(session.connection.peer.description)])
      }
      session.hold(.secret)
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
    strangers.left(session.id)
    session.credential = entry.name
    session.digest = Credential.digest(of: hello.secret)
    session.decoder.payloadBytesMax = WireLimits.frameBytesMax
    log.info(
      "session.opened", "\(entry.name) is here",
      ["connection": .integer(Int64(session.id.raw)), "epoch": .integer(Int64(clamping: hello.epoch))])
    apply(.hello(session.id, hello, entry.machineRights))
  }
}
