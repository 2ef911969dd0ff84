import Dispatch
import HTTP
import Synchronization
import Testing
import Transport

/// Brief requests are answered by the loop itself, one a turn and only where it may.
@Suite struct BriefTests {
  /// Says who answered: the loop or a worker.
  private final class Place {
    let loop: Loop
    let server: HTTPServer
    let isLet = Atomic<Bool>(true)

    init() throws {
      let loop = try Loop()
      let reactor = loop.reactor
      let route = Route(.get, "/v1/brief", "Who answers.", lane: .brief, isBrief: { $0.query("long") == nil }) { _, _ in
        .text(reactor.isOnThread ? "loop" : "worker")
      }
      let lets = Kept<() -> Bool>({ true })
      server = try loop.on {
        try HTTPServer(reactor: reactor, host: "127.0.0.1", port: 0, routes: [route], allowsBrief: { lets.value() })
      }
      self.loop = loop
      lets.value = { [unowned self] in isLet.load(ordering: .relaxed) }
    }

    func session() throws -> HTTPSession { try HTTPSession(host: "127.0.0.1", port: server.port) }
  }

  private func who(_ session: inout HTTPSession) throws -> String {
    String(decoding: try session.send(.get, "/v1/brief").body, as: UTF8.self)
  }

  @Test func `the loop answers where it may, else a worker`() throws {
    let place = try Place()
    var session = try place.session()
    #expect(try who(&session) == "loop")
    place.isLet.store(false, ordering: .relaxed)
    #expect(try who(&session) == "worker")
    place.isLet.store(true, ordering: .relaxed)
    #expect(try who(&session) == "loop")
    #expect(String(decoding: try session.send(.get, "/v1/brief?long=1").body, as: UTF8.self) == "worker")
  }

  @Test func `of those that come in one turn the loop answers one`() throws {
    let place = try Place()
    let one = try BlockingStream.connect(host: "127.0.0.1", port: place.server.port)
    let other = try BlockingStream.connect(host: "127.0.0.1", port: place.server.port)
    let ask = Array("GET /v1/brief HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    // Both are known to the loop before it is held up.
    try one.write(ask)
    #expect(String(decoding: try one.read(), as: UTF8.self).hasSuffix("\r\n\r\nloop"))
    try other.write(ask)
    #expect(String(decoding: try other.read(), as: UTF8.self).hasSuffix("\r\n\r\nloop"))
    let (isHeld, letGo) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    place.loop.reactor.post {
      isHeld.signal()
      letGo.wait()
    }
    isHeld.wait()
    try one.write(ask)
    try other.write(ask)
    letGo.signal()
    let answers = [String(decoding: try one.read(), as: UTF8.self), String(decoding: try other.read(), as: UTF8.self)]
    #expect(answers.count { $0.hasSuffix("\r\n\r\nloop") } == 1)
    #expect(answers.count { $0.hasSuffix("\r\n\r\nworker") } == 1)
  }
}
