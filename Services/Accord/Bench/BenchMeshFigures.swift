import Contracts
import Glibc

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
  static func fresh(in parent: String) -> String { "\(parent)/accord-bench-\(getpid())-\(Supervisor.uptime())" }

  /// The names in the folder at `path`; none where it cannot be read.
  static func names(in path: String) -> [String] {
    var names: [String] = []
    guard let listing = opendir(path) else { return names }
    defer { closedir(listing) }
    while let entry = readdir(listing) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } })
    }
    return names
  }
}
