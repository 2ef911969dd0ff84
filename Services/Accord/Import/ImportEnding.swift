import Dispatch
import Glibc

/// Somebody ends an import before it is through, with Ctrl-C or `kill`: they are told what is in, and that the same command goes on from
/// there. The program then ends by that signal, as whoever sent it expects.
enum ImportEnding {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Call before another thread is made: threads inherit which signals they leave to this one.
  static func watch(_ path: String, _ report: ImportReport, isDry: Bool) {
    var asked = sigset_t()
    sigemptyset(&asked)
    for signal in signals { sigaddset(&asked, signal) }
    guard pthread_sigmask(SIG_BLOCK, &asked, nil) == 0 else { return }
    let awaited = asked
    DispatchQueue(label: "accord.import.ending").async {
      var (awaited, came) = (awaited, Int32(0))
      guard sigwait(&awaited, &came) == 0 else { return }
      ImportProgress().clear()
      let lines = report.rowsAnswered
      let first =
        isDry ? "nothing was changed" : "\(ImportProgress.grouped(lines)) lines of \(path) are answered, and what was taken in stays"
      Terminal.note("ended before it was through: \(first); run the same command again: what is there already is only matched")
      signal(came, SIG_DFL)
      pthread_sigmask(SIG_UNBLOCK, &awaited, nil)
      kill(getpid(), came)
    }
  }
}
