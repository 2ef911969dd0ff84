import Contracts
import Glibc
import Host

extension BenchReport {
  /// `keyP50Microseconds`, `keyP99Microseconds`, `keyMaxMicroseconds`.
  mutating func add(_ key: String, _ times: LoadHistogram) {
    for (name, share) in [("P50", 0.5), ("P99", 0.99), ("Max", 1)] { add(key + name + "Microseconds", times.microseconds(at: share)) }
  }

  /// How long this disk's own sync takes now: the floor under every commit that is measured beside it.
  mutating func addSync(in folder: String) throws(Complaint) {
    let probe = try SyncProbe(folder: folder, count: 500)
    add("fdatasyncP50Microseconds", probe.p50Microseconds)
    add("fdatasyncP99Microseconds", probe.p99Microseconds)
  }
}

extension BenchPlaces {
  /// `--folder`, else below $TMPDIR, else /tmp.
  static func parent(_ arguments: Arguments) -> String {
    arguments.value("--folder") ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  }
}
