import Store

/// Who may have an offer that is for a segment or a list.
extension Schema {
  static let members = Migration(
    4, "segments and lists", gathers: "who belonged to which segment or list",
    """
    CREATE TABLE customer_group (
      number INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      group_id TEXT NOT NULL,
      UNIQUE (kind, group_id)
    ) STRICT;
    -- By person: a desk asks about one customer and all that they may have. Of the facts about a span the highest revision counts.
    CREATE TABLE membership (
      person_id TEXT NOT NULL,
      group_number INTEGER NOT NULL,
      from_at INTEGER NOT NULL,
      until_at INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      PRIMARY KEY (person_id, group_number, from_at)
    ) STRICT, WITHOUT ROWID;
    """)
}
