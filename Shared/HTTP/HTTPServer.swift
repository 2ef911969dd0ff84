import Glibc
package import Transport

/// An HTTP/1.1 server on a reactor. Handlers run on a bounded crew of workers, so a slow one never stops the loop, and a full bench
/// answers 503 at once. What is short by its bounds is answered on the loop's own thread, which is then the only one to be woken.
///
///     reactor: bytes ─▶ RequestParser ─▶ Routes ─┬─ inline, brief ──────────────┬─▶ ResponseWriter ─▶ bytes
///                                                └─ workers (reading, writing) ─┘
///     a long body: its fields ─▶ admission (reading) ─▶ the body is read, or refused unread
///
/// Threads: `init` on the reactor's thread or before it runs; `drain` and `close` anywhere; `log` is called on the reactor's thread and
/// must not block.
package final class HTTPServer: @unchecked Sendable {
  let reactor: Reactor
  let routes: Routes
  let limits: HTTPLimits
  let log: (Exchange) -> Void

  /// Where it listens; the port is the real one where 0 was asked for.
  package let address: SocketAddress
  package var port: UInt16 { address.port }

  private var listener: Listener?
  private var connections: [ObjectIdentifier: ServerConnection] = [:]
  /// Says no to a request with a long body by its fields alone; nil lets the body come. Runs on a reading worker and may block.
  package typealias Admission = @Sendable (Request) -> Response?

  private let admission: Admission?
  private let allowsBrief: @Sendable () -> Bool
  /// The turn in which a brief request was answered here last: the next ones of it go to workers, who may be as many as processors.
  private var briefTurn: UInt64 = 0
  private let readers: Workers
  private let writers: Workers
  private var sweep: Reactor.Timer?
  private var drained: [() -> Void] = []
  private(set) var isDraining = false
  private var dateSecond: Int64 = -1
  private var dateText = ""

  /// Listens on `host` and `port` (0: a free one). Without an admission every body is read that its route takes. `allowsBrief` says whether a
  /// brief request may be answered on the reactor's thread now, where its handler must not have to wait for others.
  package init(
    reactor: Reactor, host: String, port: UInt16, routes: [Route], limits: HTTPLimits = HTTPLimits(),
    allowsBrief: @escaping @Sendable () -> Bool = { false }, admission: Admission? = nil,
    log: @escaping @Sendable (Exchange) -> Void = { _ in }
  ) throws(SystemError) {
    self.reactor = reactor
    self.routes = Routes(routes)
    self.limits = limits
    self.log = log
    self.admission = admission
    self.allowsBrief = allowsBrief
    readers = Workers("reading", count: limits.readersMax, waitingMax: limits.waitingMax, reactor: reactor)
    writers = Workers("writing", count: limits.writersMax, waitingMax: limits.waitingMax, reactor: reactor)
    let door = Door()
    let listener = try Listener(host: host, port: port, on: reactor) { door.server?.accept($0, $1) }
    self.listener = listener
    address = listener.address
    door.server = self
    listener.isFull = { [weak self] in self.map { !$0.hasRoom() } ?? true }
  }

  /// Connections open now. Reactor's thread.
  package var connectionCount: Int { connections.count }
  /// Requests that wait for a worker. Reactor's thread.
  package var waitingCount: Int { readers.waitingCount + writers.waitingCount }

  /// Takes no new callers, closes idle connections, answers what has begun with `Connection: close`, then calls `then` on the reactor's
  /// thread; not at all where the reactor has been stopped. Any thread.
  package func drain(then: @escaping @Sendable () -> Void = {}) {
    reactor.post { [self] in
      drained.append(then)
      isDraining = true
      listener?.close()
      listener = nil
      for connection in Array(connections.values) { connection.drain() }
      tellDrained()
    }
  }

  /// Ends everything at once. Any thread.
  package func close() {
    reactor.post { [self] in
      isDraining = true
      listener?.close()
      listener = nil
      for connection in Array(connections.values) { connection.close() }
      tellDrained()
    }
  }

  // MARK: - For its connections

  /// Has the route's handler answer. False where the lane is full.
  func run(_ route: Route, _ request: Request, _ parameters: PathParameters, for connection: ServerConnection) -> Bool {
    let handler = route.handler
    let done: (Response) -> Void = { [weak connection] in connection?.answer($0) }
    let isWanted: () -> Bool = { [weak connection] in connection?.isOpen ?? false }
    switch route.lane {
    case .inline:
      connection.answer(handler(request, parameters))
      return true
    case .brief where briefTurn != reactor.turns && route.isBrief(request) && allowsBrief():
      briefTurn = reactor.turns
      connection.answer(handler(request, parameters))
      return true
    case .brief, .reading: return readers.run({ handler(request, parameters) }, isWanted: isWanted, done: done)
    case .writing: return writers.run({ handler(request, parameters) }, isWanted: isWanted, done: done)
    }
  }

  /// Whether somebody has to say first that the body of `framing` may come.
  func asksFirst(_ framing: BodyFraming) -> Bool {
    guard admission != nil else { return false }
    switch framing {
    case .none: return false
    case .length(let count): return count > limits.unaskedBodyBytesMax
    case .chunked, .untilClose: return true
    }
  }

  /// Asks whether the body of `request`, which has none yet, may come. False where the lane is full.
  func admit(_ request: Request, for connection: ServerConnection) -> Bool {
    guard let admission else { return false }
    // An interim answer is nobody's last word: it stands for none.
    let goOn = Response(status: 100)
    return readers.run(
      { admission(request) ?? goOn }, isWanted: { [weak connection] in connection?.isOpen ?? false },
      done: { [weak connection] in connection?.admitted($0.status == 100 ? nil : $0) })
  }

  func ended(_ connection: ServerConnection) {
    connections[ObjectIdentifier(connection)] = nil
    tellDrained()
  }

  /// The Date field's value, made once a second (RFC 9110 6.6.1).
  func date() -> String {
    let second = Int64(time(nil))
    if second != dateSecond {
      dateSecond = second
      dateText = HTTPDate.text(second)
    }
    return dateText
  }

  // MARK: - Steps

  private func accept(_ descriptor: consuming FileDescriptor, _ peer: PeerAddress) {
    let connectionLimits = ConnectionLimits(
      inboundBytesMax: 1024 * 1024, outboundBytesMax: limits.responseBytesMax + 64 * 1024, unacknowledgedMax: limits.answerTime)
    let connection = Connection(adopting: descriptor, on: reactor, limits: connectionLimits)
    let served = ServerConnection(connection, peer: peer.host, server: self)
    connections[ObjectIdentifier(served)] = served
    if sweep == nil { sweepLater() }
  }

  /// Whether one more caller may come in. Where all places are taken, the one that has waited longest without asking anything whole makes
  /// room: who opens connections and leaves them keeps nobody out, and who is being answered is never cut off.
  private func hasRoom() -> Bool {
    guard connections.count >= limits.connectionsMax else { return true }
    guard let idlest = connections.values.filter(\.isExpendable).min(by: { $0.waitsSince < $1.waitsSince }) else { return false }
    connections[ObjectIdentifier(idlest)] = nil
    idlest.close()
    return true
  }

  /// One timer looks at all connections: cheaper than one each, and exact enough.
  private func sweepLater() {
    sweep = reactor.after(limits.sweepEvery) { [weak self] in
      guard let self else { return }
      sweep = nil
      for connection in Array(connections.values) { connection.checkDeadline() }
      if !connections.isEmpty { sweepLater() }
    }
  }

  private func tellDrained() {
    guard isDraining, connections.isEmpty else { return }
    let told = drained
    drained = []
    for then in told { then() }
  }

  /// Lets the listener reach the server that is still being made.
  private final class Door {
    weak var server: HTTPServer?
  }
}
