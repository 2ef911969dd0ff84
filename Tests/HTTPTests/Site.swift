import Dispatch
import HTTP
import Synchronization
import Transport

/// A server with a handful of routes for tests, and what it has seen.
final class Site: @unchecked Sendable {
  let server: HTTPServer
  private let loop: Loop
  private let state: State

  /// What handlers and the log write down.
  private final class State: Sendable {
    let exchanges = Mutex<[Exchange]>([])
    let concurrent = Atomic<Int>(0)
    let concurrentMax = Atomic<Int>(0)
    let handled = Atomic<Int>(0)
    let asked = Atomic<Int>(0)
    let gate = DispatchSemaphore(value: 0)

    func enter() {
      let now = concurrent.add(1, ordering: .relaxed).newValue
      concurrentMax.max(now, ordering: .relaxed)
    }

    func leave() {
      concurrent.subtract(1, ordering: .relaxed)
      handled.add(1, ordering: .relaxed)
    }
  }

  /// `lets`: whether whoever sends a long body may; nil where nobody is asked.
  init(_ limits: HTTPLimits = HTTPLimits(), lets: (@Sendable (Request) -> Bool)? = nil) throws {
    let loop = try Loop()
    let state = State()
    let routes = [
      Route(.get, "/v1/things/{id}", "One thing.") { request, parameters in
        state.enter()
        defer { state.leave() }
        return .text("\(parameters["id"]) \(request.query("x") ?? "") \(request.peer)")
      },
      Route(.get, "/v1/inline/{id}", "One thing, at once.", lane: .inline) { _, parameters in .text("\(parameters["id"]) ") },
      Route(.get, "/v1/blocked", "Waits until let go.") { _, _ in
        state.enter()
        state.gate.wait()
        state.leave()
        return .text("let go")
      },
      Route(.get, "/v1/long", "Twenty megabytes.") { _, _ in Response(status: 200, body: [UInt8](repeating: 5, count: 20_000_000)) },
      Route(.post, "/v1/echo", "The body again.") { request, _ in Response(status: 200, body: request.body) },
      Route(.post, "/v1/small", "Takes ten bytes.", bodyBytesMax: 10) { request, _ in Response(status: 200, body: request.body) },
    ]
    let admission = lets.map { lets in
      { @Sendable (request: Request) -> Response? in
        state.asked.add(1, ordering: .relaxed)
        return lets(request) ? nil : .problem(status: 401, code: "stranger", detail: "nobody knows you")
      }
    }
    server = try loop.on {
      try HTTPServer(reactor: loop.reactor, host: "127.0.0.1", port: 0, routes: routes, limits: limits, admission: admission) { exchange in
        state.exchanges.withLock { $0.append(exchange) }
      }
    }
    self.loop = loop
    self.state = state
  }

  var port: UInt16 { server.port }
  var exchanges: [Exchange] { state.exchanges.withLock { $0 } }
  /// Handlers that run now; for requests one after the other this is at most the greatest number that ran.
  var concurrent: Int { state.concurrent.load(ordering: .relaxed) }
  var concurrentMax: Int { state.concurrentMax.load(ordering: .relaxed) }
  var handled: Int { state.handled.load(ordering: .relaxed) }
  /// How often somebody was asked whether a body may come.
  var asked: Int { state.asked.load(ordering: .relaxed) }
  var connectionCount: Int { loop.reactor.perform { [server] in server.connectionCount } ?? -1 }
  var waitingCount: Int { loop.reactor.perform { [server] in server.waitingCount } ?? -1 }

  func unblock(_ count: Int) { for _ in 0..<count { state.gate.signal() } }
}
