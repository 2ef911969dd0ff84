import Contracts
import HTTP
import Host
import Transport
import Wire

/// What the operator asks about credentials over HTTP, and does; they are given and taken in the data folder.
struct CredentialRoutes: Sendable {
  let reactor: Reactor
  let door: OperatorDoor
  /// Asked on the reactor's thread alone.
  let rows: @Sendable () -> JSON
  /// Asked on the reactor's thread alone.
  let withdraw: @Sendable (String) -> Result<[String], Refusal>

  var routes: [Route] {
    [
      Route(.get, "/v1/credentials", "who may do what, how much, and what of it is used; whether the file is followed") { request, _ in
        door.guarding(request) { reactor.perform(rows).map { .json($0) } ?? Readiness.stopping }
      },
      Route(
        .post, "/v1/credentials/{name}/withdraw-reads",
        "forgets what a program that is gone has said it reads, so that contracts may be loosened again", bodyBytesMax: 1_024
      ) { request, parameters in
        door.guarding(request) {
          let name = parameters["name"]
          guard let done = reactor.perform({ withdraw(name) }) else { return Readiness.stopping }
          switch done {
          case .success(let reads): return .json(.object([.init("withdrawn", .array(reads.map { .string($0) }))]))
          case .failure(let refusal): return .problem(status: 409, code: refusal.code, detail: refusal.sentence)
          }
        }
      },
    ]
  }
}
