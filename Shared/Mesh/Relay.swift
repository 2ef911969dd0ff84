import Contracts
import Dispatch
import MeshMachines
import Store
import Telemetry
import Transport
import Wire

/// Carries the outbox to the broker: the relay machine with its store and its line. Belongs to the reactor's thread; the store is read
/// and trimmed on queues of its own.
final class Relay: @unchecked Sendable {
  private(set) var machine: RelayMachine<[UInt8]>
  private(set) var fault: RelayFault?
  /// Something came back from the store: pump again.
  var onProgress: (() -> Void)?

  private let store: Store
  private let reactor: Reactor
  private let log: Log
  private let figures: MeshFigures
  private let now: @Sendable () -> Timestamp
  /// Row numbers up to here belong to the lineage of before; the broker counts this lineage from 1.
  private let base: UInt64
  private let reading = DispatchQueue(label: "accord.mesh.outbox.read")
  private let keeping = DispatchQueue(label: "accord.mesh.outbox.keep")
  private var isMarking = false
  /// The newest instant that a mark was proposed for.
  private(set) var markedThrough = Timestamp(milliseconds: .min)

  /// `highest` and `forgotten` as the outbox has them.
  init(
    store: Store, reactor: Reactor, highest: UInt64, forgotten: UInt64, log: Log, figures: MeshFigures,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.reactor = reactor
    self.log = log
    self.figures = figures
    self.now = now
    base = store.identity.predecessor?.highest ?? 0
    machine = RelayMachine(highest: highest - min(base, highest), trimmedThrough: forgotten - min(base, forgotten))
  }

  /// The outbox's number up to which the broker has everything, in the outbox's own counting.
  var acceptedThrough: UInt64 { machine.accepted + base }

  // MARK: What happens

  func welcomed(_ welcome: Welcome) { note(machine.welcomed(welcome)) }

  func lost() { machine.lost() }

  /// HOT.
  func accepted(through: UInt64, forget: UInt64) {
    if let found = machine.accepted(through: through, forget: forget) { note(found) }
  }

  func refused(sequence: UInt64, _ refusal: Refusal) {
    figures.refused.increment()
    note(machine.refused(sequence: sequence, refusal))
  }

  func resume(from: UInt64, after: Duration, reason: Refusal) {
    log.info("relay.resume", "\(reason)", ["from": .integer(Int64(clamping: from))])
    machine.resume(from: from, after: after, at: reactor.moment)
  }

  /// The broker's journal lost these rows.
  func healAsked(_ ranges: DeliveryRanges) {
    log.warning("relay.heal", "the broker has lost facts that this store still has; they are sent again")
    machine.healAsked(ranges)
  }

  /// Rows were committed; their highest number, where it is known.
  func grew(highest: UInt64? = nil) { machine.grew(highest: highest.map { $0 - min(base, $0) }) }

  /// Rows that were just committed. HOT.
  func offered(_ rows: [Outbox.Waiting]) {
    machine.offered(rows.map { RelayMachine.Row(sequence: $0.sequence - base, contents: $0.event) })
  }

  // MARK: What is done

  /// Does all that is due now; publishes while the line takes it.
  func pump(_ line: Line?) {
    // A full line is asked again when it has room: `onPause`.
    let moment = reactor.moment
    while line?.isWritable ?? true, let action = machine.next(at: moment) {
      switch action {
      case .publish(let row):
        figures.published.increment()
        if line?.publish(sequence: row.sequence, event: row.contents) == false {
          log.error(
            "relay.too_long", "fact number \(row.sequence) is too long to publish; its checks before the outbox failed; this is a bug")
        }
      case .find(let sequence): find(sequence)
      case .heal(let row): line?.heal(sequence: row.sequence, event: row.contents)
      case .mark(let through): line?.send(.mark(through: through))
      case .read(let token, let after, let limit): read(token, after, limit)
      case .check(let sequence): check(sequence)
      case .trim(let through): trim(through)
      }
    }
    figures.waiting.set(Int64(clamping: machine.waiting))
  }

  /// Proposes a mark: the instant is taken inside the writer's turn, so every transaction of before it is in the count.
  func mark() {
    guard !isMarking else { return }
    isMarking = true
    let (store, base, now) = (store, base, now)
    keeping.async {
      let found = try? store.write { transaction in (now(), try Outbox.highest(in: transaction)) }.value
      self.back { relay in
        relay.isMarking = false
        // A store that cannot be written says so at its own place; this mark is left out and the next one comes in a second.
        guard let (through, highest) = found else { return }
        relay.markedThrough = max(relay.markedThrough, through)
        relay.machine.proposeMark(through: through, sequence: highest - min(base, highest))
      }
    }
  }

  private func read(_ token: UInt64, _ after: UInt64, _ limit: Int) {
    let (store, base) = (store, base)
    reading.async {
      do {
        let (rows, highest) = try store.read { snapshot in
          (try Outbox.rows(after: after + base, limit: limit, in: snapshot), try Outbox.highest(in: snapshot))
        }
        let found = rows.map { RelayMachine.Row(sequence: $0.sequence - base, contents: $0.event) }
        self.back { $0.note($0.machine.rows(found, highest: highest - min(base, highest), token: token)) }
      } catch {
        self.back { relay in
          relay.log.warning("relay.read", "the outbox cannot be read: \(error)")
          relay.machine.readFailed(token: token, at: relay.reactor.moment, jitter: .random(in: 0 ... .max))
        }
      }
    }
  }

  private func check(_ sequence: UInt64) {
    let (store, base) = (store, base)
    reading.async {
      do {
        let row = try store.read { try Outbox.rows(after: sequence + base - 1, limit: 1, in: $0).first }
        let id = row.flatMap { $0.sequence == sequence + base ? Self.id(of: $0.event) : nil }
        self.back { $0.note($0.machine.checked(sequence: sequence, id: id)) }
      } catch {
        self.back { relay in
          relay.log.warning("relay.read", "the outbox cannot be read: \(error)")
          _ = relay.reactor.after(MeshLimits.storePause) { [weak relay] in
            relay?.machine.checkFailed()
            relay?.onProgress?()
          }
        }
      }
    }
  }

  private func find(_ sequence: UInt64) {
    let (store, base) = (store, base)
    reading.async {
      // What cannot be read now the broker asks for again after the next welcome.
      let row = try? store.read { try Outbox.rows(after: sequence + base - 1, limit: 1, in: $0).first }
      let contents = row.flatMap { $0.sequence == sequence + base ? $0.event : nil }
      self.back { $0.machine.found(sequence: sequence, contents: contents) }
    }
  }

  private func trim(_ through: UInt64) {
    let (store, base) = (store, base)
    keeping.async {
      do {
        let chunk = StoreLimits.rowsPerChunk
        // In turn with other long work, which would end its chunk at once for a short errand.
        while try store.writeChunk({ transaction, _ in
          try Outbox.forget(through: through + base, atMost: chunk, in: transaction)
        }).value == chunk {}
        self.back { $0.machine.trimmed(through: through, at: $0.reactor.moment) }
      } catch {
        self.back { relay in
          relay.log.warning("relay.trim", "the outbox cannot be trimmed: \(error)")
          relay.machine.trimFailed(at: relay.reactor.moment)
        }
      }
    }
  }

  /// Back on the reactor's thread with an answer.
  private func back(_ body: @escaping @Sendable (Relay) -> Void) {
    reactor.post {
      body(self)
      self.onProgress?()
    }
  }

  private func note(_ found: RelayFault?) {
    if let found { log.error(found.stops ? "relay.stopped" : "relay.refused", "\(found)") }
    switch machine.state {
    case .stopped(let stopped): fault = stopped
    case .offline, .checking, .flowing, .waiting: fault = nil
    }
  }

  private static func id(of event: [UInt8]) -> String? {
    event.withUnsafeBytes { bytes in
      // An event that cannot be scanned has no id to compare; the broker will say what it thinks of it.
      (try? EventScan(bytes, from: 0)).map { String(decoding: bytes[$0.routing.id], as: UTF8.self) }
    }
  }
}

extension Reactor {
  /// The machine's clock as this turn of the reactor began: no system call.
  var moment: Uptime { Uptime(milliseconds: now / 1_000_000) }
}

extension Uptime {
  /// The machine's clock, now.
  static var now: Uptime { Uptime(milliseconds: Reactor.uptime() / 1_000_000) }
}
