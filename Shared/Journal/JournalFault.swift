/// Why the journal could not do what it was asked.
package enum JournalFault: Error, Hashable, CustomStringConvertible {
  /// No room for a new segment or more of this one. Nothing was lost and nothing written: refuse publishes, go on in what is left, ask again.
  case full(DiskFault)
  /// A write failed: what is on the disk is unknown. Fatal.
  case writeFailed(DiskFault)
  /// A sync failed: the kernel may have dropped what it could not write, so asking again would lie (LWN 752063). Fatal.
  case syncFailed(DiskFault)
  /// The folder could not be read or prepared.
  case disk(DiskFault)
  /// A segment was written by a later program.
  case newerFormat(file: String, found: UInt32, known: UInt32)
  /// A segment does not belong to the others or to its name.
  case foreignSegment(file: String, reason: String)
  /// A segment stands under another's name: somebody renamed or swapped files.
  case misnamedSegment(file: String, holds: UInt64)
  /// No segment has a header that verifies.
  case noHeader(file: String)
  /// No kept segment has a checkpoint that verifies.
  case noCheckpoint(oldest: UInt64)
  /// State and digest would leave no room for an input in a segment.
  case checkpointTooLarge(bytes: Int, most: Int)
  case segmentBytes(Int)
  /// Who was given the journal's records did not take one.
  case notTaken(ReplayRefusal)

  /// Whether the journal answers everything from now on with this fault: every waiter gets an error, the process ends and the restart believes the disk.
  package var isFatal: Bool {
    switch self {
    case .writeFailed, .syncFailed: true
    case .full, .disk, .newerFormat, .foreignSegment, .misnamedSegment, .noHeader, .noCheckpoint, .checkpointTooLarge, .segmentBytes,
      .notTaken:
      false
    }
  }

  /// The end that a fault of the disk makes of a write that somebody relies on.
  static func fatal(_ fault: DiskFault) -> JournalFault {
    fault.operation == .sync || fault.operation == .syncDirectory ? .syncFailed(fault) : .writeFailed(fault)
  }

  package var description: String {
    switch self {
    case .full(let fault): "\(fault); free some space: the journal goes on by itself"
    case .writeFailed(let fault): "\(fault); the program stops and will believe the disk when it starts again; look at the disk"
    case .syncFailed(let fault):
      "\(fault), so nobody knows what is durable; the program stops and will believe the disk when it starts again; look at the disk"
    case .disk(let fault): "\(fault); see that the journal's folder is there and may be written"
    case .newerFormat(_, let found, let known):
      "this folder was written by a newer Accord (format \(found), this one knows \(known)): run the newer one"
    case .foreignSegment(let file, let reason): "\(file) does not belong here: \(reason); move it out of the folder"
    case .misnamedSegment(let file, let holds):
      "\(file) holds segment \(holds): it was renamed, or swapped with another, and nothing of it is believed under this name; give it back "
        + "its own, \(JournalFiles.segment(holds)); where another file bears that, look at what that one holds first"
    case .noHeader(let file): "no segment has a header that verifies (looked at \(file) last); restore the folder from a backup"
    case .noCheckpoint(let oldest):
      "no checkpoint verifies from segment \(oldest) on, so there is no state to start from; restore the folder from a backup"
    case .checkpointTooLarge(let bytes, let most): "the state takes \(bytes) bytes, a segment's head holds \(most); use larger segments"
    case .segmentBytes(let bytes):
      "a segment of \(bytes) bytes is not possible; take a multiple of 4096 from \(JournalLimits.segmentBytesMin) to \(JournalLimits.segmentBytesMax)"
    case .notTaken(let refusal): "the journal verifies, but its contents were not understood: \(refusal.sentence)"
    }
  }
}

/// What a reader of the replayed journal throws to end the opening, as a sentence.
package struct ReplayRefusal: Error, Hashable {
  package let sentence: String
  package init(_ sentence: String) { self.sentence = sentence }
}
