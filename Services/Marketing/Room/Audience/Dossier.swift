import Contracts
import MarketingDomain
import Store
import Terms

/// What is known of one person and bears on whether they are written to.
struct Dossier: Equatable {
  var barred: Verdict.Case.Barred?
  /// Where they can be written to; nil where nobody said.
  var channels: [String]?
  var locale: String?
  /// They were given something of the offer.
  var hasRemedy = false
  /// The basis of the first that no message told of, by its id.
  var untold: String?
  /// Channels by which they agreed to be sold to.
  var consents: [String] = []
  /// Marketing messages within the time that counts.
  var messages: Int64 = 0
  /// One of them, whenever, was about this offer.
  var isTold = false
  /// When they placed their last order.
  var lastPlacedAt: Timestamp?
  /// What they are held from now.
  var holds: [Holds.Scope] = []
  /// When they belong to the segment or list that the offer is for.
  var membership = Membership()
}

/// Reads what is known of people who stand next to each other: each table is asked once for all of them and walked along with them.
///
/// ```
///   people   ada ...... bea ...... cleo       by id, and so is each table
///   person   ada ...... bea ............      ┐
///   consent  ada, ada ........... cleo, cleo  ├ from the first to the last of them
///   purchase .......... bea, bea .. cleo      ┘
/// ```
/// Where many others stand between them, each is a page of their own: so nobody reads the whole shop for a few guests. It is the same
/// questions then, so that a verdict among a million and a lone one at the hand-over cannot differ.
struct Dossiers {
  let offer: Identifier<Offer>
  let group: CustomerGroup?
  let messagesSince: Timestamp
  let now: Timestamp

  /// Rows of one table that are walked through for each person wanted, and for the page: beyond it, asking for each alone costs less.
  private static let rowsEach = 4
  private static let rowsMore = 64

  /// The dossiers of `people`, who are in the order of their ids, each once.
  func of(_ people: [Identifier<Person>], in reading: borrowing some StoreReading & ~Copyable) throws -> [Dossier] {
    if let found = try page(people, in: reading) { return found }
    var each: [Dossier] = []
    for person in people { each += try page([person], in: reading) ?? [] }
    return each
  }

  /// One page, walked through as the tables answer.
  private struct Walk {
    let people: [Identifier<Person>]
    var found: [Dossier]
    private var place = 0
    private var rows: Int64 = 0
    /// Channels are a few words that nearly everybody has alike.
    private var channels: (text: String, words: [String]) = ("", [])

    init(_ people: [Identifier<Person>]) {
      self.people = people
      found = [Dossier](repeating: Dossier(), count: people.count)
    }

    /// Begins with another table.
    mutating func begin() { (place, rows) = (0, 0) }

    /// Whether the table had as many rows as were asked for, so that some may be missing.
    func isBeyond(_ limit: Int64) -> Bool { limit >= 0 && rows >= limit }

    /// The place of the next row's person; nil where it is somebody else between them.
    mutating func find(_ person: String) -> Int? {
      rows += 1
      while place < people.count, people[place].text < person { place += 1 }
      return place < people.count && people[place].text == person ? place : nil
    }

    mutating func words(_ text: String) -> [String] {
      if channels.text != text { channels = (text, text.split(separator: " ").map(String.init)) }
      return channels.words
    }
  }

  /// Nil where so many others stand between them that a table was not read to its end.
  private func page(_ people: [Identifier<Person>], in reading: borrowing some StoreReading & ~Copyable) throws -> [Dossier]? {
    guard let first = people.first, let last = people.last else { return [] }
    let (from, to) = (SQLValue.text(first.text), SQLValue.text(last.text))
    let limit = people.count == 1 ? -1 : Int64(people.count * Self.rowsEach + Self.rowsMore)
    let most = SQLValue.integer(limit)
    var walk = Walk(people)

    try reading.rows(
      """
      SELECT person_id, barred, channels, locale FROM person WHERE person_id BETWEEN ?1 AND ?2 ORDER BY person_id LIMIT ?3
      """, from, to, most
    ) { row in
      guard let place = walk.find(try row.text(0)) else { return }
      walk.found[place].barred = try row.optionalText(1).map { Verdict.Case.Barred(rawValue: $0) ?? .unreachable }
      walk.found[place].channels = try row.optionalText(2).map { walk.words($0) }
      walk.found[place].locale = try row.optionalText(3)
    }
    guard !walk.isBeyond(limit) else { return nil }

    walk.begin()
    try reading.rows(
      """
      SELECT person_id, channel FROM consent WHERE person_id BETWEEN ?1 AND ?2 AND purpose = 'marketing' AND given = 1
      ORDER BY person_id LIMIT ?3
      """, from, to, most
    ) { row in
      guard let place = walk.find(try row.text(0)) else { return }
      walk.found[place].consents.append(try row.text(1))
    }
    guard !walk.isBeyond(limit) else { return nil }

    walk.begin()
    try reading.rows(
      """
      SELECT person_id, max(placed_at) FROM purchase WHERE person_id BETWEEN ?1 AND ?2 GROUP BY person_id ORDER BY person_id LIMIT ?3
      """, from, to, most
    ) { row in
      guard let place = walk.find(try row.text(0)) else { return }
      walk.found[place].lastPlacedAt = try row.timestamp(1)
    }
    guard !walk.isBeyond(limit) else { return nil }

    walk.begin()
    try reading.rows(
      """
      SELECT person_id, basis, noted IS NULL FROM remedy
      WHERE offer_id = ?4 AND person_id BETWEEN ?1 AND ?2 AND state IN ('pending', 'posted') ORDER BY person_id, remedy_id LIMIT ?3
      """, from, to, most, .text(offer.text)
    ) { row in
      guard let place = walk.find(try row.text(0)) else { return }
      walk.found[place].hasRemedy = true
      if walk.found[place].untold == nil, try row.bool(2) { walk.found[place].untold = try row.text(1) }
    }
    guard !walk.isBeyond(limit) else { return nil }

    walk.begin()
    try reading.rows(
      """
      SELECT person_id, sum(changed_at > ?4), max(offer_id = ?5) FROM message
      WHERE person_id BETWEEN ?1 AND ?2 AND state = 'sent' AND purpose = 'marketing' GROUP BY person_id ORDER BY person_id LIMIT ?3
      """, from, to, most, .timestamp(messagesSince), .text(offer.text)
    ) { row in
      guard let place = walk.find(try row.text(0)) else { return }
      walk.found[place].messages = try row.integer(1)
      walk.found[place].isTold = try row.bool(2)
    }
    guard !walk.isBeyond(limit) else { return nil }

    walk.begin()
    try reading.rows(
      """
      SELECT person_id, scope, scope_id FROM hold WHERE person_id BETWEEN ?1 AND ?2 AND until_at > ?4 ORDER BY person_id LIMIT ?3
      """, from, to, most, .timestamp(now)
    ) { row in
      guard let place = walk.find(try row.text(0)) else { return }
      walk.found[place].holds.append(
        Holds.Scope(scope: HoldTurned.Scope(rawValue: try row.text(1)) ?? .all, id: try row.optionalText(2)))
    }
    guard !walk.isBeyond(limit) else { return nil }

    guard let group else { return walk.found }
    walk.begin()
    try Memberships.rows(of: group, from: first, to: last, limit: limit, in: reading) { person, span in
      if let place = walk.find(person) { walk.found[place].membership.spans.append(span) }
    }
    return walk.isBeyond(limit) ? nil : walk.found
  }
}
