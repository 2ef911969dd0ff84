import CLinux
import Glibc
import Synchronization

/// Jobs that any thread puts in and one thread takes out, with an eventfd that says when there are some. Safe from any thread.
final class Mailbox: Sendable {
  private struct Box {
    var jobs: [@Sendable () -> Void] = []
    var isStopped = false
  }

  private let box = Mutex(Box())
  private let wake: FileDescriptor

  init() throws(SystemError) {
    let number = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard number >= 0 else { throw SystemError(.wait, errno, on: "an eventfd") }
    wake = FileDescriptor(adopting: number)
  }

  /// Readable while something waits, or once it is stopped.
  var number: Int32 { wake.number }

  var isStopped: Bool { box.withLock { $0.isStopped } }

  /// Puts a job in; false after `stop`.
  func put(_ job: @escaping @Sendable () -> Void) -> Bool {
    let waiting = box.withLock { box in
      guard !box.isStopped else { return 0 }
      box.jobs.append(job)
      return box.jobs.count
    }
    if waiting == 1 { wakeUp() }
    return waiting > 0
  }

  /// Lets nothing more in.
  func stop() {
    box.withLock { $0.isStopped = true }
    wakeUp()
  }

  /// Empties the box; the jobs come in the order in which they were put in.
  func takeAll() -> [@Sendable () -> Void] {
    var count: UInt64 = 0
    _ = unsafe read(wake.number, &count, 8)
    return box.withLock { box in
      defer { box.jobs = [] }
      return box.jobs
    }
  }

  private func wakeUp() {
    var one: UInt64 = 1
    // EAGAIN means that the counter is full, so whoever waits is awake anyway.
    _ = unsafe write(wake.number, &one, 8)
  }
}
