package import Contracts
package import Host
import LedgerDomain
package import Store

/// The days through which the books are closed: what is true of them and comes later counts in the first open day.
package enum Periods {
  /// Closes the books through `day`. Refused where it is closed already, or not over.
  package static func close(
    through day: CivilDate, _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books,
    in transaction: inout Transaction
  ) throws -> PeriodClosed {
    if let closed = books.closedThrough, day.daysSinceEpoch <= closed {
      throw LedgerRefusal.books(.closedBefore(day, through: CivilDate(daysSinceEpoch: closed)))
    }
    guard day.daysSinceEpoch < Entry.day(of: occasion.now) else { throw LedgerRefusal.books(.dayNotOver(day)) }
    let period = PeriodClosed(through: day, sequence: books.nextEntry - 1, head: Hex.encode(books.head))
    try Facts.tell(.periodClosed(period), true: occasion.now, occasion, desk, books: &books, in: &transaction)
    return period
  }

  static func fold(_ period: PeriodClosed, _ meta: FactMeta, books: inout Books, in transaction: borrowing Transaction) throws {
    let day = period.through.daysSinceEpoch
    guard day > books.closedThrough ?? .min else { return }
    try transaction.run(
      "INSERT INTO period (day, message, closed_at, entry) VALUES (?1, ?2, ?3, ?4)", .integer(Int64(day)), .text(meta.messageID.text),
      .timestamp(meta.recordedTime), .integer(period.sequence))
    books.closedThrough = day
  }
}
