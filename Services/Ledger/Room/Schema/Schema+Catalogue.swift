import Store

extension Schema {
  /// What is sold, and who it is sold to. Names and addresses of people stand here and in no other store, nor in any fact.
  static let catalogue = Migration(
    3, "catalogue, customers, consents",
    """
    CREATE TABLE product (
      sku TEXT PRIMARY KEY NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('goods', 'plan')),
      -- A JSON array of texts.
      categories TEXT NOT NULL,
      brand TEXT,
      list_minor INTEGER CHECK (list_minor >= 0),
      list_currency TEXT CHECK ((list_currency IS NULL) = (list_minor IS NULL)),
      message_id TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE customer (
      person_id TEXT PRIMARY KEY NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('person', 'household')),
      locale TEXT,
      -- Why nothing may be sent to them: minor, deceased, erasure.
      restricted TEXT,
      message_id TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- How somebody can be reached, by channel: the state is told, the address never.
    CREATE TABLE contact (
      person_id TEXT NOT NULL REFERENCES customer (person_id),
      channel TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('verified', 'unverified', 'declined', 'never_asked')),
      PRIMARY KEY (person_id, channel)
    ) STRICT, WITHOUT ROWID;
    -- Not made again from facts, for no fact holds it: only a backup of this store does.
    CREATE TABLE personal (
      person_id TEXT NOT NULL,
      -- name, address, or the contact's channel.
      field TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (person_id, field)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE consent (
      person_id TEXT NOT NULL,
      purpose TEXT NOT NULL,
      channel TEXT NOT NULL,
      given INTEGER NOT NULL CHECK (given IN (0, 1)),
      changed_at INTEGER NOT NULL,
      proof TEXT,
      source TEXT NOT NULL,
      message_id TEXT NOT NULL,
      PRIMARY KEY (person_id, purpose, channel)
    ) STRICT, WITHOUT ROWID;
    """)
}
