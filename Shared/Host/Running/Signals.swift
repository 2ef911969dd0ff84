import CLinux
import Glibc

/// The signals that concern a program, taken from the kernel as data: blocked everywhere and read from a signalfd.
///
/// Blocked signals also reach process 1 of a container, where those without a handler are otherwise thrown away (man 7 signal, pid_namespaces).
package struct Signals: Sendable {
  let descriptor: Int32

  /// Blocks SIGTERM, SIGINT and SIGHUP for this thread and all that it starts, and ignores SIGPIPE. Called before any other thread is made.
  package static func take() -> Signals {
    signal(SIGPIPE, SIG_IGN)
    var set = concerned
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    precondition(descriptor >= 0, "no signalfd (\(SystemText.of(errno))); raise the limit of open files and start again")
    return Signals(descriptor: descriptor)
  }

  /// The mask that a program started by this one must be given back: none of these blocked.
  package static func release() {
    var set = concerned
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// The next waiting signal; nil where there is none.
  func next() -> Int32? {
    var info = signalfd_siginfo()
    guard read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size else { return nil }
    return Int32(info.ssi_signo)
  }

  private static var concerned: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, signal) }
    return set
  }
}
