import Contracts
import Host
import ServiceDomain
import Store
import Telemetry
import Terms

/// Tells what the desk can take when the roster changes, in the transaction of the change; a drop below what is reserved is an alarm at once.
struct RosterFollowing {
  let speaker: Speaker
  let shelf: OfferShelf

  /// Runs `change`, which tells of shifts in `period`, and then what follows for the capacity. The answer names where it falls short.
  func following<T>(
    _ period: Range<Timestamp>?, because cause: String, in transaction: borrowing Transaction, _ change: (borrowing Transaction) throws -> T
  ) throws -> (T, short: [JSON]) {
    // Nobody takes anything in hours that are over.
    guard let period, let span = Self.future(period, speaker.now) else { return (try change(transaction), []) }
    let before = try Rosters.shifts(in: span, transaction)
    let book = try Promises.book(since: span.lowerBound, in: transaction)
    let result = try change(transaction)
    let after = try Rosters.shifts(in: span, transaction)
    guard before != after else { return (result, []) }
    let rules = try Policies.care(in: transaction).forecast
    let usual = try Usual(shelf: shelf, now: speaker.now, weeks: Forecasting.weeks, in: transaction)
    let capacity = RosterCapacity(rules: rules) { usual.of($0) }
    let words = book.slots.filter { RosterCapacity.line.holds($0.key) && $0.value.from < $0.value.to }
    let hours = capacity.changes(span, before: before, after: after, slots: Array(words.values))
    var slots = book.slots
    for hour in hours {
      let facts = RosterCapacity.line.carving(
        hour.period, hour.quantity, cause: "\(RosterCapacity.cause): \(cause)", out: slots, by: speaker.by, at: speaker.now)
      for fact in facts {
        try speaker.tell(.capacityChanged(fact), in: transaction)
        slots[fact.slotID] = fact
      }
    }
    guard !hours.isEmpty else { return (result, []) }
    let short = try Shortfalls.alarm(before: book, since: span.lowerBound, speaker, in: transaction)
    return (result, short.map(CapacityJSON.shortfall))
  }

  private static func future(_ period: Range<Timestamp>, _ now: Timestamp) -> Range<Timestamp>? {
    let from = max(period.lowerBound, now)
    return from < period.upperBound ? from..<period.upperBound : nil
  }
}

/// What falls short of what was promised, once it does.
enum Shortfalls {
  /// Those that were not there in `before`, each with an alarm; marketing pauses the offer, where its promise says so, when it hears of it.
  static func alarm(
    before: CapacityBook, since: Timestamp, _ speaker: Speaker, in reading: borrowing some Reading & ~Copyable
  ) throws -> [CapacityBook.Shortfall] {
    let known = before.shortfalls(at: speaker.now)
    let short = try Promises.book(since: since, in: reading).shortfalls(at: speaker.now).filter { !known.contains($0) }
    for one in short {
      speaker.desk.log.warning(
        "capacity.short",
        "\(one.promise.offerID) was promised \(one.promise.words(one.reserved)), and from \(one.window.lowerBound) on only \(one.there) is there; "
          + (one.promise.onDrop == .pause ? "marketing pauses it" : "marketing is told"))
    }
    return short
  }
}
