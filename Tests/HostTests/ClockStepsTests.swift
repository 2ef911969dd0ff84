import Contracts
import Foundation
import Host
import TestKit
import Testing

/// How the clocks of a whole mesh are moved together.
@Suite struct ClockStepsTests {
  /// Programs that do what falls due as soon as they see their clocks there, unless they are told to be slow.
  private struct Mesh {
    var standings: [Standing]
    var uptime: Int64 = 0
    /// Where the clocks were moved to.
    var seen: [Int64] = []

    mutating func run(to target: Int64, _ between: (inout Mesh, ClockSteps.Step) -> Void = { _, _ in }) -> ClockSteps.Step {
      var steps = ClockSteps(to: Timestamp(milliseconds: target), at: uptime)
      while true {
        uptime += 5
        let step = steps.looked(standings, at: uptime)
        switch step {
        case .arrived, .stuck: return step
        case .lookAgain: break
        case .move(let instant):
          seen.append(instant.milliseconds)
          for place in standings.indices where standings[place].now != nil {
            standings[place].now = max(standings[place].now ?? instant, instant)
            if let next = standings[place].next, next <= instant { standings[place].next = nil }
            for source in standings[place].heard.keys { standings[place].heard[source] = instant }
          }
        }
        between(&self, step)
      }
    }
  }

  private static func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

  @Test func `without anything due it is one move`() {
    var mesh = Mesh(standings: ["ledger", "marketing"].map { Standing(program: $0, now: Self.at(0)) })
    #expect(mesh.run(to: 100_000) == .arrived(Self.at(100_000)))
    #expect(mesh.seen == [100_000])
  }

  @Test func `all stop just before each due instant, and at it, wherever it is written`() {
    var mesh = Mesh(standings: [
      Standing(program: "broker"), Standing(program: "ledger", now: Self.at(0), next: Self.at(60_000), heard: ["/marketing": Self.at(0)]),
      Standing(program: "marketing", now: Self.at(0), next: Self.at(50_000), heard: ["/ledger": Self.at(0)]),
    ])
    #expect(mesh.run(to: 100_000) == .arrived(Self.at(100_000)))
    #expect(mesh.seen == [49_999, 50_000, 59_999, 60_000, 100_000])
  }

  @Test func `what is due beyond the target stays, what is near is one step`() {
    var mesh = Mesh(standings: [Standing(program: "ledger", now: Self.at(0), next: Self.at(700))])
    #expect(mesh.run(to: 700) == .arrived(Self.at(700)))
    #expect(mesh.seen == [700])
    mesh.standings[0].next = Self.at(9_000)
    mesh.seen = []
    #expect(mesh.run(to: 8_000) == .arrived(Self.at(8_000)))
    #expect(mesh.seen == [8_000] && mesh.standings[0].next == Self.at(9_000))
  }

  @Test func `what a step causes is followed before the next`() {
    // At 10 s marketing says something; the ledger works on it for a while, and its answer makes something due at 20 s.
    var mesh = Mesh(standings: [
      Standing(program: "ledger", now: Self.at(0)), Standing(program: "marketing", now: Self.at(0), next: Self.at(10_000)),
    ])
    var looks = 0
    let end = mesh.run(to: 30_000) { mesh, step in
      if step == .move(Self.at(10_000)) {
        mesh.standings[1].told = 1
        mesh.standings[0].busy = "is at work on look_back for X"
      }
      guard mesh.standings[0].busy != nil else { return }
      looks += 1
      if looks == 50 {
        mesh.standings[0].busy = nil
        mesh.standings[0].told = 1
        mesh.standings[0].next = Self.at(20_000)
      }
    }
    #expect(end == .arrived(Self.at(30_000)))
    #expect(mesh.seen == [9_999, 10_000, 19_999, 20_000, 30_000] && looks == 50)
  }

  @Test func `who has not heard the others is waited for, unless those are away`() {
    var mesh = Mesh(standings: [
      Standing(program: "marketing", now: Self.at(5), heard: ["/ledger": Self.at(0), "/service": Self.at(5)]),
      Standing(program: "ledger", now: Self.at(5)),
    ])
    guard case .stuck(let sentence) = mesh.run(to: 50) else {
      Issue.record("it moved on")
      return
    }
    #expect(sentence.contains("marketing has heard /ledger through 1970-01-01T00:00:00.000Z only"))
    #expect(mesh.uptime >= ClockSteps.patienceMilliseconds && mesh.seen.isEmpty)
    mesh.standings.removeLast()
    #expect(mesh.run(to: 50) == .arrived(Self.at(50)))
  }

  @Test func `who does not answer is waited for, and named in the end`() {
    var mesh = Mesh(standings: [Standing(program: "ledger", busy: "does not answer"), Standing(program: "service", now: Self.at(0))])
    let end = mesh.run(to: 1_000) { mesh, _ in if mesh.uptime == 500 { mesh.standings[0] = Standing(program: "ledger", now: Self.at(0)) } }
    #expect(end == .arrived(Self.at(1_000)))
    mesh.standings = [Standing(program: "ledger", busy: "does not answer")]
    #expect(mesh.run(to: 2_000) == .stuck("for 30 s nothing has changed: ledger does not answer"))
  }

  @Test func `patience begins again with whatever changes`() {
    var mesh = Mesh(standings: [Standing(program: "ledger", now: Self.at(0), busy: "is at work on look_back for X")])
    let end = mesh.run(to: 1_000) { mesh, _ in
      if mesh.uptime % 10_000 == 0, mesh.standings[0].busy != nil { mesh.standings[0].told += 100 }
      if mesh.uptime == 4 * ClockSteps.patienceMilliseconds { mesh.standings[0].busy = nil }
    }
    #expect(end == .arrived(Self.at(1_000)))
  }

  @Test func `who came back while the others moved on is brought to them first`() {
    var mesh = Mesh(standings: [Standing(program: "ledger", now: Self.at(3)), Standing(program: "service", now: Self.at(9))])
    #expect(mesh.run(to: 9) == .arrived(Self.at(9)))
    #expect(mesh.seen == [9])
  }

  @Test func `a row that sets itself anew each millisecond comes to an end`() {
    var mesh = Mesh(standings: [Standing(program: "ledger", now: Self.at(0), next: Self.at(1))])
    let end = mesh.run(to: 1_000_000_000) { mesh, step in
      if case .move(let instant) = step { mesh.standings[0].next = instant.adding(.milliseconds(1)) }
    }
    guard case .stuck(let sentence) = end else {
      Issue.record("it arrived")
      return
    }
    #expect(sentence.contains("advance by less"))
  }

  @Test func `a standing is read as it is written`() throws {
    let standing = Standing(
      program: "ledger", now: Self.at(5), next: Self.at(7), busy: "is at work", told: 3, heard: ["/service": Self.at(4)])
    #expect(try Standing(JSON(parsing: standing.json.bytes)) == standing)
    #expect(Standing(JSON.object([])) == nil)
  }

  @Test func `a running program answers where it stands`() throws {
    let place = Folder.temporary()
    let folder = try DataFolder.open(place.file("play"), sandbox: true, now: Timestamp(milliseconds: 0))
    #expect(try ManualClock.standings(in: folder).isEmpty)
    let clock = try ManualClock.clock(.manual(Self.at(1_000)), sandbox: true, in: folder)
    try ClockControl.listen(for: clock, part: .service, in: folder)
    #expect(try ManualClock.standings(in: folder).map(\.busy) == ["is starting"])
    clock.answersStanding { Standing(program: "service", now: clock.now(), told: 4) }
    #expect(try ManualClock.standings(in: folder) == [Standing(program: "service", now: Self.at(1_000), told: 4)])
    let real = try DataFolder.open(place.file("real"), sandbox: false, now: Timestamp(milliseconds: 0))
    #expect(throws: ClockFault.folderIsReal(real.path)) { try ManualClock.standings(in: real) }
  }
}
