/// What the departments tell each other, by type. A type that this build does not know is ignored, never an error.
package enum DomainEvent: Sendable, Equatable {
  /// `ledger.order.captured.v1`.
  case orderCaptured(OrderCaptured)

  /// The envelope's `type`.
  package var type: String {
    switch self {
    case .orderCaptured: OrderCaptured.type
    }
  }

  /// The envelope's `partitionkey` and `subject`: facts of one key are handled in order.
  package var key: String {
    switch self {
    case .orderCaptured(let order): order.orderID.text
    }
  }

  /// The envelope's `data`.
  package func encode() -> [UInt8] {
    var writer = JSONWriter(reserving: 1_024)
    switch self {
    case .orderCaptured(let order): order.write(into: &writer)
    }
    return writer.bytes
  }

  /// Reads `data` as the contract of `type` has it. Nil for a type that this build does not know.
  ///
  /// Members that the contract does not name are skipped: a newer department may send them.
  package static func decode(type: String, data: UnsafeRawBufferPointer) throws(ContractFault) -> DomainEvent? {
    switch type {
    case OrderCaptured.type: .orderCaptured(try OrderCaptured(decoding: data))
    default: nil
    }
  }

  package static func decode(type: String, data: [UInt8]) throws(ContractFault) -> DomainEvent? {
    let outcome = data.withUnsafeBytes { bytes in Result { () throws(ContractFault) in try decode(type: type, data: bytes) } }
    return try outcome.get()
  }
}
