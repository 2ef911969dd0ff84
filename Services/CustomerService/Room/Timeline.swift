import Contracts
import ServiceDomain
import Store

/// Timelines as rows.
enum Timeline {
  struct Totals: Equatable {
    var entries: Int64 = 0
    var customers: Int64 = 0
  }

  /// An entry with what told of it.
  struct Noted {
    let number: Int64
    let entry: TimelineEntry
    let message: String
    let position: UInt64
  }

  static func isNoted(_ kind: TimelineEntry.Kind, _ order: Identifier<Order>, in reading: borrowing some Reading & ~Copyable) throws -> Bool
  {
    try reading.integer("SELECT 1 FROM timeline_entry WHERE kind = ?1 AND order_id = ?2", .text(kind.rawValue), .text(order.text)) != nil
  }

  /// Puts the entry on its customer's timeline, and keeps the totals.
  static func note(
    _ entry: TimelineEntry, message: Identifier<Message>, position: UInt64, at now: Timestamp, in transaction: borrowing Transaction
  ) throws {
    try transaction.run(
      """
      UPDATE timeline_count SET entries = entries + 1,
        customers = customers + NOT EXISTS (SELECT 1 FROM timeline_entry WHERE person_id = ?1)
      """, .text(entry.person.text))
    try transaction.run(
      """
      INSERT INTO timeline_entry (person_id, time, kind, order_id, channel, lines, paid_minor, currency, message_id, position, noted_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
      """, .text(entry.person.text), .timestamp(entry.time), .text(entry.kind.rawValue), .text(entry.order.text), .text(entry.channel),
      .integer(entry.lines), entry.paid.map { .integer($0.minor) } ?? .null, entry.paid.map { .text($0.currency.description) } ?? .null,
      .text(message.text), .unsigned(position), .timestamp(now))
  }

  static func totals(in reading: borrowing some Reading & ~Copyable) throws -> Totals {
    try reading.first("SELECT entries, customers FROM timeline_count") { row throws(StoreFault) in
      Totals(entries: try row.integer(0), customers: try row.integer(1))
    } ?? Totals()
  }

  /// What happened to `person`, latest first, `limit` entries from behind `before`, the time and number of an entry.
  static func entries(
    of person: Identifier<Person>, before: (time: Int64, number: Int64), limit: Int, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Noted] {
    try reading.all(
      """
      SELECT number, time, kind, order_id, channel, lines, paid_minor, currency, message_id, position FROM timeline_entry
      WHERE person_id = ?1 AND (time, number) < (?2, ?3) ORDER BY time DESC, number DESC LIMIT ?4
      """, .text(person.text), .integer(before.time), .integer(before.number), .integer(Int64(limit))
    ) { row throws(StoreFault) in try noted(row, person) }
  }

  /// What stands on a timeline because of a message.
  static func noted(by message: Identifier<Message>, in reading: borrowing some Reading & ~Copyable) throws -> Noted? {
    try reading.first(
      """
      SELECT number, time, kind, order_id, channel, lines, paid_minor, currency, message_id, position, person_id FROM timeline_entry
      WHERE message_id = ?1
      """, .text(message.text)
    ) { row throws(StoreFault) in try noted(row, Identifier(restoring: try row.text(10))) }
  }

  private static func noted(_ row: borrowing Row, _ person: Identifier<Person>) throws(StoreFault) -> Noted {
    guard let kind = TimelineEntry.Kind(rawValue: try row.text(2)) else {
      throw .unreadable(column: "kind", wanted: "a kind of timeline entry", found: "other text")
    }
    var paid: Money?
    if let minor = try row.optionalInteger(6), let currency = try row.optionalText(7).flatMap({ Currency($0) }) {
      paid = Money(minor: minor, currency)
    }
    return Noted(
      number: try row.integer(0),
      entry: TimelineEntry(
        person: person, kind: kind, order: Identifier(restoring: try row.text(3)), time: try row.timestamp(1), channel: try row.text(4),
        lines: try row.integer(5), paid: paid),
      message: try row.text(8), position: try row.unsigned(9))
  }
}
