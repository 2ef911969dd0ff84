import Contracts
import Host
import Store

/// Says marketing's own facts: into the outbox and into the tables, in one transaction, so that the tables are their fold.
struct Telling: Sendable {
  let desk: DepartmentDesk
  let occasion: Occasion

  var now: Timestamp { occasion.now }

  /// Who speaks.
  var by: Identifier<Colleague> { Identifier(restoring: occasion.principal) }

  /// Marketing itself, where nobody ordered it.
  var own: Identifier<Colleague> { Identifier(restoring: desk.department.part.rawValue) }

  /// Tells `event`, true now, and takes it in.
  @discardableResult
  func tell(_ event: DomainEvent, in transaction: borrowing Transaction) throws -> Identifier<Message> {
    let told = try desk.publish(event, true: now, occasion, in: transaction)
    guard told.isTold else { return told.id }
    try OwnFacts.fold(event, Offers.Meta(message: told.id, at: now, by: occasion.principal), in: transaction)
    return told.id
  }
}

/// Marketing's own facts again, as they were told: the tables are rebuilt from them and nothing is decided anew.
enum OwnFacts {
  static func fold(_ event: DomainEvent, _ meta: Offers.Meta, in transaction: borrowing Transaction) throws {
    switch event {
    case .budgetChanged(let fact): try Campaigns.fold(fact, message: meta.message, at: meta.at, in: transaction)
    case .offerVersioned(let fact): try Offers.fold(fact, meta, in: transaction)
    case .offerScheduled(let fact): try Offers.fold(fact, meta, in: transaction)
    case .offerTurned(let fact): try Offers.fold(fact, meta, in: transaction)
    case .audienceListed(let fact): try Audiences.fold(fact, at: meta.at, in: transaction)
    case .audiencePrepared(let fact): try Preparations.fold(fact, meta, in: transaction)
    case .messageTurned(let fact): try Messages.fold(fact, meta, in: transaction)
    case .promiseDeclared(let fact): try GateTurns.fold(fact, in: transaction)
    case .gateTurned(let fact): try GateTurns.fold(fact, meta.message, in: transaction)
    case .gateWaived(let fact): try GateTurns.fold(fact, meta.message, in: transaction)
    case .questionAnswered(let fact): try Questions.fold(fact, in: transaction)
    case .staffNamed(let fact): try Staff.fold(fact, in: transaction)
    // What others tell is not marketing's own.
    default: break
    }
  }
}
