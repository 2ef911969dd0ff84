package import Contracts
package import Mesh
package import Store

/// What makes something happen: who is behind it, when, and of what it is a consequence. Every fact carries it in its envelope.
package struct Occasion: Sendable, Equatable {
  /// `authid`: the credential that is behind it, however many steps lie between.
  package var principal: String
  /// `authtype` in the words of CloudEvents: `user`, `service_account`, `system`, `unknown`.
  package var principalKind: String
  /// Who gave the command, with their rights; nil where it is no command.
  package var asker: Principal?
  package var now: Timestamp
  /// `causationid`: the command, message, due row or run that it follows from.
  package var causation: String
  /// `correlationid`; nil for a command that named none: then each of its facts begins a story of its own.
  package var correlation: String?
  /// Such as `policy/look-back/3`.
  package var ruleVersion: String?

  package init(
    principal: String, principalKind: String, now: Timestamp, causation: String, correlation: String?, ruleVersion: String? = nil
  ) {
    self.principal = principal
    self.principalKind = principalKind
    self.now = now
    self.causation = causation
    self.correlation = correlation
    self.ruleVersion = ruleVersion
  }

  /// A command of `principal` under its Idempotency-Key.
  package static func command(_ key: String, of principal: String, at now: Timestamp, correlation: String?) -> Occasion {
    Occasion(principal: principal, principalKind: "service_account", now: now, causation: "command/\(key)", correlation: correlation)
  }

  /// A command of whoever came in at the door.
  package static func command(_ key: String, of asker: Principal, at now: Timestamp, correlation: String?) -> Occasion {
    var occasion = command(key, of: asker.id, at: now, correlation: correlation)
    occasion.principalKind = asker.kind
    occasion.asker = asker
    return occasion
  }

  /// What whoever gave the command may do; nothing where it is no command.
  package var roles: [Principal.Role] { asker?.roles ?? [] }

  /// The colleague who gave the command; nil for the operator's credential and where it is no command.
  package var colleague: Identifier<Colleague>? { asker?.colleagueID }

  /// Goes on where whoever gave the command has one of `roles`; else the command is refused with 403 and says who can. The operator may do
  /// everything, and what the mesh does by itself is nobody's to forbid.
  package func needs(_ roles: Principal.Role..., because: String? = nil) throws(RoleRefusal) {
    guard let asker, !asker.has(roles) else { return }
    throw RoleRefusal(asker, needs: roles, because: because)
  }

  /// The same under a rule.
  package func under(_ ruleVersion: String?) -> Occasion {
    var occasion = self
    occasion.ruleVersion = ruleVersion
    return occasion
  }

  /// What a due row or a run remembers of it, so that what comes later has the same origin.
  package var origin: Origin { Origin(principal: principal, principalKind: principalKind, correlation: correlation ?? causation) }
}

extension DepartmentDesk {
  /// A fact of another department, or of this one, was heard.
  package func occasion(of received: Received) -> Occasion {
    let envelope = received.envelope
    return Occasion(
      principal: envelope.authID ?? envelope.source, principalKind: envelope.authType ?? "unknown", now: clock.now(),
      causation: envelope.id.text, correlation: envelope.correlationID ?? envelope.id.text)
  }

  /// Something fell due.
  package func occasion(of row: Due.Entry, _ now: Timestamp) -> Occasion {
    occasion("due/\(row.kind)/\(row.subject)", row.origin, now)
  }

  /// A run goes on.
  package func occasion(of run: Runs.Run, _ now: Timestamp) -> Occasion {
    occasion("run/\(run.kind)/\(run.subject)", run.origin, now)
  }

  private func occasion(_ causation: String, _ origin: Origin?, _ now: Timestamp) -> Occasion {
    Occasion(
      principal: origin?.principal ?? department.part.rawValue, principalKind: origin?.principalKind ?? "system", now: now,
      causation: causation, correlation: origin?.correlation ?? causation)
  }
}
