import Glibc
import Host
import Transport

/// Files as the disk gives them, not as memory remembers them.
enum BenchRecoveryDisk {
  /// Lets the kernel's page cache forget every file of `folder`. A virtual disk's host may still remember.
  static func forget(_ folder: String) {
    for name in ((try? Files.names(in: folder)) ?? []) {
      let file = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { continue }
      // Pages that are not on the disk yet would stay.
      fsync(file)
      posix_fadvise(file, 0, 0, Int32(POSIX_FADV_DONTNEED))
      close(file)
    }
  }

  /// Bytes a second of one reader that goes through the first `bytes` of the file at `path` in order, 1 MiB at a time, as dd would.
  static func readRate(_ path: String, bytes: Int) throws(Complaint) -> Double {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .system("could not open \(path)", errno) }
    defer { close(file) }
    posix_fadvise(file, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
    var room = [UInt8](repeating: 0, count: 1 << 20)
    let began = Reactor.uptime()
    var done = 0
    while done < bytes {
      let count = read(file, &room, min(room.count, bytes - done))
      guard count > 0 else { throw .system("could not read \(path)", errno) }
      done += count
    }
    return Double(done) / (Double(Reactor.uptime() - began) / 1e9)
  }

  /// The name of the newest segment in `folder`.
  static func newestSegment(_ folder: String) -> String? {
    ((try? Files.names(in: folder)) ?? []).filter { $0.hasSuffix(".segment") && $0.utf8.first.map { $0 < 58 } == true }.max()
  }
}
