import Contracts
import MeshMachines
import Store
import Telemetry
import Transport
import Wire

/// The reactor's side: what the link machine orders, what the broker says, and the pump that does what is due.
extension MeshClient {
  // MARK: The link's orders

  func act(_ step: LinkMachine.Step) {
    switch step {
    case .nothing: break
    case .connect: connect()
    case .greet: greet()
    case .ready(let welcome): ready(welcome)
    case .ping(let number): line?.send(.ping(number))
    case .pong(let number): line?.send(.pong(number))
    case .disconnect: hangUp()
    case .finish: break
    case .leave: line?.send(.farewell(reason: "\(configuration.program) stops in order"))
    case .end: hangUp()
    }
    if step != .nothing { show() }
  }

  private func connect() {
    attempt?.cancel()
    attempt = connector.connect(host: configuration.host, port: configuration.port, timeout: MeshLimits.connectTimeout) {
      [weak self] result in
      guard let self else { return }
      attempt = nil
      switch consume result {
      case .success(let descriptor): connected(descriptor)
      case .failure(let error):
        act(link.connectFailed(error.description, at: reactor.moment, jitter: .random(in: 0 ... .max)))
        noteTrouble()
      }
      pump()
    }
  }

  private func connected(_ descriptor: consuming FileDescriptor) {
    connections += 1
    let line = Line(adopting: descriptor, on: reactor)
    line.onMessage = { [weak self] message in self?.heard(message) }
    line.onPause = { [weak self] in self?.pump() }
    line.onFault = { [weak self] fault in
      guard let self else { return }
      fallen { $0.confused(fault.description, at: reactor.moment, jitter: $1) }
    }
    line.onClosed = { [weak self] reason in
      guard let self else { return }
      fallen { $0.closed(reason.description, at: reactor.moment, jitter: $1) }
    }
    self.line = line
    act(link.connected(at: reactor.moment))
  }

  private func greet() {
    let identity = store.identity
    let sent = line?.send(
      .hello(
        Hello(
          version: WireLimits.version, credential: configuration.credential, secret: configuration.secretNow?() ?? configuration.secret,
          lineage: identity.lineage,
          epoch: identity.epoch, highestSequence: relay?.machine.highest ?? 0, manifest: configuration.manifest)))
    if sent == false { log.error("mesh.hello", "the manifest is too long for a hello; publish fewer or smaller schemas") }
  }

  private func ready(_ welcome: Welcome) {
    figures.connects.increment()
    log.info("mesh.up", "the broker let this program in", ["journal": .text(welcome.journal)])
    relay?.welcomed(welcome)
    for consumer in consumers { line?.send(consumer.opened(lease: welcome.limits.lease)) }
    nextMark = reactor.moment
  }

  /// The connection is over, whoever ended it.
  private func hangUp() {
    line?.close()
    line = nil
    attempt?.cancel()
    attempt = nil
    relay?.lost()
    for consumer in consumers { consumer.lost() }
    asking.lost()
  }

  /// Something ended the link: the machine plans the next try.
  private func fallen(_ input: (inout LinkMachine, UInt32) -> LinkMachine.Step) {
    let step = input(&link, .random(in: 0 ... .max))
    hangUp()
    act(step)
    noteTrouble()
    pump()
  }

  private func noteTrouble() {
    guard let trouble = link.trouble else { return }
    if trouble.needsPerson {
      log.error("mesh.barred", trouble.description)
    } else if link.failures == 1 {
      log.warning("mesh.down", trouble.description)
    } else {
      log.debug("mesh.down", trouble.description)
    }
    show()
  }

  // MARK: What the broker says

  private func heard(_ message: BrokerMessage) {
    switch message {
    case .welcome(let welcome): act(link.welcomed(welcome, at: reactor.moment, jitter: .random(in: 0 ... .max)))
    case .ping(let number): act(link.pinged(number, at: reactor.moment))
    case .farewell(let reason): fallen { $0.farewell(reason, at: reactor.moment, jitter: $1) }
    case .fault(let refusal): fallen { $0.faulted(refusal, at: reactor.moment, jitter: $1) }
    case .pong, .accepted, .refused, .resume, .subscribed, .unsubscribed, .deliver, .revoke, .mark, .request, .reply, .admin, .heal:
      guard link.heard(at: reactor.moment) else {
        return fallen { $0.confused("words before the welcome", at: reactor.moment, jitter: $1) }
      }
      told(message)
    }
  }

  private func told(_ message: BrokerMessage) {
    switch message {
    case .accepted(let through, let forget): relay?.accepted(through: through, forget: forget)
    case .refused(let sequence, let refusal): relay?.refused(sequence: sequence, refusal)
    case .resume(let from, let after, let reason): relay?.resume(from: from, after: after, reason: reason)
    case .deliver(let delivery):
      guard let consumer = consumer(delivery.handle) else { return }
      if !consumer.delivered(delivery) {
        fallen { $0.confused("deliveries out of order or beyond the credit", at: reactor.moment, jitter: $1) }
      }
    case .revoke(let handle, let ranges): consumer(handle)?.revoked(ranges)
    case .subscribed(let handle, _): consumer(handle)?.subscribed()
    case .unsubscribed(let handle, let reason): consumer(handle)?.unsubscribed(reason)
    case .heal(let ranges): relay?.healAsked(ranges)
    case .mark(let handle, let source, let through): marks.heard(source, on: handle, through: through)
    case .request(let request): asked(request)
    case .reply(let reply): asking.replied(reply)
    case .pong, .admin, .welcome, .ping, .farewell, .fault: break
    }
  }

  private func consumer(_ handle: UInt32) -> Consumer? {
    handle >= 1 && Int(handle) <= consumers.count ? consumers[Int(handle) - 1] : nil
  }

  private func asked(_ request: Request) {
    let asker = connections
    let answer: @Sendable (Reply.Outcome) -> Void = { outcome in
      self.reactor.post {
        // An answer belongs to the connection on which the question came; over another one its id means nothing.
        guard let line = self.line, self.connections == asker else { return }
        if !line.send(.reply(Reply(id: request.id, outcome: outcome))) {
          let tooLong = Refusal(code: "too_long", sentence: "The answer is too long for one frame; ask for less.")
          line.send(.reply(Reply(id: request.id, outcome: .failed(tooLong))))
        }
      }
    }
    guard let onRequest else {
      return answer(.failed(Refusal(code: "nobody_there", sentence: "\(configuration.credential) answers no questions.")))
    }
    onRequest(request, answer)
  }

  // MARK: The pump

  /// Does all that is due now, then sets the timer for what is due later.
  func pump() {
    guard !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    let moment = reactor.moment
    let step = link.tick(at: moment, jitter: .random(in: 0 ... .max))
    act(step)
    if step == .disconnect { noteTrouble() }
    asking.tick()
    let open = link.isUp ? line : nil
    relay?.pump(open)
    if let open {
      for consumer in consumers { consumer.pump(open) }
      if moment >= nextMark {
        nextMark = moment.adding(MeshLimits.markEvery)
        relay?.mark()
      }
    }
    finishDrain()
    show()
    arm()
  }

  private func finishDrain() {
    guard !drained.isEmpty else { return }
    let isQuiet = consumers.allSatisfy(\.machine.isQuiet)
    if case .draining = link.state, isQuiet, relay.map({ $0.machine.isDrained || $0.fault != nil }) ?? true {
      act(link.finished(at: reactor.moment))
    }
    guard link.state == .ended, isQuiet || reactor.moment >= drainEnd else { return }
    let completions = drained
    drained = []
    for completion in completions { completion() }
  }

  private func arm() {
    var wakes = [link.wake, relay?.machine.wake, asking.wake].compactMap { $0 }
    if link.isUp {
      wakes.append(nextMark)
      wakes += consumers.compactMap(\.machine.wake)
    }
    if !drained.isEmpty { wakes.append(drainEnd) }
    guard let due = wakes.min() else { return }
    if let timer {
      guard due < timer.due else { return }
      reactor.cancel(timer.timer)
    }
    let wait = max(.milliseconds(1), due.since(reactor.moment))
    timer = (
      due,
      reactor.after(wait) { [weak self] in
        self?.timer = nil
        self?.pump()
      }
    )
  }
}
