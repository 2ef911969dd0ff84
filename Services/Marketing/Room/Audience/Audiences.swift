import Contracts
import Store

/// Who is told of an offer: lists of people by name, apart from those who may have it. Without a list of its name, it is everybody who agreed.
enum Audiences {
  /// Tells of people who were not on the list, some hundred a fact, and puts them onto it. Returns how many they were.
  static func add(
    _ people: [Identifier<Person>], to id: Identifier<Audience>, _ telling: Telling, in transaction: borrowing Transaction
  ) throws -> Int64 {
    var seen: Set<Identifier<Person>> = []
    var new = try people.filter { try seen.insert($0).inserted && !holds(id, $0, in: transaction) }[...]
    let added = Int64(new.count)
    // A list without anybody is one all the same: an offer that names it is told to nobody.
    if new.isEmpty, try count(id.text, in: transaction) == nil {
      try telling.tell(.audienceListed(AudienceListed(audienceID: id, people: [])), in: transaction)
    }
    while !new.isEmpty {
      try telling.tell(.audienceListed(AudienceListed(audienceID: id, people: Array(new.prefix(Limits.listedMax)))), in: transaction)
      new = new.dropFirst(Limits.listedMax)
    }
    return added
  }

  private static func holds(
    _ id: Identifier<Audience>, _ person: Identifier<Person>, in reading: borrowing some Reading & ~Copyable
  ) throws -> Bool {
    try reading.integer("SELECT 1 FROM audience_member WHERE audience_id = ?1 AND person_id = ?2", .text(id.text), .text(person.text))
      != nil
  }

  /// Takes in who came onto a list. The same again changes nothing.
  static func fold(_ fact: AudienceListed, at instant: Timestamp, in transaction: borrowing Transaction) throws {
    let id = fact.audienceID.text
    var added: Int64 = 0
    for person in fact.people {
      added += Int64(
        try transaction.run(
          "INSERT INTO audience_member (audience_id, person_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING", .text(id), .text(person.text)))
    }
    try transaction.run(
      """
      INSERT INTO audience (audience_id, people, changed_at) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET people = people + ?2, changed_at = max(changed_at, ?3)
      """, .text(id), .integer(added), .timestamp(instant))
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
