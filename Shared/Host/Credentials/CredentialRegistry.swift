package import Contracts
import Glibc

/// Whom the broker lets in: DIR/broker/credentials.json, with a digest for each secret and the rights that go with it.
///
/// Replaced whole and at once, by whoever changes it; the running broker sees that and follows within a second, or at SIGHUP.
package struct CredentialRegistry: Sendable {
  package internal(set) var entries: [Entry]

  /// The entry called `name` whose secret is `secret`; nil where there is none. Compares digests, so timing tells nothing of use.
  package func entry(_ name: String, secret: String, at now: Timestamp = .last) -> Entry? {
    let digest = Credential.digest(of: secret)
    return entries.first { $0.name == name && $0.accepts(digest, at: now) }
  }

  /// The entry called `name` that was not taken away.
  package func entry(_ name: String) -> Entry? { entries.first { $0.name == name && $0.revoked == nil } }

  /// Reads the registry of `folder`, first minting what a whole installation needs where it is not there yet: a credential for each
  /// department and `operator` for people. Called under the folder's or the broker's lock.
  ///
  /// The credential's file comes first: a crash in between leaves a secret without rights, which the next start takes up.
  package static func open(
    in folder: DataFolder, using random: inout some RandomNumberGenerator
  ) throws(CredentialFault) -> CredentialRegistry {
    var registry = try existing(in: folder)
    let missing = standard.filter { wanted in !registry.entries.contains { $0.name == wanted.name } }
    guard !missing.isEmpty else { return registry }
    for wanted in missing {
      let credential = try Credential.minted(wanted.name, using: &random).kept(in: folder)
      var entry = wanted
      entry.digest = credential.digest
      registry.entries.append(entry)
    }
    try registry.write(to: folder)
    return registry
  }

  /// Reads the registry of `folder` as it is; empty where there is none.
  package static func existing(in folder: DataFolder) throws(CredentialFault) -> CredentialRegistry {
    let path = path(in: folder)
    guard Files.exists(path) else { return CredentialRegistry(entries: []) }
    let bytes: [UInt8]
    do throws(FileFault) { bytes = try Files.read(path) } catch { throw .file(error) }
    guard let json = try? JSON(parsing: bytes), case .array(let rows)? = json["credentials"] else { throw .damaged(path) }
    guard rows.count <= HostLimits.credentialsMax else { throw .row(path, "it has more than \(HostLimits.credentialsMax) rows") }
    var entries: [Entry] = []
    for row in rows {
      do throws(CredentialRowFault) { entries.append(try Entry(row)) } catch { throw .row(path, error.clause) }
      if let last = entries.last, entries.dropLast().contains(where: { $0.name == last.name }) {
        throw .row(path, "\(last.name) has two rows")
      }
    }
    return CredentialRegistry(entries: entries)
  }

  /// Replaces the file of `folder`.
  func write(to folder: DataFolder) throws(CredentialFault) {
    do throws(FileFault) { try Files.write(json.bytes, to: Self.path(in: folder)) } catch { throw .file(error) }
  }

  /// Which version of the file this is, for who waits until the broker has it.
  package var revision: String { Hex.encode(SHA256.hash(json.bytes).prefix(8)) }

  /// What tells one version of the file from the next without reading it; nil where there is none. Every version is a file of its own, so
  /// two within one tick of the clock differ as well.
  package static func stamp(in folder: DataFolder) -> Stamp? {
    var status = stat()
    guard stat(path(in: folder), &status) == 0 else { return nil }
    return Stamp(
      inode: UInt64(status.st_ino), bytes: Int64(status.st_size), seconds: Int64(status.st_mtim.tv_sec),
      nanoseconds: Int64(status.st_mtim.tv_nsec))
  }

  /// See `stamp`.
  package struct Stamp: Sendable, Equatable {
    let inode: UInt64
    let bytes, seconds, nanoseconds: Int64
  }

  static let departments = ["ledger", "marketing", "service"]

  static let standard =
    departments.map { name in
      Entry(
        name: name, digest: [], publish: ["\(name).*"], subscribe: ["*"], source: "/\(name)", administers: false,
        asks: departments.filter { $0 != name })
    } + [Entry(name: "operator", digest: [], publish: [], subscribe: ["*"], source: nil, administers: true, asks: ["*"])]

  /// Where the registry of `folder` lies.
  package static func path(in folder: DataFolder) -> String { folder.folder(of: .broker) + "/credentials.json" }

  private var json: JSON { .object([.init("credentials", .array(entries.map(\.json)))]) }
}
