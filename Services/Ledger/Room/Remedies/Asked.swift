import Contracts
import Host
import LedgerDomain
import Mesh
import Store
import protocol Store.Reading

/// What agents asked for and what came of it, as rows.
enum Asked {
  // MARK: Hearing

  /// Notes what service told. False where it was heard before.
  static func hear(_ fact: RemedyAsked, _ received: Received, _ occasion: Occasion, in transaction: borrowing Transaction) throws -> Bool {
    try transaction.run(
      """
      INSERT INTO remedy_asked (request_id, turn, order_id, person_id, offer_id, agent_id, asked_at, message_id, principal,
        principal_kind, correlation, content, is_answered)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
        ?2 <> 'requested' OR EXISTS (SELECT 1 FROM remedy_answer r WHERE r.request_id = ?1)) ON CONFLICT DO NOTHING
      """, .text(fact.requestID.text), .text(fact.turn.rawValue), .optional(fact.orderID?.text), .optional(fact.personID?.text),
      .optional(fact.offerID?.text), .text(fact.agentID.text), .timestamp(fact.at), .text(received.envelope.id.text),
      .text(occasion.principal), .text(occasion.principalKind), .optional(occasion.correlation), .blob(fact.event.encode())) == 1
  }

  /// What was asked and not answered, in the order of asking; with who is behind it.
  struct Waiting {
    let fact: RemedyAsked
    let message: String
    let origin: Origin
  }

  /// How long a request waits for the launch of its offer. An agent asks for what customer service has heard of as launched, so the ledger
  /// is about to hear of it; after this it is told that it has not.
  private static let launchHeardWithin = Duration.seconds(3_600)

  static func waiting(limit: Int64, at now: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> [Waiting] {
    try reading.all(
      """
      SELECT content, message_id, principal, principal_kind, ifnull(correlation, message_id) FROM remedy_asked a WHERE is_answered = 0
        AND (offer_id IS NULL OR asked_at <= ?2
          OR EXISTS (SELECT 1 FROM offer o WHERE o.offer_id = a.offer_id AND o.reaches_from IS NOT NULL))
      ORDER BY asked_at, request_id LIMIT ?1
      """, .integer(limit), .timestamp(now.adding(.zero - launchHeardWithin))
    ) { row -> Waiting? in
      let type = RemedyAsked.Turn.requested.type
      guard case .remedyAsked(let fact)? = try DomainEvent.decode(type: type, data: try row.blob(0)) else { return nil }
      return Waiting(
        fact: fact, message: try row.text(1),
        origin: Origin(principal: try row.text(2), principalKind: try row.text(3), correlation: try row.text(4)))
    }.compactMap(\.self)
  }

  /// Until when the oldest request waits whose offer was not heard to be launched; nil where none does.
  static func waitsUntil(in reading: borrowing some Reading & ~Copyable) throws -> Timestamp? {
    try reading.first("SELECT min(asked_at) FROM remedy_asked WHERE is_answered = 0") { row throws(StoreFault) in
      try row.optionalTimestamp(0)
    }.flatMap(\.self)?.adding(launchHeardWithin)
  }

  // MARK: Folding

  /// Takes a remedy's fact that answers a request, or was given by hand.
  static func fold(_ fact: RemedyChanged, _ meta: FactMeta, in transaction: borrowing Transaction) throws {
    guard fact.basis.isByHand, fact.of == nil, let request = fact.inputs?["request_id"]?.string else { return }
    let agent = fact.inputs?["agent_id"]?.string
    switch fact.change {
    case .granted, .posted:
      try answer(request, fact, by: agent, at: meta.recordedTime, fact.amount, meta, in: transaction)
      try transaction.run(
        """
        INSERT INTO remedy_by_hand (remedy_key, ordinal, person_id, agent_id, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING
        """, .text(fact.remedyKey.text), .integer(Int64(fact.remedyID.ordinal)), .optional(fact.personID?.text),
        .text(agent ?? meta.actor), .timestamp(meta.recordedTime))
    case .declined:
      let already = fact.already
      try answer(
        request, fact, by: already?.by, at: already?.at ?? meta.recordedTime, already?.amount ?? Money(minor: 0, fact.amount.currency),
        meta,
        in: transaction)
    case .voided, .expired, .clawedBack: break
    }
  }

  private static func answer(
    _ request: String, _ fact: RemedyChanged, by: String?, at instant: Timestamp, _ amount: Money, _ meta: FactMeta,
    in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      """
      INSERT INTO remedy_answer (request_id, change, remedy_key, ordinal, reason, by_whom, at, amount, currency, message_id)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING
      """, .text(request), .text(fact.change.rawValue), .text(fact.remedyKey.text), .integer(Int64(fact.remedyID.ordinal)),
      .text(fact.reason), .optional(by), .timestamp(instant), .integer(amount.minor), .text(amount.currency.code),
      .text(meta.messageID.text))
    try transaction.run("UPDATE remedy_asked SET is_answered = 1 WHERE request_id = ?1", .text(request))
  }

  // MARK: Asking

  /// What a customer was given by hand since `instant`, what was voided, expired or clawed back left out.
  static func given(
    to person: Identifier<Person>, since instant: Timestamp, _ currency: Currency, in reading: borrowing some Reading & ~Copyable
  ) throws -> Int64 {
    try reading.integer(
      """
      SELECT ifnull(sum(r.amount - r.clawed_back), 0) FROM remedy_by_hand h JOIN remedy r ON r.remedy_key = h.remedy_key AND r.ordinal = h.ordinal
      WHERE h.person_id = ?1 AND h.at >= ?2 AND r.currency = ?3 AND r.state IN ('pending', 'posted')
      """, .text(person.text), .timestamp(instant), .text(currency.code)) ?? 0
  }

  /// Who gave the last remedy under `key`, when and how much; nil where nothing stands under it. One that came by itself is the look-back's.
  static func already(_ key: RemedyKey, in file: OrderFile, in reading: borrowing some Reading & ~Copyable) throws -> RemedyChanged.Already?
  {
    let active = Set(file.standing.remedies.filter { $0.id.key == key && $0.isActive }.map(\.id))
    for one in file.events.reversed() {
      guard case .remedyChanged(let fact) = one.event, active.contains(fact.remedyID), fact.of == nil,
        fact.change == .granted || fact.change == .posted
      else { continue }
      return RemedyChanged.Already(by: fact.giver, at: one.at, amount: fact.amount)
    }
    return nil
  }

  /// What was given under a key that belongs to no order.
  struct Given {
    /// The last ordinal; 0 where there is none.
    let last: Int
    /// What counts of it.
    let sum: Int64
  }

  static func goodwill(under key: RemedyKey, in reading: borrowing some Reading & ~Copyable) throws -> Given {
    try reading.first(
      """
      SELECT ifnull(max(ordinal), 0), ifnull(sum(amount - clawed_back) FILTER (WHERE state IN ('pending', 'posted')), 0) FROM remedy
      WHERE remedy_key = ?1
      """, .text(key.text)
    ) { row in Given(last: Int(try row.integer(0)), sum: try row.integer(1)) } ?? Given(last: 0, sum: 0)
  }

  /// A request and its answer, as people ask for it.
  static func json(_ request: String, in reading: borrowing some Reading & ~Copyable) throws -> JSON? {
    let asked = try reading.first(
      "SELECT turn, agent_id, asked_at, order_id, offer_id, message_id FROM remedy_asked WHERE request_id = ?1", .text(request)
    ) { row in
      [
        JSON.Member("request_id", .string(request)), .init("turn", .string(try row.text(0))), .init("agent_id", .string(try row.text(1))),
        .init("asked_at", .string(try row.timestamp(2).description)),
        .init("order_id", try row.optionalText(3).map { .string($0) } ?? .null),
        .init("offer_id", try row.optionalText(4).map { .string($0) } ?? .null), .init("asked_by_message", .string(try row.text(5))),
      ]
    }
    guard let asked else { return nil }
    let answer = try reading.first(
      """
      SELECT change, remedy_key || '#' || ordinal, reason, by_whom, at, amount, currency, message_id FROM remedy_answer WHERE request_id = ?1
      """, .text(request)
    ) { row in
      JSON.object([
        .init("change", .string(try row.text(0))), .init("remedy_id", .string(try row.text(1))), .init("reason", .string(try row.text(2))),
        .init("by", try row.optionalText(3).map { .string($0) } ?? .null), .init("at", .string(try row.timestamp(4).description)),
        .init(
          "amount",
          .object([.init("amount_minor", .integer(try row.integer(5))), .init("currency", .string(try row.text(6)))])),
        .init("message_id", .string(try row.text(7))),
      ])
    }
    return .object(asked + [.init("answer", answer ?? .null)])
  }
}

extension RemedyChanged {
  /// Who gave it: the agent, or what did it by itself.
  var giver: String { inputs?["agent_id"]?.string ?? basis.rawValue }
}

extension RemedyChanged.Basis {
  /// Whether an agent decided it.
  var isByHand: Bool {
    switch self {
    case .desk, .honourFor, .parity, .goodwill: true
    case .lookBack, .gap, .inWindow, .late: false
    }
  }
}
