package import Journal

/// What of the broker's own records others may know: who is behind the numbers of producers.
package enum BrokerMemory {
  package struct Producer: Sendable, Equatable {
    package let number: UInt32
    /// `credential/lineage`.
    package let name: String
  }

  /// The producer that `record` introduces; nil for every other record.
  package static func producer(_ record: Record) throws -> Producer? {
    guard record.kind.rawValue == 17 else { return nil }
    guard case .producer(let number, _, let credential, let lineage) = try BrokerRecord(record.kind, record.payload) else { return nil }
    return Producer(number: number, name: "\(credential)/\(lineage)")
  }
}
