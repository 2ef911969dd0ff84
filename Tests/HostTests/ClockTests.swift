import Contracts
import Foundation
import Host
import TestKit
import Testing

@Suite struct ClockTests {
  @Test func `the wall clock goes on at half speed while the system's is set back`() {
    var wall = WallGuard()
    func tell(_ system: Int64, _ uptime: Int64) -> Int64 { wall.tell(system: Timestamp(milliseconds: system), uptime: uptime).milliseconds }
    #expect(tell(10_000, 0) == 10_000)
    #expect(tell(10_500, 500) == 10_500)
    #expect(tell(6_500, 500) == 10_500)  // Set back by four seconds.
    #expect(tell(8_500, 2_500) == 11_500)
    #expect(tell(10_500, 4_500) == 12_500)
    #expect(tell(14_600, 8_600) == 14_600)  // The system has caught up.
    #expect(tell(14_700, 8_700) == 14_700)
    #expect(tell(14_000, 8_800) == 14_700)  // And again.
  }

  @Test func `the wall clock never runs backwards, whatever the system says`() {
    var random = Seed.printed(for: "wall clock")
    var wall = WallGuard()
    var system: Int64 = 0
    var uptime: Int64 = 0
    var told = Timestamp(milliseconds: .min)
    for _ in 0..<10_000 {
      uptime += Int64.random(in: 0...50, using: &random)
      system += Int64.random(in: -200...250, using: &random)
      let now = wall.tell(system: Timestamp(milliseconds: system), uptime: uptime)
      #expect(now >= told && now >= Timestamp(milliseconds: system))
      told = now
    }
  }

  @Test func `the system clock tells about now`() {
    let clock = Clock.system()
    #expect(abs(Double(clock.now().milliseconds) - Date().timeIntervalSince1970 * 1_000) < 5_000)
    #expect(clock.now() <= clock.now())
    #expect(clock.uptime() > 0 && !clock.isManual)
  }

  @Test func `a manual clock is refused without a sandbox and on real data`() throws {
    let place = Folder.temporary()
    let real = try DataFolder.open(place.file("real"), sandbox: false, now: Timestamp(milliseconds: 0))
    #expect(throws: ClockFault.needsSandbox) { try ManualClock.clock(.manual(nil), sandbox: false, in: real) }
    #expect(throws: ClockFault.folderIsReal(real.path)) { try ManualClock.clock(.manual(nil), sandbox: true, in: real) }
    #expect(throws: ClockFault.folderIsReal(real.path)) { try ManualClock.advance(to: Timestamp(milliseconds: 1), in: real) }
    #expect(try !ManualClock.clock(.system, sandbox: false, in: real).isManual)
  }

  @Test func `a manual clock stands still, advances, and is found again`() throws {
    let place = Folder.temporary()
    let folder = try DataFolder.open(place.file("play"), sandbox: true, now: Timestamp(milliseconds: 0))
    #expect(throws: ClockFault.neverManual(folder.path)) { try ManualClock.advance(by: .seconds(1), in: folder) }
    let begin = try Timestamp(rfc3339: "2026-03-01T09:00:00Z")
    let clock = try ManualClock.clock(.manual(begin), sandbox: true, in: folder)
    #expect(clock.now() == begin && clock.isManual)
    #expect(try ManualClock.advance(by: .seconds(48 * 3_600), in: folder).description == "2026-03-03T09:00:00.000Z")
    #expect(try ManualClock.advance(to: begin, in: folder).description == "2026-03-03T09:00:00.000Z")
    #expect(try ManualClock.clock(.manual(begin), sandbox: true, in: folder).now().description == "2026-03-03T09:00:00.000Z")
    #expect(try ManualClock.clock(.manual(nil), sandbox: true, in: folder).now().description == "2026-03-03T09:00:00.000Z")
  }

  @Test func `running programs are told, and a hook runs before the answer`() throws {
    let place = Folder.temporary()
    // Longer than a socket's address may be.
    let deep = place.file(String(repeating: "deep", count: 40))
    let folder = try DataFolder.open(deep, sandbox: true, now: Timestamp(milliseconds: 0))
    let begin = try Timestamp(rfc3339: "2026-03-01T09:00:00Z")
    let clock = try ManualClock.clock(.manual(begin), sandbox: true, in: folder)
    let seen = Seen<Timestamp>()
    clock.onAdvance { seen.note(clock.now()) }
    try ClockControl.listen(for: clock, part: .ledger, in: folder)
    try ManualClock.advance(by: .seconds(60), in: folder)
    try ManualClock.advance(by: .seconds(60), in: folder)
    #expect(seen.all.map(\.description) == ["2026-03-01T09:01:00.000Z", "2026-03-01T09:02:00.000Z"])
    var status = stat()
    #expect(stat(folder.folder(of: .ledger) + "/clock.sock", &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func `a damaged instant is a fault with a sentence`() throws {
    let place = Folder.temporary()
    let folder = try DataFolder.open(place.path, sandbox: true, now: Timestamp(milliseconds: 0))
    try place.write("{\"now\":7}", to: "clock.json")
    #expect(throws: ClockFault.damaged(place.file("clock.json"))) { try ManualClock.now(of: folder) }
  }
}
