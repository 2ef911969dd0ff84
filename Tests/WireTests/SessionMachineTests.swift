import Contracts
import Testing
import Wire

@Suite struct SessionMachineTests {
  private static let hello = ClientMessage.hello(
    Hello(version: 1, credential: "ledger", secret: "s", lineage: nil, epoch: 0, highestSequence: 0, manifest: Manifest()))
  private static let publish = ClientMessage.publish(
    Publish(sequence: 1, event: 0..<1, routing: RoutingFields(id: 0..<1, source: 0..<1, type: 0..<1, key: 0..<1)))
  /// Every message, and what becomes of it while greeted and while leaving.
  private static let rows: [(ClientMessage, greeted: SessionMachine.Verdict, leaving: SessionMachine.Verdict)] = [
    (hello, .fault(.helloRepeated), .fault(.helloRepeated)),
    (publish, .take, .take),
    (
      .subscribe(Subscribe(handle: 1, name: "n", filters: [], start: .new, deadKey: .park, creditMessages: 1, creditBytes: 1)), .take, .drop
    ),
    (.unsubscribe(handle: 1, forget: false), .take, .drop),
    (.credit(handle: 1, messages: 1, bytes: 1), .take, .drop),
    (.working(handle: 1, []), .take, .take),
    (.settle(handle: 1, Settlement(done: [])), .take, .take),
    (.extend(handle: 1, []), .take, .take),
    (.request(Request(id: 1, peer: "p", subject: "s", deadline: .seconds(1), body: .null)), .take, .drop),
    (.reply(Reply(id: 1, outcome: .answered(.null))), .take, .take),
    (.mark(through: Timestamp(milliseconds: 0)), .take, .drop),
    (.admin(id: 1, command: .null), .take, .drop),
    (.ping(9), .answer(pong: 9), .answer(pong: 9)),
    (.pong(9), .drop, .drop),
    (.farewell(reason: "bye"), .finish, .finish),
  ]

  @Test func `only a hello opens a session`() {
    for (message, _, _) in Self.rows.dropFirst() {
      var session = SessionMachine()
      guard case .fault(.helloExpected) = session.received(message) else { return #expect(Bool(false), "\(message)") }
      #expect(session.state == .ended)
      #expect(session.received(Self.hello) == .drop)
    }
    var session = SessionMachine()
    #expect(session.received(Self.hello) == .take)
    #expect(session.state == .greeted)
  }

  @Test func `each message counts where the table says so`() {
    for (message, greeted, leaving) in Self.rows {
      var session = SessionMachine()
      _ = session.received(Self.hello)
      #expect(session.received(message) == greeted, "\(message)")
      session = SessionMachine()
      _ = session.received(Self.hello)
      #expect(session.stopping() == true)
      #expect(session.state == .leaving)
      #expect(session.stopping() == false)
      #expect(session.received(message) == leaving, "\(message)")
      session.closed()
      #expect(session.received(message) == .drop)
    }
  }

  @Test func `a refused event is a publish like any other`() {
    var session = SessionMachine()
    _ = session.received(Self.hello)
    #expect(session.receivedRefusedEvent() == .take)
    session.closed()
    #expect(session.receivedRefusedEvent() == .drop)
  }

  @Test func `a hello is due in time and only once`() {
    var session = SessionMachine()
    #expect(session.helloOverdue() == .helloLate)
    #expect(session.state == .ended)
    #expect(session.helloOverdue() == nil)
    session = SessionMachine()
    _ = session.received(Self.hello)
    #expect(session.helloOverdue() == nil)
  }

  @Test func `three unanswered pings end a session, any byte keeps it`() {
    var session = SessionMachine()
    #expect(session.heartbeat() == .well)
    _ = session.received(Self.hello)
    #expect(session.heartbeat() == .well)
    #expect(session.heartbeat() == .ask(ping: 1))
    #expect(session.heartbeat() == .ask(ping: 2))
    session.heardBytes()
    #expect(session.heartbeat() == .well)
    #expect(session.heartbeat() == .ask(ping: 3))
    _ = session.received(.pong(3))
    #expect(session.heartbeat() == .well)
    for ping in 4...6 { #expect(session.heartbeat() == .ask(ping: UInt64(ping))) }
    #expect(session.heartbeat() == .fault(.silent))
    #expect(session.state == .ended)
    #expect(session.heartbeat() == .well)
  }
}
