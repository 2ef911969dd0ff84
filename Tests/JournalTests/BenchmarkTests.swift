import Contracts
import Disk
import Foundation
import Journal
import TestKit
import Testing

/// What one record and one commit cost: ACCORD_BENCH=1 swift test -c release --filter BenchmarkTests. ACCORD_BENCH_DIR names the disk.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["ACCORD_BENCH"] != nil)) struct BenchmarkTests {
  static let json = [UInt8](repeating: 0x61, count: 560)

  /// Runs `body` in a new folder of the disk to be measured.
  static func onDisk(_ body: (FileDisk) throws -> Void) throws {
    let parent = ProcessInfo.processInfo.environment["ACCORD_BENCH_DIR"] ?? FileManager.default.temporaryDirectory.path
    let folder = parent + "/journal-bench-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(try FileDisk(folder: folder))
  }

  static func options() -> JournalOptions { JournalOptions(newID: smallOptions.newID, now: smallOptions.now) }

  @Test func `gathering one event of 560 bytes`() throws {
    var bytes: [UInt8] = []
    var effects: [UInt64] = []
    var best = Duration.seconds(1)
    for _ in 0..<200 {
      let position = Position(1 << 26)
      var gathering = Gathering(at: position, room: 64 << 20, Checksum(seed: 1), reusing: bytes, effects: effects)
      let took = ContinuousClock().measure {
        Self.json.withUnsafeBytes { json in
          for sequence in 0..<1_000 as Range<UInt64> {
            let head = EventHead(producer: 1, type: 2, sequence: sequence, key: 3, acceptedAt: smallOptions.now)
            let place = gathering.record(event: head, json)
            gathering.afterDurable(place.value)
          }
        }
      }
      best = min(best, took)
      (bytes, effects) = ([], [])
      _ = gathering.byteCount
    }
    print("record(event:) with one effect, fresh memory: \(best / 1_000)")
  }

  @Test func `gathering in the memory of the commit before`() throws {
    var now = try Opened(MemoryDisk(), Self.options())
    var released: Released<UInt64>?
    var best = Duration.seconds(1)
    var finishing = Duration.seconds(1)
    for _ in 0..<50 {
      var gathering = released.take().map { now.journal.gather(reusing: $0) } ?? now.journal.gather(UInt64.self)
      let took = ContinuousClock().measure {
        Self.json.withUnsafeBytes { json in
          for sequence in 0..<1_000 as Range<UInt64> {
            let head = EventHead(producer: 1, type: 2, sequence: sequence, key: 3, acceptedAt: smallOptions.now)
            let place = gathering.record(event: head, json)
            gathering.afterDurable(place.value)
          }
        }
      }
      best = min(best, took)
      let writing = try now.journal.begin(gathering)
      let start = ContinuousClock().now
      let durable = try now.journal.finish(writing)
      finishing = min(finishing, ContinuousClock().now - start)
      released = durable.release()
    }
    print(
      "record(event:) with one effect, memory reused: \(best / 1_000); finish without a real sync, digest: \(finishing / 1_000) a record")
  }

  @Test(arguments: [1, 10, 100, 1_000]) func `commits on the real disk`(events: Int) throws {
    for reserve in [false, true] {
      try Self.onDisk { (disk: FileDisk) throws in
        var now = try Opened(disk, Self.options())
        if reserve {
          try Reserve.prepare(on: disk, segmentBytes: now.journal.segmentBytes)
          try now.journal.roll(checkpoint: [1], at: smallOptions.now)
        }
        var times: [Duration] = []
        var bytes: [UInt8] = []
        let clock = ContinuousClock()
        let begun = clock.now
        var count = 0
        while count < 100_000, times.count < 2_000, now.journal.wantsRoll == false {
          let start = clock.now
          var gathering = now.journal.gather(reusing: bytes, effects: [Int]())
          bytes = []
          guard gathering.remaining > events * 640 else { break }
          Self.json.withUnsafeBytes { json in
            for sequence in 0..<events {
              let head = EventHead(producer: 1, type: 2, sequence: UInt64(count + sequence), key: 3, acceptedAt: smallOptions.now)
              _ = gathering.record(event: head, json)
            }
          }
          let writing = try now.journal.begin(gathering)
          let durable = try now.journal.finish(writing)
          bytes = durable.release().bytes
          times.append(clock.now - start)
          count += events
        }
        let took = clock.now - begun
        times.sort()
        let rate = Double(count) / (Double(took.components.attoseconds) / 1e18 + Double(took.components.seconds))
        print(
          "\(events) events a commit, \(reserve ? "written ahead" : "grown"): \(times.count) commits, p10 \(times[times.count / 10]), p50 \(times[times.count / 2]), "
            + "p99 \(times[times.count * 99 / 100]), \(Int(rate)) events/s")
      }
    }
  }

  @Test func `opening a full segment`() throws {
    try Self.onDisk { (disk: FileDisk) throws in
      var now = try Opened(disk, Self.options())
      while now.journal.wantsRoll == false {
        var gathering = now.journal.gather(Int.self)
        Self.json.withUnsafeBytes { json in
          for sequence in 0..<1_000 as Range<UInt64> {
            let head = EventHead(producer: 1, type: 2, sequence: sequence, key: 3, acceptedAt: smallOptions.now)
            _ = gathering.record(event: head, json)
          }
        }
        let writing = try now.journal.begin(gathering)
        let durable = try now.journal.finish(writing)
        _ = durable.release()
      }
      var records = 0
      let took = try ContinuousClock().measure {
        _ = try Journal(opening: disk, options: Self.options()) { _ throws(ReplayRefusal) in records += 1 }
      }
      let rolling = try ContinuousClock().measure { try now.journal.roll(checkpoint: [1], at: smallOptions.now) }
      let verifying = ContinuousClock().measure { _ = JournalVerify(disk) }
      let preparing = try ContinuousClock().measure { try Reserve.prepare(on: disk, segmentBytes: now.journal.segmentBytes) }
      print("open with \(records) records: \(took); roll with their digest: \(rolling); verify: \(verifying); reserve: \(preparing)")
    }
  }
}
