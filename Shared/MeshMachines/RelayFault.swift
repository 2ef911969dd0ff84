package import Wire

/// What is wrong between an outbox and the broker's memory of it.
package enum RelayFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The broker has taken more than this outbox ever wrote: the store is older than what it has told.
  case ahead(broker: UInt64, outbox: UInt64)
  /// Under the same number the broker remembers another event: the store was set back and went on differently.
  case diverged(sequence: UInt64, here: String, there: String)
  /// The broker lost what it had confirmed, and the outbox has forgotten it since: the sequence cannot be closed any more.
  case lost(from: UInt64, through: UInt64)
  /// The broker has another journal than before and knows nothing of this store.
  case anotherJournal(before: String, now: String)
  /// The outbox lacks a row: somebody edited it, or the file is damaged.
  case hole(at: UInt64)
  /// The broker will never take this event. The same check stands before the outbox, so this is a bug.
  case refused(sequence: UInt64, Refusal)

  /// True where publishing stops, because going on would make silent duplicates or gaps.
  package var stops: Bool {
    switch self {
    case .ahead, .diverged, .lost, .anotherJournal, .hole: true
    case .refused: false
    }
  }

  package var description: String {
    switch self {
    case .ahead(let broker, let outbox):
      """
      the broker has taken facts up to number \(broker), this store has only written \(outbox): it is an older copy; publishing \
      stopped; bring the newer store back, or give this one a new lineage by restoring it with the restore command
      """
    case .diverged(let sequence, let here, let there):
      """
      fact number \(sequence) is \(here) in this store and \(there) at the broker: the store was set back and went on differently; \
      publishing stopped; bring the newer store back, or give this one a new lineage by restoring it with the restore command
      """
    case .lost(let from, let through):
      """
      the broker no longer knows the facts \(from) to \(through), which it had confirmed and this store has forgotten; publishing \
      stopped; bring the broker's journal back, or give this store a new lineage by restoring it with the restore command
      """
    case .anotherJournal(let before, let now):
      """
      the broker has another journal (\(now), before \(before)) and knows no fact of this store: it has lost its folder or is another \
      broker; publishing stopped; correct the address or bring the journal back, or restart this program to tell it everything again
      """
    case .hole(let sequence):
      "the outbox lacks fact number \(sequence), the next one to publish; publishing stopped; run verify on this store"
    case .refused(let sequence, let refusal):
      "the broker will never take fact number \(sequence) (\(refusal)); it is passed over; this is a bug in the program that wrote it"
    }
  }
}
