import Store

/// Customer service's own tables. A migration is never edited once it has landed.
enum Schema {
  static let migrations = [timelines, facts, offers, members, words, care, money]

  private static let timelines = Migration(
    1, "timelines",
    """
    CREATE TABLE timeline_entry (
      number INTEGER PRIMARY KEY,
      person_id TEXT NOT NULL,
      time INTEGER NOT NULL,
      kind TEXT NOT NULL,
      order_id TEXT NOT NULL,
      channel TEXT NOT NULL,
      lines INTEGER NOT NULL,
      paid_minor INTEGER,
      currency TEXT,
      message_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      noted_at INTEGER NOT NULL,
      UNIQUE (kind, order_id)
    ) STRICT;
    CREATE INDEX timeline_entry_by_person ON timeline_entry (person_id, time, number);
    CREATE INDEX timeline_entry_by_message ON timeline_entry (message_id);
    -- Counted as they come: a page must not walk a million rows.
    CREATE TABLE timeline_count (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, customers INTEGER NOT NULL) STRICT;
    INSERT INTO timeline_count VALUES (1, 0, 0);
    """)
}
