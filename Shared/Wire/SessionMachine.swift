/// One connection's life as the broker sees it: which message counts when, and when silence ends it.
///
/// ```
///                    hello            farewell of either side          closed, fault, silence
///  awaitingHello ────────────▶ greeted ─────────────────────▶ leaving ────────────────────────▶ ended
///        └────── anything else, or 5 s: a fault ──────────────────────────────────────────────────▲
/// ```
/// Times are the shell's: it asks `helloOverdue` 5 s after connecting and calls `heartbeat` every 10 s.
package struct SessionMachine: Sendable {
  package enum State: Sendable, Equatable { case awaitingHello, greeted, leaving, ended }

  /// What to do with a message that arrived.
  package enum Verdict: Sendable, Equatable {
    /// For the broker's core.
    case take
    /// A ping, which the shell answers itself.
    case answer(pong: UInt64)
    /// A sign of life and nothing more, or no longer of interest.
    case drop
    /// The client has no more to say: send what is owed, then close.
    case finish
    /// Tell the client and close.
    case fault(WireFault)
  }

  /// What a heartbeat finds.
  package enum Pulse: Sendable, Equatable {
    /// Heard from since the last one.
    case well
    case ask(ping: UInt64)
    case fault(WireFault)
  }

  package private(set) var state: State = .awaitingHello
  private var heard = true
  private var missed = 0
  private var pings: UInt64 = 0

  package init() {}

  /// A whole message arrived.
  @inline(__always)
  package mutating func received(_ message: borrowing ClientMessage) -> Verdict {
    received(Kind(message))
  }

  /// A publish whose event is refused counts as a publish: it uses up its sequence in the core.
  package mutating func receivedRefusedEvent() -> Verdict { received(.publish) }

  private mutating func received(_ kind: Kind) -> Verdict {
    heard = true
    switch state {
    case .awaitingHello:
      guard case .hello = kind else {
        state = .ended
        return .fault(.helloExpected(kind.name))
      }
      state = .greeted
      return .take
    case .greeted:
      switch kind {
      case .hello:
        state = .ended
        return .fault(.helloRepeated)
      case .ping(let id): return .answer(pong: id)
      case .pong: return .drop
      case .farewell:
        state = .leaving
        return .finish
      case .publish, .settling, .other: return .take
      }
    case .leaving:
      switch kind {
      case .hello:
        state = .ended
        return .fault(.helloRepeated)
      case .ping(let id): return .answer(pong: id)
      case .publish, .settling: return .take
      case .pong, .other: return .drop
      case .farewell: return .finish
      }
    case .ended: return .drop
    }
  }

  /// Five seconds have passed since the connection was made: the fault to end it with, or nil.
  package mutating func helloOverdue() -> WireFault? {
    switch state {
    case .awaitingHello:
      state = .ended
      return .helloLate
    case .greeted, .leaving, .ended: return nil
    }
  }

  /// Ten seconds have passed since the last heartbeat.
  package mutating func heartbeat() -> Pulse {
    switch state {
    case .awaitingHello, .ended: return .well
    case .greeted, .leaving:
      if heard {
        heard = false
        missed = 0
        return .well
      }
      guard missed < WireLimits.heartbeatsMissedMax else {
        state = .ended
        return .fault(.silent)
      }
      missed += 1
      pings += 1
      return .ask(ping: pings)
    }
  }

  /// Bytes arrived, though perhaps not yet a whole message: slowness ends no connection.
  package mutating func heardBytes() { heard = true }

  /// The broker is about to stop. True where the client is to be told.
  package mutating func stopping() -> Bool {
    switch state {
    case .greeted:
      state = .leaving
      return true
    case .awaitingHello:
      state = .ended
      return true
    case .leaving, .ended: return false
    }
  }

  /// The connection is gone, or a fault was sent on it.
  package mutating func closed() { state = .ended }

  /// Messages as far as the session tells them apart.
  private enum Kind {
    case hello, publish, settling, ping(UInt64), pong, farewell
    case other(String)

    @inline(__always)
    init(_ message: borrowing ClientMessage) {
      switch message {
      case .publish: self = .publish
      case .heal: self = .other("heal")
      case .working, .settle, .extend, .reply: self = .settling
      case .hello: self = .hello
      case .ping(let id): self = .ping(id)
      case .pong: self = .pong
      case .farewell: self = .farewell
      case .subscribe: self = .other("subscribe")
      case .unsubscribe: self = .other("unsubscribe")
      case .credit: self = .other("credit")
      case .request: self = .other("request")
      case .mark: self = .other("mark")
      case .admin: self = .other("admin")
      }
    }

    var name: String {
      switch self {
      case .hello: "hello"
      case .publish: "publish"
      case .settling: "a settlement or reply"
      case .ping: "ping"
      case .pong: "pong"
      case .farewell: "farewell"
      case .other(let name): name
      }
    }
  }
}
