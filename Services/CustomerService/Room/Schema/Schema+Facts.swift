import Store

/// Where every fact about a customer's matters is kept as it was heard: timelines and orders are folds over these rows.
extension Schema {
  static let facts = Migration(
    2, "facts",
    """
    CREATE TABLE heard_fact (
      -- Rises by one with each row and none is ever taken away: the highest is their number.
      number INTEGER PRIMARY KEY,
      -- The key of the fact: an order, a subscription, a person.
      subject TEXT NOT NULL,
      type TEXT NOT NULL,
      -- What tells it from others of its type about its subject: the same fact told again has the same.
      mark TEXT NOT NULL,
      -- Null while nobody knows whose it is: an anonymous order's, or one that was not captured yet.
      person_id TEXT,
      -- When it was true.
      time INTEGER NOT NULL,
      -- When it was recorded, and by whose word.
      recorded INTEGER NOT NULL,
      actor TEXT NOT NULL,
      -- The journal's place: of facts that were true at the same time, the earlier one comes first.
      position INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      data BLOB NOT NULL,
      UNIQUE (subject, type, mark)
    ) STRICT;
    CREATE INDEX heard_fact_by_person ON heard_fact (person_id, time, position) WHERE person_id IS NOT NULL;
    CREATE INDEX heard_fact_by_message ON heard_fact (message_id);
    -- Whoever has an entry, and what the ledger said of them; contacts as JSON, without any address.
    CREATE TABLE customer (
      number INTEGER PRIMARY KEY,
      person_id TEXT NOT NULL UNIQUE,
      kind TEXT,
      locale TEXT,
      contacts BLOB,
      known_at INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    -- What was noted before keeps its place; an earlier version kept no content.
    INSERT INTO heard_fact (subject, type, mark, person_id, time, recorded, actor, position, message_id, data)
      SELECT order_id, 'ledger.order.captured.v1', '', person_id, time, noted_at, 'ledger', position, message_id, x'' FROM timeline_entry ORDER BY number;
    INSERT INTO customer (person_id) SELECT DISTINCT person_id FROM timeline_entry;
    DROP TABLE timeline_count;
    DROP TABLE timeline_entry;
    """)
}
