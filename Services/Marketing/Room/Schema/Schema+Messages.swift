import Store

/// Who is to be told of an offer, what was decided about each, and what left the house.
extension Schema {
  static let messages = Migration(
    4, "audiences, verdicts, messages",
    """
    CREATE TABLE audience (audience_id TEXT PRIMARY KEY NOT NULL, people INTEGER NOT NULL, changed_at INTEGER NOT NULL)
      STRICT, WITHOUT ROWID;
    CREATE TABLE audience_member (
      audience_id TEXT NOT NULL,
      person_id TEXT NOT NULL,
      PRIMARY KEY (audience_id, person_id)
    ) STRICT, WITHOUT ROWID;

    -- One for each version that was launched and looked back; `number` stands for it in the rows of people.
    CREATE TABLE preparation (
      number INTEGER PRIMARY KEY,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      -- When the last person was judged; null before.
      prepared_at INTEGER,
      -- What the fact said, once it was said.
      content BLOB,
      message_id TEXT,
      -- Runs that handed messages over so far.
      hand_overs INTEGER NOT NULL DEFAULT 0,
      UNIQUE (offer_id, version)
    ) STRICT;
    -- `open` is the place in the line of those for whom something may still leave: 1 notes, 2 campaign messages, null nobody.
    CREATE TABLE verdict (
      preparation INTEGER NOT NULL,
      person_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      reason TEXT NOT NULL,
      revision INTEGER NOT NULL,
      open INTEGER,
      PRIMARY KEY (preparation, person_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX verdict_open ON verdict (preparation, open, person_id) WHERE open IS NOT NULL;

    CREATE TABLE message (
      message_id TEXT PRIMARY KEY NOT NULL,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      person_id TEXT NOT NULL,
      purpose TEXT NOT NULL,
      channel TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('planned', 'sent', 'suppressed')),
      verdict TEXT NOT NULL,
      reason TEXT NOT NULL,
      revision INTEGER NOT NULL,
      remedy_id TEXT,
      changed_at INTEGER NOT NULL,
      fact_id TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX message_planned ON message (offer_id, version, purpose DESC, message_id) WHERE state = 'planned';
    CREATE INDEX message_by_person ON message (person_id, changed_at);
    """)

  /// How often somebody was written to is counted out of the index alone: their messages lie apart from each other in the table.
  static let told = Migration(
    8, "messages by person",
    """
    DROP INDEX message_by_person;
    CREATE INDEX message_by_person ON message (person_id, changed_at, purpose, state, offer_id);
    """)
}
