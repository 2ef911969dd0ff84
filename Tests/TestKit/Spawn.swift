import CLinux
import Foundation
import Synchronization

/// posix_spawn for tests: own process group, no signal blocked or ignored, pipes for stdout and stderr, nothing on stdin.
enum Spawn {
  /// One at a time: between a pipe and its close-on-exec there is a gap in which a sibling would inherit it.
  private static let turn = Mutex(())

  static func start(_ words: [String], _ environment: [String]) throws -> (pid: Int32, stdout: Int32, stderr: Int32) {
    try turn.withLock { _ in try startAlone(words, environment) }
  }

  private static func startAlone(_ words: [String], _ environment: [String]) throws -> (pid: Int32, stdout: Int32, stderr: Int32) {
    let (outRead, outWrite) = try pipe()
    let (errRead, errWrite) = try pipe()
    defer {
      close(outWrite)
      close(errWrite)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, outWrite, 1)
    posix_spawn_file_actions_adddup2(&actions, errWrite, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var pid: Int32 = 0
    let path = words[0]
    let code = withPointers(words) { words in
      withPointers(environment) { environment in posix_spawn(&pid, path, &actions, &attributes, words, environment) }
    }
    guard code == 0 else {
      close(outRead)
      close(errRead)
      throw ChildFault.spawn(words[0], code)
    }
    return (pid, outRead, errRead)
  }

  /// How `pid` ended; nil while it runs. Collects it, once.
  static func reap(_ pid: Int32) -> ChildExit? {
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    return status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }

  /// Returns when `pid` has ended, or after `milliseconds`.
  static func awaitEnd(_ pid: Int32, milliseconds: Int32) {
    let descriptor = pidfd_open(pid, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    poll(&wanted, 1, milliseconds)
  }

  /// Both ends are closed in children: a sibling that is spawned meanwhile must not keep a pipe open.
  private static func pipe() throws -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    guard Foundation.pipe(&ends) == 0 else { throw ChildFault.spawn("a pipe", errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func withPointers<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
