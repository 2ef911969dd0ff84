package import Contracts
import Dispatch
import Glibc
import Telemetry

/// `accord-<program> verify --data DIR`: looks through one program's part of a folder on which nothing runs.
package enum VerifyCommand {
  /// Prints the report as one line of JSON and ends the process: 0 where everything is sound, 1 where it is not.
  package static func run(_ program: String, _ report: (DataFolder) throws -> (json: JSON, isSound: Bool)) -> Never {
    var words = Array(CommandLine.arguments.dropFirst(2))
    if words.count == 4, words[2] == "--parent", let parent = Int32(words[3]) {
      words.removeLast(2)
      endWith(parent)
    }
    if words.contains("--help") {
      Output.write(
        "\(program) verify --data DIR\n\nLooks through this program's part of a folder on which nothing runs, and changes nothing. Prints one line of JSON;\n"
          + "exit code 0: sound, 1: not sound, 64 and above as in sysexits.h.\n")
      exit(0)
    }
    guard words.count == 2, words[0] == "--data" else {
      Output.write("\(program): verify needs the data folder; write \(program) verify --data DIR\n", to: STDERR_FILENO)
      exit(ExitCode.usage.rawValue)
    }
    do {
      let found = try report(try DataFolder.existing(words[1]))
      Output.write(found.json.text + "\n")
      exit((found.isSound ? ExitCode.success : .refused).rawValue)
    } catch { FaultSentence.end(program, error) }
  }
}

extension VerifyCommand {
  /// Ends this process as soon as `parent`, who asked, is gone: nobody would read the report, and the folder stays locked meanwhile.
  private static func endWith(_ parent: Int32) {
    guard let watch = ParentWatch(parent: parent) else { exit(ExitCode.temporary.rawValue) }
    DispatchQueue(label: "accord.verify.parent").async {
      var wanted = pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0)
      while poll(&wanted, 1, -1) < 0, errno == EINTR {}
      _exit(ExitCode.temporary.rawValue)
    }
  }
}

/// What a verification found, as JSON.
package enum VerifyReport {
  /// `summary` is half a sentence for people; `findings` are whole ones, none where everything is sound; `more` is for programs.
  package static func json(
    sound: Bool, summary: String, findings: [String], heads: [ChainHead] = [], more: [JSON.Member] = []
  ) -> JSON {
    var members: [JSON.Member] = [
      .init("sound", .bool(sound)), .init("summary", .string(summary)), .init("findings", .array(findings.map { .string($0) })),
    ]
    if !heads.isEmpty {
      members.append(.init("heads", .array(heads.map { .array([.integer($0.sequence), .string($0.head)]) })))
    }
    return .object(members + more)
  }
}
