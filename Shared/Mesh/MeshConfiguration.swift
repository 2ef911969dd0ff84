package import Wire

/// Where the broker is, and who asks to be let in.
package struct MeshConfiguration: Sendable {
  package var host: String
  package var port: UInt16
  /// The credential's name, such as `ledger`, and its secret.
  package var credential: String
  package var secret: String
  /// Reads the secret anew for each connection, where it lies: it may have been rotated since. Nil, and where it answers nil, `secret` counts.
  /// Called on the reactor's thread.
  package var secretNow: (@Sendable () -> String?)?
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
