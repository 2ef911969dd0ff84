import Contracts
import Glibc
import Mesh
import Store
import Telemetry
import Transport
package import Wire

/// Rebuilds a department's store from the journal's events: what it told itself is taken back, what others told is heard again. Nothing is
/// told. The clock stands at the time of the event that is handled.
///
/// Not safe from several threads; blocks.
package final class Rebuild {
  /// What was made of the events.
  package struct Figures: Sendable {
    package var own = 0
    package var heard = 0
    /// Nobody here hears these.
    package var passed = 0
  }

  package let desk: DepartmentDesk
  package private(set) var figures = Figures()
  /// What could not be taken in, in sentences; the first of them only.
  package private(set) var findings: [String] = []
  private let ownFacts: Inlet?
  private let subscriptions: [MeshSubscription]
  private let clock: Clock
  private static let findingsMax = 100

  /// `clock` is the manual clock that `desk` goes by.
  package init(_ desk: DepartmentDesk, clock: Clock) {
    self.desk = desk
    self.clock = clock
    ownFacts = desk.department.ownFacts?(desk)
    subscriptions = desk.department.subscriptions(desk)
  }

  /// Takes in events that follow each other in the journal, in one transaction.
  package func take(_ deliveries: [Delivery]) throws {
    try desk.store.write { transaction in
      for delivery in deliveries { try take(delivery, in: &transaction) }
    }
  }

  /// Every event was taken in.
  package func end() throws { try desk.store.write { transaction in try desk.department.afterRebuild(desk, transaction) } }

  private func take(_ delivery: Delivery, in transaction: inout Transaction) throws {
    do {
      let received = try Received(delivery)
      clock.advance(to: received.envelope.recordedTime)
      let isOwn = received.envelope.source == desk.department.source
      guard let inlet = isOwn ? ownFacts : inlet(for: received.envelope.type) else {
        figures.passed += 1
        return
      }
      try transaction.savepoint { transaction in
        guard
          try Inbox.mark(
            producer: delivery.producer, sequence: delivery.sequence, position: delivery.position, at: clock.now(), in: transaction)
        else { return }
        switch try inlet(received, &transaction) {
        case .done: break
        case .later: throw NotTaken(reason: "it could not be taken in yet")
        case .never(let reason): throw NotTaken(reason: reason)
        }
      }
      if isOwn { figures.own += 1 } else { figures.heard += 1 }
    } catch let fault as StoreFault where fault.kind != .refuse {
      throw fault
    } catch {
      if findings.count < Self.findingsMax { findings.append("the event at \(delivery.position): \(error)") }
    }
  }

  private func inlet(for type: String) -> Inlet? {
    subscriptions.first { subscription in
      subscription.filters.isEmpty || subscription.filters.contains { Manifest.Read($0).matches(type) }
    }?.inlet
  }

  private struct NotTaken: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
  }
}
