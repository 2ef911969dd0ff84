import Contracts
import Glibc

/// Who somebody is to the broker: a name and a secret, kept in DIR/credentials/NAME.json, readable by this user alone.
package struct Credential: Sendable {
  package let name: String
  package let secret: String

  /// A new one: 32 bytes from the kernel's random source, as 43 characters of base64url (RFC 4648 5) without padding.
  static func minted(_ name: String, using random: inout some RandomNumberGenerator) -> Credential {
    var bytes: [UInt8] = []
    for _ in 0..<4 { withUnsafeBytes(of: random.next() as UInt64) { bytes += $0 } }
    return Credential(name: name, secret: Base64.encodeURL(bytes))
  }

  /// A new one for somebody who works here; whoever asks passes it on, and it is kept nowhere.
  package static func fresh(_ name: String, using random: inout some RandomNumberGenerator) -> Credential { minted(name, using: &random) }

  /// Writes it into a new file at `path`, readable by this user alone.
  package func kept(at path: String) throws(CredentialFault) {
    do throws(FileFault) {
      guard try Files.create(json.bytes, at: path) else { throw FileFault("create", path, code: EEXIST) }
    } catch { throw .file(error) }
  }

  /// Reads the credential `name` of `folder`. Refuses a file that others may read: its secret may be known already.
  package static func read(_ name: String, in folder: DataFolder) throws(CredentialFault) -> Credential {
    try read(file: path(of: name, in: folder))
  }

  /// Reads the credential in the file at `path`, such as one that was brought to another machine.
  package static func read(file path: String) throws(CredentialFault) -> Credential {
    let json = try json(file: path)
    guard case .string(let name)? = json["name"], case .string(let secret)? = json["secret"] else { throw .damaged(path) }
    return Credential(name: name, secret: secret)
  }

  /// The digest by which `name` is known, from its credential or from a file that holds the digest alone (CredentialHandout).
  static func digest(of name: String, in folder: DataFolder) throws(CredentialFault) -> [UInt8] {
    let path = path(of: name, in: folder)
    let json = try json(file: path)
    if case .string(let secret)? = json["secret"] { return digest(of: secret) }
    guard case .string(let hex)? = json["sha256"], let digest = Hex.decode(hex), digest.count == 32 else { throw .damaged(path) }
    return digest
  }

  /// What stands in a credential's file, which nobody else may read.
  private static func json(file path: String) throws(CredentialFault) -> JSON {
    var status = stat()
    guard stat(path, &status) == 0 else { throw errno == ENOENT ? .absent(path) : .file(FileFault("read", path)) }
    guard status.st_mode & 0o077 == 0 else { throw .open(path) }
    let bytes: [UInt8]
    do throws(FileFault) { bytes = try Files.read(path) } catch { throw .file(error) }
    guard let json = try? JSON(parsing: bytes) else { throw .damaged(path) }
    return json
  }

  /// Writes the credential; one that is there already stays and is returned.
  func kept(in folder: DataFolder) throws(CredentialFault) -> Credential {
    let path = Self.path(of: name, in: folder)
    do throws(FileFault) {
      if try Files.create(json.bytes, at: path) { return self }
    } catch {
      throw .file(error)
    }
    return try Self.read(file: path)
  }

  /// Writes the credential in place of one that may be there; returns where.
  func written(to folder: DataFolder) throws(CredentialFault) -> String {
    let path = Self.path(of: name, in: folder)
    do throws(FileFault) { try Files.write(json.bytes, to: path) } catch { throw .file(error) }
    return path
  }

  /// Removes the secret of `name`, where it is there.
  static func remove(_ name: String, in folder: DataFolder) { Files.remove(path(of: name, in: folder)) }

  var json: JSON { .object([.init("name", .string(name)), .init("secret", .string(secret))]) }

  /// SHA-256 of the secret. Unsalted and fast on purpose: the secret is 256 random bits, not a word that somebody thought of.
  var digest: [UInt8] { Self.digest(of: secret) }

  /// SHA-256 of a secret.
  package static func digest(of secret: String) -> [UInt8] { SHA256.hash(Array(secret.utf8)) }

  private static func path(of name: String, in folder: DataFolder) -> String { "\(folder.path)/credentials/\(name).json" }
}

/// Why a credential could not be had.
package enum CredentialFault: Explained, Equatable {
  case absent(String)
  case open(String)
  case damaged(String)
  /// The registry at this path says what cannot be; the clause says what.
  case row(String, String)
  case file(FileFault)

  package var exitCode: ExitCode {
    switch self {
    case .absent: .noInput
    case .open: .noPermission
    case .damaged, .row: .configuration
    case .file(let fault): fault.exitCode
    }
  }

  package var description: String {
    switch self {
    case .absent(let path):
      "there is no credential in \(path); the first start of the broker on this folder mints it; start the broker first"
    case .open(let path):
      "the credential \(path) is not used; others may read it; run `chmod 600 \(path)`, and mint a new one if others did"
    case .damaged(let path): "\(path) cannot be read; it is no credential of ours; restore it from a backup"
    case .row(let path, let clause): "\(path) cannot be used; \(clause); correct it there, or change credentials with `accord credential`"
    case .file(let fault): fault.description
    }
  }
}
