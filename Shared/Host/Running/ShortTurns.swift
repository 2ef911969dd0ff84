import CLinux

/// Asks for short turns of the processors, for all threads that the calling one starts from now on. Their share stays the same.
///
/// ```
/// usual turns    long work  ████████████████████████████░░░░   a lone fact wakes, and waits for the end of a turn: up to a tick of the
///                lone fact       ·····················████     kernel, 4 ms at 250 Hz
/// short turns    long work  ██████    ██████████████████████   it wakes behind a turn that is over: it goes first
///                lone fact        ████
/// ```
package enum ShortTurns {
  /// The shortest that Linux grants: what a fact takes from its delivery to its commit is not much longer.
  private static let nanoseconds: UInt64 = 100_000

  /// Call it before the first thread is started. Where the kernel knows no such wish (before 6.12), or a sandbox forbids it, all stays as
  /// it is.
  package static func take() { _ = accord_take_turns_of(nanoseconds) }
}
