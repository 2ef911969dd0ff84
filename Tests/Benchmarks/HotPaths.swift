import Glibc

/// `hot-paths PATH COUNT`: does what one of the broker's or a department's hot paths does, COUNT times, and nothing else.
///
/// deploy/instructions runs it under callgrind with two counts: the difference is what one more costs, whatever the start cost.
@main
enum HotPaths {
  /// By name: makes what the path needs, then walks it so many times. What it answers only keeps the work from being left out.
  static let all: [(name: String, walk: @Sendable (Int) throws -> Int)] = [
    ("frame-decode", WirePaths.frames), ("publish-decode", WirePaths.publishes), ("event-scan", WirePaths.scans),
    ("event-gate", WirePaths.gates),
    ("settle-decode", WirePaths.settles), ("delivery-header", WirePaths.headers), ("apply-publish", BrokerPaths.publishes),
    ("mould-and-apply-publish", BrokerPaths.moulded),
    ("apply-publish-deliver-settle", BrokerPaths.settled), ("order-encode", CodecPaths.encodes), ("order-decode", CodecPaths.decodes),
    ("envelope-decode", CodecPaths.envelopes),
  ]

  static func main() throws {
    let words = CommandLine.arguments.dropFirst()
    guard let name = words.first, let count = words.dropFirst().first.flatMap({ Int($0) }),
      let path = all.first(where: { $0.name == name })
    else {
      for path in all { puts(path.name) }
      exit(words.isEmpty ? 0 : 64)
    }
    exit(try path.walk(count) == .min ? 1 : 0)
  }
}
