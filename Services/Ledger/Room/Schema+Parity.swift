import Store

/// What was given to match offers for new customers, held against what their exceptions allow.
extension Schema {
  static let parity = Migration(
    14, "parity",
    """
    CREATE TABLE parity_match (
      remedy_key TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      offer_id TEXT NOT NULL,
      person_id TEXT,
      PRIMARY KEY (remedy_key, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX parity_match_of ON parity_match (offer_id);
    """)
}
