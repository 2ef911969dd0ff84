import Contracts
import Host
import LedgerDomain
import Store
import Synchronization
import Terms
import protocol Store.Reading

/// The numbers that decisions go by: versioned data, never code. The latest version of each counts.
struct Policies: Sendable {
  private struct Row: Sendable {
    let version: Int64
    let document: JSON
  }
  private let rows: [String: Row]

  /// Those that were read last, by the store and the sum of their versions: a version's document never changes.
  private struct Kept: Sendable {
    let lineage: String
    let mark: Int64
    let policies: Policies
  }
  private static let kept = Mutex<Kept?>(nil)

  /// The policies that `desk`'s store holds now. HOT.
  static func current(_ desk: DepartmentDesk, in reading: borrowing some Reading & ~Copyable) throws -> Policies {
    let mark = try reading.integer("SELECT 1000000 * count(*) + ifnull(sum(version), 0) FROM policy") ?? 0
    let lineage = desk.store.identity.lineage
    if let kept = kept.withLock({ $0 }), kept.mark == mark, kept.lineage == lineage { return kept.policies }
    let policies = try Policies(in: reading)
    kept.withLock { $0 = Kept(lineage: lineage, mark: mark, policies: policies) }
    return policies
  }

  init(in reading: borrowing some Reading & ~Copyable) throws {
    var rows: [String: Row] = [:]
    try reading.rows("SELECT name, version, document FROM policy ORDER BY name, version") { row in
      rows[try row.text(0)] = Row(version: try row.integer(1), document: try JSON(parsing: Array(try row.text(2).utf8)))
    }
    self.rows = rows
  }

  /// `policy/look-back/1`, for the envelope of what it decided.
  func name(of policy: String) -> String? { rows[policy].map { "policy/\(policy)/\($0.version)" } }

  /// Whether a refund to the tender of this order counts as confirmed at once: the word in `confirm` for its channel, for its feed by name
  /// (such as `demo`, the built-in shop's), for whatever is imported, or for the rest.
  func confirmsAtOnce(_ order: OrderCaptured) -> Bool {
    let document = rows["confirm"]?.document
    let feeds = order.imported.map { [$0.file, "import"] } ?? ["other"]
    let words = (["channel/\(order.channel)"] + feeds).lazy.compactMap { document?[$0]?.string }
    return words.first == "immediate"
  }

  /// How long a remedy on a receipt can be claimed where its offer does not say.
  var claimableFor: Duration? { duration("claimable", "for") }
  /// How far an audit of disconnects looks back.
  var auditReachesBack: Duration? { duration("audit", "reaches_back") }
  /// What may be given at the desk without asking.
  var limits: GrantLimits? { rows["limits"].flatMap { GrantLimits($0.document) } }
  /// Within which time a plan that was left brings its offer back.
  var plansResumeWithin: Duration? { duration("plans", "resume_within") }

  private func duration(_ policy: String, _ member: String) -> Duration? {
    rows[policy]?.document[member]?.string.flatMap { try? Duration(iso8601: $0) }
  }

  // MARK: Telling

  /// The due row that tells the seeded policies; it is as old as the store.
  static let due = "policy.publish"

  /// Tells the seeded policies, once.
  static func publish(_ desk: DepartmentDesk, _ occasion: Occasion, in transaction: inout Transaction) throws {
    let waiting = try transaction.all(
      "SELECT name, version, document FROM policy WHERE message_id IS NULL ORDER BY name, version"
    ) { row in
      PolicyPublished(
        name: try row.text(0), version: Int(try row.integer(1)), document: try JSON(parsing: Array(try row.text(2).utf8)))
    }
    try Books.keep(in: &transaction) { books, transaction in
      for policy in waiting {
        try Facts.tell(.policyPublished(policy), true: occasion.now, occasion, desk, books: &books, in: &transaction)
      }
    }
  }

  /// A policy as it was told, or told before and heard again.
  static func fold(_ fact: PolicyPublished, _ meta: FactMeta, in transaction: borrowing Transaction) throws {
    try transaction.run(
      """
      INSERT INTO policy (name, version, document, message_id) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT DO UPDATE SET document = ?3, message_id = ?4
      """, .text(fact.name), .integer(Int64(fact.version)), .text(String(decoding: fact.document.bytes, as: UTF8.self)),
      .text(meta.messageID.text))
    try confirmed(fact, meta, in: transaction)
    // Told before, into another store: then there is nothing to tell again.
    guard try transaction.integer("SELECT 1 FROM policy WHERE message_id IS NULL LIMIT 1") == nil else { return }
    try Due.remove(kind: due, subject: "all", in: transaction)
  }
}
