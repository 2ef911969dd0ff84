import Contracts
import Host
import ServiceDomain
import Store
import Terms

/// Remedies that agents asked the ledger for, or refused: of each request the fact that counts, and what the ledger said to it.
enum Requests {
  enum State: String {
    /// Somebody above has to decide.
    case waiting
    /// The ledger was asked.
    case asked
    case refused
    /// The ledger gave it, or had given it before.
    case given
    /// The ledger did not give it.
    case declined
    /// Taken back before the ledger was asked.
    case undone
  }

  struct Kept {
    let fact: RemedyAsked
    let state: State
    let remedy: String?
  }

  /// Takes in a fact; what was told later of the same request counts. A request that waits falls due at its deadline.
  static func fold(_ fact: RemedyAsked, _ meta: OwnFacts.Meta, in transaction: borrowing Transaction) throws {
    if fact.turn == .requested, let until = fact.undoUntil { return try Drafts.fold(fact, until: until, meta, in: transaction) }
    let state: State =
      switch fact.turn {
      case .refused: .refused
      case .withdrawn: .undone
      case .requested: fact.deadlineAt == nil ? .asked : .waiting
      }
    let changed = try transaction.run(
      """
      INSERT INTO remedy_request (request_id, state, order_id, person_id, case_id, offer_id, amount_minor, currency, agent_id, approver,
        deadline_at, at, number, message_id, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
      ON CONFLICT DO UPDATE SET state = ?2, amount_minor = ?7, currency = ?8, approver = ?10, deadline_at = ?11, at = ?12, number = ?13,
        message_id = ?14, data = ?15 WHERE (?12, ?13) > (at, number)
      """, .text(fact.requestID.text), .text(state.rawValue), .optional(fact.orderID?.text), .optional(fact.personID?.text),
      .optional(fact.caseID?.text), .optional(fact.offerID?.text), .optional(fact.amount?.minor), .optional(fact.amount?.currency.code),
      .text(fact.agentID.text), .optional(fact.approver?.text), fact.deadlineAt.map(SQLValue.timestamp) ?? .null, .timestamp(fact.at),
      .unsigned(meta.number), .text(meta.message.text), .blob(fact.event.encode()))
    guard changed == 1 else { return }
    try Drafts.drop(fact.requestID, in: transaction)
    if let deadline = fact.deadlineAt, fact.turn == .requested {
      try Due.set(at: deadline, kind: CareDues.approval, subject: fact.requestID.text, in: transaction)
    } else {
      try Due.remove(kind: CareDues.approval, subject: fact.requestID.text, in: transaction)
    }
  }

  /// The ledger said something: to a request, which it names, or about the same offer and order for another reason.
  static func heard(_ remedy: RemedyChanged, in transaction: borrowing Transaction) throws {
    let state: State
    switch remedy.change {
    case .granted, .posted: state = .given
    // The order has it, whoever gave it; of goodwill nothing is had twice.
    case .declined: state = remedy.already == nil || remedy.kind == .goodwill ? .declined : .given
    case .voided, .expired, .clawedBack: return
    }
    try transaction.run(
      """
      UPDATE remedy_request SET state = ?1, remedy_id = coalesce(remedy_id, ?2)
      WHERE state IN ('asked', 'declined') AND (request_id = ?3 OR (order_id = ?4 AND offer_id = ?5))
      """, .text(state.rawValue), .text(remedy.remedyID.description), .optional(remedy.inputs?["request_id"]?.string),
      .optional(remedy.orderID?.text), .optional(remedy.offer?.offer.text))
  }

  /// Goodwill that is about to be given in a case: until the ledger has answered, another wish is taken for the same one.
  static func goodwill(in matter: Identifier<Case>, _ reading: borrowing some Reading & ~Copyable) throws -> RemedyAsked? {
    let bytes = try reading.first(
      """
      SELECT data FROM remedy_draft WHERE case_id = ?1 AND offer_id IS NULL
      UNION ALL SELECT data FROM remedy_request WHERE case_id = ?1 AND offer_id IS NULL AND state IN ('waiting', 'asked') LIMIT 1
      """, .text(matter.text)
    ) { row in try row.blob(0) }
    guard let bytes, case .remedyAsked(let fact)? = try DomainEvent.decode(type: RemedyAsked.Turn.requested.type, data: bytes) else {
      return nil
    }
    return fact
  }

  static func find(_ id: Identifier<RemedyRequest>, in reading: borrowing some Reading & ~Copyable) throws -> Kept? {
    try reading.first("SELECT state, data, remedy_id FROM remedy_request WHERE request_id = ?1", .text(id.text)) { row in try kept(row) }
      ?? nil
  }

  /// A request of the same offer for the same order that was not refused: the second attempt hears of the first.
  static func standing(
    _ order: Identifier<Order>, _ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Kept? {
    try reading.first(
      """
      SELECT state, data, remedy_id FROM remedy_request WHERE order_id = ?1 AND offer_id = ?2 AND state IN ('waiting', 'asked')
      ORDER BY at DESC LIMIT 1
      """, .text(order.text), .text(offer.text)
    ) { row in try kept(row) } ?? nil
  }

  /// Those that wait for somebody above, which is due first first; and refusals that a lead should see.
  static func waiting(in reading: borrowing some Reading & ~Copyable) throws -> [Kept] {
    try reading.all("SELECT state, data, remedy_id FROM remedy_request WHERE state = 'waiting' ORDER BY deadline_at, request_id LIMIT 1000")
    {
      row in try kept(row)
    }.compactMap { $0 }
  }

  static func latest(_ limit: Int, in reading: borrowing some Reading & ~Copyable) throws -> [Kept] {
    try reading.all("SELECT state, data, remedy_id FROM remedy_request ORDER BY at DESC, number DESC LIMIT ?1", .integer(Int64(limit))) {
      row in try kept(row)
    }.compactMap { $0 }
  }

  private static func kept(_ row: borrowing Row) throws -> Kept? {
    guard let state = State(rawValue: try row.text(0)) else { return nil }
    let turn: RemedyAsked.Turn =
      switch state {
      case .refused: .refused
      case .undone: .withdrawn
      case .waiting, .asked, .given, .declined: .requested
      }
    guard case .remedyAsked(let fact)? = try DomainEvent.decode(type: turn.type, data: row.blob(1)) else { return nil }
    return Kept(fact: fact, state: state, remedy: try row.optionalText(2))
  }

  /// What was matched of an offer at the desk: over all, and for `person`.
  static func matched(
    _ offer: Identifier<Offer>, for person: Identifier<Person>?, in reading: borrowing some Reading & ~Copyable
  ) throws -> ParityMatch.Given {
    try reading.first(
      """
      SELECT ifnull(sum(amount_minor), 0), ifnull(sum(amount_minor) FILTER (WHERE person_id = ?2), 0), count(*) FILTER (WHERE person_id = ?2)
      FROM (
        SELECT amount_minor, person_id FROM remedy_request WHERE offer_id = ?1 AND state IN ('waiting', 'asked', 'given')
          AND json_extract(data, '$.basis') = 'parity'
        UNION ALL SELECT amount_minor, person_id FROM remedy_draft WHERE offer_id = ?1 AND json_extract(data, '$.basis') = 'parity')
      """, .text(offer.text), .optional(person?.text)
    ) { row in ParityMatch.Given(total: try row.integer(0), amount: try row.integer(1), uses: try row.integer(2)) } ?? ParityMatch.Given()
  }

  // MARK: Limits

  /// What counts against the limits of `agent`: what they gave alone, what they are about to give included; to the customer also what
  /// somebody above let go.
  static func spent(
    on subject: (matter: Identifier<Case>?, order: Identifier<Order>?), _ person: Identifier<Person>?, by agent: Identifier<Colleague>,
    _ currency: Currency, today: Timestamp, since: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> HonourLimits.Spent {
    let code = SQLValue.text(currency.code)
    var spent = HonourLimits.Spent()
    if let matter = subject.matter {
      spent.onCase =
        try reading.integer(
          "SELECT ifnull(sum(amount_minor), 0) FROM desk_given WHERE is_alone AND case_id = ?1 AND currency = ?2", .text(matter.text), code)
        ?? 0
    } else if let order = subject.order {
      spent.onCase =
        try reading.integer(
          "SELECT ifnull(sum(amount_minor), 0) FROM desk_given WHERE is_alone AND order_id = ?1 AND currency = ?2", .text(order.text), code)
        ?? 0
    }
    spent.today =
      try reading.integer(
        "SELECT ifnull(sum(amount_minor), 0) FROM desk_given WHERE is_alone AND agent_id = ?1 AND at >= ?2 AND currency = ?3",
        .text(agent.text),
        .timestamp(today), code) ?? 0
    if let person {
      spent.onCustomer =
        try reading.integer(
          "SELECT ifnull(sum(amount_minor), 0) FROM desk_given WHERE person_id = ?1 AND at >= ?2 AND currency = ?3", .text(person.text),
          .timestamp(since), code) ?? 0
    }
    return spent
  }
}

/// What was granted a moment ago and can be undone: the ledger is asked for it when the time to undo it is over. A fold of facts like all
/// else, so that a rebuilt store has what was granted and has not what was taken back.
enum Drafts {
  struct Kept {
    let fact: RemedyAsked
    let until: Timestamp
  }

  /// That the ledger is asked waits as a row that falls due, in the name of whoever granted it. What was asked or taken back meanwhile is no
  /// draft any more.
  static func fold(_ fact: RemedyAsked, until: Timestamp, _ meta: OwnFacts.Meta, in transaction: borrowing Transaction) throws {
    guard try transaction.integer("SELECT 1 FROM remedy_request WHERE request_id = ?1", .text(fact.requestID.text)) == nil else { return }
    let isNew =
      try transaction.run(
        """
        INSERT INTO remedy_draft (request_id, order_id, offer_id, person_id, case_id, amount_minor, currency, agent_id, at, until, data)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING
        """, .text(fact.requestID.text), .optional(fact.orderID?.text), .optional(fact.offerID?.text), .optional(fact.personID?.text),
        .optional(fact.caseID?.text), .optional(fact.amount?.minor), .optional(fact.amount?.currency.code), .text(fact.agentID.text),
        .timestamp(fact.at), .timestamp(until), .blob(fact.event.encode())) == 1
    if isNew { try Due.set(at: until, kind: CareDues.honour, subject: fact.requestID.text, origin: meta.origin, in: transaction) }
  }

  static func find(_ id: Identifier<RemedyRequest>, in reading: borrowing some Reading & ~Copyable) throws -> Kept? {
    try reading.first("SELECT data, until FROM remedy_draft WHERE request_id = ?1", .text(id.text)) { row in try kept(row) } ?? nil
  }

  static func standing(
    _ order: Identifier<Order>, _ offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Kept? {
    try reading.first("SELECT data, until FROM remedy_draft WHERE order_id = ?1 AND offer_id = ?2", .text(order.text), .text(offer.text)) {
      row in try kept(row)
    } ?? nil
  }

  /// What `agent` granted last and can still undo.
  static func last(of agent: Identifier<Colleague>, in reading: borrowing some Reading & ~Copyable) throws -> Kept? {
    try reading.first(
      "SELECT data, until FROM remedy_draft WHERE agent_id = ?1 ORDER BY at DESC, request_id DESC LIMIT 1", .text(agent.text)
    ) {
      row in try kept(row)
    } ?? nil
  }

  /// True where it was there: only then what follows belongs to whoever took it away.
  @discardableResult
  static func drop(_ id: Identifier<RemedyRequest>, in transaction: borrowing Transaction) throws -> Bool {
    try Due.remove(kind: CareDues.honour, subject: id.text, in: transaction)
    return try transaction.run("DELETE FROM remedy_draft WHERE request_id = ?1", .text(id.text)) == 1
  }

  private static func kept(_ row: borrowing Row) throws -> Kept? {
    guard case .remedyAsked(let fact)? = try DomainEvent.decode(type: RemedyAsked.Turn.requested.type, data: row.blob(0)) else {
      return nil
    }
    return Kept(fact: fact, until: try row.timestamp(1))
  }
}
