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
    folder = BenchFolder.parent(arguments)
  }

  func run(json: Bool) throws(Complaint) {
    var figures: [JSON.Member] = []
    figures += try afterKill()
    figures += try tail()
    figures += try idle()
    BenchMeshFigures.print(figures, json: json)
  }

  // MARK: The two starts

  private func afterKill() throws(Complaint) -> [JSON.Member] {
    let start = try killed(bytes: mebibytes << 20, segmentMebibytes: 64) { folder throws(Complaint) in BenchRecoveryDisk.forget(folder) }
    defer { start.remove() }
    let written = try start.broker.durableThrough() - 64 << 20
    return [
      .init("journalMebibytes", .integer(Int64(written >> 20))),
      .init("readyAfterKillMilliseconds", .number(BenchFigures.text(Double(start.broker.nanosecondsToReady) / 1e6))),
    ]
  }

  private func tail() throws(Complaint) -> [JSON.Member] {
    let segment = tailMebibytes > 448 ? 1_024 : max(64, tailMebibytes + 64)
    var disk = 0.0
    let bytes = tailMebibytes << 20
    let start = try killed(bytes: bytes, segmentMebibytes: segment) { folder throws(Complaint) in
      guard let name = BenchRecoveryDisk.newestSegment(folder) else {
        throw Complaint(code: .software, happened: "\(folder) holds no segment", advice: "this is a bug worth a report")
      }
      BenchRecoveryDisk.forget(folder)
      disk = try BenchRecoveryDisk.readRate("\(folder)/\(name)", bytes: bytes)
      BenchRecoveryDisk.forget(folder)
    }
    defer { start.remove() }
    let tail = try start.broker.durableThrough() % (segment << 20)
    let rate = Double(tail) / (Double(start.broker.nanosecondsToReady) / 1e9)
    return [
      .init("tailMebibytes", .integer(Int64(tail >> 20))),
      .init("tailReadyMilliseconds", .number(BenchFigures.text(Double(start.broker.nanosecondsToReady) / 1e6))),
      .init("tailMegabytesPerSecond", .integer(Int64(rate / 1e6))),
      .init("diskMegabytesPerSecond", .integer(Int64(disk / 1e6))),
      .init("tailShareOfDisk", .number(BenchFigures.text(rate / disk))),
    ]
  }

  /// A broker that runs again after it was killed.
  private struct Again {
    let broker: BenchRecoveryBroker

    func remove() {
      broker.end(SIGTERM)
      unlink("\(broker.data).log")
      Files.remove(broker.data)
    }
  }

  private func killed(
    bytes: Int, segmentMebibytes: Int, meanwhile: (_ journal: String) throws(Complaint) -> Void
  ) throws(Complaint) -> Again {
    let data = BenchFolder.fresh(in: folder)
    guard mkdir(data, 0o700) == 0 else { throw .system("could not make \(data)", errno) }
    Terminal.note("writing \(bytes >> 20) MiB of journal")
    do throws(Complaint) {
      let broker = try BenchRecoveryBroker(data, segmentMebibytes: segmentMebibytes)
      var fill: BenchRecoveryFill?
      do throws(Complaint) { fill = try broker.fill(bytes: bytes) } catch {
        broker.end(SIGKILL)
        throw error
      }
      broker.end(SIGKILL)
      fill?.stop()
      try meanwhile("\(data)/broker/journal")
      return Again(broker: try BenchRecoveryBroker(data, segmentMebibytes: segmentMebibytes))
    } catch {
      Files.remove(data)
      throw error
    }
  }

  // MARK: Doing nothing

  private static let idleSeconds: UInt32 = 5

  private func idle() throws(Complaint) -> [JSON.Member] {
    let data = BenchFolder.fresh(in: folder)
    defer { Files.remove(data) }
    let house = try BenchMeshHouse(data)
    defer { house.stop() }
    // What a start leaves behind has been done by then: checkpoints, the closing mark, the reserve segment.
    sleep(2)
    let before = Programs.all.map { Self.nanosecondsUsed(house.process(of: $0)) }
    sleep(Self.idleSeconds)
    var figures: [JSON.Member] = []
    for (name, earlier) in zip(Programs.all, before) {
      let process = house.process(of: name)
      let share = Double(Self.nanosecondsUsed(process) - earlier) / 1e7 / Double(Self.idleSeconds)
      figures.append(.init("\(name)IdleCpuPercent", .number(BenchFigures.text(share))))
      figures.append(.init("\(name)IdleResidentMebibytes", .number(BenchFigures.text(Self.residentMebibytes(process)))))
    }
    return figures
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
