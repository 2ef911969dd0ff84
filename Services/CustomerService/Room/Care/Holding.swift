import Contracts
import Host
import ServiceDomain
import Store

/// Places, renews and lifts holds, as cases, agents and the clock ask for it.
struct Holding {
  let speaker: Speaker

  private func rules(in transaction: borrowing Transaction) throws -> (holds: HoldRules, name: String?) {
    let policies = try Policies.care(in: transaction)
    return (policies.holds, policies.name(of: "holds"))
  }

  /// A case was opened, opened again or came by another channel: while it asks for a hold its customer has one. Nil where none is asked for.
  @discardableResult
  func follow(_ file: CaseFile, in transaction: borrowing Transaction) throws -> HoldTurned? {
    guard let person = file.person, let cause = file.holdCause(try rules(in: transaction).holds) else { return nil }
    return try place(for: file, of: person, because: cause, in: transaction)
  }

  private func place(
    for file: CaseFile, of person: Identifier<Person>, because cause: String, in transaction: borrowing Transaction
  ) throws -> HoldTurned {
    let (rules, rule) = try rules(in: transaction)
    let holds = try Holds.of(file.id, in: transaction)
    let fact: HoldTurned
    if let last = holds.last, !last.isLifted {
      // It stands: only what makes it longer or more severe is worth telling.
      if last.fact.coolOffUntil == nil, last.fact.severity == file.severity { return last.fact }
      fact = rules.renewed(last.fact, severity: file.severity, by: speaker.by, at: speaker.now)
    } else {
      fact = rules.placed(
        Identifier(restoring: "\(file.id)-hold-\(holds.count + 1)"), for: file, of: person, because: cause, by: speaker.by, at: speaker.now)
    }
    try speaker.tell(.holdTurned(fact), under: rule, in: transaction)
    return fact
  }

  /// A case was solved: what was held because of it cools off.
  func cool(_ file: CaseFile, in transaction: borrowing Transaction) throws {
    let policies = try Policies.care(in: transaction)
    for hold in try Holds.of(file.id, in: transaction) where !hold.isLifted {
      try speaker.tell(
        .holdTurned(policies.holds.cooling(hold.fact, by: speaker.by, at: speaker.now)), under: policies.name(of: "cool-off"),
        in: transaction)
    }
  }

  /// The instant came at which a hold is to be looked at.
  func look(at id: Identifier<Hold>, in transaction: borrowing Transaction) throws {
    guard let hold = try Holds.find(id, in: transaction), !hold.isLifted else { return }
    let (rules, rule) = try rules(in: transaction)
    let isOpen = try hold.fact.caseID.map { id in try Cases.isOpen(id, in: transaction) } ?? false
    switch HoldRules.fate(of: hold.fact, isCaseOpen: isOpen, at: speaker.now) {
    case .wait(let until): try Due.set(at: until, kind: CareDues.hold, subject: id.text, in: transaction)
    case .renew:
      try speaker.tell(
        .holdTurned(rules.renewed(hold.fact, severity: hold.fact.severity, by: speaker.by, at: speaker.now)), under: rule, in: transaction)
    case .lift(let cause):
      try speaker.tell(.holdTurned(HoldRules.lifted(hold.fact, because: cause, by: speaker.by, at: speaker.now)), in: transaction)
    }
  }

  /// A letter was not answered in time: whoever wrote it hears nothing from marketing until it is.
  func letterUnanswered(_ id: Identifier<Case>, in transaction: borrowing Transaction) throws {
    guard let file = try Cases.find(id, in: transaction), file.state == .open, let person = file.person else { return }
    _ = try place(for: file, of: person, because: "an unanswered letter", in: transaction)
    if !file.isEscalated {
      try speaker.tell(.caseTurned(file.turned(.escalated, by: speaker.by, at: speaker.now)), in: transaction)
    }
  }
}
