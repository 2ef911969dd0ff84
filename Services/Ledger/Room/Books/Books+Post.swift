import Contracts
package import LedgerDomain
package import Store

extension Books {
  /// Writes the entry that `draft` says, as the next of the books, and returns its number. Throws `LedgerRefusal.books` where the books
  /// take it not; then nothing was written, but rows of accounts that stay empty.
  @discardableResult
  package mutating func post(_ draft: EntryDraft, _ meta: FactMeta, in transaction: borrowing Transaction) throws -> Int64 {
    do throws(BooksRefusal) { try confirm(draft) } catch { throw LedgerRefusal.books(error) }
    let original = try draft.of.map { try Original.find($0, in: transaction) }
    do throws(BooksRefusal) { try original?.confirm(draft) } catch { throw LedgerRefusal.books(error) }

    var places: [Int] = []
    places.reserveCapacity(draft.legs.each.count)
    for leg in draft.legs.each { places.append(try place(of: leg.account, in: transaction)) }
    var freed: [Int] = []
    if draft.state.resolves, let original {
      for leg in original.legs { freed.append(try place(of: leg.account, in: transaction)) }
    }
    let moved: [Moved]
    do throws(BooksRefusal) { moved = try movements(draft, places, original, freed) } catch { throw LedgerRefusal.books(error) }

    let day = max(Entry.day(of: meta.time), closedThrough.map { $0 + 1 } ?? .min)
    let entry = Entry(
      number: nextEntry, draft, meta, recordedAt: max(recordedAt.adding(.milliseconds(1)), meta.recordedTime), accountingDay: day)
    let hash = entry.hash(after: head)
    try insertLegs(draft.legs.each, of: entry.number, at: places, in: transaction)
    try EntryRows.insert(entry, hash, in: transaction)

    for move in moved { self.move(move.place, to: move.standing) }
    if draft.state == .posted || draft.state == .post { try count(draft.legs, in: transaction) }
    (nextEntry, head, recordedAt, postedAt) = (entry.number + 1, hash, entry.recordedAt, meta.recordedTime)
    return entry.number
  }

  /// Writes the legs. A statement for each: with several rows in one SQLite puts them aside in a table of their own first, for the
  /// trigger's sake. HOT.
  private func insertLegs(_ legs: [Leg], of entry: Int64, at places: [Int], in transaction: borrowing Transaction) throws(StoreFault) {
    let first = entry * Self.legsOfEntry
    for index in legs.indices {
      let place = places[index]
      try transaction.run(
        "INSERT INTO leg (id, account, amount, previous) VALUES (?1, ?2, ?3, ?4)", .integer(first + Int64(index)),
        .integer(accounts[place].row), .integer(legs[index].signed), .optional(accounts[place].lastLeg))
    }
  }

  /// A leg's row is numbered by its entry times this, and its place.
  static let legsOfEntry: Int64 = 1_024

  private struct Moved {
    let place: Int
    var standing: Standing
  }

  private func confirm(_ draft: EntryDraft) throws(BooksRefusal) {
    guard draft.of != nil || !draft.state.resolves else { throw .needsOriginal(draft.kind) }
    guard draft.of == nil || draft.state != .pending else { throw .notPending(draft.of ?? 0) }
  }

  /// What the touched accounts become. What an entry resolves is freed first, then its own legs are added; no bounded account may then have
  /// less than nothing, unless the entry leaves it better off than before.
  private mutating func movements(
    _ draft: EntryDraft, _ places: [Int], _ original: Original?, _ freed: [Int]
  ) throws(BooksRefusal) -> [Moved] {
    var moved: [Moved] = []
    moved.reserveCapacity(places.count)
    func index(_ place: Int) -> Int {
      if let at = moved.firstIndex(where: { $0.place == place }) { return at }
      moved.append(Moved(place: place, standing: accounts[place]))
      return moved.count - 1
    }
    if let original {
      for (place, leg) in zip(freed, original.legs) {
        try moved[index(place)].standing.balance.add(-leg.amount, leg.side, isPending: true)
      }
    }
    for (number, leg) in draft.legs.each.enumerated() {
      let at = index(places[number])
      moved[at].standing.legs += 1
      moved[at].standing.lastLeg = nextEntry * Self.legsOfEntry + Int64(number)
      switch draft.state {
      case .posted, .post: try moved[at].standing.balance.add(leg.amount, leg.side, isPending: false)
      case .pending: try moved[at].standing.balance.add(leg.amount, leg.side, isPending: true)
      case .void, .expire: break
      }
    }
    for move in moved {
      let role = move.standing.account.role
      let after = move.standing.balance.available(role)
      guard after < 0 else { continue }
      let before = accounts[move.place].balance.available(role)
      guard after < before else { continue }
      let currency = move.standing.account.currency
      guard !role.isBounded else {
        throw .belowZero(
          account: move.standing.account.path, available: Money(minor: before, currency), wanted: Money(minor: before - after, currency))
      }
      if role == .serviceReserve {
        alarms.append(
          "customer service's fund is at \(Money(minor: after, currency)); fund it with `accord ledger fund service AMOUNT --currency \(currency)`"
        )
      }
    }
    return moved
  }

  /// Adds to what all entries have moved.
  private mutating func count(_ legs: Legs, in transaction: borrowing Transaction) throws {
    if !turnover.contains(where: { $0.currency == legs.currency }) {
      let before = try transaction.integer("SELECT debits FROM turnover WHERE currency = ?1", .text(legs.currency.code)) ?? 0
      turnover.append(Turnover(currency: legs.currency, amount: before, isMoved: false))
    }
    guard let at = turnover.firstIndex(where: { $0.currency == legs.currency }) else { return }
    let (sum, past) = turnover[at].amount.addingReportingOverflow(legs.total)
    guard !past else { throw LedgerRefusal.books(.tooLarge) }
    turnover[at].amount = sum
    turnover[at].isMoved = true
  }
}
