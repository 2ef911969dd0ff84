import Contracts
import Foundation
import Host
import Telemetry
import TestKit
import Testing

@Suite struct ProgramTests {
  private let place = Folder.temporary()

  private func probe(_ mode: String, _ more: [String] = [], environment: [String: String] = [:]) throws -> ChildProgram {
    try ChildProgram.spawn("host-probe", ["--data", place.file("data"), "--mode", mode] + more, environment: environment)
  }

  @Test func `says when it is ready and stops in order`() throws {
    let child = try probe("plain")
    let ready = try child.ready()
    #expect(ready["ready"] == .string("ledger"))
    #expect(ready["http"]?["port"] == .integer(7_081))
    #expect(ready["pid"] == .integer(Int64(child.pid)))
    #expect(try child.terminate() == .code(0))
    let first = try #require(child.stderr.range(of: "probe.first"))
    let second = try #require(child.stderr.range(of: "probe.second"))
    #expect(first.lowerBound < second.lowerBound)
    #expect(child.stderr.contains("program.stopped"))
  }

  @Test(arguments: [SIGINT, SIGTERM]) func `a signal during the start ends it at once`(signal: Int32) throws {
    let child = try probe("hang")
    try eventually("the start hangs") { child.stderr.contains("probe.hanging") }
    child.send(signal)
    #expect(try child.wait(within: .seconds(5)) == .code(128 + signal))
  }

  @Test func `reloads at SIGHUP and goes on`() throws {
    let child = try probe("plain")
    _ = try child.ready()
    child.send(SIGHUP)
    try eventually("it reloads") { child.stderr.contains("probe.reloaded") }
    #expect(try child.terminate() == .code(0))
  }

  @Test func `a step that hangs is left behind, named, and told by the exit code`() throws {
    let child = try probe("slow")
    _ = try child.ready()
    #expect(try child.terminate() == .code(ExitCode.software.rawValue))
    try eventually("its words arrive") {
      child.stderr.contains("\\\"first\\\" did not end within 50 ms") && child.stderr.contains("probe.second")
    }
  }

  @Test(arguments: ["end", "abort"]) func `a part that cannot go on ends the program with its code`(mode: String) throws {
    let child = try probe(mode)
    #expect(try child.wait(within: .seconds(10)) == .code(ExitCode.inputOutput.rawValue))
    try eventually("its words arrive") { child.stderr.contains("\nhost-probe: the probe was told to \(mode)") }
    #expect(child.stderr.contains("probe.second") == (mode == "end"))
  }

  @Test func `a refusal at the start is one sentence and its code`() throws {
    let (exit, stdout, stderr) = try ChildProgram.run("host-probe", ["--data", place.file("data"), "--mode", "refuse"])
    #expect(exit == .code(ExitCode.temporary.rawValue))
    #expect(stdout == "")
    #expect(stderr == "host-probe: the port 7081 is in use; another program listens there; end it or give --http another port\n")
  }

  @Test func `wrong settings are told together, and help and version end well`() throws {
    let wrong = try ChildProgram.run("host-probe", ["--dta", "x", "--mode", "dance"], environment: ["ACCORD_CLOCK": "sun"])
    #expect(wrong.exit == .code(ExitCode.usage.rawValue))
    for part in ["3 settings cannot be used", "did you mean --data?", "dance", "ACCORD_CLOCK: \"sun\" is no clock"] {
      #expect(wrong.stderr.contains(part))
    }
    let help = try ChildProgram.run("host-probe", ["--help"])
    #expect(help.exit == .code(0) && help.stdout.contains("--data DIR  [ACCORD_DATA_FOLDER]"))
    #expect(try ChildProgram.run("host-probe", ["--version"]).stdout == "host-probe \(Version.text)\n")
  }

  @Test func `a folder in use is refused with the holder, and free after a SIGKILL`() throws {
    let child = try probe("plain")
    _ = try child.ready()
    let second = try ChildProgram.run("host-probe", ["--data", place.file("data")])
    #expect(second.exit == .code(ExitCode.temporary.rawValue))
    #expect(second.stderr.contains("process \(child.pid) works in it"))
    try child.kill()
    let third = try probe("plain")
    _ = try third.ready()
    #expect(try third.terminate() == .code(0))
  }

  @Test func `ends when its supervisor does, even after a SIGKILL`() throws {
    // The shell is the supervisor: it starts the probe, tells its number and waits.
    let script = place.file("supervise")
    let probe = Build.folder + "/host-probe"
    try place.write(
      "#!/bin/sh\n'\(probe)' --data '\(place.file("data"))' --parent $$ & echo \"{\\\"ready\\\":\\\"shell\\\",\\\"child\\\":$!}\"; wait\n",
      to: "supervise")
    chmod(script, 0o700)
    let shell = try ChildProgram.spawn(script, [], endsWithTests: false)
    guard case .integer(let child)? = try shell.ready()["child"] else { throw ChildFault.notReady(shell.stdout, stderr: shell.stderr) }
    try eventually("the probe runs") { shell.stdout.contains("\"ready\":\"ledger\"") }
    try shell.kill()
    try eventually("the probe has ended") { kill(Int32(child), 0) != 0 }
    #expect(shell.stderr.contains("its supervisor has ended"))
    #expect(FolderLock.holder(of: place.file("data/ledger")) == nil)
  }

  @Test func `is refused when --parent is not its parent`() throws {
    let child = try ChildProgram.run("host-probe", ["--data", place.file("data"), "--parent", "1"])
    #expect(child.exit == .code(ExitCode.unavailable.rawValue))
  }

  @Test func `a manual clock moves every running program`() throws {
    let child = try probe("plain", ["--sandbox", "--clock", "manual@2026-03-01T09:00:00Z"])
    _ = try child.ready()
    let folder = try DataFolder.existing(place.file("data"))
    try ManualClock.advance(by: .seconds(48 * 3_600), in: folder)
    try eventually("its hook ran") { child.stderr.contains("it is 2026-03-03T09:00:00.000Z") }
    try child.kill()
    let again = try probe("plain", ["--sandbox", "--clock", "manual"])
    _ = try again.ready()
    try eventually("it begins where it was") { again.stderr.contains("{\"time\":\"2026-03-03T09:00:00.000Z\"") }
    #expect(try again.terminate() == .code(0))
  }

  @Test func `a manual clock needs a sandbox`() throws {
    let refused = try ChildProgram.run("host-probe", ["--data", place.file("data"), "--clock", "manual"])
    #expect(refused.exit == .code(ExitCode.usage.rawValue))
    #expect(
      refused.stderr == "host-probe: the clock cannot be manual; real data keeps real time; add --sandbox and use a folder made for it\n")
  }

  @Test func `all stops together are bounded`() {
    let log = Log(program: "x", level: .error) { Timestamp(milliseconds: 0) }
    let begin = ContinuousClock.now
    let stops = (0..<5).map { Stop("part \($0)", within: .seconds(60)) { DispatchSemaphore(value: 0).wait() } }
    #expect(Stop.run(stops, within: .milliseconds(200), log: log) == stops.map(\.name))
    #expect(ContinuousClock.now - begin < .seconds(2))
  }
}
