import Foundation
import TestKit

/// Faults of the disk made from outside, in programs that know nothing of it.
///
/// strace answers the N-th call of a kind in the program's place (man 1 strace, --inject); libfiu's preloaded library makes a write shorter
/// than was asked (fiu-run(1)). Both are Debian packages that deploy/test installs: a test without them fails, and says what is missing.
struct Injected {
  /// Where strace writes down the calls of the kind that fails.
  let log: String
  private let words: [String]

  /// From the `from`-th call of one of `calls` on a thread on, that one call answers `error`.
  static func failing(_ calls: String, at number: Int, _ error: String, log: String) -> Injected {
    Injected(
      log: log,
      words: [
        "strace", "-D", "-f", "-qq", "-y", "-o", log, "-e", "trace=\(calls)", "-e", "signal=none", "-e",
        "inject=\(calls):error=\(error):when=\(number)",
      ])
  }

  /// One write in a hundred is shorter than was asked.
  static func shortWrites() -> Injected {
    Injected(
      log: "/dev/null",
      words: [
        "fiu-run", "-x", "-c", "enable_random name=posix/io/rw/pwrite/reduce,probability=0.3",
      ])
  }

  /// Starts `program` of this build with its faults; its pid is the program's own.
  func spawn(_ program: String, _ arguments: [String]) throws -> ChildProgram {
    let tool = words[0]
    let found = try ChildProgram.run("/usr/bin/env", ["which", tool])
    guard found.exit == .code(0) else {
      throw NeverHappened(
        "\(tool) is there; install it with `deploy/install \(tool == "strace" ? "strace" : "fiu-utils")`, as deploy/test does")
    }
    return try ChildProgram.spawn("/usr/bin/env", words + ["\(Build.folder)/\(program)"] + arguments, endsWithTests: true)
  }

  /// The calls on the file whose path ends like that, in order.
  func calls(on path: String) -> [String] {
    ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init).filter { $0.contains("\(path)>") }
  }

  /// How many calls the thread made that made most of them: each thread counts its own.
  var busiest: Int {
    var counts: [Substring: Int] = [:]
    for line in ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n") where !line.contains("resumed>") {
      counts[line.prefix { $0 != " " }, default: 0] += 1
    }
    return counts.values.max() ?? 0
  }

  /// The calls that failed, and those of the same thread on the same file that came after them.
  var afterFailure: (failed: Int, again: [String]) {
    let lines = ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    var failed: Set<String> = []
    var again: [String] = []
    for line in lines {
      let thread = line.prefix { $0 != " " }
      let file = line.split(separator: "<").dropFirst().first.map { $0.prefix { $0 != ">" } } ?? ""
      let name = "\(thread) \(file)"
      if line.contains("(INJECTED)") { failed.insert(name) } else if failed.contains(name), !file.isEmpty { again.append(line) }
    }
    return (failed.count, again)
  }
}
