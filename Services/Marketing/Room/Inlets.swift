import Contracts
import MarketingDomain
import Mesh
import Store

/// What marketing does with the facts of others: decode, decide, write.
enum Inlets {
  static func order(_ received: Received, in transaction: inout Transaction) throws -> Disposition {
    guard case .orderCaptured(let order)? = received.event else { return .done }
    let counted = try Buyers.isCounted(order.orderID, in: transaction)
    let buyer = try order.personID.flatMap { person in try Buyers.find(person, in: transaction) }
    switch MarketingDomain.decide(order, counted: counted, buyer: buyer) {
    case .count(let id, let buyer):
      try Buyers.count(
        id, buyer: buyer, message: received.envelope.id, position: received.position, at: received.envelope.recordedTime, in: transaction)
    case .nothing: break
    }
    return .done
  }
}
