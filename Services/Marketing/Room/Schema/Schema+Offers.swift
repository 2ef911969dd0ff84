import Store

/// Campaigns, offers and their versions, and what was said about their money.
extension Schema {
  static let offers = Migration(
    2, "campaigns and offers",
    """
    CREATE TABLE campaign (
      campaign_id TEXT PRIMARY KEY NOT NULL,
      currency TEXT NOT NULL,
      amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
      approved_by TEXT,
      opened_at INTEGER NOT NULL,
      closed_at INTEGER,
      message_id TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- What the ledger says about a campaign's money. A word is named by its entry, or by its message where it moved nothing.
    CREATE TABLE budget_word (
      word TEXT PRIMARY KEY NOT NULL,
      campaign_id TEXT NOT NULL,
      offer_id TEXT,
      kind TEXT NOT NULL,
      amount_minor INTEGER NOT NULL,
      currency TEXT NOT NULL,
      outstanding_minor INTEGER,
      entry INTEGER,
      cause TEXT,
      at INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX budget_word_by_offer ON budget_word (offer_id, at, position) WHERE offer_id IS NOT NULL;
    CREATE INDEX budget_word_by_campaign ON budget_word (campaign_id, at, position);

    -- `running` is the version that customers know; `revision` rises with every turn, so that nobody decides on an old view.
    CREATE TABLE offer (
      offer_id TEXT PRIMARY KEY NOT NULL,
      campaign_id TEXT NOT NULL,
      latest INTEGER NOT NULL,
      running INTEGER,
      effective_from INTEGER,
      revision INTEGER NOT NULL,
      changed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE offer_version (
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      state TEXT NOT NULL,
      significance TEXT NOT NULL,
      terms_hash TEXT NOT NULL,
      document BLOB NOT NULL,
      starts_at INTEGER,
      ends_at INTEGER,
      look_back_from INTEGER,
      reserve_minor INTEGER,
      currency TEXT,
      scheduled_at INTEGER,
      historical INTEGER NOT NULL DEFAULT 0,
      -- The gate's row of the terms as it was last looked at; the budget's is made of what the ledger said.
      terms_sentence TEXT,
      terms_at INTEGER,
      PRIMARY KEY (offer_id, version)
    ) STRICT;

    -- What happened to an offer, in its order; a turn that is told again is known by its message.
    CREATE TABLE offer_turn (
      number INTEGER PRIMARY KEY,
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      turn TEXT NOT NULL,
      at INTEGER NOT NULL,
      by_whom TEXT NOT NULL,
      sentence TEXT,
      message_id TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE INDEX offer_turn_by_offer ON offer_turn (offer_id, number);

    -- One of a version is about its start, others about its pauses; they are told apart by where they begin.
    CREATE TABLE look_back (
      offer_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      from_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      granted INTEGER NOT NULL,
      content BLOB NOT NULL,
      message_id TEXT NOT NULL,
      PRIMARY KEY (offer_id, version, from_at)
    ) STRICT, WITHOUT ROWID;
    """)

  /// What a campaign was given after its opening, and orders by their time, for the rehearsal of a look-back.
  static let rehearsals = Migration(
    5, "more money for campaigns, purchases by time",
    """
    CREATE TABLE campaign_money (
      message_id TEXT PRIMARY KEY NOT NULL,
      campaign_id TEXT NOT NULL,
      amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
      approved_by TEXT,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX campaign_money_by_campaign ON campaign_money (campaign_id);
    CREATE INDEX purchase_by_time ON purchase (placed_at);
    """)
}
