import Transport

/// One client of an HTTP server: one request at a time, however many it sends ahead.
///
///     idle ─first byte─▶ head ─fields─▶ body ─whole─▶ handling ─response─▶ answering ─taken by the kernel─▶ idle
///       │                  │ └▶ asking ─▶ ┤ (a long one)                     │ (closing)
///       └── silence ───────┴── too slow ──┴── refused ──▶ answer, then ──▶ lingering ──peer ends, or time──▶ closed
///
/// Belongs to the reactor's thread.
final class ServerConnection {
  private enum Phase {
    case idle, head
    /// Whether the body may come: nothing of it is taken meanwhile.
    case asking
    case body, handling, answering, lingering
  }

  private let connection: Connection
  private let peer: String
  private let server: HTTPServer
  private var parser: RequestParser
  private var phase = Phase.idle
  /// When the phase began, and how many bytes had come (or gone, while answering) then.
  private var since: Int64
  private var mark: UInt64 = 0
  private var began: Int64 = 0
  private var head: RequestHead?
  private var found: (route: Route, parameters: PathParameters)?
  private var bodyBytesIn = 0
  private var closes = false
  private var waitsForContinue = false
  private var peerHasEnded = false
  private var isRefusing = false

  init(_ connection: Connection, peer: String, server: HTTPServer) {
    self.connection = connection
    self.peer = peer
    self.server = server
    parser = RequestParser(limits: server.limits)
    since = Reactor.uptime()
    connection.onBytes = { [unowned self] in take($0) }
    connection.onEnd = { [unowned self] _ in peerEnded() }
    connection.onWritable = { [unowned self] in if phase == .answering { answered() } }
    // The last callback, and the one that lets go of this.
    connection.onClose = { [self] _ in self.server.ended(self) }
  }

  var isOpen: Bool { connection.isOpen }

  func close() { connection.close() }

  /// Nothing whole was asked yet, or all of it was answered.
  var isExpendable: Bool { phase == .idle || phase == .head || phase == .lingering }
  /// Nanoseconds since boot.
  var waitsSince: Int64 { since }

  /// Ends now where nothing has begun, else with the next answer.
  func drain() {
    closes = true
    if phase == .idle { connection.close() }
  }

  /// Sends what the handler said.
  func answer(_ response: Response) {
    guard connection.isOpen else { return }
    var response = response
    if response.body.count > server.limits.responseBytesMax {
      response = .problem(
        status: 500, code: "answer-too-large",
        detail: "the answer is longer than \(server.limits.responseBytesMax) bytes; ask for a smaller page")
    }
    if head?.keepsAlive != true || server.isDraining { closes = true }
    let isHead = head?.method == .head
    connection.send(ResponseWriter.head(response, closes: closes, minorVersion: head?.minorVersion ?? 1, date: server.date()))
    let body = isHead || !ResponseWriter.allowsBody(response.status) ? [] : response.body
    connection.send(body)
    connection.flush()
    server.log(
      Exchange(
        method: head?.method, route: found?.route.pattern, path: head?.path ?? "", status: response.status,
        duration: .nanoseconds(Reactor.uptime() - began), bodyBytesIn: bodyBytesIn, bodyBytesOut: body.count, peer: peer,
        traceParent: head?.headers["traceparent"]))
    enter(.answering)
    if connection.isWritable { answered() }
  }

  /// Closes or answers 408 where the client took too long.
  func checkDeadline() {
    let waited = Duration.nanoseconds(Reactor.uptime() - since)
    let limits = server.limits
    switch phase {
    case .idle: if waited > limits.idleTime { connection.close() }
    case .head: if waited > limits.headTime { tooSlow("the headers") }
    case .body:
      let received = connection.bytesIn &- mark
      if waited > limits.bodyTime + .seconds(Int64(received) / Int64(limits.bodyBytesPerSecondMin)) { tooSlow("the body") }
    case .asking, .handling: break
    case .answering:
      if connection.bytesOut != mark {
        enter(.answering)
      } else if waited > limits.answerTime {
        connection.close()
      }
    case .lingering: if waited > limits.lingerTime, connection.queuedBytes == 0 || waited > limits.answerTime { connection.close() }
    }
  }

  // MARK: - Steps

  private func enter(_ next: Phase) {
    phase = next
    since = Reactor.uptime()
    mark = next == .answering ? connection.bytesOut : connection.bytesIn
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    var offset = 0
    while true {
      switch phase {
      case .idle:
        guard offset < bytes.count else { return offset }
        enter(.head)
        began = since
      case .head, .body:
        switch parser.read(bytes, &offset) {
        case .more:
          // An empty line alone begins no request.
          if phase == .head, parser.isBetweenRequests { enter(.idle) }
          return offset
        case .head(let head): headCame(head, moreIsHere: offset < bytes.count)
        case .request(let request): requestCame(request)
        case .refused(let refusal): refuse(.problem(refusal))
        }
      case .asking, .handling, .answering:
        // Without bytes to hold back the socket stays watched, so that a client's leaving is heard while its request waits.
        if offset < bytes.count { connection.pauseReading() }
        return offset
      case .lingering: return bytes.count
      }
    }
  }

  /// Decides by the fields alone whether the body may come.
  private func headCame(_ head: RequestHead, moreIsHere: Bool) {
    self.head = head
    var bodyBytesMax = server.limits.bodyBytesMax
    switch server.routes.find(head.method, head.segments) {
    case .route(let route, let parameters):
      found = (route, parameters)
      bodyBytesMax = route.bodyBytesMax ?? bodyBytesMax
    case .otherMethods, .nothing:
      found = nil
      // Nobody wants the body: better to answer and close than to read it.
      guard head.framing == .none || head.framing == .length(0) else { return refuse(answerWithoutRoute(head)) }
    }
    if let refusal = parser.admit(bodyBytesMax: bodyBytesMax) { return refuse(.problem(refusal)) }
    waitsForContinue = head.expectsContinue && !moreIsHere
    guard found != nil, server.asksFirst(head.framing) else { return bodyMayCome() }
    enter(.asking)
    var request = Request(method: head.method, path: head.path, segments: head.segments, query: head.query, headers: head.headers)
    request.peer = peer
    if !server.admit(request, for: self) { refuse(Self.busy) }
  }

  /// What the admission said: nil lets the body come.
  func admitted(_ refusal: Response?) {
    guard connection.isOpen, phase == .asking else { return }
    if let refusal { return refuse(refusal) }
    bodyMayCome()
    connection.resumeReading()
  }

  private func bodyMayCome() {
    enter(.body)
    guard waitsForContinue else { return }
    connection.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    connection.flush()
  }

  private static let busy = Response.problem(status: 503, code: "busy", detail: "too many requests are waiting; try again in a second")
    .with("Retry-After", "1")

  private func requestCame(_ request: Request) {
    var request = request
    request.peer = peer
    bodyBytesIn = request.body.count
    enter(.handling)
    guard let found else {
      if let head { answer(answerWithoutRoute(head)) }
      return
    }
    if !server.run(found.route, request, found.parameters, for: self) { answer(Self.busy) }
  }

  private func answerWithoutRoute(_ head: RequestHead) -> Response {
    switch server.routes.find(head.method, head.segments) {
    case .otherMethods(let allow) where head.method == .options: return Response(status: 204, headers: ["Allow": allow])
    case .otherMethods(let allow):
      return Response.problem(
        status: 405, code: "method-not-allowed", detail: "\(head.path) does not take \(head.method.rawValue); it takes \(allow)"
      ).with("Allow", allow)
    case .route, .nothing:
      return .problem(status: 404, code: "not-found", detail: "there is nothing at \(head.path); check the path")
    }
  }

  /// Answers, then closes: where the next request would begin is unknown or unwanted.
  private func refuse(_ response: Response) {
    closes = true
    isRefusing = true
    answer(response)
  }

  private func tooSlow(_ what: String) {
    refuse(.problem(status: 408, code: "too-slow", detail: "\(what) of the request did not arrive in time; send it again"))
  }

  /// The kernel has taken the response, or enough of it.
  private func answered() {
    head = nil
    found = nil
    bodyBytesIn = 0
    enter(closes ? .lingering : .idle)
    // A request read to its end leaves nothing behind that could reset the answer, so a drain need not wait for its client.
    if closes, peerHasEnded || (server.isDraining && !isRefusing) {
      connection.closeAfterFlush()
    } else if closes {
      connection.endSendingAfterFlush()
    }
    connection.resumeReading()
  }

  /// The client sends no more; a request that is being handled is still answered (RFC 9112 9.6).
  private func peerEnded() {
    peerHasEnded = true
    switch phase {
    case .idle, .head, .asking, .body: connection.close()
    case .lingering: connection.closeAfterFlush()
    case .handling, .answering: closes = true
    }
  }
}
