import Glibc

/// The environment of this process.
enum ProcessEnvironment {
  /// All variables. Read at the start, before other threads could change them.
  static var current: [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") { variables[String(text[..<equals])] = String(text[text.index(after: equals)...]) }
      next = next.advanced(by: 1)
    }
    return variables
  }
}
