import Contracts
import LedgerDomain
import Store
import Terms

/// The orders of a look-back in the order of their decision: by time, then by id. HOT.
struct OrderScan {
  /// One order to be decided.
  struct Row {
    let at: Timestamp
    let order: String
    /// The order, where it came along: compact, or as it was told.
    let compact: [UInt8]?
    let content: [UInt8]?
    /// Whether a line that was added later brings it, not its own time.
    let isLate: Bool
  }

  private enum Way { case placed, placedAndLate, captured }
  private let way: Way
  private let span: LookBack.Span

  init(_ span: LookBack.Span, in reading: borrowing some Reading & ~Copyable) throws {
    self.span = span
    guard span.offer.terms.document.lookBack.basis != .capturedAt else {
      way = .captured
      return
    }
    let late = try reading.integer(
      "SELECT 1 FROM late_line WHERE at >= ?1 AND at < ?2 LIMIT 1", .timestamp(span.scanFrom), .timestamp(span.scanTo))
    way = late == nil ? .placed : .placedAndLate
  }

  /// The next orders behind `cursor`.
  func page(after cursor: LookBack.Cursor, in reading: borrowing some Reading & ~Copyable) throws -> [Row] {
    switch way {
    case .placed:
      try reading.all(
        """
        SELECT placed_at, order_id, compact FROM order_by_time
        WHERE (placed_at, order_id) > (?1, ?2) AND placed_at < ?3 AND (placed_at >= ?4 OR is_day)
        ORDER BY placed_at, order_id LIMIT ?5
        """, .timestamp(cursor.at), .text(cursor.order), .timestamp(span.scanTo), .timestamp(span.from),
        .integer(LookBackLimits.rowsPerPage)
      ) { row throws(StoreFault) in
        Row(at: try row.timestamp(0), order: try row.text(1), compact: try row.optionalBlob(2), content: nil, isLate: false)
      }
    case .placedAndLate:
      try reading.all(
        """
        SELECT placed_at AS at, order_id, compact, 0 AS late FROM order_by_time
        WHERE (placed_at, order_id) > (?1, ?2) AND placed_at < ?3 AND (placed_at >= ?4 OR is_day)
        UNION ALL
        SELECT at, order_id, NULL, 1 FROM late_line WHERE (at, order_id) > (?1, ?2) AND at < ?3 AND at >= ?4
        ORDER BY 1, 2 LIMIT ?5
        """, .timestamp(cursor.at), .text(cursor.order), .timestamp(span.scanTo), .timestamp(span.from),
        .integer(LookBackLimits.rowsPerPage)
      ) { row throws(StoreFault) in
        Row(at: try row.timestamp(0), order: try row.text(1), compact: try row.optionalBlob(2), content: nil, isLate: try row.bool(3))
      }
    case .captured:
      try reading.all(
        """
        SELECT captured_at, order_id, content FROM captured_order
        WHERE (captured_at, order_id) > (?1, ?2) AND captured_at < ?3 AND captured_at >= ?4
        ORDER BY captured_at, order_id LIMIT ?5
        """, .timestamp(cursor.at), .text(cursor.order), .timestamp(span.scanTo), .timestamp(span.from),
        .integer(LookBackLimits.rowsPerPage)
      ) { row throws(StoreFault) in
        Row(at: try row.timestamp(0), order: try row.text(1), compact: nil, content: try row.blob(2), isLate: false)
      }
    }
  }

  /// The order of a row; nil where its own time brings it anyway.
  func order(of row: Row, in reading: borrowing some Reading & ~Copyable) throws -> OrderCaptured? {
    if let compact = row.compact { return try CompactOrder.unpack(compact, order: Identifier(restoring: row.order)) }
    if let content = row.content { return try content.withUnsafeBytes { try OrderCaptured(decoding: $0) } }
    guard let order = try Orders.find(Identifier(restoring: row.order), in: reading)?.order else { return nil }
    let comesAnyway = order.placedAt >= span.from && order.placedAt < span.scanTo
    return row.isLate && comesAnyway ? nil : order
  }
}
