import CLinux
import Glibc

/// Tells when the process that started this one has ended, so that nothing outlives its supervisor, not even after a SIGKILL.
///
/// By a pidfd (man 2 pidfd_open), which turns readable when that process ends. PR_SET_PDEATHSIG would fire when the *thread* that
/// started us ends, and thread pools let theirs go.
package struct ParentWatch: Sendable {
  /// Readable once the parent is gone.
  let descriptor: Int32

  /// Watches the parent, which must be `pid`; nil where it is already gone.
  package init?(parent pid: Int32) {
    let descriptor = pidfd_open(pid, 0)
    guard descriptor >= 0 else { return nil }
    // The check comes after the opening: had the number gone to another process in between, it would not be our parent.
    guard getppid() == pid else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }
}
