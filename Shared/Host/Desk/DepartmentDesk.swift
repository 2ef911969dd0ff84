package import Contracts
package import HTTP
package import Mesh
package import Store
package import Telemetry
import struct Wire.ContractGate

/// What a department's doors work with: its store, its mesh, its clock. Safe from any thread; commands block, so they run on workers.
package struct DepartmentDesk: Sendable {
  package let department: Department
  package let store: Store
  package let mesh: MeshClient
  package let clock: Clock
  package let log: Log
  package let door: OperatorDoor
  /// What its own events pass before they enter its outbox.
  let gate: ContractGate
  /// Whether the store is being rebuilt from the journal: then nothing is told, and nothing that follows from telling is written.
  package let isRebuilding: Bool
  /// What its messages' ids begin with.
  let messagePrefix: String
  /// When it was opened, in milliseconds of the machine's clock.
  let openedAt = Clock.uptimeMilliseconds

  /// Throws where the department's own manifest holds a schema that cannot be checked.
  package init(
    department: Department, store: Store, mesh: MeshClient, clock: Clock, log: Log, door: OperatorDoor, isRebuilding: Bool = false
  ) throws {
    self.department = department
    self.store = store
    self.mesh = mesh
    self.clock = clock
    self.log = log
    self.door = door
    self.isRebuilding = isRebuilding
    gate = try ContractGate(department.manifest)
    messagePrefix = store.identity.lineage.prefix(12) + "-"
  }

  /// What a command does inside its transaction: its answer, or a refusal, after which nothing of it stays.
  package typealias Command = (inout Transaction, Occasion) throws -> Outcome

  package enum Outcome: Sendable {
    case done(status: Int, JSON)
    /// The business says no: kept under the key as well, so that asking again gives the same answer.
    case refused(status: Int, code: String, sentence: String)
  }

  /// Does a command once for its Idempotency-Key: the answer is written in the command's own transaction, and a repetition gets it again.
  ///
  /// It is for those who have one of `roles`; where none is named, for those who work in this department. The body may ask for more by
  /// `occasion.needs`. Answers 400 without a key or with a correlation that no event may carry, 403 to whoever may not, 422 where the key
  /// came with another command, 503 where the store cannot write now.
  package func command(_ request: Request, for roles: Principal.Role..., body: Command) -> Response {
    command(request, forAnyOf: roles, body)
  }

  /// The same for those who work in this department.
  package func command(_ request: Request, _ body: Command) -> Response { command(request, forAnyOf: [], body) }

  /// The same for those who have one of `roles`, and for those who work in this department where there is none.
  package func command(_ request: Request, forAnyOf roles: [Principal.Role], _ body: Command) -> Response {
    guarding(request) { asker in
      guard let key = request.header("Idempotency-Key"), (1...StoreLimits.idempotencyKeyBytesMax).contains(key.utf8.count) else {
        return .problem(
          status: 400, code: "idempotency_key",
          detail:
            "a command needs the header Idempotency-Key (1 to \(StoreLimits.idempotencyKeyBytesMax) characters), so that it happens once however often it is sent; add one"
        )
      }
      // It goes into every event of the command: what a reader would refuse there must not come in here.
      let correlation = request.header("X-Correlation-Id")
      if let correlation, (try? Identifier<Command>(correlation)) == nil {
        return .problem(
          status: 400, code: "correlation_id",
          detail:
            "the header X-Correlation-Id is no id: ids have 1 to \(Limits.identifierBytesMax) visible ASCII characters without quotation marks and backslashes; correct it or leave it out"
        )
      }
      do {
        let (answer, highest) = try store.write { transaction in
          // Taken in the writer's turn: the marks that others go by promise that nothing older comes after them.
          let occasion = Occasion.command(key, of: asker, at: clock.now(), correlation: correlation)
          let answer = try once(request, key, occasion, &transaction) { transaction, occasion in
            guard roles.isEmpty ? asker.works(in: department.part) : asker.has(roles) else {
              throw RoleRefusal(asker, needs: roles.isEmpty ? department.part.roles : roles)
            }
            return try body(&transaction, occasion)
          }
          return (answer, try Outbox.highest(in: transaction))
        }.value
        mesh.outboxGrew(through: highest)
        log.info(
          "command.answered", "\(request.method.rawValue) \(request.path) was answered \(answer.status)",
          [
            "status": .integer(Int64(answer.status)), "key": .text(key), "actor": .text(asker.id),
            "correlationid": .text(correlation ?? ""), "traceparent": .text(request.header("traceparent") ?? ""),
          ])
        return answer
      } catch { return trouble(error, request) }
    }
  }

  private func once(
    _ request: Request, _ key: String, _ occasion: Occasion, _ transaction: inout Transaction, _ body: Command
  ) throws -> Response {
    // The door belongs to the command: the same body may mean another thing at another one.
    let hash = SHA256.hash(Array("\(request.method.rawValue) \(request.path)\n".utf8) + request.body)
    switch try Idempotency.find(key: key, principal: occasion.principal, bodyHash: hash, in: transaction) {
    case .same(let answer): return Self.response(answer).with("Idempotent-Replay", "true")
    case .otherBody:
      return .problem(
        status: 422, code: "idempotency_key_reused",
        detail: "the key \(key) came before with another command; a key stands for one command: take a new one")
    case .new: break
    }
    let outcome = try transaction.savepoint { transaction in
      let outcome: Outcome
      do { outcome = try body(&transaction, occasion) } catch let refusal as RoleRefusal {
        outcome = .refused(status: 403, code: "role", sentence: refusal.description)
      }
      // A refusal leaves nothing behind but its answer.
      if case .refused = outcome { throw Refused(outcome: outcome) }
      return outcome
    } otherwise: { (refused: Refused) in
      refused.outcome
    }
    let answer = Self.answer(outcome)
    try Idempotency.record(
      key: key, principal: occasion.principal, bodyHash: hash, answer: answer, at: occasion.now, in: transaction)
    return Self.response(answer)
  }

  private struct Refused: Error { let outcome: Outcome }

  private static func answer(_ outcome: Outcome) -> Idempotency.Answer {
    switch outcome {
    case .done(let status, let json): .init(status: status, response: json.bytes)
    case .refused(let status, let code, let sentence):
      .init(status: status, response: Response.problem(status: status, code: code, detail: sentence).body)
    }
  }

  private static func response(_ answer: Idempotency.Answer) -> Response {
    let type = answer.status < 400 ? "application/json" : "application/problem+json"
    return Response(status: answer.status, headers: ["Content-Type": type], body: answer.response)
  }

  /// Answers a question from one snapshot of the store, to everybody who works here.
  package func question(_ request: Request, _ body: (borrowing Snapshot) throws -> Response) -> Response {
    question(request) { snapshot, _ in try body(snapshot) }
  }

  /// The same where the answer depends on who asks: the snapshot that knows them answers them. A `RoleRefusal` is answered 403.
  package func question(_ request: Request, _ body: (borrowing Snapshot, Principal) throws -> Response) -> Response {
    do {
      return try store.read { snapshot in
        switch try door.admit(request, colleague: { digest in try Colleagues.principal(digest, in: snapshot) }) {
        case .principal(let asker): return try body(snapshot, asker)
        case .refused(let answer): return answer
        }
      }
    } catch let refusal as RoleRefusal {
      return .problem(status: 403, code: "role", detail: refusal.description)
    } catch { return trouble(error, request) }
  }

  /// Lets in whom the door knows: the operator, and colleagues by what this store has heard of them.
  package func guarding(_ request: Request, _ body: (Principal) -> Response) -> Response {
    do {
      switch try door.admit(request, colleague: { digest in try store.read { try Colleagues.principal(digest, in: $0) } }) {
      case .principal(let asker): return body(asker)
      case .refused(let answer): return answer
      }
    } catch { return trouble(error, request) }
  }

  /// Why whoever sends `request` is not let in; nil where they are. What they may do is the door's to say.
  package func refusal(of request: Request) -> Response? {
    let answer = guarding(request) { _ in .empty }
    return answer.status == Response.empty.status ? nil : answer
  }

  private func trouble(_ error: any Error, _ request: Request) -> Response {
    log.error("request.failed", "\(request.method.rawValue) \(request.path): \(error)")
    guard let fault = error as? StoreFault else { return Self.bug }
    switch fault {
    case .full, .busy, .io, .readTooLong, .closed:
      return .problem(status: 503, code: "store_busy", detail: "\(fault)").with("Retry-After", "1")
    case .beyondLimit: return .problem(status: 422, code: "beyond_limit", detail: "\(fault)")
    case .corrupt, .newerVersion, .notOurs, .cannotOpen, .migrationChanged, .olderThanBroker:
      return .problem(status: 503, code: "store_unusable", detail: "\(fault)")
    case .constraint, .misuse, .unreadable, .targetExists: return Self.bug
    }
  }

  private static var bug: Response {
    .problem(
      status: 500, code: "bug", detail: "the program met something that it did not expect; nothing was changed; its log says what")
  }
}

extension Transaction {
  /// A savepoint whose `Refusing` error is an answer: what the body wrote is taken back, and `otherwise` makes the answer of it.
  fileprivate mutating func savepoint<T, Refusing: Error>(
    _ body: (inout Transaction) throws -> T, otherwise: (Refusing) -> T
  ) throws -> T {
    do { return try savepoint(body) } catch let refusing as Refusing { return otherwise(refusing) }
  }
}
