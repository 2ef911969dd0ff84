package import Contracts
import Foundation
import Host

/// The four programs under their supervisor, as `accord up` runs them. Killed with the last reference, should a test fail midway.
package final class RunningMesh: Sendable {
  package let folder: Folder
  package let caller: Caller
  /// What the supervisor printed when all were ready.
  package let endpoints: JSON
  package let supervisor: ChildProgram

  /// Starts a mesh on free ports and waits until it is ready.
  ///
  /// On a folder of its own where none is given. The smallest segments: a full run writes less, and rolls happen.
  package init(on folder: Folder = .temporary(), _ words: [String] = [], environment: [String: String] = [:]) throws {
    self.folder = folder
    caller = Caller(data: folder.file("data"))
    supervisor = try ChildProgram.spawn("accord", Self.words(caller.data) + words, environment: environment)
    endpoints = try JSON(parsing: supervisor.firstLine(within: .seconds(60)))
  }

  /// The command line that starts a mesh for a test.
  package static func words(_ data: String) -> [String] { ["up", "--data", data, "--ephemeral", "--json", "--segment-mib", "4"] }

  /// Ends it as Ctrl-C or a service manager would.
  @discardableResult
  package func stop(_ signal: Int32 = SIGTERM) throws -> ChildExit {
    supervisor.send(signal)
    return try supervisor.wait(within: .seconds(20))
  }

  /// The process that runs `program` now; nil while there is none.
  package func pid(_ program: String) -> Int32? { FolderLock.holder(of: caller.data + "/" + program) }

  /// Kills `program` as a power cut would and waits until the supervisor has started it again.
  package func kill(_ program: String) throws { try kill([program]) }

  /// The same for several at the same moment.
  package func kill(_ programs: [String]) throws {
    let pids = try programs.map { program in
      guard let pid = pid(program) else { throw Caller.Fault.noEndpoint(program) }
      return pid
    }
    for pid in pids { Foundation.kill(pid, SIGKILL) }
    for (program, pid) in zip(programs, pids) {
      try eventually("\(program) is there again", within: .seconds(30)) {
        guard let now = self.pid(program), now != pid else { return false }
        return caller.isReady(program)
      }
    }
  }

  /// Kills all five processes at the same moment, in the order of `names`.
  package func killAll(inOrder names: [String]) throws {
    let pids = names.compactMap { $0 == "supervisor" ? supervisor.pid : pid($0) }
    for pid in pids { Foundation.kill(pid, SIGKILL) }
    _ = try supervisor.wait(within: .seconds(10))
  }

  /// Waits until no process has anything to do with this folder.
  package func awaitNobody(within limit: Duration = .seconds(15)) throws {
    try eventually("nobody works on \(caller.data)", within: limit) { Processes.areDone(with: caller.data) }
  }
}

/// The processes of this machine.
package enum Processes {
  /// Those whose command line holds `text`, the dead that nobody has collected yet left out.
  package static func naming(_ text: String) -> [Int32] {
    let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    return numbers.filter { pid in
      guard pid != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
      return String(decoding: line, as: UTF8.self).contains(text)
    }
  }

  /// Whether nobody names the data folder any more, and no lock of it is held: a process that ends loses its command line first.
  package static func areDone(with data: String) -> Bool {
    naming(data).isEmpty && ([""] + Caller.programs).allSatisfy { FolderLock.holder(of: "\(data)/\($0)") == nil }
  }

  /// Memory that is resident for `pid`, in bytes (man 5 proc, VmRSS).
  package static func residentBytes(_ pid: Int32) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line.flatMap { Int($0.split { !$0.isNumber }.first ?? "") } ?? 0) * 1_024
  }
}
