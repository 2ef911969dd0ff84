import Contracts
import MeshMachines
import Wire

/// Questions to and from other programs: answered at most once, never journaled. Belongs to the reactor's thread.
final class Asking {
  /// Told once: the answer, or why there is none.
  typealias Completion = @Sendable (Result<JSON, Refusal>) -> Void
  /// Answers one question, from any thread; only the first answer counts.
  typealias Answering = @Sendable (Reply.Outcome) -> Void

  private var machine = RequestMachine<Completion>()

  var wake: Uptime? { machine.wake }

  func ask(to peer: String, subject: String, body: JSON, deadline: Duration, over line: Line?, _ completion: @escaping Completion) {
    guard let line else {
      return completion(.failure(Self.refusal("offline", "There is no link to the broker, so \(peer) cannot be asked; try again later.")))
    }
    let deadline = min(max(deadline, .milliseconds(1)), MeshLimits.requestDeadlineMax)
    guard let id = machine.ask(completion, deadline: deadline, at: .now) else {
      let most = MeshLimits.requestsMax
      return completion(.failure(Self.refusal("busy", "\(most) questions wait for their answers already; ask again later.")))
    }
    guard line.send(.request(Request(id: id, peer: peer, subject: subject, deadline: deadline, body: body))) else {
      _ = machine.answered(id)
      return completion(.failure(Self.refusal("too_long", "The question is too long for one frame; ask for less.")))
    }
  }

  func replied(_ reply: Reply) {
    switch reply.outcome {
    case .answered(let body): machine.answered(reply.id)?(.success(body))
    case .failed(let refusal): machine.answered(reply.id)?(.failure(refusal))
    }
  }

  func lost() {
    for completion in machine.lost() {
      completion(.failure(Self.refusal("lost", "The link to the broker was lost before the answer came; ask again.")))
    }
  }

  func tick() {
    guard machine.count > 0 else { return }
    for completion in machine.tick(at: .now) {
      completion(.failure(Self.refusal("deadline", "No answer came in time; ask again later.")))
    }
  }

  private static func refusal(_ code: String, _ sentence: String) -> Refusal { Refusal(code: code, sentence: sentence) }
}
