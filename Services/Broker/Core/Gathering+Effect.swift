package import Journal

/// What the machine and its loop ask of a commit for each message, said for the broker's own effects: nothing generic is left. HOT.
extension Gathering where Effect == BrokerCore.Effect {
  /// As in Journal, for each of these.
  package mutating func record(_ kind: RecordKind, urgent: Bool, _ payload: UnsafeRawBufferPointer) -> Position {
    bytes.add(kind, urgent: urgent, payload)
  }

  package mutating func record(event head: EventHead, _ json: UnsafeRawBufferPointer) -> Position { bytes.add(head, json) }

  package mutating func afterDurable(_ effect: Effect) { effects.append(effect) }

  /// Answers a publisher. A turn's publishes of one connection come one behind the other: one answer is for all of them.
  mutating func accepted(_ id: ConnectionID, through: UInt64, forget: UInt64) {
    let answer = Effect.accepted(id, through: through, forget: forget)
    let last = effects.count - 1
    if last >= 0, case .accepted(id, _, _) = effects[last] { effects[last] = answer } else { effects.append(answer) }
  }

  package var start: Position { bytes.start }
  package var remaining: Int { bytes.room - bytes.used }
  package var hasRecords: Bool { bytes.records > 0 }
  package var isUrgent: Bool { bytes.isUrgent || !effects.isEmpty }
  package var isEmpty: Bool { bytes.records == 0 && effects.isEmpty }
}
