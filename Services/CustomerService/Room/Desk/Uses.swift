import Contracts
import ServiceDomain
import Store
import Terms

/// What is used of each offer over all, counted as its remedies come; what one customer used is folded when it is asked for.
enum Uses {
  /// Takes a remedy's fact, which is kept already and was not before. HOT.
  static func count(_ fact: RemedyChanged, person: Identifier<Person>?, in transaction: borrowing Transaction) throws {
    guard let offer = fact.offer?.offer, fact.change != .clawedBack, fact.change != .declined else { return }
    // The first of an order is a use and needs no look at others.
    if fact.remedyID.ordinal == 1, fact.subscriptionID == nil, fact.of == nil, fact.change == .granted || fact.change == .posted {
      return add(Tally(amount: fact.price, uses: 1, units: fact.units), to: offer, in: transaction)
    }
    let others = try neighbours(of: fact, person, in: transaction)
    let before = UseFold(others.filter { $0 != fact }).used(of: offer)
    var change = UseFold(others).used(of: offer)
    change.remove(before)
    if change != Tally() { add(change, to: offer, in: transaction) }
  }

  /// The facts about all remedies that may share a use with `fact`, in their order: those of its order, for plans all of its customer's.
  private static func neighbours(
    of fact: RemedyChanged, _ person: Identifier<Person>?, in reading: borrowing some Reading & ~Copyable
  ) throws -> [RemedyChanged] {
    if fact.subscriptionID != nil, let person = person ?? fact.personID { return try remedies(of: person, in: reading) }
    return try Heard.about(fact.key, in: reading).compactMap(\.remedy)
  }

  private static func add(_ tally: Tally, to offer: Identifier<Offer>, in transaction: borrowing Transaction) {
    transaction.add(
      """
      INSERT INTO offer_use (offer_id, amount, uses, units) VALUES (?1, ?3, ?4, ?5)
      ON CONFLICT DO UPDATE SET amount = amount + excluded.amount, uses = uses + excluded.uses, units = units + excluded.units
      """, key: offer.text, tally.amount, tally.uses, tally.units)
  }

  static func total(of offer: Identifier<Offer>, in reading: borrowing some Reading & ~Copyable) throws -> Tally {
    try reading.settleSums()
    return try reading.first("SELECT amount, uses, units FROM offer_use WHERE offer_id = ?1", .text(offer.text)) { row throws(StoreFault) in
      Tally(amount: try row.integer(0), uses: try row.integer(1), units: try row.integer(2))
    } ?? Tally()
  }

  /// Every fact about the remedies of `person`, in the order of the journal.
  static func remedies(of person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable) throws -> [RemedyChanged] {
    try reading.all(
      """
      SELECT type, data FROM heard_fact WHERE person_id = ?1 AND type >= 'ledger.remedy.' AND type < 'ledger.remedy/'
      ORDER BY position, number
      """, .text(person.text)
    ) { row -> DomainEvent? in (try? DomainEvent.decode(type: row.text(0), data: row.blob(1))) ?? nil }.compactMap { event in
      guard case .remedyChanged(let fact)? = event else { return nil }
      return fact
    }
  }
}

extension Heard.Fact {
  /// The remedy that it is about.
  var remedy: RemedyChanged? {
    guard case .remedyChanged(let fact)? = event else { return nil }
    return fact
  }
}
