/// The tables that every store has, whatever its department.
enum HouseSchema {
  static let migrations = [
    Migration(
      1, "identity, inbox, outbox, due, runs, idempotency",
      """
      CREATE TABLE schema_history (
        series TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, fingerprint INTEGER NOT NULL,
        PRIMARY KEY (series, number)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE store_identity (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        lineage TEXT NOT NULL CHECK (length(lineage) = 32),
        epoch INTEGER NOT NULL CHECK (epoch > 0),
        is_copy INTEGER NOT NULL DEFAULT 0,
        previous_lineage TEXT,
        previous_highest INTEGER
      ) STRICT;

      -- Names are long and come again with every message: a mark holds a small number.
      CREATE TABLE inbox_producer (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
      CREATE TABLE inbox (
        producer INTEGER NOT NULL REFERENCES inbox_producer (number),
        sequence INTEGER NOT NULL CHECK (sequence > 0),
        position INTEGER NOT NULL,
        handled_at INTEGER NOT NULL,
        PRIMARY KEY (producer, sequence)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE outbox (
        sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
        id TEXT NOT NULL,
        recorded_at INTEGER NOT NULL,
        event BLOB NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX outbox_id ON outbox (id);
      CREATE TABLE outbox_forgotten (one INTEGER PRIMARY KEY CHECK (one = 1), through INTEGER NOT NULL) STRICT;
      INSERT INTO outbox_forgotten VALUES (1, 0);

      -- `once` is the subject where (kind, subject) may stand only once, else NULL, which is never equal.
      CREATE TABLE due (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        once TEXT,
        payload BLOB NOT NULL,
        UNIQUE (kind, once)
      ) STRICT;
      CREATE INDEX due_at ON due (at, number);
      CREATE INDEX due_subject ON due (kind, subject);

      CREATE TABLE run (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'stopped')),
        cursor BLOB NOT NULL,
        chunks INTEGER NOT NULL DEFAULT 0,
        began_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        UNIQUE (kind, subject)
      ) STRICT;
      CREATE INDEX run_running ON run (number) WHERE state = 'running';
      CREATE TABLE run_counter (
        run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
        name TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (run, name)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE idempotency (
        principal TEXT NOT NULL,
        key TEXT NOT NULL,
        body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
        status INTEGER NOT NULL,
        response BLOB NOT NULL,
        recorded_at INTEGER NOT NULL,
        PRIMARY KEY (principal, key)
      ) STRICT;
      CREATE INDEX idempotency_age ON idempotency (recorded_at);
      """),
    Migration(
      2, "who set due rows and runs going",
      """
      ALTER TABLE due ADD COLUMN principal TEXT;
      ALTER TABLE due ADD COLUMN principal_kind TEXT;
      ALTER TABLE due ADD COLUMN correlation TEXT;
      ALTER TABLE run ADD COLUMN principal TEXT;
      ALTER TABLE run ADD COLUMN principal_kind TEXT;
      ALTER TABLE run ADD COLUMN correlation TEXT;
      """),
    Migration(
      3, "who works here",
      """
      -- As the ledger tells of them, in every department's store: a token opens a door from the fact on that says so.
      CREATE TABLE colleague (
        colleague_id TEXT PRIMARY KEY NOT NULL,
        active INTEGER NOT NULL,
        handed_to TEXT,
        changed_at INTEGER NOT NULL,
        message_id TEXT NOT NULL,
        -- The fact, byte for byte.
        content BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX colleague_handed ON colleague (handed_to) WHERE handed_to IS NOT NULL;
      CREATE TABLE colleague_token (
        digest TEXT PRIMARY KEY NOT NULL,
        colleague_id TEXT NOT NULL REFERENCES colleague (colleague_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX colleague_token_of ON colleague_token (colleague_id);
      """),
    Migration(
      4, "the outbox by its numbers alone",
      """
      -- An id ends in the number of its row: nobody looks for it otherwise, and each event paid for the index twice.
      DROP INDEX outbox_id;
      """),
    Migration(
      5, "what was heard before a step",
      """
      -- How many messages were heard and told when a step of the department was taken; null: before anybody counted.
      ALTER TABLE schema_history ADD COLUMN after_messages INTEGER;
      """),
    Migration(
      6, "stores that had heard nothing",
      """
      -- Steps that were taken before anybody counted, in a store that has heard and told nothing since: there was nothing before them.
      UPDATE schema_history SET after_messages = 0
      WHERE after_messages IS NULL AND NOT EXISTS (SELECT 1 FROM inbox) AND NOT EXISTS (SELECT 1 FROM outbox)
        AND (SELECT through FROM outbox_forgotten) = 0;
      """),
  ]
}
