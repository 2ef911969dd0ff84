import Contracts
import Feed
import Host
import Store
import protocol Store.Reading

/// Consents as rows of an import: `person_id`, `purpose`, `channel`, `given`, `at` (when it was said; left out: now), `proof`, `source`.
enum ConsentRows: ImportedRows {
  struct Said {
    let consent: ConsentChanged
    let at: Timestamp?
  }

  static let name = "consents"
  static let idField = "person_id"
  static let itemsPerFact = 1
  /// Whoever hears a customer say it.
  static let roles: [Principal.Role] = [.agent, .lead, .supervisor]

  static func judge(_ row: RowBatch.Row, _ batch: RowBatch, in reading: borrowing some Reading & ~Copyable) throws -> ImportedRow<Said> {
    let person: Identifier<Person> = try row.identifier("person_id")
    let purpose = try row.word("purpose", Purpose.self) ?? .marketing
    let channel = try row.needed("channel")
    guard !channel.isEmpty, channel.utf8.count <= Limits.wordBytesMax,
      channel.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D })
    else { throw FieldFault("channel", ContractRule.notAWord(channel).description) }
    guard let given = row.bool("given") else { throw FieldFault("given", "it is neither true nor false") }
    let at = row.text("at") == nil ? nil : try row.time("at")
    let consent = ConsentChanged(
      given: given, personID: person, purpose: purpose, channel: channel, proofID: try row.identifierIfThere("proof"),
      source: row.text("source") ?? "import")
    if let known = try Customers.consent(of: person, purpose, channel, in: reading) {
      // Said again, or said before what is known: nothing changes.
      if let at, at < known.changedAt { return ImportedRow(outcome: .matched) }
      if known.given == given, at == nil || at == known.changedAt { return ImportedRow(outcome: .matched) }
      return ImportedRow(outcome: .changed, item: Said(consent: consent, at: at))
    }
    return ImportedRow(outcome: .created, item: Said(consent: consent, at: at))
  }

  static func fact(of items: [Said], key: String, at now: Timestamp) -> (fact: DomainEvent, at: Timestamp) {
    (.consentChanged(items[0].consent), items[0].at ?? now)
  }
}
