package import Journal

/// Where the journal begins by its own word, for whoever reads it without being its broker: what is missing behind that is damage.
package struct KeptFrom: Sendable {
  /// Zero where nothing was ever let go of.
  package private(set) var position = Position.zero

  package init() {}

  /// Takes what a segment's head or a record says; in any order, for it only ever grows.
  package mutating func take(_ told: Replayed) {
    switch told {
    case .checkpoint(let state):
      var machine = BrokerMachine(journalID: [UInt8](repeating: 0, count: 16))
      // One that cannot be taken says nothing; the broker's start refuses it with a sentence.
      guard (try? machine.restore(checkpoint: state)) != nil else { return }
      position = max(position, Position(machine.kept))
    case .record(let record):
      guard record.kind.rawValue == 35, case .kept(let before, _)? = try? BrokerRecord(record.kind, record.payload) else { return }
      position = max(position, Position(before))
    case .damaged: break
    }
  }
}
