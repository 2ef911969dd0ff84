import Glibc

/// A system call that failed: what was tried, on what, and the kernel's reason, told as one sentence.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was tried.
  package enum Operation: String, Sendable {
    case open, read, write, listen, accept, connect, resolve, wait, limit, thread
  }

  package let operation: Operation
  /// The errno, or for `resolve` the EAI_ code of getaddrinfo(3).
  package let code: Int32
  /// What it was tried on: an address, a path, a peer. May be empty.
  package let subject: String

  package init(_ operation: Operation, _ code: Int32, on subject: String = "") {
    self.operation = operation
    self.code = code
    self.subject = subject
  }

  /// True where trying again later may help without anybody's doing.
  package var isTransient: Bool {
    switch operation {
    case .connect, .read, .write, .accept, .wait: true
    case .resolve: code == EAI_AGAIN || code == EAI_SYSTEM || code == EAI_NONAME
    case .open, .listen, .limit, .thread: false
    }
  }

  package var description: String {
    switch (operation, code) {
    case (.listen, EADDRINUSE): "port in use: another program listens on \(subject); stop it or choose --port"
    case (.listen, EADDRNOTAVAIL):
      "cannot listen on \(subject): this machine has no such address; choose --host 127.0.0.1 or one of its own"
    case (.listen, EACCES): "not allowed to listen on \(subject): ports below 1024 and foreign folders need rights; choose another"
    case (.listen, ENAMETOOLONG):
      "cannot make the socket \(subject): a socket's path has at most \(TransportLimits.socketPathBytesMax) bytes; choose a shorter folder"
    case (.connect, ECONNREFUSED): "nobody listens on \(subject); start it or check the port"
    case (.connect, ENOENT): "nobody listens on \(subject): no such socket; is it running?"
    case (.connect, ETIMEDOUT): "\(subject) did not answer in time; check that it runs and that the network lets it through"
    case (.connect, ENETUNREACH), (.connect, EHOSTUNREACH): "no way to \(subject): \(reason); check the network"
    case (.resolve, _): "cannot find the host \(subject): \(reason); check the name"
    case (.read, ETIMEDOUT), (.write, ETIMEDOUT): "\(subject) stopped answering; it may be overloaded or gone"
    case (.read, ECONNRESET), (.write, ECONNRESET), (.write, EPIPE): "\(subject) hung up; see its own log"
    case (.accept, EMFILE), (.accept, ENFILE): "no file descriptor left for a caller on \(subject); raise `ulimit -n` or close connections"
    case (.limit, _): "cannot raise the number of open files to \(subject): \(reason); raise the hard limit (ulimit -Hn)"
    default: subject.isEmpty ? "cannot \(operation.rawValue): \(reason)" : "cannot \(operation.rawValue) \(subject): \(reason)"
    }
  }

  /// The system's own words for the code.
  private var reason: String {
    guard operation != .resolve || code == EAI_SYSTEM else { return unsafe String(cString: gai_strerror(code)) }
    // strerror_r is the one that several threads may call; this is the XSI form, which returns an int.
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
      guard let base = text.baseAddress, unsafe strerror_r(code, base, 256) == 0 else { return "error \(code)" }
      return unsafe String(cString: base)
    }
  }
}
