import Store

/// What was given to match offers for new customers, held against what their exceptions allow; and which review is a bad one.
extension Schema {
  static let parity = Migration(
    14, "parity, reviews", gathers: "what had been given to match offers for new customers",
    """
    CREATE TABLE parity_match (
      remedy_key TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      offer_id TEXT NOT NULL,
      person_id TEXT,
      PRIMARY KEY (remedy_key, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX parity_match_of ON parity_match (offer_id);
    -- With at most so many stars of five a review quiets marketing as a complaint does.
    INSERT INTO policy (name, version, document) VALUES ('reviews', 1, '{"hold_up_to":2}') ON CONFLICT DO NOTHING;
    INSERT INTO due (at, kind, subject, once, payload) VALUES (0, 'policy.publish', 'all', 'all', x'') ON CONFLICT DO NOTHING;
    """)
}
