import Glibc
import Telemetry

/// How a program ends, for scripts and supervisors: the codes of sysexits.h, and 1 for an answer that is a no.
package enum ExitCode: Int32, Sendable {
  case success = 0
  /// The program did its work, and what it has to say is bad: a command refused, a store found damaged.
  case refused = 1
  /// The command line or the environment cannot be used.
  case usage = 64
  /// An input file is missing or unreadable.
  case noInput = 66
  /// Something that is needed does not answer.
  case unavailable = 69
  /// A bug in the program.
  case software = 70
  /// The system refused something that it usually grants, such as a pipe or a process.
  case system = 71
  /// A file cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed; for the broker also a failed sync.
  case inputOutput = 74
  /// In the way now, likely gone later: a folder or a port in use.
  case temporary = 75
  /// Rights are missing.
  case noPermission = 77
  /// A file of ours says what cannot be.
  case configuration = 78
}

/// An error whose description is a whole sentence for a person (what happened; why; what to do) and which knows its exit code.
package protocol Explained: Error, CustomStringConvertible {
  var exitCode: ExitCode { get }
}

/// One line on stderr: `accord-ledger: what happened; why; what to do`.
package enum FaultSentence {
  /// The line for `error`. What has no sentence of its own is named as it is, as a bug would be.
  package static func line(_ program: String, _ error: any Error) -> String { "\(program): \(error)\n" }

  /// The exit code of `error`; 70 for one that has no sentence of its own.
  package static func exitCode(of error: any Error) -> ExitCode { (error as? any Explained)?.exitCode ?? .software }

  /// Prints the line and ends the process at once: nothing of it is running that would need an ordered end.
  package static func end(_ program: String, _ error: any Error) -> Never {
    Output.write(line(program, error), to: STDERR_FILENO)
    exit(exitCode(of: error).rawValue)
  }
}
