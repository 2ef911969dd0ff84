import Contracts
import LedgerDomain
import Store

extension Facts {
  /// What a fact of the ledger's own says beside the books: the order's file, the remedy, the offer, the policy.
  static func foldOffers(_ fact: DomainEvent, data: @autoclosure () -> [UInt8], _ meta: FactMeta, in transaction: borrowing Transaction)
    throws
  {
    switch fact {
    case .orderCaptured(let order):
      try OrderFile.noteLate(order.lines, of: order.orderID, at: nil, in: transaction)
      if order.subscriptionID != nil { try Plans.fold(order, in: transaction) }
    case .orderShipped, .orderReturned, .orderCancelled, .refundResolved: try OrderFile.append(fact, data: data(), meta, in: transaction)
    case .subscriptionChanged(let change):
      try OrderFile.append(fact, data: data(), meta, in: transaction)
      try Plans.fold(change, in: transaction)
    case .orderAmended(let amended):
      try OrderFile.append(fact, data: data(), meta, in: transaction)
      try OrderFile.noteLate(amended.lines, of: amended.orderID, at: amended.amendedAt, in: transaction)
    case .remedyChanged(let remedy):
      try OrderFile.append(fact, data: data(), meta, in: transaction)
      try Remedies.fold(remedy, in: transaction)
      if remedy.basis.isByHand { try Asked.fold(remedy, meta, in: transaction) }
      if remedy.subscriptionID != nil { try Plans.fold(remedy, in: transaction) }
    case .budgetChanged(let budget): try Budgets.fold(budget, meta, in: transaction)
    case .lookBackCompleted(let completed): try LookBack.fold(completed, data: data(), meta, in: transaction)
    case .policyPublished(let policy): try Policies.fold(policy, meta, in: transaction)
    case .policyProposed(let policy): try Policies.fold(policy, meta, in: transaction)
    default: break
    }
  }
}
