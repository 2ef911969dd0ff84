import Store

/// What customers brought up because of offers, by which channels they buy, and who carries which plan.
extension Schema {
  static let care = Migration(
    9, "contacts, channels, plans", gathers: "earlier cases by their cause, channels that were bought by and subscriptions",
    """
    -- Cases that name a campaign or an offer as their cause, once each. How somebody was treated is none of them.
    CREATE TABLE contact (
      case_id TEXT PRIMARY KEY NOT NULL,
      cause_kind TEXT NOT NULL CHECK (cause_kind IN ('campaign', 'offer')),
      cause_id TEXT NOT NULL,
      opened_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX contact_by_cause ON contact (cause_id, opened_at);
    -- The channels by which anything was ever bought: all of the shop's.
    CREATE TABLE shop_channel (channel TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE subscriber (
      subscription_id TEXT PRIMARY KEY NOT NULL,
      person_id TEXT NOT NULL,
      plan TEXT NOT NULL,
      -- Since when it is on this plan, and when it was given up; null while it goes on.
      since INTEGER NOT NULL,
      left_at INTEGER,
      -- What is carried along with it, such as an offer that it was corrected by.
      carries TEXT,
      changed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX subscriber_by_plan ON subscriber (plan, since);
    """)
}
