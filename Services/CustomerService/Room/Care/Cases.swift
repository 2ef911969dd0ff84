import Contracts
import ServiceDomain
import Store

/// Cases as rows: the fold of their turns, and what was said.
enum Cases {
  /// Takes in a turn; one that is known already changes nothing.
  static func fold(_ fact: CaseTurned, _ meta: OwnFacts.Meta, in transaction: borrowing Transaction) throws {
    let isNew =
      try transaction.run(
        "INSERT INTO matter_turn (case_id, at, number, type, message_id, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        .text(fact.caseID.text), .timestamp(fact.at), .unsigned(meta.number), .text(fact.type), .text(meta.message.text),
        .blob(fact.event.encode())) == 1
    guard isNew, let file = try find(fact.caseID, in: transaction) else { return }
    try transaction.run(
      """
      INSERT INTO matter (case_id, person_id, kind, severity, state, escalated, cause_kind, cause_id, opened_at, changed_at, holder)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
      ON CONFLICT DO UPDATE SET person_id = ?2, kind = ?3, severity = ?4, state = ?5, escalated = ?6, cause_kind = ?7, cause_id = ?8,
        opened_at = ?9, changed_at = ?10, holder = ?11
      """, .text(file.id.text), .optional(file.person?.text), .text(file.kind.rawValue), .text(file.severity.rawValue),
      .text(file.state.rawValue), .integer(file.isEscalated ? 1 : 0), .optional(file.cause?.kind.rawValue), .optional(file.cause?.id),
      .timestamp(file.openedAt), .timestamp(file.changedAt), .text(file.holder.text))
    // A letter has a clock of its own, until somebody answered.
    switch (fact.turn, fact.channel) {
    case (.opened, "letter"), (.reopened, "letter"):
      let within = try Policies.care(in: transaction).letterAnsweredWithin
      try Due.set(at: fact.at.adding(within), kind: CareDues.letter, subject: fact.caseID.text, in: transaction)
    case (.answered, _), (.solved, _): try Due.remove(kind: CareDues.letter, subject: fact.caseID.text, in: transaction)
    case (.opened, _), (.reopened, _), (.escalated, _): break
    }
  }

  /// A case as it stands; nil where nobody opened it.
  static func find(_ id: Identifier<Case>, in reading: borrowing some Reading & ~Copyable) throws -> CaseFile? {
    CaseFile(try turns(of: id, in: reading).map(\.fact))
  }

  struct Turn {
    let fact: CaseTurned
    let message: String
  }

  static func turns(of id: Identifier<Case>, in reading: borrowing some Reading & ~Copyable) throws -> [Turn] {
    try reading.all("SELECT type, data, message_id FROM matter_turn WHERE case_id = ?1 ORDER BY at, number", .text(id.text)) {
      row -> Turn? in
      guard case .caseTurned(let fact)? = try DomainEvent.decode(type: row.text(0), data: row.blob(1)) else { return nil }
      return Turn(fact: fact, message: try row.text(2))
    }.compactMap { $0 }
  }

  static func isOpen(_ id: Identifier<Case>, in reading: borrowing some Reading & ~Copyable) throws -> Bool {
    try reading.integer("SELECT 1 FROM matter WHERE case_id = ?1 AND state <> 'solved'", .text(id.text)) != nil
  }

  /// The unsolved case of `person` that is the same matter: of the same cause. Without a cause nothing is taken for the same.
  static func same(
    _ person: Identifier<Person>, _ cause: CaseTurned.Cause, in reading: borrowing some Reading & ~Copyable
  ) throws -> Identifier<Case>? {
    try reading.first(
      """
      SELECT case_id FROM matter WHERE person_id = ?1 AND state <> 'solved' AND cause_kind = ?2 AND cause_id = ?3
      ORDER BY opened_at, case_id LIMIT 1
      """, .text(person.text), .text(cause.kind.rawValue), .text(cause.id)
    ) { row in Identifier(restoring: try row.text(0)) }
  }

  /// Which cases a list shows.
  struct Selection {
    var person: String?
    var state: String?
    var cause: String?
    var limit = 100
  }

  /// By the rule of the queue: severe ones first, escalated ones before others, then whoever waits longest. Nothing else is in it.
  static func list(_ selection: Selection, in reading: borrowing some Reading & ~Copyable) throws -> [Identifier<Case>] {
    try reading.all(
      """
      SELECT case_id FROM matter WHERE (?1 IS NULL OR person_id = ?1) AND (?3 IS NULL OR cause_id = ?3)
        AND CASE ?2 WHEN 'all' THEN 1 WHEN 'unsolved' THEN state <> 'solved' ELSE state = ?2 END
      ORDER BY CASE severity WHEN 'severe' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, escalated DESC, opened_at, case_id LIMIT ?4
      """, .optional(selection.person), .text(selection.state ?? "unsolved"), .optional(selection.cause), .integer(Int64(selection.limit))
    ) { row in Identifier(restoring: try row.text(0)) }
  }

  /// How many cases were opened in each hour of a stretch of time, by the hour's number since 1970; of one cause where it is named.
  static func opened(
    from: Timestamp, to: Timestamp, causes: [String] = [], in reading: borrowing some Reading & ~Copyable
  ) throws -> [Int64: Int64] {
    var counts: [Int64: Int64] = [:]
    try reading.rows(
      "SELECT opened_at / 3600000, cause_id, count(*) FROM matter WHERE opened_at >= ?1 AND opened_at < ?2 GROUP BY 1, 2",
      .timestamp(from), .timestamp(to)
    ) { row in
      if try causes.isEmpty || row.optionalText(1).map({ causes.contains($0) }) == true {
        counts[try row.integer(0), default: 0] += try row.integer(2)
      }
    }
    return counts
  }

  // MARK: Words

  struct Word {
    let at: Timestamp
    let channel: String
    let by: String
    let words: String
  }

  static func say(
    _ words: String, of id: Identifier<Case>, by channel: String, _ speaker: Speaker, in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      "INSERT INTO matter_word (case_id, at, channel, by_whom, words) VALUES (?1, ?2, ?3, ?4, ?5)", .text(id.text),
      .timestamp(speaker.now), .text(channel), .text(speaker.by.text), .text(words))
  }

  static func words(of id: Identifier<Case>, in reading: borrowing some Reading & ~Copyable) throws -> [Word] {
    try reading.all("SELECT at, channel, by_whom, words FROM matter_word WHERE case_id = ?1 ORDER BY number LIMIT 1000", .text(id.text)) {
      row in Word(at: try row.timestamp(0), channel: try row.text(1), by: try row.text(2), words: try row.text(3))
    }
  }
}
