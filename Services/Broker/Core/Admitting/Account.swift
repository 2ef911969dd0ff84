package import Contracts
import Journal
import Wire

/// What one credential has used of its allowance in this run, over all its connections.
///
/// ```
///   every frame takes 1 message and its bytes ─▶ ▒▒▒▒▒▒░░░░  one second's worth fits; it fills as time passes
///   where it runs dry: a publish is put off (resume), and nothing is read from that connection until it is paid for
/// ```
struct Account: Sendable {
  let name: String
  private(set) var allowance: Allowance
  var connections = 0
  /// Questions under way.
  var questions = 0
  /// How often it was over its rate.
  fileprivate(set) var putOff: UInt64 = 0

  /// What is left, in thousandths, so that filling by the millisecond loses nothing; below zero where more was taken.
  private var messages = 0
  private var bytes = 0
  private var filledAt: Int64

  init(_ name: String, _ allowance: Allowance, at uptime: Int64) {
    self.name = name
    self.allowance = allowance
    filledAt = uptime
    (messages, bytes) = (messagesMax, bytesMax)
  }

  /// Another allowance from now on: what is left of the old one beyond it is lost.
  mutating func allow(_ other: Allowance) {
    allowance = other
    (messages, bytes) = (min(messages, messagesMax), min(bytes, bytesMax))
  }

  /// Takes one frame of `count` bytes; false where that is more than there is, which `wait` then looks into. HOT.
  @inline(__always)
  mutating func spend(_ count: Int) -> Bool {
    messages &-= 1_000
    bytes &-= count &* 1_000
    return messages | bytes >= 0
  }

  /// Undoes `spend`.
  mutating func giveBack(_ count: Int) {
    messages += 1_000
    bytes += count * 1_000
  }

  /// Milliseconds until all that was spent is paid for; nil where it is.
  mutating func wait(at uptime: Int64) -> Int64? {
    let passed = Int(min(max(0, uptime - filledAt), Self.fillMillisecondsMax))
    filledAt = max(filledAt, uptime)
    messages = min(messages + passed * allowance.messagesPerSecond, messagesMax)
    bytes = min(bytes + passed * allowance.bytesPerSecond, bytesMax)
    guard messages < 0 || bytes < 0 else { return nil }
    putOff += 1
    let wait = max(-messages / allowance.messagesPerSecond, -bytes / allowance.bytesPerSecond)
    return Int64(wait) + 1
  }

  private var messagesMax: Int { allowance.messagesPerSecond * 1_000 }
  /// A whole frame fits, however slow the bytes.
  private var bytesMax: Int { max(allowance.bytesPerSecond, WireLimits.frameBytesMax) * 1_000 }
  /// Filling a slow bucket for one long frame takes no longer than the allowance is worth; keeps the product within a word.
  private static let fillMillisecondsMax: Int64 = 3_600_000
}

/// A connection from which nothing is to be read for a while: its credential is over its rate.
package struct Hold: Sendable, Equatable {
  package let connection: ConnectionID
  /// At most `BrokerLimits.holdMax`, so that heartbeats still pass.
  package let milliseconds: Int64
}

extension BrokerMachine {
  /// The account of a credential that says hello, with what it is allowed now.
  mutating func account(of name: String, _ rights: Rights) -> Int {
    let allowance = limits.allowance.with(rights.quota)
    if let known = accounts.firstIndex(where: { $0.name == name }) {
      accounts[known].allow(allowance)
      return known
    }
    accounts.append(Account(name, allowance, at: now.uptime))
    return accounts.count - 1
  }

  /// A frame other than a publish has come, of so many bytes. It counts; where that is more than the credential's rate the connection is
  /// held.
  package mutating func heard(_ id: ConnectionID, bytes: Int, at moment: Moment) {
    guard let slot = slot(id), !accounts[connections[slot].account].spend(bytes) else { return }
    enter(moment)
    _ = overdraft(slot)
  }

  /// How long this connection's account takes to be even again; nil where it is. Until then it is held.
  mutating func overdraft(_ slot: Int) -> Int64? {
    guard let wait = accounts[connections[slot].account].wait(at: now.uptime) else { return nil }
    if !connections[slot].isHeld {
      connections[slot].isHeld = true
      holds.append(Hold(connection: connections[slot].id, milliseconds: min(wait, limits.holdMax)))
    }
    return wait
  }

  /// The connections to be held from now on, each told once.
  package mutating func takeHolds() -> [Hold] {
    guard !holds.isEmpty else { return [] }
    for hold in holds { if let slot = slot(hold.connection) { connections[slot].isHeld = false } }
    defer { holds.removeAll() }
    return holds
  }

  /// What each credential that was here in this run uses, for people.
  package func usage() -> [JSON] {
    accounts.prefix(limits.answerRows).map { account in
      .object([
        .init("name", .string(account.name)), .init("connections", .integer(Int64(account.connections))),
        .init("questions", .integer(Int64(account.questions))), .init("put_off", .integer(Int64(clamping: account.putOff))),
      ])
    }
  }
}
