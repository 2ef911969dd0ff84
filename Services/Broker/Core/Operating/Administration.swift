package import Contracts
package import Journal
import Wire

// What operators may ask and order, by the wire's `admin` or by the shell's own door. PROTOCOL.md, Administration, has the members.
extension BrokerMachine {
  /// Every command, for the sentence that refuses another.
  static let commands = [
    "status", "subscriptions", "subscription", "dead", "redrive", "drop", "reset", "replay", "stop", "remove", "withdraw", "audit",
    "message", "refusal", "drain",
  ]

  /// Answers an admin command with its answer, or with why not.
  package mutating func admin(
    _ id: ConnectionID, _ number: UInt64, _ command: JSON, at moment: Moment, into commit: inout Gathering<Effect>
  ) {
    guard let slot = slot(id) else { return }
    let credential = connections[slot].credential
    guard connections[slot].rights.administers else {
      let refusal = AdminRefusal(
        "not_allowed", "The credential \(credential) may not administer the broker; use the operator's.")
      return commit.afterDurable(.send(id, .admin(id: number, answer: refusal.answer)))
    }
    administer(id, number, command, by: credential, at: moment, into: &commit)
  }

  /// The same for whom the shell has let in itself, as `principal`: the answer leaves for `id`, which need be no connection of the machine's.
  package mutating func administer(
    _ id: ConnectionID, _ number: UInt64, _ command: JSON, by principal: String, at moment: Moment,
    into commit: inout Gathering<Effect>
  ) {
    enter(moment)
    let person = command["by"]?.string.map { ", \(Self.clipped($0, limits.interventionBytes))" } ?? ""
    let answer: JSON
    do throws(AdminRefusal) { answer = try perform(command, by: principal + person, into: &commit) } catch { answer = error.answer }
    commit.afterDurable(.send(id, .admin(id: number, answer: answer)))
    // Behind its answer.
    if command["name"] == .string("drain") {
      drain(reason: drainAsked ?? "The broker is about to stop; reconnect after a moment.", into: &commit)
    }
  }

  private mutating func perform(
    _ command: JSON, by: String, into commit: inout Gathering<Effect>
  ) throws(AdminRefusal) -> JSON {
    let known = Self.commands.joined(separator: ", ")
    guard let name = command["name"]?.string else {
      throw AdminRefusal("unknown_command", "The command has no name; the broker knows \(known).")
    }
    switch name {
    case "status": return status()
    case "subscriptions": return subscriptionPage(command)
    case "subscription": return subscriptionAnswer(try subscription(command))
    case "dead": return try deadPage(command)
    case "redrive": return try redrive(command, by: by, into: &commit)
    case "drop": return try drop(command, by: by, into: &commit)
    case "reset": return try reset(command, by: by, into: &commit)
    case "replay": return try replay(command, by: by, into: &commit)
    case "stop": return try stop(command, by: by, into: &commit)
    case "remove": return try remove(command, by: by, into: &commit)
    case "withdraw": return try withdraw(command, into: &commit)
    case "audit": return try audit(command)
    case "message": return try story(command)
    case "refusal":
      guard let id = command["id"]?.string else { throw AdminRefusal("missing", "The command names no message; add its id.") }
      guard let told = refusals.told(id) else {
        throw AdminRefusal("unknown_message", "No message \(id) was refused since the broker started.")
      }
      return told
    case "drain":
      drainAsked =
        command["reason"]?.string.map { Self.clipped($0, limits.interventionBytes) }
        ?? "The broker is about to stop; reconnect after a moment."
      return .object([.init("draining", .bool(true))])
    default: throw AdminRefusal("unknown_command", "This broker has no command \(name); it knows \(known).")
    }
  }

  // MARK: Members of commands

  /// The number of the subscription that a command names as credential/name.
  func subscription(_ command: JSON) throws(AdminRefusal) -> Int {
    guard let name = command["subscription"]?.string else {
      throw AdminRefusal("missing", "The command names no subscription; add one as credential/name.")
    }
    guard let number = subscriptions.firstIndex(where: { $0.isOpen && $0.row.fullName == name }) else {
      throw AdminRefusal("unknown_subscription", "There is no subscription \(name); name one as credential/name, as the status lists them.")
    }
    return number
  }

  func rate(_ command: JSON) throws(AdminRefusal) -> UInt32 {
    guard let member = command["rate"], !member.isNull else { return 0 }
    guard let rate = member.integer, (1...Int64(Intervention.rateMax)).contains(rate) else {
      throw AdminRefusal("wrong_type", "The rate is a whole number of events a second, from 1 to \(Intervention.rateMax).")
    }
    return UInt32(rate)
  }

  func isDry(_ command: JSON) -> Bool { command["dry_run"]?.bool ?? false }

  /// As much of a text as is kept, cut between characters.
  static func clipped(_ text: String, _ bytesMax: Int) -> String {
    if text.utf8.count <= bytesMax { return text }
    var kept = String.UnicodeScalarView()
    var bytes = 0
    for scalar in text.unicodeScalars {
      bytes += UTF8.width(scalar)
      if bytes > bytesMax { break }
      kept.append(scalar)
    }
    return String(kept)
  }

  /// Writes what an operator decided; returns its number.
  mutating func decide(_ it: Intervention, into commit: inout Gathering<Effect>) -> UInt64 {
    write(.intervention(it), into: &commit)
    return subscriptions[Int(it.subscription)].interventions.last?.number ?? 0
  }

  func intervention(_ number: Int, _ deed: Intervention.Deed, _ what: String, by: String) -> Intervention {
    Intervention(
      subscription: UInt32(number), name: subscriptions[number].row.fullName, at: now.wall.milliseconds,
      by: Self.clipped(by, limits.interventionBytes), deed: deed, what: Self.clipped(what, limits.interventionBytes))
  }
}

/// Why a command was not carried out: a code for programs and a sentence for people.
struct AdminRefusal: Error {
  let code: String
  let sentence: String

  init(_ code: String, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  var answer: JSON { .object([.init("code", .string(code)), .init("sentence", .string(sentence))]) }
}
