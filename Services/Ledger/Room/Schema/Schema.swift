import Store

/// The ledger's own tables. A migration is never edited once it has landed.
enum Schema {
  static let migrations = [
    Migration(
      1, "captured orders",
      """
      CREATE TABLE captured_order (
        order_id TEXT PRIMARY KEY NOT NULL,
        person_id TEXT,
        placed_at INTEGER NOT NULL,
        captured_at INTEGER NOT NULL,
        message_id TEXT NOT NULL UNIQUE,
        actor TEXT NOT NULL,
        -- The fact as it was told: canonical for ever, so it is kept and never rebuilt.
        content BLOB NOT NULL
      ) STRICT;
      CREATE INDEX captured_order_by_person ON captured_order (person_id, placed_at) WHERE person_id IS NOT NULL;
      -- What happened is not edited: corrections are new facts.
      CREATE TRIGGER captured_order_is_final BEFORE UPDATE ON captured_order BEGIN SELECT RAISE(ABORT, 'an order is never changed'); END;
      CREATE TRIGGER captured_order_stays BEFORE DELETE ON captured_order BEGIN SELECT RAISE(ABORT, 'an order is never removed'); END;
      """),
    books,
    catalogue, offers, reachByCapture, members, times, offersByGroup, asked, watch, states, files, care, parity, audit,
  ]
}
