import Contracts
import Foundation
import HTTP
import Host
import TestKit
import Testing

extension MeshTests {
  /// Time as the programs see it: moved by hand in a sandbox, and set back under their feet.
  @Suite struct ClockTests {
    @Test func `a sandbox's clock stands still until it is advanced, for all programs together`() throws {
      let mesh = try RunningMesh(on: .temporary(), ["--sandbox", "--clock", "manual@2026-05-08T19:00:00-04:00"])
      let caller = mesh.caller
      try caller.order("FRIDAY", of: "ada")
      #expect(try captured("FRIDAY", caller) == "2026-05-08T23:00:00.000Z")
      let advanced = try caller.accord("clock", "advance", "29h", "--json")
      #expect(try advanced.exit == .code(0) && advanced.json["now"] == "2026-05-10T04:00:00.000Z", "\(advanced.stderr)")
      try caller.order("SUNDAY", of: "ada")
      #expect(try captured("SUNDAY", caller) == "2026-05-10T04:00:00.000Z")
      #expect(try caller.accord("clock", "show", "--json").json["now"] == "2026-05-10T04:00:00.000Z")
      for department in Caller.departments {
        #expect(try caller.get(department, "/v1/status")["now"] == "2026-05-10T04:00:00.000Z", "\(department)")
      }
      try caller.awaitHeard(2)
      #expect(try caller.timeline(of: "ada").compactMap { $0["time"]?.string } == ["2026-05-08T23:00:00.000Z", "2026-05-10T04:00:00.000Z"])

      // A program that dies comes back at the same instant, and so does the next run, whatever it asks for.
      try mesh.kill("ledger")
      try caller.order("AGAIN", of: "ada")
      #expect(try captured("AGAIN", caller) == "2026-05-10T04:00:00.000Z")
      try mesh.stop()
      let next = try RunningMesh(on: mesh.folder, ["--sandbox", "--clock", "manual@2026-05-01T00:00:00Z"])
      #expect(try caller.get("service", "/v1/status")["now"] == "2026-05-10T04:00:00.000Z")
      for wrong in ["-1h", "0s", "soon", "29"] { #expect(try caller.accord("clock", "advance", wrong).exit == .code(64), "\(wrong)") }
      try next.stop()
    }

    @Test func `the mesh moves from one due instant to the next, and all have heard each other where it stops`() throws {
      let mesh = try RunningMesh(["--sandbox", "--clock", "manual@2026-05-08T19:00:00-04:00"])
      let caller = mesh.caller
      for number in 1...200 { try caller.order("O-\(number)", of: "ada") }
      // Each department forgets old answers once a day, and the ledger tells the head of its chain: instants on the way, which all reach
      // together, each from just before it.
      let advanced = try caller.accord("clock", "advance", "29h", "--json")
      #expect(advanced.exit == .code(0) && advanced.stderr.isEmpty, "\(advanced.stderr)")
      #expect(try advanced.json["now"] == "2026-05-10T04:00:00.000Z")
      #expect(try (3...20).contains(advanced.json["moves"]?.integer ?? 0), "\(advanced.stdout)")
      // Nothing is under way any more, without waiting.
      #expect(try caller.timeline(of: "ada").count == 200)
      for department in ["marketing", "service"] {
        let heard = try #require(try caller.get(department, "/v1/status")["heard"]?.array)
        #expect(heard.contains { $0["source"] == "/ledger" && $0["through"] == "2026-05-10T04:00:00.000Z" }, "\(department): \(heard)")
      }
      let exact = try caller.accord("clock", "advance", "--to", "2026-05-10T00:01:00-04:00", "--json")
      #expect(try exact.json == ["now": "2026-05-10T04:01:00.000Z", "moves": 1])
      for wrong in [["--to", "2026-05-10T00:01:00-04:00"], ["--to", "soon"], ["1h", "--to", "2026-05-11T00:00:00Z"], []] {
        #expect(try ChildProgram.run("accord", ["clock", "advance"] + wrong + ["--data", caller.data]).exit == .code(64), "\(wrong)")
      }
      try mesh.stop()
    }

    @Test func `a program that is away is left out, and comes back at the instant of the others`() throws {
      let folder = Folder.temporary()
      try FileManager.default.createDirectory(atPath: folder.file("data"), withIntermediateDirectories: true)
      _ = try DataFolder.open(folder.file("data"), sandbox: true, now: Timestamp(milliseconds: 0))
      let mesh = try LooseMesh(on: folder, ["--sandbox", "--clock", "manual@2026-05-08T23:00:00Z"])
      let caller = mesh.caller
      try mesh.kill("ledger")
      try #expect(caller.accord("clock", "advance", "10m", "--json").json["now"] == "2026-05-08T23:10:00.000Z")
      try mesh.start("ledger")
      #expect(try caller.get("ledger", "/v1/status")["now"] == "2026-05-08T23:10:00.000Z")
      // Without the broker nobody comes to rest, and the clock is moved only by whoever insists.
      try mesh.stop("broker")
      let jumped = try caller.accord("clock", "advance", "1h", "--jump")
      #expect(jumped.exit == .code(0) && jumped.stdout.contains("It is now 2026-05-09T00:10:00.000Z"), "\(jumped)")
      try mesh.stopAll()
      let alone = try caller.accord("clock", "advance", "1h", "--json")
      #expect(try alone.json["now"] == "2026-05-09T01:10:00.000Z", "\(alone.stderr)")
    }

    @Test func `real data keeps real time`() throws {
      let mesh = try RunningMesh()
      let advanced = try mesh.caller.accord("clock", "advance", "1h")
      #expect(advanced.exit == .code(78) && advanced.stderr.contains("it was never manual"), "\(advanced.stderr)")
      try mesh.stop()
      for (words, exit, says) in [
        (["--clock", "manual"], Int32(64), "add --sandbox"), (["--clock", "manual", "--sandbox"], 78, "holds real data"),
      ] {
        let refused = try ChildProgram.run("accord", RunningMesh.words(mesh.caller.data) + words)
        #expect(refused.exit == .code(exit) && refused.stderr.contains(says), "\(words): \(refused.stderr)")
      }
      #expect(!FileManager.default.fileExists(atPath: mesh.caller.data + "/clock.json"))
    }

    /// Where Debian's package `faketime` puts the library that tells a program another time.
    private static let library: String? = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map { "/usr/lib/\($0)/faketime/libfaketime.so.1" }
      .first { FileManager.default.fileExists(atPath: $0) }

    @Test(.enabled(if: library != nil, "the package faketime is not installed"))
    func `a clock that is set back an hour, while they run and between runs, moves nobody back`() throws {
      let folder = Folder.temporary()
      try folder.write("+0", to: "offset")
      // Only the clock on the wall is set back: timers and time limits go by the machine's own.
      let environment = [
        "LD_PRELOAD": try #require(Self.library), "FAKETIME_TIMESTAMP_FILE": folder.file("offset"), "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
      ]
      defer { Self.removeTraces() }
      let mesh = try LooseMesh(on: folder, environment: environment)
      let caller = mesh.caller
      try caller.order("BEFORE", of: "ada")
      try caller.awaitHeard(1)
      let before = try captured("BEFORE", caller)

      try folder.write("-3600", to: "offset")
      try caller.order("BACK-1", of: "ada")
      let back = try captured("BACK-1", caller)
      #expect(back >= before, "\(back) after \(before)")
      #expect(try secondsFromNow(back) > -60, "an hour was lost: \(back)")
      try caller.order("BACK-2", of: "ada")
      try caller.awaitHeard(3)
      #expect(try caller.timeline(of: "ada").map { $0["order_id"]?.string } == ["BEFORE", "BACK-1", "BACK-2"])
      #expect(try caller.accord("status").exit == .code(0))

      // The next run begins in the past of the last one: time is what the system says, and the order of events is the journal's.
      try mesh.stopAll()
      let next = try LooseMesh(on: folder, environment: environment)
      try caller.order("PAST", of: "ada")
      #expect(try secondsFromNow(captured("PAST", caller)) < -3_500, "the library did not set the clock back")
      try caller.awaitHeard(4)
      #expect(try caller.orders().compactMap { $0["event"]?["subject"]?.string } == ["BEFORE", "BACK-1", "BACK-2", "PAST"])
      #expect(try caller.get("marketing", "/v1/buyers") == ["buyers": 1, "orders": 4])
      let repeated = try caller.capture("BEFORE", of: "ada")
      #expect(repeated.status == 201 && repeated.header("Idempotent-Replay") == "true")
      try next.stopAll()
      #expect(try caller.accord("verify").exit == .code(0))
    }

    /// The library leaves shared memory of each process behind that is killed, or ends past its destructors as ours do.
    private static func removeTraces() {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: "/dev/shm")) ?? [] where name.contains("faketime_") {
        guard let pid = Int32(name.split(separator: "_").last ?? ""), Foundation.kill(pid, 0) != 0 else { continue }
        unlink("/dev/shm/" + name)
      }
    }

    /// When the ledger says that it captured `order`.
    private func captured(_ order: String, _ caller: Caller) throws -> String {
      try #require(try caller.get("ledger", "/v1/orders/\(order)")["order"]?["captured_at"]?.string)
    }

    private func secondsFromNow(_ instant: String) throws -> Double {
      Double(try Timestamp(rfc3339: instant).milliseconds) / 1_000 - Date().timeIntervalSince1970
    }
  }
}
