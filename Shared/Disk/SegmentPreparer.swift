package import Journal

import Dispatch
import Glibc

/// Makes the journal's next segment ahead of need, on a queue of its own, so that the loop never waits for 64 MiB of zeros.
///
/// `prepare` may be called from any thread and as often as one likes: after opening, after each roll and after each `forget`. It works in
/// stretches of 1 MiB with a pause between, because a commit's sync waits behind what others wrote to the same file system.
package final class SegmentPreparer: Sendable {
  private let disk: FileDisk
  private let segmentBytes: Int
  private let pauseMicroseconds: UInt32
  private let queue = DispatchQueue(label: "journal.preparer", qos: .utility)

  /// Prepares reserves of `segmentBytes` in the journal's folder.
  package init(_ disk: FileDisk, segmentBytes: Int, pause: Duration = .milliseconds(2)) {
    self.disk = disk
    self.segmentBytes = segmentBytes
    pauseMicroseconds = UInt32(pause.components.attoseconds / 1_000_000_000_000)
  }

  /// Makes a reserve where there is none. `completion` runs on the preparer's queue: nil where a reserve is ready, `.full` where the disk has
  /// no room for one; then the segment in use is the last, and publishes are refused until a later `prepare` succeeds.
  package func prepare(_ completion: @escaping @Sendable (JournalFault?) -> Void) {
    queue.async { [self] in
      do throws(JournalFault) {
        try Reserve.prepare(on: disk, segmentBytes: segmentBytes) { usleep(pauseMicroseconds) }
        completion(nil)
      } catch { completion(error) }
    }
  }
}
