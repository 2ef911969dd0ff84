import Contracts
import ServiceDomain
import Store
import Terms

/// Who works when, as rows: of each shift what was told last.
enum Rosters {
  static func fold(_ fact: RosterPublished, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO shift (agent_id, shift_id, begins, ends, told_at, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT DO UPDATE SET begins = ?3, ends = ?4, told_at = ?5, data = ?6 WHERE told_at <= ?5
      """, .text(fact.agentID.text), .text(fact.shiftID.text), .timestamp(fact.from), .timestamp(fact.to), .timestamp(fact.at),
      .blob(fact.event.encode()))
  }

  /// A shift's name, which no other agent's shift has: `agent/ines/early`.
  static func name(_ text: String, of agent: Identifier<Colleague>) throws(WordRefusal) -> Identifier<Shift> {
    do throws(InvalidIdentifier) { return try Identifier(text.hasPrefix(agent.text + "/") ? text : "\(agent)/\(text)") } catch {
      throw .field("shift_id", "\(error)")
    }
  }

  /// More shifts than are on one page, or in the first hours of an offer.
  private static let shiftsMax: Int64 = 20_000

  /// The shifts that lie in `period` at least in part, absent ones too, by their beginning.
  static func shifts(in period: Range<Timestamp>, _ reading: borrowing some Reading & ~Copyable) throws -> [RosterPublished] {
    try reading.all(
      "SELECT data FROM shift WHERE ends > ?1 AND begins < ?2 ORDER BY begins, agent_id, shift_id LIMIT ?3",
      .timestamp(period.lowerBound), .timestamp(period.upperBound), .integer(shiftsMax)
    ) { row in decode(try row.blob(0)) }.compactMap(\.self)
  }

  /// The shift of `agent` by its name, whole or as it was given; one that they took over has another agent's name in it.
  static func find(
    _ agent: Identifier<Colleague>, _ text: String, in reading: borrowing some Reading & ~Copyable
  ) throws -> RosterPublished? {
    let names = [try? Identifier<Shift>(text), try? name(text, of: agent)].compactMap(\.self)
    for name in names { if let found = try find(agent, name, in: reading) { return found } }
    return nil
  }

  static func find(
    _ agent: Identifier<Colleague>, _ shift: Identifier<Shift>, in reading: borrowing some Reading & ~Copyable
  ) throws -> RosterPublished? {
    try reading.first("SELECT data FROM shift WHERE agent_id = ?1 AND shift_id = ?2", .text(agent.text), .text(shift.text)) { row in
      decode(try row.blob(0))
    } ?? nil
  }

  /// Another shift of the same agent in which they are at that time.
  static func overlapping(
    _ fact: RosterPublished, in reading: borrowing some Reading & ~Copyable
  ) throws -> RosterPublished? {
    try reading.all(
      "SELECT data FROM shift WHERE agent_id = ?1 AND shift_id <> ?2 AND ends > ?3 AND begins < ?4 ORDER BY begins",
      .text(fact.agentID.text), .text(fact.shiftID.text), .timestamp(fact.from), .timestamp(fact.to)
    ) { row in decode(try row.blob(0)) }.compactMap(\.self).first { !$0.absent }
  }

  private static func decode(_ data: [UInt8]) -> RosterPublished? {
    ((try? DomainEvent.decode(type: RosterPublished.type, data: data)) ?? nil)?.rosterPublished
  }

  static func json(_ fact: RosterPublished) -> JSON {
    var members: [JSON.Member] = [
      .init("agent_id", .string(fact.agentID.text)), .init("shift_id", .string(fact.shiftID.text)),
      .init("from", .string(fact.from.description)), .init("to", .string(fact.to.description)),
    ]
    if let site = fact.site { members.append(.init("site", .string(site))) }
    if let employer = fact.employer { members.append(.init("employer", .string(employer))) }
    members += [
      .init("channels", .array(fact.channels.map { .string($0) })), .init("locales", .array(fact.locales.map { .string($0) })),
      .init("absent", .bool(fact.absent)), .init("told_at", .string(fact.at.description)),
    ]
    return .object(members)
  }
}
