import Contracts
package import Host
import LedgerDomain
package import Store

/// The heads of the chain that were told for others to keep: whoever rewrites entries would have to rewrite three stores.
package enum Anchors {
  /// The due row that tells the head; it waits only while the head has moved.
  static let due = "anchor_chain"

  static func dueRules(_ desk: DepartmentDesk) -> [String: DueRule] {
    [
      due: { row, now, transaction in
        try Books.keep(in: &transaction) { books, transaction in
          try tell(desk.occasion(of: row, now), desk, books: &books, in: &transaction)
        }
      }
    ]
  }

  /// Sees to it that the head, which this transaction moved, is told within a minute, or at once after many entries.
  static func arm(after entry: Int64, at now: Timestamp, in transaction: borrowing Transaction) throws {
    let told = try transaction.integer("SELECT max(entry) FROM anchor WHERE entry IS NOT NULL HAVING count(*) > 0") ?? 0
    guard entry - told < BooksLimits.anchorEntries else {
      return try Due.set(at: now, kind: due, subject: due, in: transaction)
    }
    guard try Due.waiting(kind: due, subject: due, in: transaction).isEmpty else { return }
    try Due.set(at: now.adding(BooksLimits.anchorEvery), kind: due, subject: due, in: transaction)
  }

  /// Tells the head where it moved since it was told last.
  package static func tell(
    _ occasion: Occasion, _ desk: DepartmentDesk, books: inout Books, in transaction: inout Transaction
  ) throws {
    let last = books.nextEntry - 1
    guard last > 0, try transaction.integer("SELECT entry FROM anchor WHERE entry = ?1", .integer(last)) == nil else { return }
    let sums = try transaction.all("SELECT currency, debits, credits FROM turnover ORDER BY currency") { row in
      guard let currency = Currency(try row.text(0)) else { throw BooksRefusal.noSuchAccount(try row.text(0)) }
      return ChainAnchored.Sum(currency: currency, debits: try row.integer(1), credits: try row.integer(2))
    }
    let anchor = ChainAnchored(sequence: last, head: Hex.encode(books.head), sums: sums)
    try Facts.tell(.chainAnchored(anchor), true: occasion.now, occasion, desk, books: &books, in: &transaction)
  }

  /// Every head that was told, as it stands at its entry now.
  static func heads(in snapshot: borrowing Snapshot) throws -> [ChainHead] {
    try snapshot.all("SELECT number, hash FROM anchor JOIN entry ON number = anchor.entry ORDER BY number") { row in
      ChainHead(sequence: try row.integer(0), head: Hex.encode(try row.blob(1)))
    }
  }

  static func fold(_ anchor: ChainAnchored, _ meta: FactMeta, in transaction: borrowing Transaction) throws {
    guard let head = Hex.decode(anchor.head) else { return }
    try transaction.run(
      "INSERT INTO anchor (entry, head, message, told_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING", .integer(anchor.sequence),
      .blob(head), .text(meta.messageID.text), .timestamp(meta.recordedTime))
    // What moves the head from here on waits anew.
    try Due.remove(kind: due, subject: due, in: transaction)
  }
}
