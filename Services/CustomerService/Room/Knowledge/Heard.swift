import Contracts
import Mesh
import ServiceDomain
import Store

/// The facts about customers' matters as rows: each once, however often and in whatever order it comes.
enum Heard {
  /// A fact where it stands.
  struct Fact {
    let number: Int64
    let subject: String
    let type: String
    let person: Identifier<Person>?
    let time: Timestamp
    let recorded: Timestamp
    /// By whose word.
    let actor: String
    let position: UInt64
    let message: String
    let data: [UInt8]

    /// The fact itself; nil where this build cannot read it, or an earlier one kept no content.
    var event: DomainEvent? { (try? DomainEvent.decode(type: type, data: data)) ?? nil }
    /// Whether customer service told it itself.
    var isOwn: Bool { type.hasPrefix("service.") }
  }

  /// Keeps what was received in its place. HOT: once per order and per remedy. False where the same fact stands there already.
  ///
  /// A fact that does not say whose it is belongs to whoever ordered; where that is not known yet, it waits for the order.
  @discardableResult
  static func keep(_ place: FactPlace, _ received: Received, in transaction: borrowing Transaction) throws -> Bool {
    let envelope = received.envelope
    let person = SQLValue.optional(place.person?.text)
    let isNew =
      try transaction.run(
        """
        INSERT INTO heard_fact (subject, type, mark, person_id, time, recorded, actor, position, message_id, data)
        VALUES (?1, ?2, ?3, coalesce(?4, (SELECT person_id FROM heard_fact WHERE subject = ?1 AND type = ?11 AND mark = '')),
          ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT DO NOTHING
        """, .text(envelope.partitionKey), .text(envelope.type), .text(place.mark), person, .timestamp(place.time),
        .timestamp(envelope.recordedTime), .text(envelope.authID ?? envelope.source), .unsigned(received.position),
        .text(envelope.id.text), .blob(envelope.data), .text(OrderCaptured.type)) == 1
    guard isNew, place.person != nil else { return isNew }
    try transaction.run("INSERT INTO customer (person_id) VALUES (?1) ON CONFLICT DO NOTHING", person)
    if envelope.type == OrderCaptured.type {
      try transaction.run(
        "UPDATE heard_fact SET person_id = ?2 WHERE subject = ?1 AND person_id IS NULL", .text(envelope.partitionKey), person)
    }
    return true
  }

  /// Keeps one of customer service's own facts beside those of others, under the number of its message: it has no place in the journal yet.
  static func keep(
    _ place: FactPlace, _ event: DomainEvent, _ meta: OwnFacts.Meta, in transaction: borrowing Transaction
  ) throws {
    let person = SQLValue.optional(place.person?.text)
    let isNew =
      try transaction.run(
        """
        INSERT INTO heard_fact (subject, type, mark, person_id, time, recorded, actor, position, message_id, data)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING
        """, .text(event.key), .text(event.type), .text(place.mark), person, .timestamp(place.time), .timestamp(meta.at), .text(meta.by),
        .unsigned(meta.number), .text(meta.message.text), .blob(event.encode())) == 1
    guard isNew, place.person != nil else { return }
    try transaction.run("INSERT INTO customer (person_id) VALUES (?1) ON CONFLICT DO NOTHING", person)
  }

  /// Everything heard about `subject`, in the order in which it was told.
  static func about(_ subject: String, in reading: borrowing some Reading & ~Copyable) throws -> [Fact] {
    try reading.all(
      """
      SELECT number, subject, type, person_id, time, recorded, actor, position, message_id, data FROM heard_fact
      WHERE subject = ?1 ORDER BY position, number
      """, .text(subject)
    ) { row throws(StoreFault) in try fact(row) }
  }

  /// What was kept because of a message.
  static func by(_ message: Identifier<Message>, in reading: borrowing some Reading & ~Copyable) throws -> Fact? {
    try reading.first(
      """
      SELECT number, subject, type, person_id, time, recorded, actor, position, message_id, data FROM heard_fact WHERE message_id = ?1
      """, .text(message.text)
    ) { row throws(StoreFault) in try fact(row) }
  }

  /// What happened to `person`, latest first, `limit` facts from behind `before`.
  static func of(
    _ person: Identifier<Person>, before: (time: Int64, position: Int64), limit: Int, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Fact] {
    try reading.all(
      """
      SELECT number, subject, type, person_id, time, recorded, actor, position, message_id, data FROM heard_fact
      WHERE person_id = ?1 AND (time, position) < (?2, ?3) ORDER BY time DESC, position DESC LIMIT ?4
      """, .text(person.text), .integer(before.time), .integer(before.position), .integer(Int64(limit))
    ) { row throws(StoreFault) in try fact(row) }
  }

  /// Messages to `person` that were planned, sent or held back, in the order of the journal.
  static func letters(to person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> [Fact] {
    try reading.all(
      """
      SELECT number, subject, type, person_id, time, recorded, actor, position, message_id, data FROM heard_fact
      WHERE person_id = ?1 AND type >= 'marketing.message.' AND type < 'marketing.message/' ORDER BY position, number
      """, .text(person.text)
    ) { row throws(StoreFault) in try fact(row) }
  }

  /// What granted remedies to `person` or posted them, in the order of the journal.
  static func grants(of person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> [Fact] {
    try reading.all(
      """
      SELECT number, subject, type, person_id, time, recorded, actor, position, message_id, data FROM heard_fact
      WHERE person_id = ?1 AND type IN ('ledger.remedy.granted.v1', 'ledger.remedy.posted.v1') ORDER BY position, number
      """, .text(person.text)
    ) { row throws(StoreFault) in try fact(row) }
  }

  /// How many facts are kept, and of how many customers. Both are numbered without gaps, so that nothing is walked.
  static func totals(in reading: borrowing some Reading & ~Copyable) throws -> (facts: Int64, customers: Int64) {
    (
      try reading.integer("SELECT ifnull(max(number), 0) FROM heard_fact") ?? 0,
      try reading.integer("SELECT ifnull(max(number), 0) FROM customer") ?? 0
    )
  }

  private static func fact(_ row: borrowing Row) throws(StoreFault) -> Fact {
    Fact(
      number: try row.integer(0), subject: try row.text(1), type: try row.text(2),
      person: try row.optionalText(3).map(Identifier.init(restoring:)), time: try row.timestamp(4), recorded: try row.timestamp(5),
      actor: try row.text(6), position: try row.unsigned(7), message: try row.text(8), data: try row.blob(9))
  }
}
