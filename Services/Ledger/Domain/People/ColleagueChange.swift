package import Contracts

/// What is to become of somebody who works here; decided from what was told of them last.
package enum ColleagueChange: Sendable, Equatable {
  /// Somebody begins.
  case add(Person)
  /// What is given takes the place of what was; nil stays.
  case change(Details, comesBack: Bool)
  /// A new token, by its digest; the earlier ones end unless they are kept.
  case token(digest: String, keepsOthers: Bool)
  case leave
  /// What hangs on somebody who left goes to another.
  case handOn(to: Identifier<Colleague>)

  /// Somebody as they are told of.
  package struct Person: Sendable, Equatable {
    package var roles: [ColleagueChanged.Role]
    package var department: ColleagueChanged.Department?
    package var locales: [String]
    package var personID: Identifier<Contracts.Person>?
    package var household: [Identifier<Contracts.Person>]
    package var tokenDigest: String?

    package init(
      roles: [ColleagueChanged.Role], department: ColleagueChanged.Department? = nil, locales: [String] = [],
      personID: Identifier<Contracts.Person>? = nil, household: [Identifier<Contracts.Person>] = [], tokenDigest: String? = nil
    ) {
      self.roles = roles
      self.department = department
      self.locales = locales
      self.personID = personID
      self.household = household
      self.tokenDigest = tokenDigest
    }
  }

  /// What can be changed of somebody.
  package struct Details: Sendable, Equatable {
    package var roles: [ColleagueChanged.Role]?
    package var department: ColleagueChanged.Department?
    package var locales: [String]?
    package var personID: Identifier<Contracts.Person>?
    package var household: [Identifier<Contracts.Person>]?

    package init(
      roles: [ColleagueChanged.Role]? = nil, department: ColleagueChanged.Department? = nil, locales: [String]? = nil,
      personID: Identifier<Contracts.Person>? = nil, household: [Identifier<Contracts.Person>]? = nil
    ) {
      self.roles = roles
      self.department = department
      self.locales = locales
      self.personID = personID
      self.household = household
    }
  }

  /// What others say that bears on it.
  package struct Surroundings: Sendable {
    /// The one who is to take a list; nil for nobody known.
    package var taker: ColleagueChanged?
    /// Who is known by the token already.
    package var holderOfToken: Identifier<Colleague>?

    package init(taker: ColleagueChanged? = nil, holderOfToken: Identifier<Colleague>? = nil) {
      self.taker = taker
      self.holderOfToken = holderOfToken
    }
  }

  package enum Decision: Sendable, Equatable {
    /// It is so already.
    case exists(ColleagueChanged)
    case tell(ColleagueChanged)
  }

  /// Names that stand for programs: nobody is called so.
  package static let reserved: Set<String> = ["operator", "broker", "ledger", "marketing", "service", "unknown"]

  /// What follows from it for `id`, of whom `known` was told last; `at` is now.
  package func decide(
    _ id: Identifier<Colleague>, given known: ColleagueChanged?, _ around: Surroundings, at now: Timestamp
  ) throws(ColleagueRefusal) -> Decision {
    guard !Self.reserved.contains(id.text) else { throw .reserved(id) }
    if case .add(let person) = self { return try Self.add(id, person, given: known, around, at: now) }
    guard var next = known else { throw .nobody(id) }
    let before = next
    switch self {
    case .add: break
    case .change(let details, let comesBack):
      guard before.active || comesBack else { throw .left(id) }
      if comesBack { (next.active, next.handedTo) = (true, nil) }
      next.take(details)
    case .token(let digest, let keepsOthers):
      guard before.active else { throw .left(id) }
      if let holder = around.holderOfToken, holder != id { throw .tokenOfAnother }
      next.tokenDigests = (keepsOthers ? before.tokenDigests.filter { $0 != digest } : []) + [digest]
      guard next.tokenDigests.count <= Limits.tokensMax else { throw .tooManyTokens(id, max: Limits.tokensMax) }
    case .leave: (next.active, next.tokenDigests) = (false, [])
    case .handOn(let taker):
      guard !before.active else { throw .stillHere(id) }
      guard taker != id, let known = around.taker else { throw .nobody(taker) }
      guard known.active else { throw .takerLeft(taker) }
      // What hangs on somebody is at their department's doors, which let nobody else do anything with it.
      if let missing = Self.departments(of: before).first(where: {
        !known.roles.contains(.operator) && !Self.departments(of: known).contains($0)
      }) {
        throw .takerElsewhere(taker, of: id, missing.rawValue)
      }
      next.handedTo = taker
    }
    guard next != before else { return .exists(before) }
    next.at = Self.after(before, now)
    return .tell(next)
  }

  /// Where somebody works: as it is said of them, else by what they do.
  private static func departments(of one: ColleagueChanged) -> [ColleagueChanged.Department] {
    if let department = one.department { return [department] }
    var found: [ColleagueChanged.Department] = []
    for role in one.roles {
      switch role {
      case .agent, .lead, .supervisor: if !found.contains(.service) { found.append(.service) }
      case .marketer: if !found.contains(.marketing) { found.append(.marketing) }
      case .operator: break
      }
    }
    return found
  }

  private static func add(
    _ id: Identifier<Colleague>, _ person: Person, given known: ColleagueChanged?, _ around: Surroundings, at now: Timestamp
  ) throws(ColleagueRefusal) -> Decision {
    let digests = person.tokenDigest.map { [$0] } ?? []
    if let holder = around.holderOfToken, holder != id { throw .tokenOfAnother }
    var fact = ColleagueChanged(
      colleagueID: id, roles: person.roles, department: person.department, active: true, locales: person.locales,
      personID: person.personID, household: person.household, tokenDigests: digests, at: now)
    guard let known else { return .tell(fact) }
    guard known.active else { throw .left(id) }
    // A token of their own stays theirs: who is added again has it still.
    if digests.isEmpty || known.tokenDigests.contains(digests) { fact.tokenDigests = known.tokenDigests }
    fact.at = known.at
    if let field = fact.firstDifference(from: known) { throw .known(id, field: field) }
    return .exists(known)
  }

  /// Facts about one colleague rise in time, so that the latest is the latest everywhere.
  private static func after(_ known: ColleagueChanged, _ now: Timestamp) -> Timestamp { max(now, known.at.adding(.milliseconds(1))) }
}

extension ColleagueChanged {
  fileprivate mutating func take(_ details: ColleagueChange.Details) {
    if let roles = details.roles { self.roles = roles }
    if let department = details.department { self.department = department }
    if let locales = details.locales { self.locales = locales }
    if let personID = details.personID { self.personID = personID }
    if let household = details.household { self.household = household }
  }

  /// The first member, by its name, in which `other` says something else; nil where both say the same.
  package func firstDifference(from other: ColleagueChanged) -> String? {
    if Set(roles) != Set(other.roles) { return "roles" }
    if department != other.department { return "department" }
    if Set(locales) != Set(other.locales) { return "locales" }
    if personID != other.personID { return "person_id" }
    if Set(household) != Set(other.household) { return "household" }
    if tokenDigests != other.tokenDigests { return "token_digest" }
    return active == other.active ? nil : "active"
  }
}
