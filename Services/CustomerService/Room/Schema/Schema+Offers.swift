import Store

/// What offers say and how they live, the catalogue behind them, and the head of the ledger's chain.
extension Schema {
  static let offers = Migration(
    3, "offers",
    """
    -- The life of an offer, told by marketing and by the ledger: folded in the order of the journal.
    CREATE TABLE offer_fact (
      number INTEGER PRIMARY KEY,
      offer_id TEXT NOT NULL,
      type TEXT NOT NULL,
      mark TEXT NOT NULL,
      time INTEGER NOT NULL,
      position INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      data BLOB NOT NULL,
      UNIQUE (offer_id, type, mark)
    ) STRICT;
    CREATE INDEX offer_fact_by_message ON offer_fact (message_id);
    -- What a desk looks for first: which offers may be on a table at an instant. A fold of the rows above.
    CREATE TABLE offer_on_table (
      offer_id TEXT PRIMARY KEY,
      -- The earliest order that it can reach, and the last instant at which the desk may honour it.
      reaches_from INTEGER NOT NULL,
      honour_until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX offer_on_table_by_end ON offer_on_table (honour_until);
    -- What is used of an offer over all: voided and expired remedies are left out.
    CREATE TABLE offer_use (
      offer_id TEXT PRIMARY KEY,
      amount INTEGER NOT NULL,
      uses INTEGER NOT NULL,
      units INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE product (
      sku TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      categories BLOB NOT NULL,
      brand TEXT,
      list_minor INTEGER,
      currency TEXT,
      -- Where the listing stands in the journal: an older one never replaces a newer one.
      position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- What the ledger said of its own chain, kept apart from it: who tampers needs more than one store.
    CREATE TABLE chain_head (
      sequence INTEGER PRIMARY KEY,
      head TEXT NOT NULL,
      sums BLOB NOT NULL,
      anchored_at INTEGER NOT NULL,
      position INTEGER NOT NULL,
      message_id TEXT NOT NULL
    ) STRICT;
    """)
}
