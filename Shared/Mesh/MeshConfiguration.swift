package import Wire

/// Where the broker is, and who asks to be let in.
package struct MeshConfiguration: Sendable {
  package var host: String
  package var port: UInt16
  /// The credential's name, such as `ledger`, and its secret.
  package var credential: String
  package var secret: String
  /// The program's name for logs, such as `accord-ledger`.
  package var program: String
  package var manifest: Manifest

  package init(host: String, port: UInt16, credential: String, secret: String, program: String, manifest: Manifest = Manifest()) {
    self.host = host
    self.port = port
    self.credential = credential
    self.secret = secret
    self.program = program
    self.manifest = manifest
  }
}
