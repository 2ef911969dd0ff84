package import Wire

/// One program's link to the broker: when to connect, greet, beat, give up and try again.
///
/// ```
///            start                connected              welcomed
///   idle ───────────▶ connecting ───────────▶ greeting ───────────▶ up ──── drain ───▶ draining
///                        ▲   │ failed             │ 5 s, fault,      │ silent, lost,      │ finished, 3 s
///                        │   ▼                    ▼ lost             ▼ fault, farewell    ▼
///                        └── backingOff ◀─────────┴──────────────────┘                 leaving ─▶ ended
/// ```
/// Random numbers and moments come in; what to do comes out as a `Step`. The shell wakes the machine at `wake`.
package struct LinkMachine: Sendable {
  package enum State: Sendable, Equatable {
    case idle
    case connecting(since: Uptime)
    case greeting(since: Uptime)
    case up(Beat)
    case backingOff(until: Uptime)
    case draining(Beat, until: Uptime)
    case leaving(until: Uptime)
    case ended
  }

  /// What the shell does next.
  package enum Step: Sendable, Equatable {
    case nothing
    /// Open a connection; report `connected` or `connectFailed`.
    case connect
    /// Send the hello.
    case greet
    /// The link is up: subscribe and publish.
    case ready(Welcome)
    case ping(UInt64)
    case pong(UInt64)
    /// Close the connection, if there is one; the next try is already planned.
    case disconnect
    /// Take no new work; report `finished` when the rest is done.
    case finish
    /// Send a farewell and close after flushing.
    case leave
    /// All is over; nothing will be tried again.
    case end
  }

  package private(set) var state: State = .idle
  /// The newest trouble; nil while the link is up.
  package private(set) var trouble: LinkTrouble?
  /// Failures in a row since the link was last good.
  package private(set) var failures = 0
  /// Since when the link is as it is: up, or not.
  package private(set) var since: Uptime?

  package init() {}

  /// True between welcome and loss.
  package var isUp: Bool {
    switch state {
    case .up, .draining: true
    case .idle, .connecting, .greeting, .backingOff, .leaving, .ended: false
    }
  }

  // MARK: Orders

  /// Begins to seek the broker.
  package mutating func start(at now: Uptime) -> Step {
    switch state {
    case .idle:
      since = now
      state = .connecting(since: now)
      return .connect
    case .connecting, .greeting, .up, .backingOff, .draining, .leaving, .ended: return .nothing
    }
  }

  /// Begins an ordered end.
  package mutating func drain(at now: Uptime) -> Step {
    switch state {
    case .up(let beat):
      state = .draining(beat, until: now.adding(MeshLimits.drainTimeout))
      return .finish
    case .idle, .backingOff, .connecting, .greeting:
      state = .ended
      return .end
    case .draining, .leaving, .ended: return .nothing
    }
  }

  /// All work that `finish` asked for is done.
  package mutating func finished(at now: Uptime) -> Step {
    switch state {
    case .draining:
      state = .leaving(until: now.adding(MeshLimits.leaveTimeout))
      return .leave
    case .idle, .connecting, .greeting, .up, .backingOff, .leaving, .ended: return .nothing
    }
  }

  // MARK: The connection

  /// The connection that `.connect` asked for stands.
  package mutating func connected(at now: Uptime) -> Step {
    switch state {
    case .connecting:
      state = .greeting(since: now)
      return .greet
    case .idle, .greeting, .up, .backingOff, .draining, .leaving, .ended: return .disconnect
    }
  }

  /// It could not be had, for the reason in `why`. `jitter`, here and below: 32 random bits.
  package mutating func connectFailed(_ why: String, at now: Uptime, jitter: UInt32) -> Step {
    switch state {
    case .connecting:
      fall(.unreachable(why), at: now, jitter)
      return .nothing
    case .idle, .greeting, .up, .backingOff, .draining, .leaving, .ended: return .nothing
    }
  }

  /// The connection is gone, by whosever doing.
  package mutating func closed(_ why: String, at now: Uptime, jitter: UInt32) -> Step {
    switch state {
    case .connecting, .greeting, .up:
      fall(.lost(why), at: now, jitter)
      return .nothing
    case .draining, .leaving:
      state = .ended
      return .end
    case .idle, .backingOff, .ended: return .nothing
    }
  }

  // MARK: What the broker says

  /// HOT: anything of the broker's, beside what has a method of its own. False where the broker may not speak yet: then
  /// `confused` is due.
  package mutating func heard(at now: Uptime) -> Bool {
    switch state {
    case .up(var beat):
      beat.lastHeard = now
      state = .up(beat)
      return true
    case .draining(var beat, let until):
      beat.lastHeard = now
      state = .draining(beat, until: until)
      return true
    case .leaving: return true
    case .idle, .connecting, .greeting, .backingOff, .ended: return false
    }
  }

  /// The broker knows this program and says by what limits it goes.
  package mutating func welcomed(_ welcome: Welcome, at now: Uptime, jitter: UInt32) -> Step {
    switch state {
    case .greeting:
      let every = max(welcome.limits.heartbeat, MeshLimits.heartbeatMin)
      state = .up(Beat(every: every, since: now, lastHeard: now, lastPing: now, lastTick: now))
      trouble = nil
      since = now
      return .ready(welcome)
    case .up, .draining: return confused("a second welcome", at: now, jitter: jitter)
    case .idle, .connecting, .backingOff, .leaving, .ended: return .nothing
    }
  }

  /// The broker asks whether somebody is there.
  package mutating func pinged(_ number: UInt64, at now: Uptime) -> Step {
    _ = heard(at: now)
    switch state {
    case .greeting, .up, .draining: return .pong(number)
    case .idle, .connecting, .backingOff, .leaving, .ended: return .nothing
    }
  }

  /// The broker's last word on this connection.
  package mutating func faulted(_ refusal: Refusal, at now: Uptime, jitter: UInt32) -> Step {
    broken(LinkTrouble(fault: refusal), at: now, jitter)
  }

  /// The broker stops and will be back: the next try comes soon, as if nothing had failed before.
  package mutating func farewell(_ reason: String, at now: Uptime, jitter: UInt32) -> Step {
    switch state {
    case .greeting, .up: failures = 0
    case .idle, .connecting, .backingOff, .draining, .leaving, .ended: break
    }
    return broken(.farewell(reason), at: now, jitter)
  }

  /// The broker said what it may not say now, or what nobody can read.
  package mutating func confused(_ what: String, at now: Uptime, jitter: UInt32) -> Step {
    broken(.confused(what), at: now, jitter)
  }

  // MARK: Time

  /// When the machine wants to be woken; nil where nothing is due by itself.
  package var wake: Uptime? {
    switch state {
    case .idle, .ended: nil
    case .connecting(let since): since.adding(MeshLimits.connectTimeout)
    case .greeting(let since): since.adding(MeshLimits.welcomeTimeout)
    case .up(let beat): beat.nextPing
    case .backingOff(let until), .leaving(let until): until
    case .draining(let beat, let until): min(beat.nextPing, until)
    }
  }

  /// Does what is due. Waking it too early does no harm.
  package mutating func tick(at now: Uptime, jitter: UInt32) -> Step {
    switch state {
    case .idle, .ended: return .nothing
    case .connecting(let since):
      guard now.since(since) >= MeshLimits.connectTimeout else { return .nothing }
      return broken(.unreachable("no answer within \(MeshLimits.connectTimeout)"), at: now, jitter)
    case .greeting(let since):
      guard now.since(since) >= MeshLimits.welcomeTimeout else { return .nothing }
      return broken(.unanswered, at: now, jitter)
    case .up(var beat):
      if let silence = beat.silence(at: now) { return broken(.silent(silence), at: now, jitter) }
      if now.since(beat.since) >= MeshLimits.goodAfter { failures = 0 }
      let ping = beat.ping(at: now)
      state = .up(beat)
      return ping.map { .ping($0) } ?? .nothing
    case .draining(var beat, let until):
      guard now < until, beat.silence(at: now) == nil else { return finished(at: now) }
      let ping = beat.ping(at: now)
      state = .draining(beat, until: until)
      return ping.map { .ping($0) } ?? .nothing
    case .backingOff(let until):
      guard now >= until else { return .nothing }
      state = .connecting(since: now)
      return .connect
    case .leaving(let until):
      guard now >= until else { return .nothing }
      state = .ended
      return .end
    }
  }

  // MARK: Falling

  /// Ends the connection for `why`, planning the next try, or for good where an end was ordered.
  private mutating func broken(_ why: LinkTrouble, at now: Uptime, _ jitter: UInt32) -> Step {
    switch state {
    case .connecting, .greeting, .up:
      fall(why, at: now, jitter)
      return .disconnect
    case .draining, .leaving:
      state = .ended
      return .end
    case .idle, .backingOff, .ended: return .nothing
    }
  }

  private mutating func fall(_ why: LinkTrouble, at now: Uptime, _ jitter: UInt32) {
    if case .up(let beat) = state {
      since = now
      if now.since(beat.since) >= MeshLimits.goodAfter { failures = 0 }
    }
    failures += 1
    trouble = why
    let wait = why.needsPerson ? Backoff.slow(jitter: jitter) : Backoff.delay(failures: failures, jitter: jitter)
    state = .backingOff(until: now.adding(wait))
  }
}
