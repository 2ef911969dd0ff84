import Store

extension Schema {
  /// Numbers that decisions go by, as people change them; what others told that bears on the register of disconnects, and the register.
  static let watch = Migration(
    10, "policies by two people, the register of disconnects",
    gathers: "what the others had told that bears on the register of disconnects",
    """
    CREATE TABLE policy_proposal (
      name TEXT PRIMARY KEY NOT NULL,
      message_id TEXT NOT NULL,
      content BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE policy_change (
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      proposed_by TEXT NOT NULL,
      confirmed_by TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (name, version)
    ) STRICT, WITHOUT ROWID;

    -- What the others told, as far as the register asks for it.
    CREATE TABLE seen (
      message_id TEXT PRIMARY KEY NOT NULL,
      type TEXT NOT NULL,
      -- What it is about by its own name: a letter, an answer, a hold, a case, an agent, a channel.
      subject TEXT NOT NULL,
      offer_id TEXT,
      version INTEGER,
      person_id TEXT,
      -- One word more: a message's purpose and reason, a hold's scope, a case's kind.
      word TEXT,
      at INTEGER NOT NULL,
      -- NULL where the columns say all.
      content BLOB
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX seen_by_type ON seen (type, at);
    CREATE INDEX seen_by_subject ON seen (subject, type);
    CREATE INDEX seen_by_person ON seen (person_id, type, at) WHERE person_id IS NOT NULL;
    CREATE INDEX seen_by_offer ON seen (offer_id, type, at) WHERE offer_id IS NOT NULL;

    -- The register, as the ledger told it.
    CREATE TABLE disconnect (
      disconnect_id TEXT PRIMARY KEY NOT NULL,
      kind TEXT NOT NULL,
      outcome TEXT NOT NULL,
      offer_id TEXT,
      person_id TEXT,
      began_at INTEGER NOT NULL,
      noticed_at INTEGER NOT NULL,
      count INTEGER NOT NULL,
      told_at INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      content BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX disconnect_by_time ON disconnect (began_at);
    INSERT INTO due (at, kind, subject, once, payload) VALUES (0, 'disconnect.audit', 'nightly', 'nightly', x'');
    """)
}
