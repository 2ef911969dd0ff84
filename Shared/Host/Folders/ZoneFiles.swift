import Glibc

/// Where the system keeps its time zones (RFC 9636): TZDIR where it is set, else /usr/share/zoneinfo.
package struct ZoneFiles: Sendable {
  package let folder: String

  package init(folder: String) { self.folder = folder }

  /// The system's own, by the environment at the start.
  package static func system(environment: [String: String]) -> ZoneFiles {
    ZoneFiles(folder: environment["TZDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/usr/share/zoneinfo")
  }

  /// The bytes of the zone `name`, such as `Europe/Berlin`, for Zones to read.
  package func bytes(of name: String) throws(ZoneFilesFault) -> [UInt8] {
    guard Self.isName(name) else { throw .notAName(name) }
    guard Files.exists(folder) else { throw .noZones(folder) }
    do throws(FileFault) {
      return try Files.read(folder + "/" + name)
    } catch {
      if error.code == ENOENT || error.code == EISDIR || error.code == ENOTDIR { throw .unknown(name, folder) }
      throw .file(error)
    }
  }

  /// Letters, digits and `+-_` in parts between single slashes: a name from a request must not leave the folder.
  static func isName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return (1...4).contains(parts.count)
      && parts.allSatisfy { part in
        !part.isEmpty && part.utf8.count <= 32 && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-_".contains($0)) }
      }
  }
}

/// Why a time zone could not be had.
package enum ZoneFilesFault: Explained, Equatable {
  case notAName(String)
  case noZones(String)
  case unknown(String, String)
  case file(FileFault)

  package var exitCode: ExitCode {
    switch self {
    case .notAName: .usage
    case .noZones, .unknown: .noInput
    case .file(let fault): fault.exitCode
    }
  }

  package var description: String {
    switch self {
    case .notAName(let name): "\"\(name)\" is no time zone; its name has other characters than zones have; give one such as Europe/Berlin"
    case .noZones(let folder): "there are no time zones in \(folder); tzdata is not installed; install it or set TZDIR"
    case .unknown(let name, let folder):
      "there is no time zone \(name) in \(folder); it is misspelt or tzdata is too old; give one such as Europe/Berlin"
    case .file(let fault): fault.description
    }
  }
}
