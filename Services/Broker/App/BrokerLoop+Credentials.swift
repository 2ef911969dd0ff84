import BrokerCore
import Contracts
import Host
import Journal
import Telemetry
import Transport
import Wire

/// Who may do what, followed while the broker runs.
extension BrokerLoop {
  /// Looks at the file now and twice a second from here on.
  func watchCredentials() {
    lookAtCredentials()
    _ = reactor.after(DoorLimits.credentialsLook) { [unowned self] in watchCredentials() }
  }

  /// Follows the file where it has changed.
  func lookAtCredentials() {
    switch door.look() {
    case .same: break
    case .unusable(let why): log.error("credentials.unreadable", "the old credentials stay: \(why)")
    case .changed(let before):
      follow(door.registry, before: before)
      metrics.credentialReloads.increment()
      log.info("credentials.reloaded", "\(door.registry.entries.count { $0.revoked == nil }) credentials are known")
      endOutdated()
      onCredentials(door.registry)
    }
    if door.isOutdating { endOutdated() }
  }

  private func follow(_ registry: CredentialRegistry, before: CredentialRegistry) {
    for old in before.entries where old.revoked == nil {
      let now = registry.entry(old.name)
      guard now != old else { continue }
      log.info("credentials.changed", "\(old.name) \(now == nil ? "was taken away" : "was changed")")
      makeRoom { machine, moment, commit in machine.change(old.name, now?.machineRights, at: moment, into: &commit) }
    }
  }

  /// Ends who came in with a secret that no longer counts: replaced, and its time of grace is over.
  private func endOutdated() {
    let now = clock.now()
    for session in sessions.all {
      guard let name = session.credential, session.machine.state != .ended else { continue }
      // Who has no entry any more has been told so by the machine.
      guard let entry = door.registry.entry(name), !entry.accepts(session.digest, at: now) else { continue }
      log.warning("session.ended", "\(name) was sent away: its secret was replaced")
      end(
        session,
        Refusal(code: "revoked", sentence: "The secret of \(name) was replaced; reconnect with the new one from the data folder."))
    }
  }

  /// For people: each credential with its rights, and what it uses of its quota.
  func credentialRows() -> JSON {
    let usage = machine.usage()
    let rows = door.registry.entries.map { entry -> JSON in
      let used = usage.first { $0["name"]?.string == entry.name }
      return .object(
        [.init("name", .string(entry.name))] + entry.rights + [
          .init("connections", used?["connections"] ?? 0), .init("questions", used?["questions"] ?? 0),
          .init("put_off", used?["put_off"] ?? 0),
        ])
    }
    return .object([
      .init("revision", .string(door.registry.revision)), .init("problem", door.trouble.now.map(JSON.string) ?? .null),
      .init("credentials", .array(rows)),
    ])
  }

  // MARK: Over the rate

  /// Reads nothing for a while from those whose credential has spent more than it may.
  func holdThoseOverTheirRate() {
    for hold in machine.takeHolds() {
      guard let session = sessions[hold.connection] else { continue }
      metrics.holds.increment()
      session.hold(.rate)
      _ = reactor.after(.milliseconds(hold.milliseconds)) { [unowned self] in sessions[hold.connection]?.release(.rate) }
    }
  }
}
