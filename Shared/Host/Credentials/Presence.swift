package import Contracts
package import Store

/// How somebody who is named stands here: who owns, verifies, approves or stands in for something has to be here.
package enum Presence: Sendable, Equatable {
  /// As they were told of last; nil where nobody was ever told of: then nobody can be told from a stranger.
  case here(ColleagueChanged?)
  case left
  /// Others work here, and nobody is called so.
  case nobody

  /// How `id` stands by what the ledger told; throws where the store cannot be read.
  package static func of(_ id: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> Presence {
    guard let known = try Colleagues.find(id, in: reading) else { return try Colleagues.isEmpty(in: reading) ? .here(nil) : .nobody }
    return known.active ? .here(known) : .left
  }
}

/// Whoever is named as the one who approved something cannot have: an answer, not a failure.
package struct ApproverRefusal: Error, Equatable, CustomStringConvertible {
  package enum Cause: Equatable, Sendable { case left, nobody, role }
  package let named: Identifier<Colleague>
  package let cause: Cause
  /// Any of these would do.
  package let needed: [Principal.Role]

  /// Goes on where `id` may approve what takes one of `roles`; the operator may, who is no colleague.
  package static func confirm(
    _ id: Identifier<Colleague>, _ roles: Principal.Role..., in reading: borrowing some Reading & ~Copyable
  ) throws {
    guard id.text != OperatorDoor.principal else { return }
    let cause: Cause
    switch try Presence.of(id, in: reading) {
    case .here(nil): return
    case .here(let known?):
      guard !Principal(known).has(roles) else { return }
      cause = .role
    case .left: cause = .left
    case .nobody: cause = .nobody
    }
    throw ApproverRefusal(named: id, cause: cause, needed: roles)
  }

  package var code: String {
    switch cause {
    case .left: "colleague_left"
    case .nobody: "no_colleague"
    case .role: "approver_role"
    }
  }

  package var description: String {
    let why =
      switch cause {
      case .left: "has left and approves nothing any more"
      case .nobody: "is nobody who works here; whoever was added just now is known here within a second"
      case .role: "works here and may not approve this"
      }
    let roles = needed.map(\.rawValue).joined(separator: " or ")
    return "approved_by: \(named) \(why); name a colleague with the role \(roles), or the operator: `accord colleague list` names them"
  }
}
