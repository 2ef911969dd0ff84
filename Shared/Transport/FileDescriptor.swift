import Glibc

/// An open file descriptor with exactly one owner; closed when its owner lets it go.
///
/// Like the number inside it may cross threads; two threads never hold it at once.
package struct FileDescriptor: ~Copyable, Sendable {
  /// The kernel's number; valid as long as this value lives.
  package let number: Int32

  /// Takes over `number`, which nobody else may close from now on.
  package init(adopting number: Int32) {
    precondition(number >= 0, "a file descriptor is not negative: check the call that made \(number)")
    self.number = number
  }

  /// Gives the number away unclosed; the caller owns it.
  package consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  // EINTR still closes on Linux, and nothing else can be done about an error: close(2).
  deinit { _ = Glibc.close(number) }
}
