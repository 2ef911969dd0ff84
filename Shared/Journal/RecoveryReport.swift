package import Contracts

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
  /// When the kept segments were begun, oldest to newest; those whose header is damaged left out.
  package var starts: [SegmentStart] = []
}

/// Where a segment begins, and when it was begun: everything before it was written before.
package struct SegmentStart: Hashable, Sendable {
  package let base: Position
  package let begun: Timestamp
}

/// The bytes behind the last proven place that do not make a whole commit: nobody was told of them, or the disk lied.
package struct Undecided: Hashable, Sendable {
  package let range: Range<Position>
  /// Where the bytes were kept.
  package let file: String
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
