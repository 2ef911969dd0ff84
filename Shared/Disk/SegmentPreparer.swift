package import Journal

import Dispatch

/// Makes the journal's next segment ahead of need, on a queue of its own, so that the loop never waits for 64 MiB of zeros.
///
/// `prepare` may be called from any thread and as often as one likes: after opening, after each roll and after each `forget`. Not before
/// the journal is open: opening removes what a preparation left unfinished.
package final class SegmentPreparer: Sendable {
  private let disk: FileDisk
  private let segmentBytes: Int
  private let queue = DispatchQueue(label: "journal.preparer", qos: .utility)

  /// Prepares reserves of `segmentBytes` in the journal's folder.
  package init(_ disk: FileDisk, segmentBytes: Int) {
    self.disk = disk
    self.segmentBytes = segmentBytes
  }

  /// Makes a reserve where there is none. `completion` runs on the preparer's queue: nil where a reserve is ready, `.full` where the disk has
  /// no room for one; then the segment in use is the last, and publishes are refused until a later `prepare` succeeds.
  package func prepare(_ completion: @escaping @Sendable (JournalFault?) -> Void) {
    queue.async { [self] in
      do throws(JournalFault) {
        try Reserve.prepare(on: disk, segmentBytes: segmentBytes)
        completion(nil)
      } catch { completion(error) }
    }
  }
}
