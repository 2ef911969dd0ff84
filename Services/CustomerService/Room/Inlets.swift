import Contracts
import Mesh
import ServiceDomain
import Store

/// What customer service does with the facts of others: decode, decide, write.
enum Inlets {
  static func order(_ received: Received, in transaction: inout Transaction) throws -> Disposition {
    guard case .orderCaptured(let order)? = received.event else { return .done }
    let noted = try Timeline.isNoted(.ordered, order.orderID, in: transaction)
    switch ServiceDomain.decide(order, noted: noted) {
    case .note(let entry):
      try Timeline.note(
        entry, message: received.envelope.id, position: received.position, at: received.envelope.recordedTime, in: transaction)
    case .nothing: break
    }
    return .done
  }
}
