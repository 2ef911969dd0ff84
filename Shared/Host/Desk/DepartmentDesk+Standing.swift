import Contracts
import Mesh
package import Store

extension DepartmentDesk {
  /// Where the department stands, for whoever moves the clocks. Sees to it that the others soon hear how far this one has come.
  func standing() -> Standing {
    // Before the store is read: what was accepted by now is in what is read then.
    let state = mesh.state
    mesh.freshenMark()
    let now = clock.now()
    var standing = Standing(program: department.part.rawValue, now: now)
    for source in Self.sources { standing.heard[source] = mesh.heardThrough(source) }
    do {
      let (next, run, highest, busy) = try store.read { snapshot in
        (
          try Due.next(in: snapshot), try Runs.running(limit: 1, in: snapshot).first, try Outbox.highest(in: snapshot),
          try department.unsettled(self, snapshot)
        )
      }
      standing.next = next
      standing.told = highest
      standing.busy = Self.busy(state, now: now, next: next, run: run, highest: highest) ?? busy
    } catch {
      standing.busy = "cannot read its store: \(error)"
    }
    return standing
  }

  private static let sources = ["/ledger", "/marketing", "/service"]

  /// How often it got on belongs to it: long work that goes on does not stand still.
  package static func words(of run: Runs.Run) -> String {
    "is at work on \(run.kind) for \(run.subject), \(run.chunks) \(run.chunks == 1 ? "piece" : "pieces") so far"
  }

  private static func busy(_ state: MeshState, now: Timestamp, next: Timestamp?, run: Runs.Run?, highest: UInt64) -> String? {
    if !state.isUp { return "has no link to the broker: \(state.words)" }
    if let next, next <= now { return "has not done what fell due at \(next)" }
    if let run { return words(of: run) }
    if highest > state.acceptedThrough { return "has \(highest - state.acceptedThrough) facts that the broker has not taken" }
    for subscription in state.subscriptions {
      if !subscription.isOpen { return "has not opened its subscription \(subscription.name)" }
      if subscription.inHand > 0 {
        let why = subscription.trouble.map { ": \($0)" } ?? ""
        return "has \(subscription.inHand) messages of \(subscription.name) in hand\(why)"
      }
    }
    return nil
  }
}
