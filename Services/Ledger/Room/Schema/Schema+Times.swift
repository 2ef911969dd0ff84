import Store

extension Schema {
  /// Orders by their time together with what judging reads of them: a look-back goes through one table from one end to the other, and not
  /// by an index to a page elsewhere for each order.
  static let times = Migration(
    7, "orders by their time",
    """
    CREATE TABLE order_by_time (
      placed_at INTEGER NOT NULL,
      order_id TEXT NOT NULL,
      -- Whether only the day of the placement is known: such an order may reach into an interval that begins after it.
      is_day INTEGER NOT NULL CHECK (is_day IN (0, 1)),
      -- CompactOrder, made of the fact in captured_order; NULL where an earlier version captured the order: then the fact is read.
      compact BLOB,
      PRIMARY KEY (placed_at, order_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO order_by_time (placed_at, order_id, is_day)
      SELECT placed_at, order_id, instr(content, CAST('"placed_precision":"day"' AS BLOB)) > 0 FROM captured_order
      ORDER BY placed_at, order_id;
    DROP INDEX captured_order_by_time;
    """)
}
