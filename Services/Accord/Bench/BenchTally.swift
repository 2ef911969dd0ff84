import Glibc
import Host

/// What a process has spent so far.
struct BenchTally {
  /// Processor time, in steps of 10 ms.
  let microseconds: Double
  /// What had to be read from the disk for it (man 5 proc, io); what the page cache had is not in it.
  let mebibytesRead: Double

  init(of process: pid_t) {
    microseconds = BenchMeshHouse.processorMicroseconds(of: process)
    let text = String(decoding: (try? Files.read("/proc/\(process)/io")) ?? [], as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("read_bytes: ") }
    mebibytesRead = (line?.split(separator: " ").last.flatMap { Double($0) } ?? 0) / 1_048_576
  }
}
