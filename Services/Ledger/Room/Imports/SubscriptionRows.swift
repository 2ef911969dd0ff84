import Contracts
import Feed
import Store
import protocol Store.Reading

/// Changes of plans as rows of an import: the members of the fact, `changed_at` left out where it is `from`.
enum SubscriptionRows: ImportedRows {
  static let name = "subscriptions"
  static let idField = "subscription_id"
  static let itemsPerFact = 1

  static func judge(
    _ row: RowBatch.Row, _ batch: RowBatch, in reading: borrowing some Reading & ~Copyable
  ) throws -> ImportedRow<SubscriptionChanged> {
    guard let change = try row.word("change", SubscriptionChanged.Change.self) else { throw FieldFault("change", "it is missing") }
    let from = try row.time("from")
    let fact = SubscriptionChanged(
      subscriptionID: try row.identifier("subscription_id"), personID: try row.identifierIfThere("person_id"), change: change,
      fromPlan: try row.identifierIfThere("from_plan"), toPlan: try row.identifierIfThere("to_plan"), from: from,
      to: row.text("to") == nil ? nil : try row.time("to"), channel: row.text("channel"),
      changedAt: row.text("changed_at") == nil ? from : try row.time("changed_at"))
    if let to = fact.to, to <= from { throw FieldFault("to", "the period ends before it begins") }
    if change != .cancelled, fact.toPlan == nil { throw FieldFault("plan", "which plan it is now is missing") }
    for one in try OrderFile.events(of: fact.subscriptionID.text, in: reading) {
      guard case .subscriptionChanged(let known) = one.event, known.change == change, known.changedAt == fact.changedAt else { continue }
      if known.fromPlan == fact.fromPlan, known.toPlan == fact.toPlan, known.from == from, known.to == fact.to,
        known.personID == fact.personID
      {
        return ImportedRow(outcome: .matched)
      }
      throw FieldFault("change", "subscription \(fact.subscriptionID) is known to have \(change.rawValue) at \(fact.changedAt) otherwise")
    }
    return ImportedRow(outcome: .created, item: fact)
  }

  static func fact(of items: [SubscriptionChanged], key: String, at now: Timestamp) -> (fact: DomainEvent, at: Timestamp) {
    (.subscriptionChanged(items[0]), items[0].changedAt)
  }
}
