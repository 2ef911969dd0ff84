import Store

extension Schema {
  /// What a night's audit goes through row by row: shifts by their time, refusals by theirs, and what it has counted so far.
  static let audit = Migration(
    15, "the register's audit in chunks",
    """
    CREATE TABLE audit_tally (
      run INTEGER NOT NULL,
      name TEXT NOT NULL,
      -- Empty where it belongs to no offer.
      offer_id TEXT NOT NULL,
      count INTEGER NOT NULL,
      first_at INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      PRIMARY KEY (run, name, offer_id)
    ) STRICT, WITHOUT ROWID;

    -- Each word about a shift, by the shift's own time; the channels between spaces.
    CREATE TABLE shift_seen (
      message_id TEXT PRIMARY KEY NOT NULL,
      shift_id TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      to_at INTEGER NOT NULL,
      channels TEXT NOT NULL,
      absent INTEGER NOT NULL CHECK (absent IN (0, 1)),
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX shift_seen_by_time ON shift_seen (from_at, to_at);
    INSERT INTO shift_seen (message_id, shift_id, from_at, to_at, channels, absent, at)
      SELECT message_id, subject, 1000 * strftime('%s', json_extract(told, '$.from')), 1000 * strftime('%s', json_extract(told, '$.to')),
        ' ' || replace(replace(replace(ifnull(json_extract(told, '$.channels'), ''), '["', ''), '"]', ''), '","', ' ') || ' ',
        ifnull(json_extract(told, '$.absent'), 0), at
      FROM (SELECT message_id, subject, CAST(content AS TEXT) AS told, at FROM seen WHERE type = 'roster');

    CREATE INDEX remedy_asked_refused ON remedy_asked (asked_at, request_id) WHERE turn = 'refused';
    CREATE INDEX remedy_asked_by_offer ON remedy_asked (offer_id, asked_at) WHERE offer_id IS NOT NULL;
    """)
}
