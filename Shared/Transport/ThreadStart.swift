import CLinux
import Glibc

/// What a new thread needs to know.
final class ThreadStart: Sendable {
  let reactor: Reactor
  let name: String
  init(reactor: Reactor, name: String) {
    self.reactor = reactor
    self.name = name
  }
}

extension Reactor {
  /// Runs on a thread of its own, named `name` (15 characters at most show), until `stop`; `join` waits for its end.
  package func start(name: String) throws(SystemError) {
    var handle = pthread_t()
    let start = unsafe Unmanaged.passRetained(ThreadStart(reactor: self, name: name))
    let failed = unsafe pthread_create(
      &handle, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(raw).takeRetainedValue()
        _ = unsafe pthread_setname_np(pthread_self(), String(start.name.prefix(15)))
        start.reactor.run()
        return nil
      }, unsafe start.toOpaque())
    guard failed == 0 else {
      unsafe start.release()
      throw SystemError(.thread, failed, on: name)
    }
    pthread_detach(handle)
  }
}
