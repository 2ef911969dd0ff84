import Contracts
package import HTTP
import Mesh

/// Who works here is knowledge that has an age, as everything that the ledger tells has.
extension DepartmentDesk {
  /// A command that gives money or promises it, in the name of whoever asks: for those who have one of `roles`, and for those who work in this
  /// department where there is none.
  ///
  /// Where the ledger was not heard for `HostLimits.peopleAgeMax`, people come in as before, see and note everything, and give no money: they
  /// may have left without this department knowing. The mesh's own credential is checked here, and does. Answers 503, and keeps nothing under
  /// the command's key: it can be sent again.
  package func moneyCommand(_ request: Request, for roles: Principal.Role..., body: Command) -> Response {
    guarding(request) { asker in
      guard !asker.isCredential, let age = silenceOfLedger, age > HostLimits.peopleAgeMax else {
        return command(request, forAnyOf: roles, body)
      }
      let minutes = age.milliseconds / 60_000
      return .problem(
        status: 503, code: "people_unheard",
        detail:
          "\(asker.id) may have left: the ledger, which knows who works here, was not heard for \(minutes) min, so no money is given with a "
          + "token of one's own; wait until the link is back (`accord status`), or let the operator do it; everything else goes on"
      ).with("Retry-After", "10")
    }
  }

  /// For how long the ledger was not heard; nil in the ledger itself, and while nothing was heard since a start that is not long ago.
  private var silenceOfLedger: Duration? {
    guard department.part != .ledger else { return nil }
    if let heard = mesh.heardThrough("/ledger") { return clock.now().since(heard) }
    return .milliseconds(Clock.uptimeMilliseconds - openedAt)
  }
}
