import Store

extension Schema {
  /// What happened to orders as rows in the order of their telling, with the orders in an index beside them. As one tree by order it held
  /// four facts a page, on its upper floors too: each fact was moved about several times on its way to its place.
  static let files = Migration(
    12, "what happened to orders, row by row",
    """
    CREATE TABLE order_event_by_row (
      order_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      type TEXT NOT NULL,
      recorded_at INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (order_id, number)
    ) STRICT;
    INSERT INTO order_event_by_row SELECT order_id, number, type, recorded_at, message_id, content FROM order_event
      ORDER BY recorded_at, order_id, number;
    DROP TABLE order_event;
    ALTER TABLE order_event_by_row RENAME TO order_event;
    CREATE INDEX order_event_by_message ON order_event (message_id);
    CREATE TRIGGER order_event_is_final BEFORE UPDATE ON order_event BEGIN SELECT RAISE(ABORT, 'what happened is never changed'); END;
    CREATE TRIGGER order_event_stays BEFORE DELETE ON order_event BEGIN SELECT RAISE(ABORT, 'what happened is never removed'); END;
    """)
}
