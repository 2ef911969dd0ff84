/// The limits of the journal, each with its reason.
package enum JournalLimits {
  /// What a segment has unless told: a roll every half second at full speed, a start that reads it in tens of milliseconds.
  package static let segmentBytes = 64 << 20
  /// Below this a simulator's segment could not hold its own head and one input.
  package static let segmentBytesMin = 64 << 10
  /// A segment is read whole when the broker starts, and a digest keeps offsets in 32 bits.
  package static let segmentBytesMax = 1 << 30
  /// Positions of the largest segments stay below 2^63; at 64 MiB each this is more than 500,000 terabytes.
  package static let segmentsMax: UInt64 = 1 << 33
  /// What a segment without a reserve is grown by at a time: a few milliseconds of writing zeros.
  package static let growthBytes = 4 << 20
  /// The most that one input of the broker writes: a message of 1 MiB and 64 KiB for what goes with it.
  package static let inputBytesMax = (1 << 20) + (64 << 10)
  /// The payload of one record; checkpoints and digests are cut into records of 1 MiB.
  package static let payloadBytesMax = (1 << 20) + (32 << 10)
  /// One piece of a checkpoint or digest: small enough that damage costs little, large enough that headers do not count.
  package static let pieceBytes = 1 << 20
  /// Zeros are written by this much at once, synced each time where nobody waits: a commit must not queue behind 64 MiB of them.
  package static let zerosBytes = 1 << 20
}
