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

  /// The words of the command line cannot be used.
  static func usage(_ happened: String, _ advice: String) -> Complaint { Complaint(code: .usage, happened: happened, advice: advice) }

  /// A fault of the shared floors, which brings its own sentence and code.
  init(host error: any Error) {
    self.init(code: FaultSentence.exitCode(of: error), happened: "\(error)", advice: "")
  }

  /// The system refused; `errno` is its reason.
  static func system(_ happened: String, _ errno: Int32) -> Complaint {
    Complaint(code: .system, happened: "\(happened): \(SystemText.of(errno))", advice: "mend that and try again")
  }
}
