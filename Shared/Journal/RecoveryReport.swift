/// Bytes of the journal that do not verify although they were durable, and what is known to be gone with them.
package struct Damage: Hashable, Sendable, CustomStringConvertible {
  package enum Part: String, Sendable { case header, digest, checkpoint, records, segment }

  /// An event that the next segment's digest names.
  package struct LostEvent: Hashable, Sendable {
    package let position: Position
    package let producer: UInt32
    package let sequence: UInt64
  }

  package let segment: UInt64
  package let part: Part
  package let range: Range<Position>
  /// The events that stood there; empty also where no digest tells.
  package let lost: [LostEvent]

  package var description: String {
    let place = "segment \(segment), \(part.rawValue), bytes \(range.lowerBound) to \(range.upperBound)"
    guard let first = lost.first, let last = lost.last else { return "\(place): damaged" }
    let names = lost.count == 1 ? "" : " to producer \(last.producer) number \(last.sequence)"
    return "\(place): damaged; \(lost.count) events are gone, producer \(first.producer) number \(first.sequence)\(names)"
  }
}

/// The bytes behind the last proven place that do not make a whole commit: nobody was told of them, or the disk lied.
package struct Undecided: Hashable, Sendable {
  package let range: Range<Position>
  /// Where the bytes were kept.
  package let file: String
}

/// What opening the journal found.
package struct RecoveryReport: Hashable, Sendable {
  /// Whether the folder was empty, so that a new journal began.
  package var isNew = false
  /// The segments that the folder holds, oldest to newest.
  package var segments: ClosedRange<UInt64> = 1...1
  /// The segment whose checkpoint was taken.
  package var startedAt: UInt64 = 1
  package var replayedFrom = Position.zero
  package var replayedThrough = Position.zero
  package var commits = 0
  package var records = 0
  package var undecided: Undecided?
  package var damage: [Damage] = []
}

/// What the journal tells the one who opens it: the checkpoint first, where there is one, then what came after it, in order.
///
/// Borrowed: it ends with the call.
package enum Replayed {
  case checkpoint(UnsafeRawBufferPointer)
  /// A record of the broker's that verifies.
  case record(Record)
  /// Here something durable is gone.
  case damaged(Damage)
}
