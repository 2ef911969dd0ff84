import CLinux

/// How a program's memory is got from the system and given back.
///
/// glibc raises the size from which it maps a request on its own to that of the largest that was ever given back, and grants each thread a
/// heap: what is large then lies in heaps among small things, and holes stay (mallopt(3)). Told once, both stay as they are, and the broker's
/// memory does not grow with its journal.
package enum Allocator {
  private static let mappedFrom: Int32 = 256 << 10
  private static let heaps: Int32 = 2

  /// Early: what threads have by then stays theirs.
  package static func settle() {
    _ = mallopt(M_MMAP_THRESHOLD, mappedFrom)
    _ = mallopt(M_ARENA_MAX, heaps)
  }
}
