import Contracts
import Glibc
import Host

extension Command {
  static let benchRecovery = Command(
    "bench recovery", "Measures a broker's start after SIGKILL, how fast it reads its journal's tail, and what an idle mesh uses.",
    options: [
      .init("--mib", "N", "journal written before the kill, in segments of 64 MiB (default 1024)"),
      .init("--tail-mib", "N", "journal behind the last checkpoint, in one segment, for the reading rate (default 448, at most 960)"),
      .init("--folder", "DIR", "where it puts its data (default: below $TMPDIR, else /tmp)"),
    ],
    examples: ["accord bench recovery --json", "accord bench recovery --mib 128 --tail-mib 64"],
    run: { arguments throws(Complaint) in try BenchRecovery(arguments).run(json: arguments.has("--json")) })
}

/// `accord bench recovery`: kills brokers while eight publishers are at work, and starts them again with a cold page cache.
///
/// The rate is the tail's bytes over the *whole* time from the start of the process to its ready line, so it holds the process start and
/// the checks, and is measured beside one plain reader of the same bytes.
struct BenchRecovery {
  private let mebibytes: Int
  private let tailMebibytes: Int
  private let folder: String

  init(_ arguments: Arguments) throws(Complaint) {
    mebibytes = Int(max(1, try arguments.integer("--mib") ?? 1_024))
    tailMebibytes = Int(min(960, max(1, try arguments.integer("--tail-mib") ?? 448)))
    folder = BenchPlaces.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    var report = BenchReport()
    try afterKill(&report)
    try tail(&report)
    try idle(&report)
    report.print(json: json)
  }

  // MARK: The two starts

  private func afterKill(_ report: inout BenchReport) throws(Complaint) {
    try killed(bytes: mebibytes << 20, segmentMebibytes: 64) { folder throws(Complaint) in
      BenchRecoveryDisk.forget(folder)
    } again: { broker throws(Complaint) in
      report.add("journalMebibytes", (try broker.durableThrough() - 64 << 20) >> 20)
      report.add("readyAfterKillMilliseconds", Double(broker.nanosecondsToReady) / 1e6)
    }
  }

  private func tail(_ report: inout BenchReport) throws(Complaint) {
    let segment = tailMebibytes > 448 ? 1_024 : max(64, tailMebibytes + 64)
    let bytes = tailMebibytes << 20
    var disk = 0.0
    try killed(bytes: bytes, segmentMebibytes: segment) { folder throws(Complaint) in
      guard let name = BenchRecoveryDisk.newestSegment(folder) else {
        throw Complaint(code: .software, happened: "\(folder) holds no segment", advice: "this is a bug worth a report")
      }
      BenchRecoveryDisk.forget(folder)
      disk = try BenchRecoveryDisk.readRate("\(folder)/\(name)", bytes: bytes)
      BenchRecoveryDisk.forget(folder)
    } again: { broker throws(Complaint) in
      let tail = try broker.durableThrough() % (segment << 20)
      let rate = Double(tail) / (Double(broker.nanosecondsToReady) / 1e9)
      report.add("tailMebibytes", tail >> 20)
      report.add("tailReadyMilliseconds", Double(broker.nanosecondsToReady) / 1e6)
      report.add("tailMegabytesPerSecond", Int(rate / 1e6))
      report.add("diskMegabytesPerSecond", Int(disk / 1e6))
      report.add("tailShareOfDisk", rate / disk)
    }
  }

  /// Writes a journal, kills its broker, does `meanwhile` with the journal's folder, and shows `again` the broker that runs again.
  private func killed(
    bytes: Int, segmentMebibytes: Int, meanwhile: (_ journal: String) throws(Complaint) -> Void,
    again: (BenchRecoveryBroker) throws(Complaint) -> Void
  ) throws(Complaint) {
    let data = try BenchPlaces.data(below: folder)
    try BenchCredentials.widen(data)
    Terminal.note("writing \(bytes >> 20) MiB of journal")
    let first = try BenchRecoveryBroker(data, segmentMebibytes: segmentMebibytes)
    // Removes the folder too; the process itself is dead by then.
    defer { first.process.stop() }
    try first.killed(after: bytes)
    try meanwhile("\(data)/broker/journal")
    let second = try BenchRecoveryBroker(data, segmentMebibytes: segmentMebibytes)
    defer { second.process.stop() }
    try again(second)
  }

  // MARK: Doing nothing

  private static let idleSeconds: UInt32 = 5

  private func idle(_ report: inout BenchReport) throws(Complaint) {
    let data = try BenchPlaces.data(below: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data)
    defer { house.stop() }
    // What a start leaves behind has been done by then: checkpoints, the closing mark, the reserve segment.
    sleep(2)
    let before = Programs.all.map { Self.nanosecondsUsed(house.process(of: $0)) }
    sleep(Self.idleSeconds)
    for (name, earlier) in zip(Programs.all, before) {
      let process = house.process(of: name)
      report.add("\(name)IdleCpuPercent", Double(Self.nanosecondsUsed(process) - earlier) / 1e7 / Double(Self.idleSeconds))
      report.add("\(name)IdleResidentMebibytes", Self.residentMebibytes(process))
    }
  }

  /// Processor time of a process so far, threads that ended included; finer than the ticks of /proc.
  private static func nanosecondsUsed(_ process: pid_t) -> Int64 {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private static func residentMebibytes(_ process: pid_t) -> Double {
    let text = String(decoding: (try? Files.read("/proc/\(process)/status")) ?? [], as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("VmRSS:") {
      return Double(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]).map { $0 / 1_024 } ?? 0
    }
    return 0
  }
}
