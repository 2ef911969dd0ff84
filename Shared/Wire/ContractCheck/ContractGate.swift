import Contracts

/// The gate that an event passes before it enters an outbox: the envelope as the broker checks it, and the data by its type's contract.
///
/// A department holds its own events to it in their own transaction, so that a refusal at the broker is a bug. Safe from any thread.
package struct ContractGate: Sendable {
  private let contracts: [(type: [UInt8], schema: DataSchema)]
  private let knowsAll: Bool

  /// Throws where a schema of the manifest is none that the broker would take.
  package init(_ manifest: Manifest) throws(SchemaFault) {
    var contracts: [(type: [UInt8], schema: DataSchema)] = []
    for type in manifest.publishes { contracts.append((Array(type.name.utf8), try DataSchema(type.value))) }
    self.contracts = contracts
    knowsAll = manifest != Manifest()
  }

  /// Throws what the broker would refuse, or `.notJSON` and its like, which would end the connection.
  package func check(_ event: [UInt8]) throws(WireFault) {
    let routing = try EventScan.check(event)
    let fault: EventFault? = unsafe event.withUnsafeBytes { bytes in
      let type = unsafe UnsafeRawBufferPointer(rebasing: bytes[routing.type])
      guard let contract = contracts.first(where: { unsafe type.elementsEqual($0.type) }) else {
        return knowsAll ? .undeclared(type: unsafe String(decoding: type, as: UTF8.self)) : nil
      }
      return unsafe contract.schema.mismatch(bytes, data: routing.data).map {
        .mismatch(type: unsafe String(decoding: type, as: UTF8.self), $0)
      }
    }
    if let fault { throw .event(sequence: 0, fault) }
  }
}
