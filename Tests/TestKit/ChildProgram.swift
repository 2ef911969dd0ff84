package import Contracts
import Foundation
import Synchronization
import Telemetry

/// A real executable of this build, run by a test: its ready line, its words on stderr, its end.
///
/// Both pipes are drained by a thread, so that the child never waits for the test. A child left running is killed with its handle.
package final class ChildProgram: Sendable {
  package let pid: Int32
  private let output: ChildOutput
  private let exited = Mutex<ChildExit?>(nil)

  private init(pid: Int32, output: ChildOutput) {
    self.pid = pid
    self.output = output
  }

  deinit {
    guard exited.withLock({ $0 }) == nil else { return }
    Foundation.kill(pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  /// Starts `name` of this build, or the script at that path where it begins with a slash.
  ///
  /// The environment is the test's without anything of ACCORD_ but what `environment` adds. With `endsWithTests` the program is told to
  /// end when the test process does; the command line tool itself has no such setting.
  package static func spawn(
    _ name: String, _ arguments: [String], environment: [String: String] = [:], endsWithTests: Bool? = nil
  ) throws -> ChildProgram {
    let executable = name.hasPrefix("/") ? name : Build.folder + "/" + name
    guard access(executable, X_OK) == 0 else { throw ChildFault.notBuilt(executable) }
    var words = [executable] + arguments
    if endsWithTests ?? (name != "accord") { words += ["--parent", "\(getpid())"] }
    var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("ACCORD_") }
    variables.merge(environment) { $1 }
    let (pid, stdout, stderr) = try Spawn.start(words, variables.map { "\($0)=\($1)" })
    return ChildProgram(pid: pid, output: ChildOutput(stdout: stdout, stderr: stderr))
  }

  /// Starts `name`, waits for its end and returns what it said: for commands that do one thing.
  package static func run(
    _ name: String, _ arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(20)
  ) throws -> (exit: ChildExit, stdout: String, stderr: String) {
    let child = try spawn(name, arguments, environment: environment, endsWithTests: false)
    let exit = try child.wait(within: limit)
    child.output.waitForEnd(within: .seconds(5))
    return (exit, child.stdout, child.stderr)
  }

  /// Waits for the ready line and returns it. Throws with the program's own words where it ends, or says nothing in time.
  package func ready(within limit: Duration = .seconds(20)) throws -> JSON {
    let line = try firstLine(within: limit)
    guard let json = try? JSON(parsing: line), json["ready"] != nil else { throw ChildFault.notReady(line, stderr: stderr) }
    return json
  }

  /// Waits for the first line on stdout and returns it. Throws like `ready`.
  package func firstLine(within limit: Duration = .seconds(20)) throws -> String {
    switch output.firstLine(within: limit) {
    case .some(let line?): return line
    case .some(nil): throw ChildFault.ended(try wait(within: .seconds(5)), stderr: stderr)
    case nil: throw ChildFault.silent(limit, stderr: stderr)
    }
  }

  /// What the program wrote to stderr so far.
  package var stderr: String { output.stderr }

  /// What the program wrote to stdout so far.
  package var stdout: String { output.stdout }

  /// Asks the program to stop in order (SIGTERM) and waits for its end.
  @discardableResult
  package func terminate(within limit: Duration = .seconds(12)) throws -> ChildExit {
    send(SIGTERM)
    return try wait(within: limit)
  }

  /// Kills the program as a power cut would (SIGKILL) and waits until it is gone.
  package func kill() throws {
    send(SIGKILL)
    _ = try wait(within: .seconds(10))
  }

  /// Sends any signal.
  package func send(_ signal: Int32) {
    // A number whose process has been waited for may belong to somebody else.
    guard exited.withLock({ $0 }) == nil else { return }
    Foundation.kill(pid, signal)
  }

  /// Waits until the program has ended.
  package func wait(within limit: Duration) throws -> ChildExit {
    let end = ContinuousClock.now + limit
    while true {
      let exit = exited.withLock { exited -> ChildExit? in
        if exited == nil { exited = Spawn.reap(pid) }
        return exited
      }
      if let exit { return exit }
      guard ContinuousClock.now < end else { throw ChildFault.running(limit, stderr: stderr) }
      Spawn.awaitEnd(pid, milliseconds: 100)
    }
  }
}

/// How a program ended.
package enum ChildExit: Sendable, Equatable {
  case code(Int32)
  case signal(Int32)
}

/// What went wrong with a program that a test runs.
package enum ChildFault: Error, CustomStringConvertible {
  case notBuilt(String)
  case spawn(String, Int32)
  case notReady(String, stderr: String)
  case ended(ChildExit, stderr: String)
  case silent(Duration, stderr: String)
  case running(Duration, stderr: String)

  package var description: String {
    switch self {
    case .notBuilt(let path): "\(path) is not built; run `swift build --build-tests` in this configuration"
    case .spawn(let path, let code): "\(path) did not start: \(String(cString: strerror(code)))"
    case .notReady(let line, let stderr): "no ready line but: \(line)\n\(stderr)"
    case .ended(let exit, let stderr): "ended before it was ready: \(exit)\n\(stderr)"
    case .silent(let limit, let stderr): "no ready line within \(limit)\n\(stderr)"
    case .running(let limit, let stderr): "still running after \(limit)\n\(stderr)"
    }
  }
}

/// Where this build lies.
package enum Build {
  /// The folder of the executables: beside the test bundle that runs.
  package static var folder: String {
    var path = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &path, path.count)
    let own = String(decoding: path[..<max(0, count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    return String(own[..<(own.lastIndex(of: "/") ?? own.startIndex)])
  }
}
