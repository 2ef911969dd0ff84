import Contracts

/// The gate that an event passes before it enters an outbox: the envelope as the broker checks it, and the data by its type's contract.
///
/// A department holds its own events to it in their own transaction, so that a refusal at the broker is a bug. Safe from any thread.
package struct ContractGate: Sendable {
  private let contracts: [String: DataSchema]
  private let knowsAll: Bool

  /// Throws where a schema of the manifest is none that the broker would take.
  package init(_ manifest: Manifest) throws(SchemaFault) {
    var contracts: [String: DataSchema] = [:]
    for type in manifest.publishes { contracts[type.name] = try DataSchema(type.value) }
    self.contracts = contracts
    knowsAll = manifest != Manifest()
  }

  /// Throws what the broker would refuse, or `.notJSON` and its like, which would end the connection. `type` is the event's own.
  /// Returns where its data stands.
  @discardableResult
  package func check(_ event: [UInt8], of type: String) throws(WireFault) -> Range<Int> {
    try check(event, EventScan.check(event), type)
  }

  /// The same for an event whose type is read out of it.
  package func check(_ event: [UInt8]) throws(WireFault) {
    let routing = try EventScan.check(event)
    _ = try check(event, routing, String(decoding: event[routing.type], as: UTF8.self))
  }

  private func check(_ event: [UInt8], _ routing: RoutingFields, _ type: String) throws(WireFault) -> Range<Int> {
    guard let contract = contracts[type] else {
      if knowsAll { throw .event(sequence: 0, .undeclared(type: type)) }
      return routing.data
    }
    let mismatch = unsafe event.withUnsafeBytes { unsafe contract.mismatch($0, data: routing.data) }
    if let mismatch { throw .event(sequence: 0, .mismatch(type: type, mismatch)) }
    return routing.data
  }
}
