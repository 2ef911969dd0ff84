import Glibc

/// A thread of our own, for what blocks for as long as it likes: the cooperative and the Dispatch pools have two threads to lose here.
package enum OwnThread {
  private final class Job {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// Runs `body` on a new detached thread that tools such as `ps -L` show as `name` (the kernel keeps 15 characters).
  ///
  /// It inherits the caller's signal mask. Where the system has no thread to give, the program cannot do its work and stops.
  package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let job = Unmanaged.passRetained(Job(name: name, body: body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let job = Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
        OwnThread.name(job.name)
        job.body()
        return nil
      }, job.toOpaque())
    precondition(code == 0, "the system gave no thread for \(name) (error \(code)); raise the limit of processes and start again")
    pthread_detach(thread)
  }

  /// Names the calling thread; losing the name loses nothing else.
  private static func name(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = name.withCString { write(file, $0, min(strlen($0), 15)) }
    close(file)
  }
}
