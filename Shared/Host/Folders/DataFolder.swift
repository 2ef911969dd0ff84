package import Contracts
import Glibc

/// The folder that holds everything an installation keeps.
///
/// ```
/// DIR/accord.json              marker {"format":1,"sandbox":false,"created":"..."}
/// DIR/credentials/NAME.json    who may speak to the broker as NAME, 0600
/// DIR/broker|ledger|marketing|service/   what each program keeps, with its lock
/// DIR/endpoints.json           where the programs listen, while they run under `accord up`
/// DIR/logs/                    their logs, when detached
/// DIR/clock.json               the manual clock, in a sandbox only
/// ```
package struct DataFolder: Sendable {
  /// Format of the layout that this version reads and writes.
  package static let format: Int64 = 1

  /// The programs that keep something.
  package enum Part: String, Sendable, CaseIterable {
    case broker, ledger, marketing, service
  }

  package let path: String
  /// Whether the folder is for play: only there may the clock be manual.
  package let isSandbox: Bool
  package let created: Timestamp

  /// Opens the folder at `path`; makes it where there is none (its parent exists) or an empty one. A disk of its own that was just made,
  /// and credentials that were brought there before the first start, count as empty.
  ///
  /// Checked in this order: is it a folder, readable, ours, not newer than this version, and marked as `sandbox` says.
  package static func open(_ path: String, sandbox: Bool, now: Timestamp) throws(DataFolderFault) -> DataFolder {
    try filing { () throws(FileFault) in try Files.makeFolder(path) }
    let names = try names(in: path)
    let isEmpty = names.allSatisfy { ["lock", "lost+found", "credentials"].contains($0) || $0.hasSuffix(".new") }
    if isEmpty {
      let marker = JSON.object([
        .init("format", .integer(format)), .init("sandbox", .bool(sandbox)), .init("created", .string(now.description)),
      ])
      _ = try filing { () throws(FileFault) in try Files.create(marker.bytes, at: path + "/accord.json") }
    }
    let folder = try existing(path)
    guard folder.isSandbox || !sandbox else { throw .notSandbox(path) }
    for name in Part.allCases.map(\.rawValue) + ["credentials", "logs"] {
      try filing { () throws(FileFault) in try Files.makeFolder(path + "/" + name) }
    }
    // Whatever is made durable within them is so only under names that are: at each start, since the last one may have ended before it.
    try filing { () throws(FileFault) in try Files.syncFolder(of: path + "/accord.json") }
    // The folder's own name, where its parent may be opened.
    try? Files.syncFolder(of: path)
    return folder
  }

  /// Opens the folder at `path` as it is, for those who only look.
  package static func existing(_ path: String) throws(DataFolderFault) -> DataFolder {
    let names = try names(in: path)
    guard names.contains("accord.json") else { throw names.isEmpty ? .absent(path) : .notOurs(path) }
    let bytes = try filing { () throws(FileFault) in try Files.read(path + "/accord.json") }
    guard let marker = try? JSON(parsing: bytes), case .integer(let format)? = marker["format"], format > 0 else {
      throw .damagedMarker(path)
    }
    guard format <= Self.format else { throw .newer(path, format: format) }
    guard case .bool(let sandbox)? = marker["sandbox"], case .string(let text)? = marker["created"],
      let created = try? Timestamp(rfc3339: text)
    else { throw .damagedMarker(path) }
    return DataFolder(path: path, isSandbox: sandbox, created: created)
  }

  /// Where `part` keeps its files.
  package func folder(of part: Part) -> String { path + "/" + part.rawValue }

  /// Where the programs of a running installation listen.
  package var endpoints: String { path + "/endpoints.json" }

  package var logs: String { path + "/logs" }

  private static func filing<Value>(_ body: () throws(FileFault) -> Value) throws(DataFolderFault) -> Value {
    do throws(FileFault) { return try body() } catch { throw .file(error) }
  }

  private static func names(in path: String) throws(DataFolderFault) -> [String] {
    do throws(FileFault) {
      return try Files.names(in: path)
    } catch {
      switch error.code {
      case ENOENT: throw .absent(path)
      case ENOTDIR: throw .notAFolder(path)
      default: throw .file(error)
      }
    }
  }
}

/// Why a folder is not taken as a data folder.
package enum DataFolderFault: Explained, Equatable {
  case absent(String)
  case notAFolder(String)
  case notOurs(String)
  case newer(String, format: Int64)
  case damagedMarker(String)
  case notSandbox(String)
  case file(FileFault)

  package var exitCode: ExitCode {
    switch self {
    case .absent, .notAFolder, .notOurs: .noInput
    case .newer, .damagedMarker, .notSandbox: .configuration
    case .file(let fault): fault.exitCode
    }
  }

  package var description: String {
    switch self {
    case .absent(let path):
      "there is no data in \(path); nothing was ever started there; run `accord up --data \(path)` or name another folder"
    case .notAFolder(let path): "\(path) is a file; data needs a folder; name another place"
    case .notOurs(let path): "\(path) is not ours; it holds other files and no accord.json; name an empty or a new folder"
    case .newer(let path, let format):
      "\(path) was written by a newer version; its format is \(format), this version knows up to \(DataFolder.format); "
        + "use the newer version, or a copy of the data from before it"
    case .damagedMarker(let path): "\(path)/accord.json cannot be read; it is damaged; restore it from a backup (nothing else was touched)"
    case .notSandbox(let path):
      "\(path) holds real data; --sandbox is for a folder that was made with it; leave --sandbox out or name a new folder"
    case .file(let fault): fault.description
    }
  }
}
