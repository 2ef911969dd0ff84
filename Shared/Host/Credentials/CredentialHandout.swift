import Contracts

/// Gives each credential to its owner's own folder, for programs that do not share one data folder, such as containers.
///
/// ```
/// DIR/ledger/ledger.json       the ledger's secret; likewise for each department
/// DIR/ledger/operator.json     only the digest of the operator's: enough to let the operator in, not to be the operator
/// DIR/operator/operator.json   the operator's secret, for people
/// ```
/// Each owner sees his own folder alone, as DIR/credentials of his data folder.
package enum CredentialHandout {
  /// Writes what `registry` knows from the credentials of `folder` below `path`, which exists; what is there is replaced.
  package static func write(_ registry: CredentialRegistry, from folder: DataFolder, to path: String) throws(CredentialFault) {
    for entry in registry.entries where entry.revoked == nil {
      let credential: Credential
      do throws(CredentialFault) { credential = try Credential.read(entry.name, in: folder) } catch {
        // Its secret was taken away from here: it is with its owner already.
        if case .absent = error { continue }
        throw error
      }
      let own = "\(path)/\(entry.name)"
      do throws(FileFault) {
        try Files.makeFolder(own)
        try Files.write(credential.json.bytes, to: "\(own)/\(entry.name).json")
        guard !entry.administers, let door = registry.entries.first(where: { $0.name == OperatorDoor.principal }) else { continue }
        try Files.write(door.digestJSON.bytes, to: "\(own)/\(door.name).json")
      } catch {
        throw .file(error)
      }
    }
  }
}

extension CredentialRegistry.Entry {
  /// Who it is and how to know him, without the secret.
  fileprivate var digestJSON: JSON { .object([.init("name", .string(name)), .init("sha256", .string(Hex.encode(digest)))]) }
}
