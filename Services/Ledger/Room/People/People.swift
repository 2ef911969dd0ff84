import Contracts
import Feed
import Host
import LedgerDomain
import Store
import protocol Store.Reading

/// What is decided about colleagues, with what the store knows of them.
enum People {
  /// What follows from `change` for `id`.
  static func decide(
    _ id: Identifier<Colleague>, _ change: ColleagueChange, at now: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> ColleagueChange.Decision {
    var around = ColleagueChange.Surroundings()
    var digest: String?
    switch change {
    case .add(let person): digest = person.tokenDigest
    case .token(let token, _): digest = token
    case .handOn(let taker): around.taker = try Colleagues.find(taker, in: reading)
    case .change, .leave: break
    }
    if let digest {
      around.holderOfToken = try reading.first("SELECT colleague_id FROM colleague_token WHERE digest = ?1", .text(digest)) { row in
        Identifier(restoring: try row.text(0))
      }
    }
    return try change.decide(id, given: try Colleagues.find(id, in: reading), around, at: now)
  }
}

/// Colleagues as rows of an import: `colleague_id`, `roles`, `department`, `locales`, `person_id`, `household`, `active`. A row that says
/// what is known otherwise changes it; tokens are given out one by one.
enum ColleagueRows: ImportedRows {
  static let name = "agents"
  static let idField = "colleague_id"
  static let itemsPerFact = 1

  static func judge(
    _ row: RowBatch.Row, _ batch: RowBatch, in reading: borrowing some Reading & ~Copyable
  ) throws -> ImportedRow<ColleagueChanged> {
    let id: Identifier<Colleague> = try row.identifier("colleague_id")
    let form = ColleagueForm(
      ["roles", "department", "locales", "person_id", "household"].compactMap { name in
        let list = row.list(name)
        if !list.isEmpty { return .init(name, .array(list)) }
        return row.text(name).map { .init(name, .string($0)) }
      })
    do {
      let known = try Colleagues.find(id, in: reading)
      if known == nil, row.bool("active") == false {
        // Told so that nobody takes them for somebody who is here.
        return ImportedRow(outcome: .created, item: try left(id, form))
      }
      let change: ColleagueChange =
        if row.bool("active") == false {
          .leave
        } else if known != nil {
          .change(try form.details(), comesBack: row.bool("active") ?? false)
        } else { .add(try form.person()) }
      switch try People.decide(id, change, at: .first, in: reading) {
      case .exists: return ImportedRow(outcome: .matched)
      case .tell(let fact): return ImportedRow(outcome: known == nil ? .created : .changed, item: fact)
      }
    } catch let refusal as ColleagueRefusal {
      if case .unreadable(let field, let why) = refusal { throw FieldFault(field, why) }
      throw FieldFault("colleague_id", refusal.description)
    }
  }

  private static func left(_ id: Identifier<Colleague>, _ form: ColleagueForm) throws -> ColleagueChanged {
    let person = try form.person()
    return ColleagueChanged(
      colleagueID: id, roles: person.roles, department: person.department, active: false, locales: person.locales, at: .first)
  }

  static func fact(of items: [ColleagueChanged], key: String, at now: Timestamp) -> (fact: DomainEvent, at: Timestamp) {
    var fact = items[0]
    fact.at = max(now, fact.at)
    return (.colleagueChanged(fact), now)
  }
}
