import Contracts
import Dispatch
import Host
import Telemetry

// A program that does nothing but run, for the tests of Host.

let mode = Setting("mode", SettingForm<Mode>.choice, default: "plain", doc: "what to do when started")

Program("host-probe", part: .ledger, summary: "runs, for the tests of Host", settings: [mode]).run { start in
  start.clock.onAdvance { start.log.info("probe.advanced", "it is \(start.clock.now())") }
  switch start.configuration[mode] {
  case .plain, .slow: break
  case .refuse: throw Refused()
  case .hang:
    start.log.info("probe.hanging", "will never be ready")
    DispatchSemaphore(value: 0).wait()
  case .end: start.end(.inputOutput, "the probe was told to end; its mode says so; give it another")
  case .abort: start.abort(.inputOutput, "the probe was told to abort; its mode says so; give it another")
  }
  let isSlow = start.configuration[mode] == .slow
  return Running(
    endpoints: [("http", Address(host: "127.0.0.1", port: 7081))],
    reload: { start.log.info("probe.reloaded", "read everything again") },
    stops: [
      Stop("first", within: .milliseconds(50)) {
        if isSlow { DispatchSemaphore(value: 0).wait() }
        start.log.info("probe.first", "the first part has stopped")
      },
      Stop("second") { start.log.info("probe.second", "the second part has stopped") },
    ])
}

enum Mode: String, CaseIterable, Sendable {
  case plain, refuse, hang, slow, end, abort
}

struct Refused: Explained {
  var exitCode: ExitCode { .temporary }
  var description: String { "the port 7081 is in use; another program listens there; end it or give --http another port" }
}
