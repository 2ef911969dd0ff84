import Contracts
import Host

/// A token that was made a moment ago. Only its digest leaves this program; the token itself goes to whoever it is for.
struct MintedToken {
  private let credential: Credential
  private let path: String?

  var secret: String { credential.secret }
  /// SHA-256 in hexadecimal digits.
  var digest: String { Hex.encode(Credential.digest(of: credential.secret)) }

  /// A token for `name`, for the file that the arguments name.
  init(_ arguments: Arguments, for name: String) throws(Complaint) {
    try self.init(for: name, at: arguments.value("--token-file"))
  }

  /// A token for `name`; a file that it is to go into must not be there yet.
  init(for name: String, at path: String?) throws(Complaint) {
    var random = SystemRandomNumberGenerator()
    credential = Credential.fresh(name, using: &random)
    self.path = path
    if let path, Files.exists(path) {
      throw Complaint(
        code: .refused, happened: "\(path) is there already, and may hold somebody's token; nothing was changed",
        advice: "name another file, or remove it")
    }
  }

  /// Writes it into its file; returns which, nil where it has none.
  func keep() throws(Complaint) -> String? {
    guard let path else { return nil }
    do throws(CredentialFault) { try credential.kept(at: path) } catch {
      throw Complaint(
        code: error.exitCode, happened: "the token counts, but \(path) cannot be written: \(error)",
        advice: "give another with `accord colleague token`")
    }
    return path
  }
}
