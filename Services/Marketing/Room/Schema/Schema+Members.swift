import Store

/// Who may have an offer that is for a segment or a list, as the ledger tells it; who is told of it stands in audiences, apart from this.
extension Schema {
  static let members = Migration(
    6, "segments and lists", gathers: "who belonged to which segment or list",
    """
    CREATE TABLE customer_group (
      number INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      group_id TEXT NOT NULL,
      UNIQUE (kind, group_id)
    ) STRICT;
    -- A span of one person: its first instant and the first one after it. Of the facts about it the highest revision counts.
    CREATE TABLE membership (
      group_number INTEGER NOT NULL,
      person_id TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      until_at INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      PRIMARY KEY (group_number, person_id, from_at)
    ) STRICT, WITHOUT ROWID;
    """)
}
