package import Contracts

/// Whom a token stands for: the actor of what is done with it, and what they may do.
package struct Principal: Sendable, Equatable {
  package typealias Role = ColleagueChanged.Role

  /// `operator`, or a colleague such as `agent/ines`.
  package let id: String
  package let roles: [Role]
  /// Where they work, as the ledger tells it; nil where it does not say.
  package let department: ColleagueChanged.Department?
  /// Languages they work in, BCP 47.
  package let locales: [String]
  /// Who they are as a customer, and who lives with them: to none of these do they grant anything.
  package let persons: [Identifier<Person>]
  /// The mesh's own credential, not a person.
  package let isCredential: Bool

  /// Whoever holds the operator's credential.
  package static let theOperator = Principal()

  private init() {
    id = OperatorDoor.principal
    roles = Role.allCases
    department = nil
    locales = []
    persons = []
    isCredential = true
  }

  /// A colleague.
  package init(_ fact: ColleagueChanged) {
    id = fact.colleagueID.text
    roles = fact.roles
    department = fact.department
    locales = fact.locales
    persons = (fact.personID.map { [$0] } ?? []) + fact.household
    isCredential = false
  }

  /// `authtype` in the words of CloudEvents.
  package var kind: String { isCredential ? "service_account" : "user" }
  /// May do everything: the operator, and a colleague with that role.
  package var isOperator: Bool { roles.contains(.operator) }
  /// The colleague; nil for the mesh's own credential.
  package var colleagueID: Identifier<Colleague>? { isCredential ? nil : Identifier(restoring: id) }

  /// Whether one of `wanted` is theirs.
  package func has(_ wanted: [Role]) -> Bool { isOperator || roles.contains { wanted.contains($0) } }

  /// Whether they work in the department that is `part` of the mesh: as the ledger says, else by what they do.
  package func works(in part: DataFolder.Part) -> Bool {
    if isOperator { return true }
    if let department { return department.rawValue == part.rawValue }
    return roles.contains { $0.home == part }
  }
}

extension ColleagueChanged.Role {
  /// The department that the role belongs to.
  var home: DataFolder.Part? {
    switch self {
    case .agent, .lead, .supervisor: .service
    case .marketer: .marketing
    case .operator: nil
    }
  }
}

extension DataFolder.Part {
  /// The roles that belong to it.
  var roles: [Principal.Role] { Principal.Role.allCases.filter { $0.home == self } }
}

/// Somebody may not do what they asked for: an answer, not a failure.
package struct RoleRefusal: Error, Equatable, CustomStringConvertible {
  package let principal: String
  /// Any of these would do.
  package let needed: [Principal.Role]
  /// What is wrong beside the role; nil where it is the role alone.
  package var because: String?

  package init(_ principal: Principal, needs needed: [Principal.Role], because: String? = nil) {
    self.principal = principal.id
    self.needed = needed
    self.because = because
  }

  package var description: String {
    let who = needed.filter { $0 != .operator }.map { "a colleague with the role \($0.rawValue)" } + ["the operator"]
    let why = because.map { "; \($0)" } ?? ""
    return "\(principal) may not do this\(why); ask \(who.joined(separator: " or ")), `accord colleague list` names them"
  }
}
