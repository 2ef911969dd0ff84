import Store

extension Schema {
  /// What agents asked the ledger to give, what it answered, and what was given by hand to whom.
  static let asked = Migration(
    9, "remedies asked for",
    """
    -- What service told, whether the agent gives or refuses.
    CREATE TABLE remedy_asked (
      request_id TEXT PRIMARY KEY NOT NULL,
      turn TEXT NOT NULL,
      order_id TEXT,
      person_id TEXT,
      offer_id TEXT,
      agent_id TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      principal TEXT NOT NULL,
      principal_kind TEXT NOT NULL,
      correlation TEXT,
      content BLOB NOT NULL,
      -- Whether there is nothing to answer, or the answer stands in remedy_answer.
      is_answered INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX remedy_asked_waiting ON remedy_asked (asked_at, request_id) WHERE is_answered = 0;
    CREATE INDEX remedy_asked_of ON remedy_asked (order_id, offer_id) WHERE order_id IS NOT NULL;

    CREATE TABLE remedy_answer (
      request_id TEXT PRIMARY KEY NOT NULL,
      -- The ledger's own fact: granted, posted or declined.
      change TEXT NOT NULL,
      remedy_key TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      reason TEXT NOT NULL,
      -- Who gave it, when and how much: of this request, or of the one that came before it.
      by_whom TEXT,
      at INTEGER NOT NULL,
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      message_id TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX remedy_answer_by_remedy ON remedy_answer (remedy_key, ordinal);

    -- What was given by hand: held against the limit of its customer.
    CREATE TABLE remedy_by_hand (
      remedy_key TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      person_id TEXT,
      agent_id TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (remedy_key, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX remedy_by_hand_of ON remedy_by_hand (person_id, at) WHERE person_id IS NOT NULL;
    """)
}
