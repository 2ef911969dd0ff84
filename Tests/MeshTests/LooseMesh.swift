import Contracts
import Foundation
import TestKit

/// The programs of one data folder started one by one, so that each can be away for as long as a test likes. It comes back at its port.
final class LooseMesh {
  let folder: Folder
  let caller: Caller
  private var running: [String: ChildProgram] = [:]
  /// What each said when it was last ready.
  private var endpoints: [String: JSON] = [:]
  /// What each department is started with, beside its places.
  private let words: [String]

  /// Starts `names`, in their order, the departments with `words`.
  init(
    on folder: Folder = .temporary(), starting names: [String] = Caller.programs, _ words: [String] = [],
    environment: [String: String] = [:]
  ) throws {
    self.folder = folder
    self.words = words
    caller = Caller(data: folder.file("data"))
    for name in names { try start(name, environment: environment) }
  }

  /// Starts `name`, waits until it is ready and returns what it says then.
  @discardableResult
  func start(_ name: String, environment: [String: String] = [:]) throws -> JSON {
    let words = words(for: name)
    // With a changed environment through env(1): a library that is loaded before the program may set variables, and where it does so in the
    // same process, Swift no longer finds the arguments, which it looks for below the first environment.
    let child =
      environment.isEmpty
      ? try ChildProgram.spawn("accord-\(name)", words)
      : try ChildProgram.spawn("/usr/bin/env", ["\(Build.folder)/accord-\(name)"] + words, environment: environment)
    let ready = try child.ready()
    running[name] = child
    try note(name, ready)
    return ready
  }

  /// The settings that `name` is started with.
  func words(for name: String) -> [String] {
    func port(_ program: String, _ door: String) -> String { String(endpoints[program]?[door]?["port"]?.integer ?? 0) }
    let words = ["--data", caller.data, "--http-port", port(name, "http")]
    guard name == "broker" else { return words + ["--broker", "127.0.0.1:\(port("broker", "mesh"))"] + self.words }
    return words + ["--port", port(name, "mesh"), "--segment-mib", "4"]
  }

  /// Keeps what `name` said when it was ready, and writes it down as the supervisor does, so that the command line finds it.
  func note(_ name: String, _ ready: JSON) throws {
    endpoints[name] = ready
    let all = JSON.object(endpoints.map { JSON.Member($0.key, $0.value) })
    try folder.write(all.text, to: "data/endpoints.json")
  }

  /// What `name` has logged since it was last started.
  func log(of name: String) -> String { running[name]?.stderr ?? "" }

  func pid(_ name: String) -> Int32? { running[name]?.pid }

  /// Kills `name` after a moment, whatever it is at by then, unless it has ended.
  func kill(_ name: String, after moment: DispatchTimeInterval) {
    guard let child = running[name] else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + moment) { child.send(SIGKILL) }
  }

  /// Ends `name` in order.
  @discardableResult
  func stop(_ name: String) throws -> ChildExit? { try running.removeValue(forKey: name)?.terminate() }

  /// Ends `name` as a power cut would.
  func kill(_ name: String) throws { try running.removeValue(forKey: name)?.kill() }

  /// Ends all that still run in order, the broker last.
  func stopAll() throws { for name in Caller.programs.reversed() { try stop(name) } }
}
