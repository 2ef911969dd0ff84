import Store

extension Schema {
  /// Segments and lists, and who belongs to them from when until when.
  static let members = Migration(
    6, "segments and lists",
    """
    CREATE TABLE customer_group (
      number INTEGER PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('list', 'segment')),
      group_id TEXT NOT NULL,
      -- Of the latest fact about it.
      revision INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      -- Whoever was ever told to be a member: counted as they come, a page must not walk them.
      people INTEGER NOT NULL DEFAULT 0,
      UNIQUE (kind, group_id)
    ) STRICT;

    -- A span of one person: the first instant and the first one after it; the earliest and the latest that there are where none was told.
    CREATE TABLE membership (
      group_number INTEGER NOT NULL REFERENCES customer_group (number),
      person_id TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      until_at INTEGER NOT NULL,
      -- Of the fact that says so; a lower one never takes its place.
      revision INTEGER NOT NULL,
      PRIMARY KEY (group_number, person_id, from_at)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX membership_by_revision ON membership (group_number, revision, person_id);

    -- Up to whom the orders of those who came or left were held against the offers for their group again.
    CREATE TABLE membership_asked (
      group_number INTEGER PRIMARY KEY REFERENCES customer_group (number),
      revision INTEGER NOT NULL,
      person_id TEXT NOT NULL
    ) STRICT;
    """)

  /// Offers are found by the list or segment that they are for: many are in force, and few are for the one whose members changed.
  static let offersByGroup = Migration(
    8, "offers by their segment or list",
    """
    -- As a group is written, such as list/guests; NULL where the offer is for none.
    ALTER TABLE offer ADD COLUMN only_group TEXT;
    CREATE INDEX offer_by_group ON offer (only_group, honoured_until) WHERE only_group IS NOT NULL;
    UPDATE offer SET only_group = (
      SELECT CASE json_extract(CAST(document AS TEXT), '$.eligibility.customers')
        WHEN 'list' THEN 'list/' || json_extract(CAST(document AS TEXT), '$.eligibility.list_id')
        WHEN 'segment' THEN 'segment/' || json_extract(CAST(document AS TEXT), '$.eligibility.segment_id') END
      FROM offer_version v WHERE v.offer_id = offer.offer_id AND v.version = offer.version AND v.document IS NOT NULL);
    """)
}
