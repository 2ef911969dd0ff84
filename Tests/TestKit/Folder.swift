import Foundation

/// A folder for one test, removed with everything in it when nobody holds it any more.
package final class Folder: Sendable {
  package let path: String

  private init(path: String) { self.path = path }

  deinit { try? FileManager.default.removeItem(atPath: path) }  // What cannot be removed is the temporary folder's to keep.

  /// A new empty folder below the system's temporary one.
  package static func temporary() -> Folder {
    var template = Array((NSTemporaryDirectory() + "/accord-test-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { preconditionFailure("no temporary folder: \(String(cString: strerror(errno))); make room") }
    return Folder(path: String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
  }

  /// The path of `name` inside.
  package func file(_ name: String) -> String { path + "/" + name }

  /// Puts `text` into the file `name`, whose folder exists.
  package func write(_ text: String, to name: String) throws {
    try text.write(toFile: file(name), atomically: false, encoding: .utf8)
  }

  /// The text of the file `name`.
  package func read(_ name: String) throws -> String { try String(contentsOfFile: file(name), encoding: .utf8) }
}
