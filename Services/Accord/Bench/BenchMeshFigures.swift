import Contracts
import Glibc
import Host

/// What a benchmark tells: one JSON object, or a line for each figure.
enum BenchMeshFigures {
  static func print(_ figures: [JSON.Member], json: Bool) {
    if json { return Terminal.print(.object(figures)) }
    for figure in figures {
      switch figure.value {
      case .number(let text), .string(let text): Terminal.print("\(figure.name): \(text)")
      default: Terminal.print("\(figure.name): \(String(decoding: figure.value.bytes, as: UTF8.self))")
      }
    }
  }
}

/// Where benchmarks put their data.
enum BenchFolder {
  /// `--folder`, else below $TMPDIR, else /tmp.
  static func parent(_ arguments: Arguments) -> String {
    arguments.value("--folder") ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  }

  /// A name in `parent` that is not there yet.
  static func fresh(in parent: String) -> String { "\(parent)/accord-bench-\(getpid())-\(Clock.uptimeMilliseconds)" }
}
