import Glibc

/// Whole texts to a descriptor, past stdio's buffers.
package enum Output {
  /// Writes all of `text`, on the calling thread, for as long as that takes.
  package static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) { write(Array(text.utf8), to: descriptor) }

  /// A descriptor that does not block is waited for. One that is gone loses the rest: then nobody is there to be told.
  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
        if count > 0 {
          done += count
        } else if count < 0, errno == EAGAIN {
          var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&wanted, 1, -1)
        } else if count == 0 || errno != EINTR {
          return
        }
      }
    }
  }
}
