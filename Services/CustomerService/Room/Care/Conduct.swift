import Contracts
import Host
import ServiceDomain
import Store

/// Conduct as a cause: it is the team lead's alone, whoever it is about never handles that customer again, and nobody counts it.
enum Conduct {
  /// Whom a case is about, where its cause is somebody's conduct.
  static func about(_ file: CaseFile) -> String? { file.cause?.kind == .conduct ? file.cause?.id : nil }

  /// Whether `person` brought up how `agent` treated them, however long ago.
  static func isApart(
    _ agent: Identifier<Colleague>?, from person: Identifier<Person>?, in reading: borrowing some Reading & ~Copyable
  ) throws -> Bool {
    guard let agent, let person else { return false }
    return try reading.integer(
      "SELECT 1 FROM matter WHERE person_id = ?1 AND cause_kind = 'conduct' AND cause_id = ?2 LIMIT 1", .text(person.text),
      .text(agent.text)) != nil
  }

  /// Goes on where whoever speaks may handle `person`'s matters.
  static func confirm(
    _ speaker: Speaker, for person: Identifier<Person>?, in reading: borrowing some Reading & ~Copyable
  ) throws {
    guard let agent = speaker.occasion.colleague, let person, try isApart(agent, from: person, in: reading) else { return }
    throw WordRefusal.keptApart(agent, person, instead: try lead(besides: agent.text, in: reading).text)
  }

  /// Goes on where whoever speaks may do something with a case: one about conduct is the lead's, never of whom it is about.
  static func confirm(_ speaker: Speaker, for file: CaseFile, in reading: borrowing some Reading & ~Copyable) throws {
    try confirm(speaker, for: file.person, in: reading)
    guard let about = about(file) else { return }
    if let agent = speaker.occasion.colleague, agent.text == about {
      throw WordRefusal.caseOfConduct(file.id, instead: try lead(besides: about, in: reading).text)
    }
    try speaker.occasion.needs(.lead, .supervisor, because: "conduct is the team lead's to look at")
  }

  /// Who has a case about somebody's conduct: the first lead who is somebody else.
  static func lead(
    besides somebody: String?, in reading: borrowing some Reading & ~Copyable
  ) throws -> Identifier<Colleague> {
    Identifier(restoring: try Leads.deputy(besides: somebody, in: reading) ?? OperatorDoor.principal)
  }

  // MARK: Looking

  /// Whether `asker` may see whose conduct a case is about.
  static func maySee(_ file: CaseFile, _ asker: Principal) -> Bool {
    guard let about = about(file) else { return true }
    return asker.id != about && asker.has([.lead, .supervisor])
  }
}
