import Contracts
import Store

/// Who is told of an offer: lists of people by name, apart from those who may have it. Without a list of its name, it is everybody who agreed.
enum Audiences {
  /// What a list is called.
  enum Name {}

  /// Adds people to the list. Returns how many were not on it.
  static func add(_ people: [Identifier<Person>], to id: String, at now: Timestamp, in transaction: borrowing Transaction) throws -> Int64 {
    var added: Int64 = 0
    for person in people {
      added += Int64(
        try transaction.run(
          "INSERT INTO audience_member (audience_id, person_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING", .text(id), .text(person.text)))
    }
    try transaction.run(
      """
      INSERT INTO audience (audience_id, people, changed_at) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET people = people + ?2, changed_at = ?3
      """, .text(id), .integer(added), .timestamp(now))
    return added
  }

  /// How many people are on the list; nil where there is none of this name.
  static func count(_ id: String, in reading: borrowing some Reading & ~Copyable) throws -> Int64? {
    try reading.integer("SELECT people FROM audience WHERE audience_id = ?1", .text(id))
  }

  /// The next people of an offer's audience after `person`, by id.
  static func people(
    of id: String, after person: String, limit: Int, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Identifier<Person>] {
    guard try count(id, in: reading) == nil else {
      return try reading.all(
        "SELECT person_id FROM audience_member WHERE audience_id = ?1 AND person_id > ?2 ORDER BY person_id LIMIT ?3", .text(id),
        .text(person), .integer(Int64(limit))
      ) { row throws(StoreFault) in Identifier(restoring: try row.text(0)) }
    }
    return try reading.all(
      "SELECT DISTINCT person_id FROM consent WHERE purpose = 'marketing' AND given = 1 AND person_id > ?1 ORDER BY person_id LIMIT ?2",
      .text(person), .integer(Int64(limit))
    ) { row throws(StoreFault) in Identifier(restoring: try row.text(0)) }
  }

  static func all(in reading: borrowing some Reading & ~Copyable) throws -> [JSON] {
    try reading.all("SELECT audience_id, people, changed_at FROM audience ORDER BY audience_id LIMIT 1000") { row throws(StoreFault) in
      [
        "audience_id": .string(try row.text(0)), "people": .integer(try row.integer(1)),
        "changed_at": .string(try row.timestamp(2).description),
      ]
    }
  }
}
