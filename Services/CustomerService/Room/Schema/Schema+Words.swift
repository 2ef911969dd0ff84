import Store

/// What customer service says of offers and who may say it: shifts, briefings read, sheets, answers, counterparts, parity.
extension Schema {
  static let words = Migration(
    5, "words",
    """
    -- Every fact that service told of its words, whole: sheets, counterparts and approvals are folds over these rows.
    CREATE TABLE word_fact (
      number INTEGER PRIMARY KEY,
      type TEXT NOT NULL,
      -- The key of the fact: an offer, an agent, a case, a channel.
      subject TEXT NOT NULL,
      -- When it was told, and by whose word.
      recorded INTEGER NOT NULL,
      actor TEXT NOT NULL,
      message_id TEXT NOT NULL UNIQUE,
      data BLOB NOT NULL
    ) STRICT;
    CREATE INDEX word_fact_by_subject ON word_fact (subject, type, number);
    CREATE INDEX word_fact_by_type ON word_fact (type, number);
    -- Shifts as they were told last; `data` is the fact.
    CREATE TABLE shift (
      agent_id TEXT NOT NULL,
      shift_id TEXT NOT NULL,
      begins INTEGER NOT NULL,
      ends INTEGER NOT NULL,
      told_at INTEGER NOT NULL,
      data BLOB NOT NULL,
      PRIMARY KEY (agent_id, shift_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX shift_by_end ON shift (ends, begins);
    -- Which versions an agent has read, for the moment in which a card is opened. Wrong answers are not here.
    CREATE TABLE briefing_read (
      agent_id TEXT NOT NULL,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      read_at INTEGER NOT NULL,
      PRIMARY KEY (agent_id, offer_id, version)
    ) STRICT, WITHOUT ROWID;
    -- What customers were told, and from which words.
    CREATE TABLE sheet_answer (
      answer_id TEXT PRIMARY KEY,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      given_at INTEGER NOT NULL,
      data BLOB NOT NULL,
      message_id TEXT NOT NULL,
      corrected_at INTEGER,
      corrected_by TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sheet_answer_by_offer ON sheet_answer (offer_id, given_at);
    """)
}
