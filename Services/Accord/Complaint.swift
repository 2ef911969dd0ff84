import Glibc
import Host

/// Why a command did not do what was asked, for a person and for a script: a sentence, what to do, and an exit code of sysexits.h.
struct Complaint: Error, CustomStringConvertible {
  var code: ExitCode
  /// What happened and why.
  var happened: String
  /// What to do next; empty where the sentence says it already.
  var advice: String

  init(code: ExitCode, happened: String, advice: String) {
    self.code = code
    self.happened = happened
    self.advice = advice
  }

  var description: String { advice.isEmpty ? happened : "\(happened); \(advice)" }

  static func usage(_ happened: String, _ advice: String) -> Complaint { Complaint(code: .usage, happened: happened, advice: advice) }

  /// A fault of the shared floors, which brings its own sentence and code.
  init(host error: any Error) {
    self.init(code: ExitCode(rawValue: FaultSentence.exitCode(of: error).rawValue) ?? .bug, happened: "\(error)", advice: "")
  }

  static func system(_ happened: String, _ errno: Int32) -> Complaint {
    Complaint(code: .system, happened: "\(happened): \(String(cString: strerror(errno)))", advice: "mend that and try again")
  }
}

/// The exit codes of sysexits.h that `accord` uses; scripts may rely on them.
enum ExitCode: Int32 {
  case done = 0
  /// Something was found: a damaged store, a refused command.
  case refused = 1
  case usage = 64
  case noInput = 66
  case unavailable = 69
  case bug = 70
  case system = 71
  case cannotCreate = 73
  case io = 74
  case tryAgain = 75
  case notAllowed = 77
  case configuration = 78
}
