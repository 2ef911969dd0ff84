import Store

/// What customer service has advanced for campaigns whose money is used up, as the ledger tells it.
extension Schema {
  static let money = Migration(
    7, "advances", gathers: "what had been advanced for campaigns and repaid",
    """
    CREATE TABLE campaign_advance (
      campaign_id TEXT NOT NULL,
      currency TEXT NOT NULL,
      -- What it owes customer service now, and what came and went in all.
      outstanding INTEGER NOT NULL,
      advanced INTEGER NOT NULL,
      repaid INTEGER NOT NULL,
      -- The last offer that it was advanced for, and since when the campaign's money is used up; null when nothing is owed any more.
      offer_id TEXT,
      exhausted_at INTEGER,
      changed_at INTEGER NOT NULL,
      -- The ledger's number of the last movement: one that is told again changes nothing.
      entry INTEGER NOT NULL,
      PRIMARY KEY (campaign_id, currency)
    ) STRICT, WITHOUT ROWID;
    """)
}
