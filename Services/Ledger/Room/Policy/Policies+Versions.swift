import Contracts
import Host
import LedgerDomain
import Store
import protocol Store.Reading

extension Policies {
  /// A version of a policy as it stands.
  struct Version {
    let version: Int
    let document: JSON
  }

  static func names(in reading: borrowing some Reading & ~Copyable) throws -> [String] {
    try reading.all("SELECT DISTINCT name FROM policy ORDER BY name") { row in try row.text(0) }
  }

  static func latest(_ name: String, in reading: borrowing some Reading & ~Copyable) throws -> Version? {
    try reading.first("SELECT version, document FROM policy WHERE name = ?1 ORDER BY version DESC LIMIT 1", .text(name)) { row in
      Version(version: Int(try row.integer(0)), document: try JSON(parsing: Array(try row.text(1).utf8)))
    }
  }

  /// What is proposed for a policy and not confirmed.
  static func proposed(_ name: String, in reading: borrowing some Reading & ~Copyable) throws -> PolicyProposed? {
    try reading.first("SELECT content FROM policy_proposal WHERE name = ?1", .text(name)) { row -> PolicyProposed? in
      guard case .policyProposed(let fact)? = try DomainEvent.decode(type: PolicyProposed.type, data: try row.blob(0)) else { return nil }
      return fact
    }.flatMap(\.self)
  }

  /// The latest version, or the one that is named, with who made it so.
  static func json(_ name: String, version: Int?, in reading: borrowing some Reading & ~Copyable) throws -> JSON? {
    let found = try reading.first(
      """
      SELECT p.version, p.document, c.proposed_by, c.confirmed_by, c.at, (SELECT max(version) FROM policy WHERE name = ?1) FROM policy p
      LEFT JOIN policy_change c ON c.name = p.name AND c.version = p.version
      WHERE p.name = ?1 AND (?2 IS NULL OR p.version = ?2) ORDER BY p.version DESC LIMIT 1
      """, .text(name), .optional(version.map(Int64.init))
    ) { row in
      var members: [JSON.Member] = [
        .init("name", .string(name)), .init("version", .integer(try row.integer(0))), .init("latest", .integer(try row.integer(5))),
        .init("document", try JSON(parsing: Array(try row.text(1).utf8))),
      ]
      if let by = try row.optionalText(2) { members.append(.init("proposed_by", .string(by))) }
      if let by = try row.optionalText(3) { members.append(.init("confirmed_by", .string(by))) }
      if let at = try row.optionalInteger(4) { members.append(.init("since", .string(Timestamp(milliseconds: at).description))) }
      return members
    }
    guard var members = found else { return nil }
    if version == nil, let proposed = try proposed(name, in: reading) {
      members.append(
        .init(
          "proposed",
          .object([
            .init("version", .integer(Int64(proposed.version))), .init("document", proposed.document),
            .init("by", .string(proposed.by.text)),
            .init("at", .string(proposed.at.description)), .init("sentence", proposed.sentence.map { .string($0) } ?? .null),
          ])))
    }
    return .object(members)
  }

  /// The numbers behind a rule's name such as `policy/look-back/3`, in a sentence; nil for a name of something else.
  static func sentence(_ rule: String, in reading: borrowing some Reading & ~Copyable) throws -> String? {
    let parts = rule.split(separator: "/")
    guard parts.count == 3, parts[0] == "policy", let version = Int(parts[2]),
      let found = try json(String(parts[1]), version: version, in: reading)
    else { return nil }
    let by = found["confirmed_by"]?.string.map { ", confirmed by \($0)" } ?? ""
    let latest = found["latest"]?.integer ?? 0
    let since = latest > Int64(version) ? "; by now \(latest) is in force" : ""
    return "it went by \(rule)\(by): \(found["document"]?.text ?? "?")\(since)"
  }

  // MARK: Folding

  /// What somebody proposed: the last counts.
  static func fold(_ fact: PolicyProposed, _ meta: FactMeta, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO policy_proposal (name, message_id, content) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET message_id = ?2, content = ?3
      """, .text(fact.name), .text(meta.messageID.text), .blob(fact.event.encode()))
  }

  /// Who made a version so; what was proposed is over with it.
  static func confirmed(_ fact: PolicyPublished, _ meta: FactMeta, in transaction: borrowing Transaction) throws {
    guard let proposal = try proposed(fact.name, in: transaction), proposal.version <= fact.version else { return }
    try transaction.run(
      """
      INSERT INTO policy_change (name, version, proposed_by, confirmed_by, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING
      """, .text(fact.name), .integer(Int64(fact.version)), .text(proposal.by.text), .text(meta.actor), .timestamp(meta.recordedTime))
    try transaction.run("DELETE FROM policy_proposal WHERE name = ?1", .text(fact.name))
  }
}
