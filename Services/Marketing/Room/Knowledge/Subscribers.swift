import Contracts
import Store
import Terms

/// Who carries which plan, as the ledger tells it: those who are there already when somebody new gets it for less.
enum Subscribers {
  /// Takes in a change; of one subscription the latest counts.
  static func fold(_ fact: SubscriptionChanged, in transaction: borrowing Transaction) throws {
    guard let person = fact.personID else { return }
    let plan = fact.toPlan ?? fact.fromPlan
    let begins =
      switch fact.change {
      case .started, .upgraded, .downgraded: true
      case .renewed, .cancelled: false
      }
    try transaction.run(
      """
      INSERT INTO subscriber (subscription_id, person_id, plan, since, left_at, carries, changed_at)
      VALUES (?1, ?2, ifnull(?3, ''), ?4, CASE WHEN ?5 THEN ?4 END, ?6, ?4)
      ON CONFLICT DO UPDATE SET person_id = ?2, plan = ifnull(?3, plan),
        since = CASE WHEN ?7 AND ifnull(?3, plan) <> plan OR left_at IS NOT NULL AND NOT ?5 THEN ?4 ELSE since END,
        left_at = CASE WHEN ?5 THEN ?4 END, carries = coalesce(?6, carries), changed_at = ?4
        WHERE ?4 >= changed_at
      """, .text(fact.subscriptionID.text), .text(person.text), .optional(plan?.text), .timestamp(fact.changedAt),
      .integer(fact.change == .cancelled ? 1 : 0), .optional(fact.carries?.description), .integer(begins ? 1 : 0))
  }

  /// Those who were on `plan` before `instant` and are still on it then.
  static func there(
    on plan: String, before instant: Timestamp, in reading: borrowing some Reading & ~Copyable
  ) throws -> [Identifier<Person>] {
    try reading.all(
      """
      SELECT DISTINCT person_id FROM subscriber WHERE plan = ?1 AND since < ?2 AND (left_at IS NULL OR left_at > ?2)
      ORDER BY person_id LIMIT 20000
      """, .text(plan), .timestamp(instant)
    ) { row throws(StoreFault) in Identifier(restoring: try row.text(0)) }
  }
}

/// The channels by which the shop sells: those by which anything was bought.
enum ShopChannels {
  /// HOT: for every order.
  static func note(_ channel: String, in transaction: borrowing Transaction) throws {
    try transaction.run("INSERT INTO shop_channel (channel) VALUES (?1) ON CONFLICT DO NOTHING", .text(channel))
  }

  static func all(in reading: borrowing some Reading & ~Copyable) throws -> [String] {
    try reading.all("SELECT channel FROM shop_channel ORDER BY channel") { row throws(StoreFault) in try row.text(0) }
  }
}
