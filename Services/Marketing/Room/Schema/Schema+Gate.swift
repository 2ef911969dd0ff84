import Store

/// What others have said about what an offer asks of them, how its gate stands, who is to be left alone, and what nobody knew.
extension Schema {
  static let gate = Migration(
    7, "the gate, holds, questions", gathers: "what customer service had said of promises, capacity, shifts, briefings, sheets and holds",
    """
    -- Of each thing the last word, as the fact says it: the rules that all departments share are made of facts.
    CREATE TABLE promise_declared (
      offer_id TEXT NOT NULL,
      promise_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (offer_id, promise_id, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE promise_answer (
      offer_id TEXT NOT NULL,
      promise_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      at INTEGER NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (offer_id, promise_id, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE capacity_slot (
      slot_id TEXT PRIMARY KEY NOT NULL,
      to_at INTEGER NOT NULL,
      at INTEGER NOT NULL,
      content BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX capacity_slot_by_time ON capacity_slot (to_at);
    CREATE TABLE shift (
      agent_id TEXT NOT NULL,
      shift_id TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      to_at INTEGER NOT NULL,
      at INTEGER NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (agent_id, shift_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX shift_by_time ON shift (to_at, from_at);
    CREATE TABLE acknowledgement (
      offer_id TEXT NOT NULL,
      agent_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      at INTEGER NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (offer_id, agent_id, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sheet (
      offer_id TEXT NOT NULL,
      sheet_id TEXT NOT NULL,
      sheet_version INTEGER NOT NULL,
      turn TEXT NOT NULL,
      at INTEGER NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (offer_id, sheet_id, sheet_version, turn)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE counterpart (channel TEXT PRIMARY KEY NOT NULL, at INTEGER NOT NULL, content BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE parity_approval (
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      approved INTEGER NOT NULL,
      by_whom TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (offer_id, version)
    ) STRICT, WITHOUT ROWID;
    -- How the gate stood, whenever a row turned; `rows` as the fact says them. The last of a version is how it stands.
    CREATE TABLE gate_turn (
      number INTEGER PRIMARY KEY,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      rows BLOB NOT NULL,
      at INTEGER NOT NULL,
      message_id TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE INDEX gate_turn_by_offer ON gate_turn (offer_id, version, number);
    CREATE TABLE gate_waiver (
      number INTEGER PRIMARY KEY,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      check_name TEXT NOT NULL,
      reason TEXT NOT NULL,
      by_whom TEXT NOT NULL,
      -- Who must confirm it before it counts; null where nobody must any more.
      awaits TEXT,
      at INTEGER NOT NULL,
      message_id TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE INDEX gate_waiver_by_offer ON gate_waiver (offer_id, version, number);

    CREATE TABLE hold (
      hold_id TEXT PRIMARY KEY NOT NULL,
      person_id TEXT NOT NULL,
      scope TEXT NOT NULL,
      scope_id TEXT,
      -- The first instant at which it holds nobody any more; for one with an open case there is none.
      until_at INTEGER NOT NULL,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hold_by_person ON hold (person_id, until_at);

    -- What customers asked about. The words stay with the case at customer service.
    CREATE TABLE asked (
      asked_id TEXT PRIMARY KEY NOT NULL,
      case_id TEXT NOT NULL,
      offer_id TEXT,
      agent_id TEXT NOT NULL,
      due_at INTEGER,
      at INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      answer TEXT,
      answer_offer_id TEXT,
      sentence TEXT,
      answered_by TEXT,
      answered_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX asked_open ON asked (due_at, at) WHERE answer IS NULL;
    """)
}
