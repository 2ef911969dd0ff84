import Glibc
import Transport

/// How long the machine's own `fdatasync` takes after a small write into space that was written ahead: the floor under every acknowledgement.
struct SyncProbe {
  let p50Microseconds: Double
  let p99Microseconds: Double

  /// Writes and syncs `count` blocks of 600 bytes in a file of `folder`.
  init(folder: String, count: Int = 1_000) throws(Complaint) {
    let path = "\(folder)/sync-probe"
    let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .system("could not open \(path)", errno) }
    defer {
      close(file)
      unlink(path)
    }
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    guard write(file, zeros, zeros.count) == zeros.count, fsync(file) == 0 else { throw .system("could not write \(path)", errno) }
    let block = [UInt8](repeating: 1, count: 600)
    var times: [Double] = []
    for step in 0..<count {
      let began = Reactor.uptime()
      guard pwrite(file, block, block.count, off_t(step * 608 % (zeros.count - 1_024))) == block.count, fdatasync(file) == 0 else {
        throw .system("could not sync \(path)", errno)
      }
      times.append(Double(Reactor.uptime() - began) / 1_000)
    }
    times.sort()
    p50Microseconds = times[times.count / 2]
    p99Microseconds = times[times.count * 99 / 100]
  }
}
