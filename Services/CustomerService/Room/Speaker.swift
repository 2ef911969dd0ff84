import Contracts
import Host
import Mesh
import Store

/// Says customer service's own facts: into the outbox and into the tables, in one transaction, so that the tables are their fold.
struct Speaker: Sendable {
  let desk: DepartmentDesk
  let occasion: Occasion

  var now: Timestamp { occasion.now }

  /// Who speaks.
  var by: Identifier<Colleague> { Identifier(restoring: occasion.principal) }

  /// Tells `event`, true now, and takes it in. `rule` is the version of the policy that decided.
  @discardableResult
  func tell(_ event: DomainEvent, under rule: String? = nil, in transaction: borrowing Transaction) throws -> Identifier<Message> {
    let told = try desk.publish(event, true: now, occasion.under(rule ?? occasion.ruleVersion), in: transaction)
    guard told.isTold else { return told.id }
    let meta = OwnFacts.Meta(message: told.id, at: now, by: occasion.principal, origin: occasion.origin)
    try OwnFacts.fold(event, meta, in: transaction)
    return told.id
  }

  /// A name for what nobody is told of yet: one for each command.
  func ownName(_ word: String) -> String {
    "\(word)-\(Hex.encode(Array(SHA256.hash(Array("\(desk.store.identity.lineage) \(by) \(occasion.causation)".utf8)).prefix(8))))"
  }

  /// A name that nothing else of this store has, and no other store's.
  func fresh(_ word: String, in transaction: borrowing Transaction) throws -> String {
    "\(word)-\(desk.store.identity.lineage.prefix(6))-\(try Outbox.highest(in: transaction) + 1)"
  }
}
