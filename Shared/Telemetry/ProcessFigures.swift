import Glibc

/// What every program tells about its process, under the names that dashboards know (prometheus.io, "Process metrics").
package enum ProcessFigures {
  /// Adds the figures to `metrics`; `startedAt` is the program's start in seconds since 1970.
  package static func register(in metrics: Metrics, startedAt seconds: Int64) {
    metrics.reading("process_resident_memory_bytes", help: "Resident memory of the process.", unit: .bytes) { residentBytes }
    metrics.reading("process_cpu_seconds_total", help: "Processor time spent so far, user and system.", unit: .seconds) { cpuNanoseconds }
    metrics.reading("process_open_fds", help: "Open file descriptors.") { openDescriptors }
    metrics.reading("process_start_time_seconds", help: "Start of the process since 1970.", unit: .seconds) { seconds * 1_000_000_000 }
  }

  /// The second field of /proc/self/statm, in pages (man 5 proc); 0 where it cannot be read.
  package static var residentBytes: Int64 {
    guard let file = fopen("/proc/self/statm", "re") else { return 0 }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = fread(&bytes, 1, bytes.count, file)
    let fields = bytes[..<count].split(separator: 0x20)
    guard fields.count > 1, let pages = Int64(String(decoding: fields[1], as: UTF8.self)) else { return 0 }
    return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }

  private static var cpuNanoseconds: Int64 {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime)
  }

  private static func nanoseconds(_ time: timeval) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1_000 }

  /// Counted by name; the directory stream's own descriptor and the two dots are left out.
  private static var openDescriptors: Int64 {
    guard let folder = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(folder) }
    var count: Int64 = 0
    while readdir(folder) != nil { count += 1 }
    return count - 3
  }
}
