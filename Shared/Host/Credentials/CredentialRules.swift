/// What the parts of a credential may look like.
package enum CredentialRules {
  /// 1 to 64 of `a-z 0-9 -` (PROTOCOL.md, hello).
  package static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
  }

  /// A type, `prefix.*`, or `*`: a star stands alone or behind a dot, at the end.
  package static func isPattern(_ text: String) -> Bool {
    if text == "*" { return true }
    let body = text.hasSuffix(".*") ? text.dropLast(2) : text[...]
    return (1...128).contains(body.utf8.count) && body.utf8.allSatisfy { isPlain($0) && $0 != UInt8(ascii: "*") }
  }

  /// A path: begins with a slash, has no empty step, 2 to 256 bytes that need no escape in JSON.
  package static func isSource(_ text: String) -> Bool {
    guard text.hasPrefix("/"), (2...256).contains(text.utf8.count), text.utf8.allSatisfy(isPlain) else { return false }
    return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  /// Whether some type is in both: the broker's own rule of patterns.
  package static func overlap(_ a: String, _ b: String) -> Bool { covers(a, b) || covers(b, a) }

  private static func covers(_ a: String, _ b: String) -> Bool {
    if a == "*" { return true }
    guard a.hasSuffix(".*") else { return a == b }
    return b != "*" && b.hasPrefix(a.dropLast())
  }

  /// Whether one source is the other or lies below it.
  package static func meet(_ a: String, _ b: String) -> Bool { a == b || a.hasPrefix(b + "/") || b.hasPrefix(a + "/") }
}

/// Why a credential is not given, changed or taken: a sentence for the one who asked.
package struct CredentialRefusal: Explained, Equatable {
  package let description: String
  package var exitCode: ExitCode { .refused }

  init(_ happened: String, _ advice: String) { description = "\(happened); \(advice)" }
}
