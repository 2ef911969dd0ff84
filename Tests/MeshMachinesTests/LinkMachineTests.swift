import Contracts
import MeshMachines
import Testing
import Wire

/// The states by name, each reached by the shortest way.
enum LinkPlace: String, CaseIterable {
  case idle, connecting, greeting, up, backingOff, draining, leaving, ended

  /// A machine in this state; the clock stands at 1,000 ms.
  func machine() -> LinkMachine {
    var link = LinkMachine()
    switch self {
    case .idle: break
    case .connecting: _ = link.start(at: at(1_000))
    case .greeting:
      link = Self.connecting.machine()
      _ = link.connected(at: at(1_000))
    case .up:
      link = Self.greeting.machine()
      _ = link.welcomed(welcome(), at: at(1_000), jitter: jitter)
    case .backingOff:
      link = Self.connecting.machine()
      _ = link.connectFailed("nobody there", at: at(1_000), jitter: jitter)
    case .draining:
      link = Self.up.machine()
      _ = link.drain(at: at(1_000))
    case .leaving:
      link = Self.draining.machine()
      _ = link.finished(at: at(1_000))
    case .ended:
      _ = link.drain(at: at(1_000))
    }
    return link
  }

  init(of state: LinkMachine.State) {
    self =
      switch state {
      case .idle: .idle
      case .connecting: .connecting
      case .greeting: .greeting
      case .up: .up
      case .backingOff: .backingOff
      case .draining: .draining
      case .leaving: .leaving
      case .ended: .ended
      }
  }
}

enum LinkInput: String, CaseIterable {
  case start, drain, finished, connected, connectFailed, closed, heard, welcomed, pinged, faulted, farewell, confused, tick, lateTick

  func apply(to link: inout LinkMachine) -> String {
    let now = at(1_001)
    let step: LinkMachine.Step
    switch self {
    case .start: step = link.start(at: now)
    case .drain: step = link.drain(at: now)
    case .finished: step = link.finished(at: now)
    case .connected: step = link.connected(at: now)
    case .connectFailed: step = link.connectFailed("no", at: now, jitter: jitter)
    case .closed: step = link.closed("reset", at: now, jitter: jitter)
    case .heard: return link.heard(at: now) ? "legal" : "illegal"
    case .welcomed: step = link.welcomed(welcome(), at: now, jitter: jitter)
    case .pinged: step = link.pinged(7, at: now)
    case .faulted: step = link.faulted(refusal("busy"), at: now, jitter: jitter)
    case .farewell: step = link.farewell("update", at: now, jitter: jitter)
    case .confused: step = link.confused("gibberish", at: now, jitter: jitter)
    case .tick: step = link.tick(at: now, jitter: jitter)
    case .lateTick: step = link.tick(at: at(17_000), jitter: jitter)
    }
    return Self.name(step)
  }

  static func name(_ step: LinkMachine.Step) -> String {
    switch step {
    case .nothing: "-"
    case .connect: "connect"
    case .greet: "greet"
    case .ready: "ready"
    case .ping: "ping"
    case .pong: "pong"
    case .disconnect: "disconnect"
    case .finish: "finish"
    case .leave: "leave"
    case .end: "end"
    }
  }
}

@Suite struct LinkMachineTests {
  /// Every state by every input: the step, and the state after it. In LinkInput's order.
  static let table: [(LinkPlace, [(String, LinkPlace)])] = [
    (
      .idle,
      [
        ("connect", .connecting), ("end", .ended), ("-", .idle), ("disconnect", .idle), ("-", .idle), ("-", .idle), ("illegal", .idle),
        ("-", .idle), ("-", .idle), ("-", .idle), ("-", .idle), ("-", .idle), ("-", .idle), ("-", .idle),
      ]
    ),
    (
      .connecting,
      [
        ("-", .connecting), ("end", .ended), ("-", .connecting), ("greet", .greeting), ("-", .backingOff), ("-", .backingOff),
        ("illegal", .connecting), ("-", .connecting), ("-", .connecting), ("disconnect", .backingOff), ("disconnect", .backingOff),
        ("disconnect", .backingOff), ("-", .connecting), ("disconnect", .backingOff),
      ]
    ),
    (
      .greeting,
      [
        ("-", .greeting), ("end", .ended), ("-", .greeting), ("disconnect", .greeting), ("-", .greeting), ("-", .backingOff),
        ("illegal", .greeting), ("ready", .up), ("pong", .greeting), ("disconnect", .backingOff), ("disconnect", .backingOff),
        ("disconnect", .backingOff), ("-", .greeting), ("disconnect", .backingOff),
      ]
    ),
    (
      .up,
      [
        ("-", .up), ("finish", .draining), ("-", .up), ("disconnect", .up), ("-", .up), ("-", .backingOff), ("legal", .up),
        ("disconnect", .backingOff), ("pong", .up), ("disconnect", .backingOff), ("disconnect", .backingOff), ("disconnect", .backingOff),
        ("-", .up), ("ping", .up),
      ]
    ),
    (
      .backingOff,
      [
        ("-", .backingOff), ("end", .ended), ("-", .backingOff), ("disconnect", .backingOff), ("-", .backingOff), ("-", .backingOff),
        ("illegal", .backingOff), ("-", .backingOff), ("-", .backingOff), ("-", .backingOff), ("-", .backingOff), ("-", .backingOff),
        ("-", .backingOff), ("connect", .connecting),
      ]
    ),
    (
      .draining,
      [
        ("-", .draining), ("-", .draining), ("leave", .leaving), ("disconnect", .draining), ("-", .draining), ("end", .ended),
        ("legal", .draining), ("end", .ended), ("pong", .draining), ("end", .ended), ("end", .ended), ("end", .ended), ("-", .draining),
        ("leave", .leaving),
      ]
    ),
    (
      .leaving,
      [
        ("-", .leaving), ("-", .leaving), ("-", .leaving), ("disconnect", .leaving), ("-", .leaving), ("end", .ended),
        ("legal", .leaving), ("-", .leaving), ("-", .leaving), ("end", .ended), ("end", .ended), ("end", .ended), ("-", .leaving),
        ("end", .ended),
      ]
    ),
    (
      .ended,
      [
        ("-", .ended), ("-", .ended), ("-", .ended), ("disconnect", .ended), ("-", .ended), ("-", .ended), ("illegal", .ended),
        ("-", .ended), ("-", .ended), ("-", .ended), ("-", .ended), ("-", .ended), ("-", .ended), ("-", .ended),
      ]
    ),
  ]

  @Test func `answers every input in every state`() {
    #expect(Self.table.map(\.0) == LinkPlace.allCases)
    for (place, row) in Self.table {
      #expect(row.count == LinkInput.allCases.count)
      for (input, (step, after)) in zip(LinkInput.allCases, row) {
        var link = place.machine()
        #expect(LinkPlace(of: link.state) == place)
        #expect(input.apply(to: &link) == step, "\(input) in \(place)")
        #expect(LinkPlace(of: link.state) == after, "\(input) in \(place)")
      }
    }
  }

  @Test func `tries again fast at first and every half minute at last`() {
    var link = LinkMachine()
    _ = link.start(at: at(0))
    var now = at(0)
    var waits: [Int64] = []
    for _ in 1...14 {
      _ = link.connectFailed("refused", at: now, jitter: .max)
      guard case .backingOff(let until) = link.state else { return #expect(Bool(false)) }
      waits.append(until.since(now).milliseconds)
      #expect(link.wake == until)
      #expect(link.tick(at: at(until.milliseconds - 1), jitter: jitter) == .nothing)
      now = until
      #expect(link.tick(at: now, jitter: jitter) == .connect)
    }
    #expect(waits.first == 49 && waits[1] == 99 && waits[4] == 799)
    #expect(waits.suffix(3).allSatisfy { $0 == 29_999 })
  }

  @Test(arguments: [0, 1, 0x7fff_ffff, UInt32.max])
  func `waits between half and the whole of the doubled wait`(jitter: UInt32) {
    for failures in [1, 2, 3, 10, 11, 63, 1_000_000] {
      let full = min(50 << Int64(min(failures - 1, 20)), 30_000)
      let wait = Backoff.delay(failures: failures, jitter: jitter).milliseconds
      #expect(wait >= Int64(full) / 2 && wait <= Int64(full))
    }
    let slow = Backoff.slow(jitter: jitter)
    #expect(slow >= .seconds(5) && slow <= .seconds(10))
  }

  @Test(arguments: LinkTrouble.permanentCodes.sorted())
  func `retries slowly what only a person can mend, and says so`(code: String) {
    var link = LinkPlace.greeting.machine()
    _ = link.faulted(refusal(code), at: at(1_000), jitter: 0)
    #expect(link.wake == at(6_000))
    #expect(link.trouble == .barred(refusal(code)))
    #expect(link.words(at: at(61_000), waiting: 12).hasPrefix("offline 1 min, 12 waiting: the broker will not let this program in"))
  }

  @Test func `a good while of connection forgets the failures before it`() {
    var link = LinkMachine()
    _ = link.start(at: at(0))
    for _ in 1...6 {
      _ = link.connectFailed("refused", at: at(0), jitter: 0)
      _ = link.tick(at: at(100_000), jitter: 0)
    }
    #expect(link.failures == 6)
    _ = link.connected(at: at(100_000))
    _ = link.welcomed(welcome(), at: at(100_000), jitter: 0)
    #expect(link.trouble == nil)
    _ = link.closed("reset", at: at(101_000), jitter: 0)
    #expect(link.failures == 7, "one second of link is no good link")
    _ = link.tick(at: at(200_000), jitter: 0)
    _ = link.connected(at: at(200_000))
    _ = link.welcomed(welcome(), at: at(200_000), jitter: 0)
    _ = link.closed("reset", at: at(205_000), jitter: 0)
    #expect(link.failures == 1)
  }

  @Test func `comes back soon after a farewell`() {
    var link = LinkPlace.up.machine()
    #expect(link.farewell("update", at: at(2_000), jitter: .max) == .disconnect)
    #expect(link.wake == at(2_049))
  }

  @Test func `asks after each silent heartbeat and ends a link that was silent for three`() {
    var link = LinkPlace.up.machine()
    #expect(link.wake == at(11_000))
    #expect(link.tick(at: at(11_000), jitter: jitter) == .ping(1))
    #expect(link.tick(at: at(21_000), jitter: jitter) == .ping(2))
    #expect(link.tick(at: at(30_999), jitter: jitter) == .nothing)
    #expect(link.tick(at: at(31_000), jitter: jitter) == .disconnect)
    #expect(link.trouble == .silent(.seconds(30)))
  }

  @Test func `a word now and then keeps the link`() {
    var link = LinkPlace.up.machine()
    for beat in 1...100 as ClosedRange<Int64> {
      #expect(link.heard(at: at(beat * 10_000 + 500)) == true)
      #expect(link.tick(at: at(1_000 + beat * 10_000), jitter: jitter) == .nothing)
      #expect(link.wake == at(beat * 10_000 + 10_500))
    }
  }

  @Test func `a program that slept itself does not blame the broker`() {
    var link = LinkPlace.up.machine()
    #expect(link.tick(at: at(11_000), jitter: jitter) == .ping(1))
    #expect(link.tick(at: at(3_600_000), jitter: jitter) == .ping(2))
    #expect(link.tick(at: at(3_610_000), jitter: jitter) == .ping(3))
    #expect(link.tick(at: at(3_620_000), jitter: jitter) == .disconnect)
  }

  @Test func `a heartbeat of nothing is no flood`() {
    var link = LinkPlace.greeting.machine()
    _ = link.welcomed(welcome(heartbeat: .zero), at: at(1_000), jitter: jitter)
    #expect(link.wake == at(1_100))
  }

  @Test func `leaves in order within its time`() {
    var link = LinkPlace.draining.machine()
    #expect(link.tick(at: at(3_999), jitter: jitter) == .nothing)
    #expect(link.tick(at: at(4_000), jitter: jitter) == .leave)
    #expect(link.tick(at: at(4_999), jitter: jitter) == .nothing)
    #expect(link.tick(at: at(5_000), jitter: jitter) == .end)
    #expect(link.wake == nil)
  }

  @Test(
    arguments: [(0, "0 s"), (59_999, "59 s"), (60_000, "1 min"), (3_600_000, "1 h"), (200_000_000, "2 d"), (-5, "0 s")] as [(Int64, String)]
  )
  func `says a time as people do`(milliseconds: Int64, words: String) {
    #expect(LinkMachine.words(for: .milliseconds(milliseconds)) == words)
  }

  @Test func `says the link in words`() {
    #expect(LinkPlace.up.machine().words(at: at(61_000), waiting: 0) == "connected for 1 min")
    #expect(LinkPlace.up.machine().words(at: at(61_000), waiting: 3) == "connected for 1 min, 3 waiting")
    #expect(LinkPlace.idle.machine().words(at: at(0), waiting: 0) == "not started")
    let offline = LinkPlace.backingOff.machine().words(at: at(241_000), waiting: 12)
    #expect(offline == "offline 4 min, 12 waiting: the broker cannot be reached (nobody there); it is tried again by itself")
  }
}
