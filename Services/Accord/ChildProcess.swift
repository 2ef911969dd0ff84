import CLinux
import Glibc

/// One program that this one started: its process id and the pipe on which it says that it is ready, or what it was asked.
struct ChildProcess {
  let pid: pid_t
  /// Read end of the child's standard output, non-blocking, closed by the owner.
  let output: Int32

  /// Starts `path` with `arguments`. Standard input is empty or what the descriptor `input` reads, standard error is appended to the file `log`.
  ///
  /// Throws `Complaint` where the program or its log cannot be opened.
  init(path: String, arguments: [String], log: String, input: Int32? = nil) throws(Complaint) {
    var pipes: [Int32] = [-1, -1]
    guard pipe(&pipes) == 0 else { throw .system("could not open a pipe", errno) }
    for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let logDescriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard logDescriptor >= 0 else {
      let code = errno
      close(pipes[0])
      close(pipes[1])
      throw .system("could not open the log \(log)", code)
    }
    defer {
      close(pipes[1])
      close(logDescriptor)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
    posix_spawn_file_actions_adddup2(&actions, logDescriptor, 2)

    // The children leave the terminal's process group, so that Ctrl-C reaches the supervisor alone, which then stops them in order;
    // and no signal that the supervisor blocks for its signalfd stays blocked in them.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { words.forEach { free($0) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, path, &actions, &attributes, words, environ)
    guard code == 0 else {
      close(pipes[0])
      throw .system("could not start \(path)", code)
    }
    _ = fcntl(pipes[0], F_SETFL, fcntl(pipes[0], F_GETFL) | O_NONBLOCK)
    pid = child
    output = pipes[0]
  }

  /// Waits for the first line that the child writes, without its line feed; nil where it ends before that, or where the descriptor
  /// `interruption` turns readable first.
  func firstLine(unless interruption: Int32 = -1) -> [UInt8]? {
    var line: [UInt8] = []
    while !line.contains(UInt8(ascii: "\n")) {
      // poll skips an entry whose descriptor is negative (man 2 poll).
      var wanted = [output, interruption].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      poll(&wanted, 2, -1)
      guard wanted[1].revents == 0, let bytes = read() else { return nil }
      line += bytes
    }
    return Array(line.prefix { $0 != UInt8(ascii: "\n") })
  }

  /// Waits until the child has closed its standard output; all that it wrote there.
  func wholeOutput() -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      awaitOutput()
      guard let more = read() else { return bytes }
      bytes += more
    }
  }

  /// Waits for the child's end and closes its output. Its exit code; nil where a signal ended it.
  func end() -> Int32? {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    close(output)
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
  }

  private func awaitOutput() {
    var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    poll(&descriptor, 1, -1)
  }

  /// What has arrived on the child's standard output since the last call; empty where nothing has, nil once it is closed.
  func read() -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(output, &chunk, chunk.count)
    if count > 0 { return Array(chunk[..<count]) }
    if count < 0, errno == EAGAIN || errno == EINTR { return [] }
    return nil
  }
}
