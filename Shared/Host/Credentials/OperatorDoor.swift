import Contracts
package import HTTP
import Synchronization

/// Lets people's requests in: those that bring the operator's secret as a bearer token (RFC 6750), or a colleague's where whoever asks it
/// knows colleagues.
///
/// The secret is minted by the broker's first start on the folder; where a department starts earlier, the door stays shut until then.
/// Safe from any thread.
package final class OperatorDoor: Sendable {
  /// Whom the operator's token stands for: the actor of what it does.
  package static let principal = "operator"

  private let folder: DataFolder
  private let digest = Mutex<[UInt8]?>(nil)
  private let wrong = WrongTokens()

  /// A door of `folder`. Throws where the credential is there but cannot be used.
  package init(_ folder: DataFolder) throws(CredentialFault) {
    self.folder = folder
    do throws(CredentialFault) { _ = try load() } catch {
      guard case .absent = error else { throw error }
    }
  }

  /// Whom a request lets in, or the answer that says why not.
  package enum Admission {
    case principal(Principal)
    case refused(Response)
  }

  /// Answers with `body` where the operator asks, else says why not.
  package func guarding(_ request: Request, _ body: () -> Response) -> Response {
    switch admit(request, colleague: { _ in nil }) {
    case .principal: body()
    case .refused(let answer): answer
    }
  }

  /// Who asks. `colleague` knows people by the digests of their tokens; a throw of its is thrown on.
  package func admit<E: Error>(_ request: Request, colleague: ([UInt8]) throws(E) -> Principal?) throws(E) -> Admission {
    guard let token = request.bearer else {
      do throws(CredentialFault) { _ = try load() } catch { return .refused(Self.shut(error)) }
      return .refused(
        .problem(
          status: 401, code: "token_missing",
          detail:
            "this needs a token; send Authorization: Bearer with your own, or the operator's secret from credentials/operator.json"
        ).with("WWW-Authenticate", "Bearer"))
    }
    // Digests are compared, so the time it takes tells nothing of use about the secret.
    let digest = Credential.digest(of: token)
    if let principal = try colleague(digest) { return .principal(principal) }
    do throws(CredentialFault) { if digest == (try load()) { return .principal(.theOperator) } } catch { return .refused(Self.shut(error)) }
    if let seconds = wrong.wrong(from: request.peer, uptime: Clock.uptimeMilliseconds) {
      return .refused(
        .problem(
          status: 429, code: "tokens_wrong",
          detail: "too many wrong tokens came from your address; nobody is known by this one either; wait \(seconds) s, then send yours"
        ).with("Retry-After", String(seconds)))
    }
    return .refused(
      .problem(
        status: 401, code: "token_wrong",
        detail:
          "nobody is known by this token; it may be mistyped, replaced, or its owner may have left; the operator gives a new one with `accord colleague token`, and has credentials/operator.json"
      ).with("WWW-Authenticate", "Bearer error=\"invalid_token\""))
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
