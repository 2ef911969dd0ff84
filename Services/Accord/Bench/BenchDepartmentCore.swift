import CLinux
import Glibc
import Host

/// The processor's cores: which of them a process may use, and what it used of them.
enum BenchDepartmentCore {
  /// The cores that this process may use now.
  static func allowed() -> [Int] {
    var set = cpu_set_t()
    guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return [0] }
    return withUnsafeBytes(of: &set) { bits in (0..<bits.count * 8).filter { bits[$0 / 8] & 1 << UInt8($0 % 8) != 0 } }
  }

  /// Confines every thread of process `pid`, and those that these will start, to `cores`.
  static func confine(_ pid: pid_t, to cores: [Int]) throws(Complaint) {
    var set = cpu_set_t()
    withUnsafeMutableBytes(of: &set) { bits in for core in cores { bits[core / 8] |= 1 << UInt8(core % 8) } }
    for thread in ((try? Files.names(in: "/proc/\(pid)/task")) ?? []).compactMap({ pid_t($0) }) {
      // A thread may have ended since it was listed.
      guard sched_setaffinity(thread, MemoryLayout<cpu_set_t>.size, &set) == 0 || errno == ESRCH else {
        throw .system("could not confine process \(pid) to core \(cores)", errno)
      }
    }
  }

  /// User and system time of this process so far.
  static func microsecondsUsed() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  }
}
