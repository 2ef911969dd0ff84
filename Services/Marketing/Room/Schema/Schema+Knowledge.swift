import Store

/// What marketing knows of the shop and its people, without a name or an address.
extension Schema {
  static let knowledge = Migration(
    3, "people, purchases, the catalogue",
    """
    CREATE TABLE person (
      person_id TEXT PRIMARY KEY NOT NULL,
      locale TEXT,
      -- Where they can be written to: channels apart by spaces; null where nobody said.
      channels TEXT,
      -- minor or unreachable: nothing may reach them.
      barred TEXT,
      erased INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE consent (
      person_id TEXT NOT NULL,
      purpose TEXT NOT NULL,
      channel TEXT NOT NULL,
      given INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (person_id, purpose, channel)
    ) STRICT, WITHOUT ROWID;

    -- Orders of people we know, as they were captured, packed; what happened to them since stands beside.
    CREATE TABLE purchase (
      number INTEGER PRIMARY KEY,
      person_id TEXT NOT NULL,
      placed_at INTEGER NOT NULL,
      order_id TEXT NOT NULL,
      content BLOB NOT NULL
    ) STRICT;
    CREATE INDEX purchase_by_person ON purchase (person_id, placed_at);
    -- `name` says which change it is, by whichever message it was told. Places in a journal are told apart within one journal only.
    CREATE TABLE purchase_change (
      order_id TEXT NOT NULL,
      name TEXT NOT NULL,
      at INTEGER NOT NULL,
      position INTEGER NOT NULL,
      type TEXT NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (order_id, name)
    ) STRICT, WITHOUT ROWID;

    -- What people were given under an offer. `noted` is the message that told them.
    CREATE TABLE remedy (
      remedy_id TEXT PRIMARY KEY NOT NULL,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      person_id TEXT,
      order_id TEXT,
      basis TEXT NOT NULL,
      state TEXT NOT NULL,
      amount_minor INTEGER NOT NULL,
      currency TEXT NOT NULL,
      noted TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX remedy_by_person ON remedy (offer_id, person_id) WHERE person_id IS NOT NULL;
    -- Those that a look-back gives, for which the messages wait.
    CREATE TABLE remedy_count (
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      remedies INTEGER NOT NULL,
      PRIMARY KEY (offer_id, version)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE product (
      sku TEXT PRIMARY KEY NOT NULL,
      kind TEXT NOT NULL,
      -- A JSON array of texts.
      categories TEXT NOT NULL,
      brand TEXT,
      list_minor INTEGER,
      currency TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE policy (
      name TEXT PRIMARY KEY NOT NULL,
      version INTEGER NOT NULL,
      document BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- Kept here too, so that whoever changes the ledger's entries has three stores to change.
    CREATE TABLE chain_head (
      sequence INTEGER PRIMARY KEY,
      head TEXT NOT NULL,
      content BLOB NOT NULL,
      message_id TEXT NOT NULL
    ) STRICT;
    -- Who works here, where a file was given; otherwise it is the built-in shop's people.
    CREATE TABLE staff (person_id TEXT PRIMARY KEY NOT NULL, has_left INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    """)
}
