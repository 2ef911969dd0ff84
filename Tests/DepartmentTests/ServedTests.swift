import Contracts
import Dispatch
import HTTP
import Host
import LedgerRoom
import Synchronization
import Telemetry
import TestKit
import Testing
import Transport

/// The same doors behind a real server in this process: what only sockets and workers can break.
struct ServedTests {
  private let ledger: Premises
  private let readiness = Readiness()
  private let reactor: Reactor
  private let server: HTTPServer

  init() throws {
    ledger = try Premises(LedgerProgram.department)
    reactor = try Reactor()
    server = try HTTPServer(
      reactor: reactor, host: "127.0.0.1", port: 0,
      routes: CommonRoutes.health(readiness, ready: "ready", Metrics(program: "ledger")) + ledger.department.doors(ledger.desk),
      admission: { [desk = ledger.desk] in desk.refusal(of: $0) })
    try reactor.start(name: "served")
  }

  private func end() {
    let done = Event()
    server.drain { done.happen() }
    #expect(done.wait(within: .seconds(10)))
    reactor.stop()
    reactor.join()
  }

  private func ask(_ method: HTTP.Method, _ path: String, _ headers: Headers = [:], _ body: [UInt8] = []) throws -> Response {
    try HTTPClient.send(method, host: "127.0.0.1", port: server.port, path: path, headers: headers, body: body)
  }

  @Test func `a command that many send at once happens once, and all get its answer`() throws {
    defer { end() }
    let body = DomainEvent.orderCaptured(try OrderDraft("o-1").order()).encode()
    let answers = Mutex<[Response]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      // Every second one has a key of its own: the same order then exists already, or was captured by it.
      let headers = ledger.headers(key: number % 2 == 0 ? "together" : "alone-\(number)")
      if let answer = try? ask(.post, "/v1/orders", headers, body) { answers.withLock { $0.append(answer) } }
    }
    let all = answers.withLock { $0 }
    #expect(all.count == 8)
    #expect(all.filter { $0.status == 201 && $0.header("Idempotent-Replay") == nil }.count == 1)
    #expect(all.allSatisfy { $0.status == 200 || $0.status == 201 })
    #expect(Set(try all.map { try $0.json["message_id"]?.string }).count == 1)
    let tables = try ledger.tables()
    #expect(tables.count("captured_order") == 1 && tables.count("outbox") == 1 && tables.count("idempotency") == 5)
  }

  @Test(arguments: [nil, "nobody"]) func `a stranger's import is refused before any of it is read`(token: String?) throws {
    defer { end() }
    let stream = try BlockingStream.connect(host: "127.0.0.1", port: server.port)
    let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    // Nothing of the body is ever sent: an answer that waited for it would not come.
    try stream.write(
      Array("POST /v1/imports/orders HTTP/1.1\r\nHost: a\r\n\(authorization)Idempotency-Key: k\r\nContent-Length: 1000000\r\n\r\n".utf8))
    let answer = String(decoding: try stream.read(), as: UTF8.self)
    #expect(answer.hasPrefix("HTTP/1.1 401 ") && answer.contains("Connection: close"))
    #expect(try ledger.tables().count("captured_order") == 0)
  }

  @Test func `ids travel percent-encoded, and bounds are kept before the handler is asked`() throws {
    defer { end() }
    let id = "a/b?c=d&e%f#g"
    let body = DomainEvent.orderCaptured(try OrderDraft(id).order()).encode()
    #expect(try ask(.post, "/v1/orders", ledger.headers(key: "k"), body).status == 201)
    #expect(try ask(.get, "/v1/orders/\(Percent.encoded(id))", ledger.headers()).json["order"]?["order_id"] == .string(id))
    let long = [UInt8](repeating: 0x20, count: 1 << 20)
    #expect(try problem(ask(.post, "/v1/orders", ledger.headers(key: "long"), long), 413) != nil)
    #expect(try problem(ask(.get, "/v1/nothing", ledger.headers()), 404) != nil)
    #expect(try problem(ask(.delete, "/v1/orders", ledger.headers()), 405) != nil)
    #expect(try problem(ask(.get, "/v1/orders/o-2"), 401) == "token_missing")
  }

  @Test func `health, readiness and figures are open to all`() throws {
    defer { end() }
    #expect(try ask(.get, "/healthz").status == 200)
    #expect(try problem(ask(.get, "/readyz"), 503) == "starting")
    readiness.becomesReady()
    #expect(try ask(.get, "/readyz").status == 200)
    #expect(try ask(.get, "/metrics").header("Content-Type")?.hasPrefix("text/plain") == true)
    readiness.stops()
    #expect(try problem(ask(.get, "/readyz"), 503) == "stopping")
    #expect(try ask(.get, "/healthz").status == 200)
  }
}
