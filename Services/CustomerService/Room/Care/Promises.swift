import Contracts
import ServiceDomain
import Store
import Terms

/// What offers ask of customer service, what it answered and what it has, each as its last fact: together they are the capacity book. Of two
/// with one time the one that was told later counts (`LastWord`).
enum Promises {
  /// An offer asks for something. Until it is answered, the end of the time for it waits as a row that falls due.
  static func fold(_ fact: PromiseDeclared, in transaction: borrowing Transaction) throws {
    let changed = try transaction.run(
      """
      INSERT INTO promise (offer_id, version, promise_id, at, answer_by, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT DO UPDATE SET at = ?4, answer_by = ?5, data = ?6 WHERE ?4 > at OR ?4 = at AND data <> ?6
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .text(fact.promiseID.text), .timestamp(fact.at),
      .timestamp(fact.answerBy), .blob(fact.event.encode()))
    guard changed == 1, try CapacityRows.answer(fact.offerID, fact.version, fact.promiseID, in: transaction) == nil else { return }
    try Due.set(at: fact.answerBy, kind: CareDues.promise, subject: subject(fact.offerID, fact.version, fact.promiseID), in: transaction)
  }

  static func fold(_ fact: PromiseAnswered, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO promise_answer (offer_id, version, promise_id, at, data) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET at = ?4, data = ?5 WHERE ?4 >= at
      """, .text(fact.offerID.text), .integer(Int64(fact.version)), .text(fact.promiseID.text), .timestamp(fact.at),
      .blob(fact.event.encode()))
    try Due.remove(kind: CareDues.promise, subject: subject(fact.offerID, fact.version, fact.promiseID), in: transaction)
  }

  static func fold(_ fact: CapacityChanged, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO capacity_slot (slot_id, from_at, to_at, at, data) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET from_at = ?2, to_at = ?3, at = ?4, data = ?5 WHERE ?4 >= at
      """, .text(fact.slotID.text), .timestamp(fact.from), .timestamp(fact.to), .timestamp(fact.at), .blob(fact.event.encode()))
  }

  static func subject(_ offer: Identifier<Offer>, _ version: Int, _ promise: Identifier<OfferPromise>) -> String {
    "\(offer)@\(version)/\(promise)"
  }

  /// The book as it stands: promises of offers that still live, and capacity from `since` on.
  static func book(since: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> CapacityBook {
    var book = CapacityBook()
    for fact in try CapacityRows.promises(in: reading) { book.take(fact) }
    for fact in try CapacityRows.slots(since: since, in: reading) { book.take(fact) }
    var offers: Set<String> = []
    for promise in book.latest where offers.insert(promise.offerID.text).inserted {
      for fact in try Offers.facts(of: promise.offerID, in: reading)
      where fact.type == OfferScheduled.type || OfferTurned.types.contains(fact.type) {
        if let event = fact.event { book.take(event) }
      }
    }
    return book
  }
}

/// The rows behind the capacity book, as facts.
enum CapacityRows {
  static func promises(in reading: borrowing some Reading & ~Copyable) throws -> [DomainEvent] {
    try reading.all(
      """
      SELECT 'marketing.promise.declared.v1', data FROM promise UNION ALL SELECT 'service.promise.answered.v1', data FROM promise_answer
      """
    ) { row -> DomainEvent? in try DomainEvent.decode(type: row.text(0), data: row.blob(1)) }.compactMap { $0 }
  }

  static func slots(since: Timestamp, in reading: borrowing some Reading & ~Copyable) throws -> [DomainEvent] {
    // Those too that were cut down to nothing at `since`: what is said of them next must be later than the cut.
    try reading.all("SELECT data FROM capacity_slot WHERE to_at >= ?1 ORDER BY from_at, slot_id LIMIT 20000", .timestamp(since)) {
      row -> DomainEvent? in try DomainEvent.decode(type: CapacityChanged.type, data: row.blob(0))
    }.compactMap { $0 }
  }

  static func answer(
    _ offer: Identifier<Offer>, _ version: Int, _ promise: Identifier<OfferPromise>, in reading: borrowing some Reading & ~Copyable
  ) throws -> PromiseAnswered? {
    let event = try reading.first(
      "SELECT data FROM promise_answer WHERE offer_id = ?1 AND version = ?2 AND promise_id = ?3", .text(offer.text),
      .integer(Int64(version)), .text(promise.text)
    ) { row in try DomainEvent.decode(type: PromiseAnswered.type, data: row.blob(0)) }
    guard case .promiseAnswered(let fact)?? = event else { return nil }
    return fact
  }
}
