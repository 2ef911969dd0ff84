import BrokerCore
import Contracts
import Host
import Journal
import Telemetry
import Transport
import Wire

/// What operators ask by HTTP: the machine's own commands, answered as every client is, behind the commit that holds what they changed.
extension BrokerLoop {
  /// No connection has this number: their turns are counted from one.
  static let desk = ConnectionID(0)

  /// Carries out `command`; `answered` is called on this thread once the answer may be known.
  func ask(_ command: JSON, by principal: String, _ answered: @escaping (JSON) -> Void) {
    asks += 1
    asked[asks] = answered
    let number = asks
    makeRoom { machine, moment, commit in
      machine.administer(Self.desk, number, command, by: principal, at: moment, into: &commit)
    }
  }

  /// An effect for nobody's connection: the answer to a question of the desk.
  func answerDesk(_ id: ConnectionID, _ message: BrokerMessage) {
    guard id == Self.desk, case .admin(let number, let answer) = message else { return }
    asked.removeValue(forKey: number)?(answer)
  }

  /// Renews the figures that the machine alone knows, every second or two: nothing on the way of a message counts them.
  func noteFigures() {
    metrics.note(machine.figures)
    _ = reactor.after(.seconds(2)) { [unowned self] in noteFigures() }
  }

  /// Ends the program where an operator asked for it.
  func stopIfAsked() {
    guard let reason = machine.drainAsked, !isDraining, !isStopAsked else { return }
    isStopAsked = true
    log.info("program.drain", "asked to drain: \(reason)")
    askToStop(reason)
  }

  // MARK: The end

  /// Says farewell to everybody, takes what still comes, then leaves a closed journal behind. `done` runs on this thread.
  func drain(_ done: @escaping () -> Void) {
    isDraining = true
    apply(.drain(reason: machine.drainAsked ?? "the broker stops"))
    for session in sessions.all { _ = session.machine.stopping() }
    waitForFarewells(since: clock.uptime(), done)
  }

  /// Whoever has something in hand may finish it; for those that have nothing and stay all the same a moment is enough.
  private func waitForFarewells(since began: Int64, _ done: @escaping () -> Void) {
    let waited = clock.uptime() - began
    let isOver =
      sessions.count == 0 || waited >= Self.drainMillisecondsMax || waited >= Self.farewellMilliseconds && machine.inFlight == 0
    guard isOver else {
      _ = reactor.after(.milliseconds(20)) { [unowned self] in waitForFarewells(since: began, done) }
      return
    }
    if commit?.isEmpty == false { finish() }
    flushTouched()
    for session in sessions.all { session.connection.closeAfterFlush() }
    // What the flush let happen rides no more.
    if commit?.isEmpty == false { finish() }
    writeClosingMark()
    done()
  }

  /// With what comes before and behind it the whole end stays within eight seconds.
  private static let drainMillisecondsMax: Int64 = 5_000
  private static let farewellMilliseconds: Int64 = 1_000
}
