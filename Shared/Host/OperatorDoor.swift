import Contracts
package import HTTP
import Synchronization

/// Lets people's requests in: those that bring the operator's secret as a bearer token (RFC 6750).
///
/// The secret is minted by the broker's first start on the folder; where a department starts earlier, the door stays shut until then.
/// Safe from any thread.
package final class OperatorDoor: Sendable {
  /// Whom the operator's token stands for: the actor of what it does.
  package static let principal = "operator"

  private let folder: DataFolder
  private let digest = Mutex<[UInt8]?>(nil)

  /// A door of `folder`. Throws where the credential is there but cannot be used.
  package init(_ folder: DataFolder) throws(CredentialFault) {
    self.folder = folder
    do throws(CredentialFault) { _ = try load() } catch {
      guard case .absent = error else { throw error }
    }
  }

  /// Answers with `body` where the request may come in, else says why not.
  package func guarding(_ request: Request, _ body: () -> Response) -> Response {
    let known: [UInt8]
    do throws(CredentialFault) { known = try load() } catch { return Self.shut(error) }
    guard let token = request.bearer else {
      return .problem(
        status: 401, code: "token_missing",
        detail: "this needs the operator's token; send Authorization: Bearer with the secret from credentials/operator.json"
      ).with("WWW-Authenticate", "Bearer")
    }
    // Digests are compared, so the time it takes tells nothing of use about the secret.
    guard Credential.digest(of: token) == known else {
      return .problem(
        status: 401, code: "token_wrong", detail: "nobody is known by this token; take the secret from credentials/operator.json"
      ).with("WWW-Authenticate", "Bearer error=\"invalid_token\"")
    }
    return body()
  }

  /// Reads the credential again at the next request: it was given out anew.
  package func reload() { digest.withLock { $0 = nil } }

  private static func shut(_ fault: CredentialFault) -> Response {
    guard case .absent = fault else { return .problem(status: 503, code: "credential_unusable", detail: fault.description) }
    return .problem(
      status: 503, code: "no_credential",
      detail:
        "the operator's credential does not exist yet; the broker's first start on this folder mints it; start the broker, then ask again")
  }

  private func load() throws(CredentialFault) -> [UInt8] {
    if let known = digest.withLock({ $0 }) { return known }
    let read = try Credential.digest(of: Self.principal, in: folder)
    digest.withLock { $0 = read }
    return read
  }
}
