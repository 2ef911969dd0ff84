import Contracts
import Host
import LedgerDomain
import Mesh
import Store

/// What the ledger does with facts that it hears: decode, decide, write.
enum Inlets {
  /// Takes back a fact that the ledger itself told, into a store that is rebuilt from the journal. Nothing is decided and nothing told again;
  /// what this store knows already stays as it is.
  static func own(_ received: Received, _ desk: DepartmentDesk, in transaction: inout Transaction) throws -> Disposition {
    guard let fact = received.event else { return .done }
    let envelope = received.envelope
    // What others told is taken down the same way, and nothing follows from it yet.
    guard envelope.source == desk.department.source else { return try hearAgain(received, desk, in: &transaction) }
    do {
      return try transaction.savepoint { transaction in
        guard try !Facts.isFolded(fact, envelope.id, in: transaction) else { return .done }
        try Books.keep(in: &transaction) { books, transaction in
          try Facts.fold(fact, data: envelope.data, FactMeta(envelope), books: &books, in: &transaction)
        }
        try Retracing.follow(fact, desk.occasion(of: received), in: transaction)
        // Whether everybody was asked about before the store was lost is not known: asked again, nothing is given twice.
        if case .membershipChanged(let fact) = fact {
          try LateMembers.await(fact.group, desk.occasion(of: received), in: transaction)
        }
        return .done
      }
    } catch let refusal as LedgerRefusal {
      return .never(reason: refusal.description)
    }
  }
}
