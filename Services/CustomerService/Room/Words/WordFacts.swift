import Contracts
import ServiceDomain
import Store

/// The facts about service's words as rows, each once.
enum WordFacts {
  struct Told {
    let type: String
    let subject: String
    let recorded: Timestamp
    let actor: String
    let message: String
    let data: [UInt8]

    /// What it says, for whoever asks about its message.
    var sentence: String {
      event.flatMap { Telling.wordSentence($0) }.map { "\(actor) had it told: \($0)" } ?? "a fact of ours that this build cannot read"
    }

    var event: DomainEvent? { (try? DomainEvent.decode(type: type, data: data)) ?? nil }
  }

  /// False where the fact is there already.
  @discardableResult
  static func keep(_ event: DomainEvent, _ meta: OwnFacts.Meta, in transaction: borrowing Transaction) throws -> Bool {
    try transaction.run(
      """
      INSERT INTO word_fact (type, subject, recorded, actor, message_id, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING
      """, .text(event.type), .text(event.key), .timestamp(meta.at), .text(meta.by), .text(meta.message.text), .blob(event.encode())) == 1
  }

  /// The facts about `subject` of a family such as `service.sheet.`, in the order in which they were told.
  static func of(_ subject: String, family: String, in reading: borrowing some Reading & ~Copyable) throws -> [DomainEvent] {
    try reading.all(
      """
      SELECT type, subject, recorded, actor, message_id, data FROM word_fact
      WHERE subject = ?1 AND type >= ?2 AND type < ?3 ORDER BY number
      """, .text(subject), .text(family), .text(family.dropLast() + "/"), read: told
    ).compactMap(\.event)
  }

  /// All facts of a family.
  static func all(family: String, in reading: borrowing some Reading & ~Copyable) throws -> [DomainEvent] {
    try reading.all(
      "SELECT type, subject, recorded, actor, message_id, data FROM word_fact WHERE type >= ?1 AND type < ?2 ORDER BY number",
      .text(family), .text(family.dropLast() + "/"), read: told
    ).compactMap(\.event)
  }

  static func by(_ message: Identifier<Message>, in reading: borrowing some Reading & ~Copyable) throws -> Told? {
    try reading.first(
      "SELECT type, subject, recorded, actor, message_id, data FROM word_fact WHERE message_id = ?1", .text(message.text), read: told)
  }

  private static func told(_ row: borrowing Row) throws(StoreFault) -> Told {
    Told(
      type: try row.text(0), subject: try row.text(1), recorded: try row.timestamp(2), actor: try row.text(3), message: try row.text(4),
      data: try row.blob(5))
  }
}

extension DomainEvent {
  var sheetTurned: SheetTurned? {
    guard case .sheetTurned(let fact) = self else { return nil }
    return fact
  }
  var briefingAcknowledged: BriefingAcknowledged? {
    guard case .briefingAcknowledged(let fact) = self else { return nil }
    return fact
  }
  var rosterPublished: RosterPublished? {
    guard case .rosterPublished(let fact) = self else { return nil }
    return fact
  }
  var answerTurned: AnswerTurned? {
    guard case .answerTurned(let fact) = self else { return nil }
    return fact
  }
  var offerTurned: OfferTurned? {
    guard case .offerTurned(let fact) = self else { return nil }
    return fact
  }
}
