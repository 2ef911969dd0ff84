import Foundation

/// Published data sets that tests try the programs on. They are no part of the project: `ACCORD_DATA` names the folder that holds them, and
/// without it the tests that need them are left out by name. README tells where each set can be had.
package enum PublishedData {
  package static let folder = ProcessInfo.processInfo.environment["ACCORD_DATA"].flatMap { $0.isEmpty ? nil : $0 }

  package static var isThere: Bool { folder != nil }
  package static let missing = "ACCORD_DATA is not set: the published Complete Journey panel and CDNOW are not there"

  /// Unpacks the file `name` of the folder to `path`.
  package static func unpack(_ name: String, to path: String) throws {
    guard let folder else { throw NoData() }
    let unpacked = Process()
    unpacked.executableURL = URL(fileURLWithPath: "/bin/sh")
    unpacked.arguments = ["-c", "exec gzip -dc \"$0\" > \"$1\"", folder + "/" + name, path]
    try unpacked.run()
    unpacked.waitUntilExit()
    guard unpacked.terminationStatus == 0 else { throw NoData() }
  }

  private struct NoData: Error, CustomStringConvertible {
    var description: String { "a published data set cannot be unpacked; look into the folder that ACCORD_DATA names" }
  }
}
