import Glibc

/// The programs that belong together: built together, and found beside the one that runs now.
enum Programs {
  /// In the order in which they are started.
  static let departments = ["ledger", "marketing", "service"]
  /// The broker first: the departments need it, not the other way round.
  static let all = ["broker"] + departments

  /// Where `name` lies: `broker` is `accord-broker`.
  static func path(_ name: String) -> String { "\(folder)/accord-\(name)" }

  /// The program that runs now.
  static var own: String { "\(folder)/accord" }

  private static var folder: String {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(decoding: buffer[..<max(0, count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}
