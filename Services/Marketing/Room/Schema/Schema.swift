import Store

/// Marketing's own tables. A migration is never edited once it has landed.
enum Schema {
  static let migrations = [
    Migration(
      1, "buyers",
      """
      CREATE TABLE counted_order (
        order_id TEXT PRIMARY KEY NOT NULL,
        person_id TEXT,
        message_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        counted_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX counted_order_by_message ON counted_order (message_id);
      CREATE TABLE buyer (
        person_id TEXT PRIMARY KEY NOT NULL,
        orders INTEGER NOT NULL CHECK (orders > 0),
        first_placed_at INTEGER NOT NULL,
        last_placed_at INTEGER NOT NULL CHECK (last_placed_at >= first_placed_at)
      ) STRICT, WITHOUT ROWID;
      -- Counted as they come: a page must not walk a million rows.
      CREATE TABLE buyer_count (one INTEGER PRIMARY KEY CHECK (one = 1), buyers INTEGER NOT NULL, orders INTEGER NOT NULL) STRICT;
      INSERT INTO buyer_count VALUES (1, 0, 0);
      """),
    offers, knowledge, messages, rehearsals, members, gate, told, care, lapses,
  ]
}

/// What can be asked of the store, where Host's own `Reading` is in sight as well.
typealias StoreReading = Reading
